/*
 * train/metric.c - loss, accuracy, calibration, and the errors of regression
 *
 * SPDX-License-Identifier: MIT
 */
#include "train/metric.h"

#include <math.h>
#include <stdbool.h>

#include "kernels/kernels.h"

void gr_metrics_none(gradus_metrics *metrics)
{
    *metrics = (gradus_metrics){
        .rows = 0, .loss = NAN, .loss_error = NAN, .accuracy = NAN, .auc = NAN,
        .brier = NAN, .ece = NAN, .rmse = NAN, .mae = NAN, .r2 = NAN,
    };
}

static const double *row_of(const gr_metric_input *in, size_t row)
{
    return in->prediction + row * in->stride;
}

static bool any_nan(const gr_metric_input *in)
{
    size_t rows = in->stride == 0 ? 1 : in->rows;

    for (size_t i = 0; i < rows; i++)
        for (size_t j = 0; j < in->outputs; j++)
            if (isnan(row_of(in, i)[j]))
                return true;
    return false;
}

/* L = sum w l / sum w;  error = sqrt(n / (n-1) sum w^2 (l - L)^2) / sum w */
static void measure_loss(const gr_metric_input *in, double *scratch,
                         gradus_metrics *metrics)
{
    size_t n = in->rows;
    double weight = in->weight == NULL ? (double)n : gr_sum(n, in->weight);

    for (size_t i = 0; i < n; i++)
        scratch[i] = in->weight == NULL ? in->loss[i] : in->weight[i] * in->loss[i];
    double loss = gr_sum(n, scratch) / weight;

    for (size_t i = 0; i < n; i++) {
        double deviation = in->loss[i] - loss;
        if (in->weight != NULL)
            deviation *= in->weight[i];
        scratch[i] = deviation * deviation;
    }
    metrics->loss = loss;
    metrics->loss_error = n < 2 ? NAN
        : sqrt((double)n / (double)(n - 1) * gr_sum(n, scratch)) / weight;
}

uint32_t gr_predicted_class(const double *prediction, size_t outputs)
{
    if (outputs == 1)
        return prediction[0] > 0.5;
    uint32_t best = 0;
    for (uint32_t k = 1; k < outputs; k++)
        if (prediction[k] > prediction[best])
            best = k;
    return best;
}

void gr_confusion(const gr_metric_input *in, size_t classes, size_t *counts)
{
    for (size_t k = 0; k < classes * classes; k++)
        counts[k] = 0;
    for (size_t i = 0; i < in->rows; i++)
        counts[in->label[i] * classes + gr_predicted_class(row_of(in, i), in->outputs)]++;
}

/* (p_2 - y_2)^2 for two classes, else sum_k (p_k - y_k)^2 */
static double brier_of_row(const double *p, size_t outputs, uint32_t label)
{
    if (outputs <= 2) {
        double difference = p[outputs - 1] - (label == 1);
        return difference * difference;
    }
    double sum = 0;
    for (size_t k = 0; k < outputs; k++) {
        double difference = p[k] - (k == label);
        sum += difference * difference;
    }
    return sum;
}

static double top_probability(const double *p, size_t outputs, uint32_t predicted)
{
    if (outputs == 1)
        return predicted == 1 ? p[0] : 1 - p[0];
    return p[predicted];
}

/* Bin b holds (b / BINS, (b+1) / BINS]. */
static size_t bin_of(double p)
{
    double bin = ceil(p * GR_METRIC_BINS) - 1;
    if (bin < 0)
        return 0;
    return bin < GR_METRIC_BINS ? (size_t)bin : GR_METRIC_BINS - 1;
}

static void measure_classes(const gr_metric_input *in, double *scratch,
                            gradus_metrics *metrics)
{
    double n = (double)in->rows;
    double confidence[GR_METRIC_BINS] = {0};
    size_t right[GR_METRIC_BINS] = {0};
    size_t all_right = 0;

    for (size_t i = 0; i < in->rows; i++) {
        const double *p = row_of(in, i);
        uint32_t predicted = gr_predicted_class(p, in->outputs);
        double top = top_probability(p, in->outputs, predicted);
        size_t bin = bin_of(top);

        confidence[bin] += top;
        right[bin] += predicted == in->label[i];
        all_right += predicted == in->label[i];
        scratch[i] = brier_of_row(p, in->outputs, in->label[i]);
    }
    double gap = 0;
    for (size_t b = 0; b < GR_METRIC_BINS; b++)
        gap += fabs(confidence[b] - (double)right[b]);

    metrics->accuracy = (double)all_right / n;
    metrics->brier = gr_sum(in->rows, scratch) / n;
    metrics->ece = gap / n;
    metrics->auc = gr_auc(in, scratch);
}

/* One target's rmse, mae and r2; e = p - y. */
static void measure_target(const gr_metric_input *in, size_t target, double *scratch,
                           double error[3])
{
    size_t n = in->rows, m = in->outputs;
    double unit = in->scale == NULL ? 1 : in->scale[target];
    const double *y = in->target + target;

    for (size_t i = 0; i < n; i++) {
        double e = row_of(in, i)[target] - y[i * m];
        scratch[i] = e * e;
        scratch[n + i] = fabs(e);
    }
    double squares = gr_sum(n, scratch);
    error[0] = sqrt(squares / (double)n) / unit;
    error[1] = gr_sum(n, scratch + n) / (double)n / unit;

    for (size_t i = 0; i < n; i++)
        scratch[i] = y[i * m];
    double mean = gr_sum(n, scratch) / (double)n;
    for (size_t i = 0; i < n; i++)
        scratch[i] = (y[i * m] - mean) * (y[i * m] - mean);
    double spread = gr_sum(n, scratch);
    error[2] = spread > 0 ? 1 - squares / spread : NAN;
}

static void measure_targets(const gr_metric_input *in, double *scratch,
                            gradus_metrics *metrics)
{
    double sum[3] = {0};

    for (size_t j = 0; j < in->outputs; j++) {
        double error[3];
        measure_target(in, j, scratch, error);
        for (size_t k = 0; k < 3; k++)
            sum[k] += error[k];
    }
    metrics->rmse = sum[0] / (double)in->outputs;
    metrics->mae = sum[1] / (double)in->outputs;
    metrics->r2 = sum[2] / (double)in->outputs;
}

void gr_metrics(const gr_metric_input *in, double *scratch, gradus_metrics *metrics)
{
    gr_metrics_none(metrics);
    metrics->rows = in->rows;
    if (in->rows == 0 || any_nan(in))
        return;
    if (in->loss != NULL)
        measure_loss(in, scratch, metrics);
    if (in->label != NULL)
        measure_classes(in, scratch, metrics);
    else
        measure_targets(in, scratch, metrics);
}
