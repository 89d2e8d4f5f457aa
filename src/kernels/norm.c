/*
 * kernels/norm.c - batch normalisation, docs/math/batch-norm.md
 *
 * Columns are worked in blocks of BLOCK, so that rows are read in pieces of a cache line
 * or more and the lanes of all columns of a block stay close.
 *
 * SPDX-License-Identifier: MIT
 */
#include "kernels/real.h"

enum { BLOCK = 32 };

typedef double lanes[GR_LANES][BLOCK];

static size_t block_width(size_t from, size_t to)
{
    return to - from < BLOCK ? to - from : BLOCK;
}

static void add_lanes(lanes lane, size_t width, double *sum)
{
    for (size_t j = 0; j < width; j++) {
        double column[GR_LANES];
        for (size_t l = 0; l < GR_LANES; l++)
            column[l] = lane[l][j];
        sum[j] = real_tree(column);
    }
}

/* mean = 1/m sum x,  var = 1/m sum (x - mean)^2 */
static void moments(size_t rows, size_t stride, size_t width, const real *x, double *mean,
                    double *var)
{
    lanes lane = {{0}};
    for (size_t i = 0; i < rows; i++) {
        double *sum = lane[i % GR_LANES];
        GR_EACH for (size_t j = 0; j < width; j++)
            sum[j] += (double)x[i * stride + j];
    }
    add_lanes(lane, width, mean);
    for (size_t j = 0; j < width; j++)
        mean[j] /= (double)rows;
    memset(lane, 0, sizeof(lanes));
    for (size_t i = 0; i < rows; i++) {
        double *sum = lane[i % GR_LANES];
        GR_EACH for (size_t j = 0; j < width; j++) {
            double distance = (double)x[i * stride + j] - mean[j];
            sum[j] = fma(distance, distance, sum[j]);
        }
    }
    add_lanes(lane, width, var);
    for (size_t j = 0; j < width; j++)
        var[j] /= (double)rows;
}

void GR_NAME(norm_forward)(size_t rows, size_t columns, size_t from, size_t to, double eps,
                           const void *x_values, const void *gamma_values,
                           const void *beta_values, double *mean, double *var,
                           void *xhat_values, void *y_values)
{
    const size_t stride = gr_stride(columns, sizeof(real));
    for (size_t j0 = from, width; j0 < to; j0 += width) {
        width = block_width(j0, to);
        const real *x = (const real *)x_values + j0;
        const real *gamma = (const real *)gamma_values + j0;
        const real *beta = (const real *)beta_values + j0;
        real *xhat = (real *)xhat_values + j0, *y = (real *)y_values + j0;
        double *mean_j = mean + j0, inverse[BLOCK];
        moments(rows, stride, width, x, mean_j, var + j0);
        for (size_t j = 0; j < width; j++)
            inverse[j] = 1 / sqrt(var[j0 + j] + eps);
        for (size_t i = 0; i < rows; i++) {
            const size_t row = i * stride;
            GR_EACH for (size_t j = 0; j < width; j++) {
                real h = (real)(((double)x[row + j] - mean_j[j]) * inverse[j]);
                xhat[row + j] = h;
                y[row + j] = real_fma(gamma[j], h, beta[j]);
            }
        }
    }
}

/* dx = gamma (m dy - sum dy - xhat sum dy xhat) / (m sqrt(var + eps)): gamma is the same
 * in all rows, so that it stands before the sums of g = dy gamma */
void GR_NAME(norm_backward)(size_t rows, size_t columns, size_t from, size_t to,
                            double eps, const double *var, const void *xhat_values,
                            const void *gamma_values, const void *dy_values,
                            void *dgamma_values, void *dbeta_values, void *dx_values)
{
    const size_t stride = gr_stride(columns, sizeof(real));
    const double m = (double)rows;
    for (size_t j0 = from, width; j0 < to; j0 += width) {
        width = block_width(j0, to);
        const real *xhat = (const real *)xhat_values + j0;
        const real *gamma = (const real *)gamma_values + j0;
        const real *dy = (const real *)dy_values + j0;
        real *dgamma = (real *)dgamma_values + j0, *dbeta = (real *)dbeta_values + j0;
        real *dx = (real *)dx_values + j0;
        double sum[BLOCK], product[BLOCK], factor[BLOCK];
        lanes sums = {{0}}, products = {{0}};
        for (size_t i = 0; i < rows; i++) {
            double *s = sums[i % GR_LANES], *p = products[i % GR_LANES];
            GR_EACH for (size_t j = 0; j < width; j++) {
                double d = (double)dy[i * stride + j];
                s[j] += d;
                p[j] = fma(d, (double)xhat[i * stride + j], p[j]);
            }
        }
        add_lanes(sums, width, sum);
        add_lanes(products, width, product);
        for (size_t j = 0; j < width; j++) {
            dgamma[j] = (real)((double)dgamma[j] + product[j]);
            dbeta[j] = (real)((double)dbeta[j] + sum[j]);
            factor[j] = (double)gamma[j] / (m * sqrt(var[j0 + j] + eps));
        }
        for (size_t i = 0; i < rows; i++) {
            const size_t row = i * stride;
            GR_EACH for (size_t j = 0; j < width; j++) {
                double g = fma(m, (double)dy[row + j], -sum[j]);
                g = fma((double)-xhat[row + j], product[j], g);
                dx[row + j] = (real)(factor[j] * g);
            }
        }
    }
}

void GR_NAME(norm_infer)(size_t rows, size_t columns, double eps, const void *x_values,
                         const void *mean_values, const void *var_values,
                         const void *gamma_values, const void *beta_values,
                         void *y_values)
{
    const size_t stride = gr_stride(columns, sizeof(real));
    for (size_t j0 = 0, width; j0 < columns; j0 += width) {
        width = block_width(j0, columns);
        const real *x = (const real *)x_values + j0;
        const real *mean = (const real *)mean_values + j0;
        const real *var = (const real *)var_values + j0;
        const real *gamma = (const real *)gamma_values + j0;
        const real *beta = (const real *)beta_values + j0;
        real *y = (real *)y_values + j0, factor[BLOCK];
        for (size_t j = 0; j < width; j++)
            factor[j] = (real)((double)gamma[j] / sqrt((double)var[j] + eps));
        for (size_t i = 0; i < rows; i++) {
            const size_t row = i * stride;
            GR_EACH for (size_t j = 0; j < width; j++)
                y[row + j] = real_fma(x[row + j] - mean[j], factor[j], beta[j]);
        }
    }
}
