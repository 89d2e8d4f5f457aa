/*
 * bench/loops.c - what bench/peer_blas.c takes from a BLAS, as three loops
 *
 * The first thing one writes: an element of C after the other, each the sum of its products.
 * It is the foot of the ladder in docs/design/kernels.md; `make bench-peers PEERS="--tool
 * loops --tool loops-fast"` measures it as it is built for any x86-64 (-O3), and with all that
 * makes it fast on this one.
 *
 * SPDX-License-Identifier: MIT
 */
#include <cblas.h>
#include <stddef.h>

/* C = alpha op(A) op(B) + beta C: op(A) [m][k], op(B) [k][n], C [m][n], all by rows. */
void cblas_sgemm(const enum CBLAS_ORDER order, const enum CBLAS_TRANSPOSE transposes_a,
                 const enum CBLAS_TRANSPOSE transposes_b, const blasint m, const blasint n,
                 const blasint k, const float alpha, const float *restrict a,
                 const blasint lda, const float *restrict b, const blasint ldb,
                 const float beta, float *restrict c, const blasint ldc)
{
    const ptrdiff_t a_row = transposes_a == CblasTrans ? 1 : lda;
    const ptrdiff_t a_column = transposes_a == CblasTrans ? lda : 1;
    const ptrdiff_t b_row = transposes_b == CblasTrans ? 1 : ldb;
    const ptrdiff_t b_column = transposes_b == CblasTrans ? ldb : 1;

    (void)order;
    for (ptrdiff_t i = 0; i < m; i++)
        for (ptrdiff_t j = 0; j < n; j++) {
            float sum = 0;
            for (ptrdiff_t l = 0; l < k; l++)
                sum += a[i * a_row + l * a_column] * b[l * b_row + j * b_column];
            c[i * ldc + j] = alpha * sum + beta * c[i * ldc + j];
        }
}

/* y = alpha A^T x + beta y: A [m][n] by rows, x [m], y [n]. */
void cblas_sgemv(const enum CBLAS_ORDER order, const enum CBLAS_TRANSPOSE transposes,
                 const blasint m, const blasint n, const float alpha, const float *restrict a,
                 const blasint lda, const float *restrict x, const blasint x_step,
                 const float beta, float *restrict y, const blasint y_step)
{
    (void)order;
    (void)transposes;
    for (ptrdiff_t j = 0; j < n; j++) {
        float sum = 0;
        for (ptrdiff_t i = 0; i < m; i++)
            sum += a[i * lda + j] * x[i * x_step];
        y[j * y_step] = alpha * sum + beta * y[j * y_step];
    }
}

void openblas_set_num_threads(int threads)
{
    (void)threads;
}

char *openblas_get_config(void)
{
    return "three loops";
}

char *openblas_get_corename(void)
{
    return "no";
}
