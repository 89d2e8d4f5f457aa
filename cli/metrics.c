/*
 * cli/metrics.c - the metrics by name
 *
 * SPDX-License-Identifier: MIT
 */
#include "metrics.h"

#include <math.h>
#include <stddef.h>
#include <string.h>

#include "message.h"
#include "text.h"

#define METRIC(field, share, title) {#field, title, offsetof(gradus_metrics, field), share},
const cli_metric metric_table[METRIC_COUNT] = {
    METRIC(loss, false, "loss, mean per row")
    METRIC(loss_error, false, "standard error of the loss")
    METRIC(accuracy, true, "accuracy")
    METRIC(auc, false, "AUC, area under the ROC curve")
    METRIC(brier, false, "Brier score")
    METRIC(ece, false, "ECE, expected calibration error")
    METRIC(rmse, false, "RMSE, root mean squared error")
    METRIC(mae, false, "MAE, mean absolute error")
    METRIC(r2, false, "R\u00b2, share of the variance explained")
};
#undef METRIC

double metric_value(const cli_metric *metric, const gradus_metrics *metrics)
{
    double value;

    memcpy(&value, (const char *)metrics + metric->offset, sizeof value);
    return value;
}

void metrics_json(cli_report *report, const gradus_metrics *metrics)
{
    report_count(report, "rows", metrics->rows, NULL);
    for (size_t i = 0; i < METRIC_COUNT; i++)
        report_number(report, metric_table[i].name,
                      metric_value(&metric_table[i], metrics), 0, NULL);
}

void metrics_say(cli_report *report, const gradus_metrics *model,
                 const gradus_metrics *trivial, const char *trivial_name)
{
    if (!isnan(model->accuracy)) {
        report_say(report, "accuracy %s (", text_share(model->accuracy, 1));
        if (trivial_name)
            report_say(report, "always \"%s\": ", text_name(trivial_name));
        else
            report_say(report, "always the commonest: ");
        report_say(report, "%s)", text_share(trivial->accuracy, 1));
        if (!isnan(model->auc))
            report_say(report, ", auc %.3f", model->auc);
    } else {
        report_say(report, "rmse %s (always the mean: %s), mae %s",
                   text_fixed(model->rmse, 4), text_fixed(trivial->rmse, 4),
                   text_fixed(model->mae, 4));
        if (!isnan(model->r2))
            report_say(report, ", r2 %.3f", model->r2);
    }
    report_say(report, ", loss %s", text_fixed(model->loss, 4));
}

static gradus_status demand(const gradus_metrics *metrics, const char *name, double limit,
                            int sign, const char *flag)
{
    cli_nearest near = nearest_start(name);

    for (size_t i = 0; i < METRIC_COUNT; i++) {
        double value = metric_value(&metric_table[i], metrics);
        nearest_try(&near, metric_table[i].name);
        if (strcmp(metric_table[i].name, name) != 0)
            continue;
        if (isnan(value))
            return fail(GRADUS_ARGUMENT, "--%s: %s does not apply to this model", flag,
                        name);
        if (sign * value >= sign * limit)
            return GRADUS_OK;
        return fail(GRADUS_NO, "%s %s is %s %s", name, text_number(value, 6),
                    sign > 0 ? "below" : "above", text_number(limit, 6));
    }
    if (near.best)
        return fail(GRADUS_ARGUMENT, "--%s: no metric \"%s\"; did you mean \"%s\"?", flag,
                    name, near.best);
    return fail(GRADUS_ARGUMENT,
                "--%s: no metric \"%s\": accuracy, auc, loss, brier, ece, "
                "rmse, mae, r2",
                flag, name);
}

gradus_status metrics_demand(const gradus_metrics *metrics, const char *list, int sign,
                             const char *flag)
{
    gradus_status worst = GRADUS_OK;

    while (list && *list) {
        size_t length = strcspn(list, ","), name_length = strcspn(list, "=,");
        char name[32];
        double limit;
        gradus_status status;

        if (name_length == length || name_length >= sizeof name ||
            !gradus_number_read(list + name_length + 1, length - name_length - 1, &limit))
            return fail(GRADUS_ARGUMENT,
                        "--%s: \"%.*s\" is not name=number: write "
                        "--%s accuracy=0.85",
                        flag, (int)length, list, flag);
        memcpy(name, list, name_length);
        name[name_length] = 0;
        status = demand(metrics, name, limit, sign, flag);
        if (status == GRADUS_ARGUMENT)
            return status;
        if (status != GRADUS_OK)
            worst = status;
        list += length + (list[length] == ',');
    }
    return worst;
}

void metric_spread(const gradus_metrics *folds, size_t count, const cli_metric *metric,
                   double *mean, double *deviation)
{
    double square = 0;

    *mean = 0;
    for (size_t k = 0; k < count; k++)
        *mean += metric_value(metric, &folds[k]) / (double)count;
    for (size_t k = 0; k < count; k++)
        square += pow(metric_value(metric, &folds[k]) - *mean, 2);
    *deviation = sqrt(square / (double)(count - 1));
}
