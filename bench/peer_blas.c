/*
 * bench/peer_blas.c - a plain C network on OpenBLAS, as one of the tools of
 * `make bench-peers`
 *
 * What one writes by hand when a BLAS is at hand: weights stand as [inputs][outputs], all
 * three products are cblas_sgemm, and the step of plain SGD is the product that gives the
 * gradient (BP3), by its alpha and beta. Loops over units are left to the compiler, which
 * may reorder sums and call vector versions of libm here (bench/meson.build).
 *
 * SPDX-License-Identifier: MIT
 */
#include <cblas.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "peer.h"

static const peer_case *at;
static float rate_of_a_row;
static bool relu, sigmoid_last, classes;
static float *weight[PEER_WIDTHS], *bias[PEER_WIDTHS];
static float *unit[PEER_WIDTHS + 1], *slope[PEER_WIDTHS + 1]; /* [batch][width]; d of it */
static float *prediction;
static uint32_t *order;
static size_t next, chunk;

static const char *about(void)
{
    static char text[128];

    snprintf(text, sizeof text, "C on %.15s (%s kernels)", openblas_get_config(),
             openblas_get_corename());
    return text;
}

/* ---- one step ---- */

static void sigmoid(float *restrict a, size_t count)
{
    for (size_t i = 0; i < count; i++)
        a[i] = 1 / (1 + expf(-a[i]));
}

static void activate(size_t layer, float *restrict a, size_t rows)
{
    const size_t count = rows * at->width[layer + 1];

    if (layer + 1 < at->layers && relu)
        for (size_t i = 0; i < count; i++)
            a[i] = a[i] > 0 ? a[i] : 0;
    else if (layer + 1 < at->layers || sigmoid_last)
        sigmoid(a, count);
}

static void softmax(float *restrict z, size_t rows, size_t outputs)
{
    for (size_t i = 0; i < rows; i++, z += outputs) {
        float most = z[0], sum = 0;
        for (size_t j = 1; j < outputs; j++)
            most = z[j] > most ? z[j] : most;
        for (size_t j = 0; j < outputs; j++)
            sum += z[j] = expf(z[j] - most);
        for (size_t j = 0; j < outputs; j++)
            z[j] /= sum;
    }
}

/* y = x W + b, through all layers; a single row is a product of matrix and vector. */
static void forward(const float *x, size_t rows, float *last)
{
    for (size_t l = 0; l < at->layers; l++) {
        const int in = (int)at->width[l], out = (int)at->width[l + 1];
        float *y = l + 1 < at->layers ? unit[l + 1] : last;
        for (size_t i = 0; i < rows; i++)
            memcpy(y + i * (size_t)out, bias[l], (size_t)out * sizeof(float));
        if (rows == 1)
            cblas_sgemv(CblasRowMajor, CblasTrans, in, out, 1, weight[l], out, x, 1, 1, y, 1);
        else
            cblas_sgemm(CblasRowMajor, CblasNoTrans, CblasNoTrans, (int)rows, out, in, 1, x,
                        in, weight[l], out, 1, y, out);
        activate(l, y, rows);
        x = y;
    }
    if (classes)
        softmax(last, rows, at->width[at->layers]);
}

/* The loss's gradient by the values before the last activation. */
static void start_backward(const uint32_t *rows)
{
    const size_t outputs = at->width[at->layers];
    const float *a = unit[at->layers];
    float *d = slope[at->layers];

    for (size_t i = 0; i < at->batch; i++) {
        const float *y = at->y + rows[i] * outputs;
        for (size_t j = 0; j < outputs; j++, a++, d++)
            *d = (*a - y[j]) * (sigmoid_last ? *a * (1 - *a) : 1);
    }
}

static void step_back(size_t l)
{
    const int in = (int)at->width[l], out = (int)at->width[l + 1], rows = (int)at->batch;
    const size_t count = at->batch * at->width[l];
    float *restrict dx = slope[l];
    const float *restrict x = unit[l];

    if (l > 0) {
        cblas_sgemm(CblasRowMajor, CblasNoTrans, CblasTrans, rows, in, out, 1, slope[l + 1],
                    out, weight[l], out, 0, dx, in);
        if (relu)
            for (size_t i = 0; i < count; i++)
                dx[i] = x[i] > 0 ? dx[i] : 0;
        else
            for (size_t i = 0; i < count; i++)
                dx[i] *= x[i] * (1 - x[i]);
    }
    for (size_t i = 0; i < at->batch; i++)
        for (size_t j = 0; j < (size_t)out; j++)
            bias[l][j] -= rate_of_a_row * slope[l + 1][i * (size_t)out + j];
    cblas_sgemm(CblasRowMajor, CblasTrans, CblasNoTrans, in, out, rows, -rate_of_a_row,
                unit[l], in, slope[l + 1], out, 1, weight[l], out);
}

static void step(const uint32_t *rows)
{
    const size_t inputs = at->width[0];

    for (size_t i = 0; i < at->batch; i++)
        memcpy(unit[0] + i * inputs, at->x + rows[i] * inputs, inputs * sizeof(float));
    forward(unit[0], at->batch, unit[at->layers]);
    start_backward(rows);
    for (size_t l = at->layers; l-- > 0;)
        step_back(l);
}

/* ---- what the driver asks for ---- */

static size_t train_rows(void)
{
    return at->batch;
}

static void train(size_t steps)
{
    for (size_t i = 0; i < steps; i++, next += at->batch) {
        if (next == at->rows) {
            peer_shuffle(order, at->rows);
            next = 0;
        }
        step(order + next);
    }
}

static size_t infer_rows(void)
{
    return at->rows;
}

static void infer(size_t passes)
{
    for (size_t pass = 0; pass < passes; pass++)
        for (size_t i = 0; i < at->rows; i += chunk)
            forward(at->x + i * at->width[0], at->rows - i < chunk ? at->rows - i : chunk,
                    prediction + i * at->width[at->layers]);
}

static double check(size_t steps)
{
    const size_t outputs = at->width[at->layers];
    double sum = 0;

    for (size_t i = 0; i < steps; i++)
        step(order);
    forward(at->x, at->batch, prediction);
    for (size_t i = 0; i < at->batch; i++)
        for (size_t j = 0; j < outputs; j++) {
            const double a = prediction[i * outputs + j], y = at->y[i * outputs + j];
            sum += classes ? (y > 0 ? -log(a) : 0) : (a - y) * (a - y) / 2;
        }
    return sum / (double)at->batch;
}

/* ---- a case ---- */

static void make_layer(size_t l, size_t most_rows)
{
    const size_t in = at->width[l], out = at->width[l + 1];

    weight[l] = peer_allocate(in * out * sizeof(float));
    bias[l] = peer_allocate(out * sizeof(float));
    for (size_t i = 0; i < in; i++)
        for (size_t j = 0; j < out; j++)
            weight[l][i * out + j] = at->weight[l][j * in + i];
    memcpy(bias[l], at->weight[l] + in * out, out * sizeof(float));
    unit[l + 1] = peer_allocate(most_rows * out * sizeof(float));
    slope[l + 1] = peer_allocate(at->batch * out * sizeof(float));
}

static void close(void)
{
    for (size_t l = 0; l < PEER_WIDTHS; l++) {
        free(weight[l]);
        free(bias[l]);
        free(unit[l]);
        free(slope[l]);
        weight[l] = bias[l] = unit[l] = slope[l] = NULL;
    }
    free(unit[PEER_WIDTHS]);
    free(slope[PEER_WIDTHS]);
    unit[PEER_WIDTHS] = slope[PEER_WIDTHS] = NULL;
    free(order);
    free(prediction);
}

/* Rows a call predicts: those with which a pass takes the least time. */
static void choose_chunk(void)
{
    static const size_t tried[] = {64, 256, 1024, 4096};
    double least = INFINITY;
    size_t best = 1;

    for (size_t i = 0; i < sizeof tried / sizeof *tried && !at->row_by_row; i++) {
        double took = INFINITY;
        chunk = tried[i];
        for (int j = 0; j < 3; j++) {
            const double from = peer_clock();
            infer(1);
            took = fmin(took, peer_clock() - from);
        }
        if (took < least) {
            least = took;
            best = chunk;
        }
    }
    chunk = best;
}

static const char *open(const peer_case *opened, size_t threads, double rate)
{
    const size_t most_rows = 4096;

    close();
    at = opened;
    openblas_set_num_threads((int)threads);
    rate_of_a_row = (float)(rate / (double)at->batch);
    relu = strcmp(at->hidden, "relu") == 0;
    sigmoid_last = strcmp(at->last, "sigmoid") == 0;
    classes = strcmp(at->last, "softmax") == 0;
    unit[0] = peer_allocate(at->batch * at->width[0] * sizeof(float));
    slope[0] = peer_allocate(at->batch * at->width[0] * sizeof(float));
    for (size_t l = 0; l < at->layers; l++)
        make_layer(l, most_rows);
    prediction = peer_allocate(at->rows * at->width[at->layers] * sizeof(float));
    order = peer_allocate(at->rows * sizeof *order);
    for (size_t i = 0; i < at->rows; i++)
        order[i] = (uint32_t)i;
    next = 0;
    choose_chunk();
    return NULL;
}

int main(int count, char **arguments)
{
    return peer_main(count, arguments, &(peer_tool){about, open, train_rows, train, infer_rows,
                                                    infer, check});
}
