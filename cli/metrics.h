/*
 * cli/metrics.h - the metrics by name
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef CLI_METRICS_H
#define CLI_METRICS_H

#include "report.h"

typedef struct cli_metric {
    const char *name;
    const char *title;          /* in full */
    size_t offset;              /* in gradus_metrics */
    bool is_share;              /* between 0 and 1, shown per cent */
} cli_metric;

enum { METRIC_COUNT = 9 };
extern const cli_metric metric_table[METRIC_COUNT];

double metric_value(const cli_metric *metric, const gradus_metrics *metrics);

/* All that apply, and the number of rows, as members of the JSON object being filled. */
void metrics_json(cli_report *report, const gradus_metrics *metrics);

/*
 * One line of the most telling ones: "accuracy 85.7 % (always "<=50K": 76.1 %), auc
 * 0.913". `trivial_name` is the trivial predictor's answer, NULL where it is unknown.
 */
void metrics_say(cli_report *report, const gradus_metrics *model,
                 const gradus_metrics *trivial, const char *trivial_name);

/*
 * Whether "accuracy=0.85,auc=0.9" holds: every metric at least (sign 1) or at most
 * (sign -1) its value. `flag` is said in messages.
 * Errors   NO: what does not hold is said; ARGUMENT.
 */
gradus_status metrics_demand(const gradus_metrics *metrics, const char *list, int sign,
                             const char *flag);

/* Mean and standard deviation of a metric over the parts of a cross-validation. */
void metric_spread(const gradus_metrics *folds, size_t count, const cli_metric *metric,
                   double *mean, double *deviation);

#endif
