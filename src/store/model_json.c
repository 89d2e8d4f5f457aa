/*
 * store/model_json.c - what a model is beside its weights, as JSON
 *
 * Each part is written and read by two functions that stand one under the other and name
 * the same members in the same order.
 *
 * SPDX-License-Identifier: MIT
 */
#include "store/model_json.h"

#include <math.h>
#include <string.h>

#include "base/status.h"
#include "store/prep_json.h"

static const char opening[] = "{\"version\":1"; /* raised with any change of members */
static const char *const tasks[2] = {"\"classification\"", "\"regression\""};
static const char *const precisions[2] = {"\"float32\"", "\"float64\""};

/* ---- what is known of the training ---- */

static gradus_status write_training(gr_text *out, const gradus_model *model)
{
    gradus_status status;
    GR_TRY(gr_json_add_key(out, "training"));
    GR_TRY(gr_text_add(out, "{"));
    GR_TRY(gr_json_add_size(out, "rows", model->train_rows));
    if (model->settings == NULL) {
        GR_TRY(gr_json_add_key(out, "settings"));
        GR_TRY(gr_text_add(out, "null"));
    } else {
        GR_TRY(gr_json_add_string(out, "settings", model->settings));
    }
    GR_TRY(gr_text_add(out, "}"));
done:
    return status;
}

static gradus_status read_training(gr_scan *scan, gradus_model *model)
{
    gradus_status status;
    GR_TRY(gr_scan_key(scan, "training"));
    GR_TRY(gr_scan_literal(scan, "{"));
    GR_TRY(gr_scan_size(scan, "rows", &model->train_rows));
    GR_TRY(gr_scan_key(scan, "settings"));
    if (!gr_scan_skip(scan, "null"))
        GR_TRY(gr_scan_string(scan, NULL, &model->settings));
    GR_TRY(gr_scan_literal(scan, "}"));
done:
    return status;
}

/* ---- metrics of the validation rows; null: does not apply, or is not finite ---- */

#define METRIC_LIST(X) \
    X(loss) X(loss_error) X(accuracy) X(auc) X(brier) X(ece) X(rmse) X(mae) X(r2)

static gradus_status write_metrics(gr_text *out, const gradus_metrics *metrics)
{
    gradus_status status;
#define METRIC_VALUE(name) {#name, metrics->name},
    const struct {
        const char *key;
        double value;
    } metric[] = {METRIC_LIST(METRIC_VALUE)};
#undef METRIC_VALUE
    GR_TRY(gr_json_add_key(out, "valid"));
    GR_TRY(gr_text_add(out, "{"));
    GR_TRY(gr_json_add_size(out, "rows", metrics->rows));
    for (size_t m = 0; m < GR_COUNT(metric); m++) {
        if (isfinite(metric[m].value)) {
            GR_TRY(gr_json_add_number(out, metric[m].key, metric[m].value));
        } else {
            GR_TRY(gr_json_add_key(out, metric[m].key));
            GR_TRY(gr_text_add(out, "null"));
        }
    }
    GR_TRY(gr_text_add(out, "}"));
done:
    return status;
}

static gradus_status read_metrics(gr_scan *scan, gradus_metrics *metrics)
{
    gradus_status status;
#define METRIC_PLACE(name) {#name, &metrics->name},
    const struct {
        const char *key;
        double *value;
    } metric[] = {METRIC_LIST(METRIC_PLACE)};
#undef METRIC_PLACE
    GR_TRY(gr_scan_key(scan, "valid"));
    GR_TRY(gr_scan_literal(scan, "{"));
    GR_TRY(gr_scan_size(scan, "rows", &metrics->rows));
    for (size_t m = 0; m < GR_COUNT(metric); m++) {
        GR_TRY(gr_scan_key(scan, metric[m].key));
        *metric[m].value = NAN;
        if (!gr_scan_skip(scan, "null"))
            GR_TRY(gr_scan_number(scan, NULL, metric[m].value));
    }
    GR_TRY(gr_scan_literal(scan, "}"));
done:
    return status;
}

/* ---- all of it ---- */

gradus_status gr_model_write_json(const gradus_model *model, gr_text *out)
{
    gradus_status status;
    const gradus_net *net = model->net;
    char digest[GR_HEX_DIGITS + 1];
    uint64_t value;
    GR_TRY(gradus_net_digest(net, &value));
    gr_json_hex(value, digest);
    GR_TRY(gr_text_add(out, "%s", opening));
    GR_TRY(gr_json_add_choice(out, "task", tasks,
                              model->prep->task == GRADUS_REGRESSION));
    GR_TRY(gr_json_add_string(out, "loss", model->loss));
    GR_TRY(gr_json_add_number(out, "delta", model->delta));
    GR_TRY(gr_json_add_choice(out, "precision", precisions,
                              net->precision == GRADUS_FLOAT64));
    GR_TRY(gr_json_add_size(out, "inputs", gr_net_inputs(net)));
    GR_TRY(gr_json_add_size(out, "outputs", gr_net_outputs(net)));
    GR_TRY(gr_json_add_string(out, "network", gradus_net_text(net)));
    GR_TRY(gr_prep_write_json(model->prep, out));
    GR_TRY(write_training(out, model));
    GR_TRY(write_metrics(out, &model->valid));
    GR_TRY(gr_json_add_string(out, "digest", digest));
    GR_TRY(gr_text_add(out, "}"));
done:
    return status;
}

static gradus_status read_loss(gr_scan *scan, gradus_model *model)
{
    gradus_status status;
    char *loss = NULL;
    GR_TRY(gr_scan_string(scan, "loss", &loss));
    size_t length = strlen(loss);
    if (length == 0 || length >= sizeof model->loss)
        GR_TRY(gr_scan_fail(scan, "the name of a loss has 1 to %zu bytes",
                            sizeof model->loss - 1));
    memcpy(model->loss, loss, length + 1);
    GR_TRY(gr_scan_number(scan, "delta", &model->delta));
    if (model->delta <= 0)
        GR_TRY(gr_scan_fail(scan, "delta is greater than 0"));
done:
    gr_release(scan->context, loss);
    return status;
}

gradus_status gr_model_read_json(gr_scan *scan, gradus_model *model,
                                 gr_model_facts *facts)
{
    gradus_status status;
    bool regression, wide;
    gr_net_shape *shape = &facts->shape;
    GR_TRY(gr_scan_literal(scan, opening));
    GR_TRY(gr_scan_choice(scan, "task", tasks, &regression));
    GR_TRY(read_loss(scan, model));
    GR_TRY(gr_scan_choice(scan, "precision", precisions, &wide));
    shape->precision = wide ? GRADUS_FLOAT64 : GRADUS_FLOAT32;
    GR_TRY(gr_scan_size(scan, "inputs", &shape->inputs));
    GR_TRY(gr_scan_size(scan, "outputs", &shape->outputs));
    GR_TRY(gr_scan_string(scan, "network", &facts->network));
    shape->description = facts->network;
    GR_TRY(gr_allocate(model->context, 1, sizeof *model->prep, "a model's columns",
                       &model->prep));
    model->prep->context = model->context;
    model->prep->task = regression ? GRADUS_REGRESSION : GRADUS_CLASSIFICATION;
    GR_TRY(gr_prep_read_json(scan, model->prep));
    GR_TRY(read_training(scan, model));
    GR_TRY(read_metrics(scan, &model->valid));
    GR_TRY(gr_scan_string(scan, "digest", &facts->digest));
    GR_TRY(gr_scan_literal(scan, "}"));
done:
    return status;
}
