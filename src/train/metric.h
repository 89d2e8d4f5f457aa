/*
 * train/metric.h - how good predictions are
 *
 * Everything in double and in a fixed order: gr_sum() where rows are added, exact counts
 * where rows are counted. Nothing here allocates or fails; callers bring the scratch.
 *
 * Loss and its error are weighted as the training loss is. Every other metric counts
 * each row once, so that a model's held-out metrics are those of evaluating it there.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef GR_TRAIN_METRIC_H
#define GR_TRAIN_METRIC_H

#include "gradus.h"

typedef struct gr_metric_input {
    size_t rows;
    size_t outputs;           /* of the net; 1 with labels: the second class of two */
    const double *prediction; /* [rows][stride], what the net gives */
    size_t stride;            /* outputs; or 0: the same prediction for every row */
    const uint32_t *label;    /* [rows] class numbers, or NULL: regression */
    const double *target;     /* regression: [rows][outputs], in the unit of prediction */
    const double *scale;      /* regression: [outputs] unit = own unit * scale; NULL: 1 */
    const double *loss;       /* [rows] loss of each example, or NULL: loss is NaN */
    const double *weight;     /* [rows] weight of each loss, or NULL: all 1 */
} gr_metric_input;

/* Doubles of scratch for each row. */
enum { GR_METRIC_SCRATCH = 2, GR_METRIC_BINS = 15 };

/*
 * All metrics that apply, the others NaN; n rows, p the predicted probabilities:
 *
 *     loss      L = sum w l / sum w
 *     error     sqrt(n / (n-1) sum w^2 (l - L)^2) / sum w
 *     accuracy  share of rows whose class has the largest p, the first of equal ones;
 *               a single output: second class when p > 1/2
 *     auc       probability that a row of the class has more p than a row of another one,
 *               equal p counting half; more than two classes: the mean over those that
 *               some, but not all rows have
 *     brier     two classes: mean (p_2 - y_2)^2; more: mean sum_k (p_k - y_k)^2
 *     ece       GR_METRIC_BINS bins (a, b] of equal width of the largest p:
 *               sum over bins |sum p - rows predicted rightly| / n
 *     rmse, mae in the target's own unit, r2 = 1 - sum (p - y)^2 / sum (y - mean y)^2;
 *               several targets: the means of theirs
 *
 * A NaN among the predictions makes all of them NaN. Sources: Brier, "Verification of
 * forecasts expressed in terms of probability", 1950; ECE: Guo et al., "On calibration of
 * modern neural networks", ICML 2017.
 */
void gr_metrics(const gr_metric_input *in,
                double *scratch, /* [rows * GR_METRIC_SCRATCH] */
                gradus_metrics *metrics);

/* No rows, everything else NaN. */
void gr_metrics_none(gradus_metrics *metrics);

/* The area under the ROC curve, as above; NaN where only one class has rows. */
double gr_auc(const gr_metric_input *in, double *scratch);

/* The class a row's prediction says, as accuracy counts it. */
uint32_t gr_predicted_class(const double *prediction, size_t outputs);

/* counts[actual * classes + predicted], overwritten. classes: outputs, or 2. */
void gr_confusion(const gr_metric_input *in, size_t classes, size_t *counts);

/*
 * Two classes: the threshold t for which "second class when p >= t" has the largest
 * F1 = 2 TP / (2 TP + FP + FN); of equal ones the largest t. NaN without such rows.
 */
void gr_best_f1(const gr_metric_input *in, double *scratch, double *threshold,
                double *f1);

#endif
