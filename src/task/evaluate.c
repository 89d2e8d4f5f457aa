/*
 * task/evaluate.c - metrics of a model on a table with targets
 *
 * SPDX-License-Identifier: MIT
 */
#include <math.h>
#include <string.h>

#include "base/memory.h"
#include "base/status.h"
#include "net/lists.h"
#include "task/examples.h"
#include "task/predictor.h"
#include "train/metric.h"

enum { MOST_CLASSES = 1000 /* that a confusion matrix is made for: 8 MB */ };

/* What an evaluation reads and gathers. */
typedef struct gathering {
    gradus_predictor *predictor;
    const gr_prep *prep;
    gr_prep_binding binding;
    gr_plan *plan;
    size_t rows;             /* usable ones so far */
    uint32_t *label;         /* [rows] classification */
    double *target;          /* [rows][targets] regression, as the net learns them */
    double *scale;           /* [targets] */
    double *loss;            /* [rows] */
    double *prediction;      /* [rows][outputs], as the net gives them */
    double *scratch;         /* [rows * GR_METRIC_SCRATCH] */
    void *block_y;           /* [GR_BLOCK][targets] in the net's precision */
    uint32_t block_index[GR_BLOCK];
} gathering;

static gradus_status open_evaluation(gathering *e, const gradus_data *data, size_t rows)
{
    gradus_status status;
    const gradus_model *model = e->predictor->model;
    const gradus_context *context = model->context;
    const char *what = "an evaluation";
    size_t loss;

    GR_TRY(gr_prep_bind(e->prep, data, true, &e->binding));
    /* a loss of the user's that this context does not have leaves the usual one */
    const bool known = gr_loss_find(context, model->loss, &loss) == GRADUS_OK;
    const gr_plan_options plan = {
        .rows = GR_BLOCK, .loss = known ? model->loss : NULL, .delta = model->delta};
    GR_TRY(gr_plan_new(model->net, &plan, &e->plan));
    GR_TRY(gr_allocate(context, rows, sizeof *e->loss, what, &e->loss));
    GR_TRY(gr_allocate(context, rows, GR_METRIC_SCRATCH * sizeof *e->scratch, what,
                       &e->scratch));
    GR_TRY(gr_allocate(context, rows, e->predictor->outputs * sizeof *e->prediction, what,
                       &e->prediction));
    if (e->prep->task == GRADUS_CLASSIFICATION) {
        GR_TRY(gr_allocate(context, rows, sizeof *e->label, what, &e->label));
    } else {
        const size_t targets = e->prep->targets;
        GR_TRY(gr_allocate(context, rows, targets * sizeof *e->target, what, &e->target));
        GR_TRY(gr_allocate(context, targets, sizeof *e->scale, what, &e->scale));
        GR_TRY(gr_allocate(context, targets, GR_BLOCK * sizeof(double), what,
                           &e->block_y));
        for (size_t t = 0; t < targets; t++)
            e->scale[t] = e->prep->target[t].scale;
    }
    for (uint32_t i = 0; i < GR_BLOCK; i++)
        e->block_index[i] = i;
done:
    return status;
}

static void close_evaluation(gathering *e)
{
    const gradus_context *context = e->predictor->model->context;

    gr_release(context, e->block_y);
    gr_release(context, e->scale);
    gr_release(context, e->target);
    gr_release(context, e->label);
    gr_release(context, e->prediction);
    gr_release(context, e->scratch);
    gr_release(context, e->loss);
    gr_plan_free(e->plan);
    gr_prep_unbind(&e->binding);
}

/* Losses and predictions of the last `count` rows, whose inputs are loaded. */
static void work_block(gathering *e, size_t count)
{
    const size_t first = e->rows - count;
    gradus_set set = {.rows = count, .x = e->predictor->x};

    if (e->label != NULL) {
        set.label = e->label + first;
    } else {
        const size_t targets = e->prep->targets;
        e->predictor->model->net->kernels->from_double(
            count * targets, e->target + first * targets, e->block_y);
        set.y = e->block_y;
    }
    gr_plan_evaluate(e->plan, &set, e->block_index, count, e->loss + first,
                     e->prediction + first * e->predictor->outputs);
}

static void work(gathering *e, const uint32_t *rows, size_t count)
{
    size_t loaded = 0;

    for (size_t i = 0; i < count; i++) {
        const size_t row = rows == NULL ? i : rows[i], at = e->rows;
        uint32_t *label = e->label == NULL ? NULL : e->label + at;
        double *target = e->target == NULL ? NULL : e->target + at * e->prep->targets;
        if (!gr_read_target(&e->binding, row, label, target))
            continue;
        gr_predictor_load(e->predictor, &e->binding, row, loaded);
        e->rows++;
        if (++loaded < GR_BLOCK)
            continue;
        work_block(e, loaded);
        loaded = 0;
    }
    if (loaded > 0)
        work_block(e, loaded);
}

static const char *commonest_class(const gr_prep *prep)
{
    size_t most = 0;

    for (size_t k = 1; k < prep->classes.count; k++)
        if (prep->class_share[k] > prep->class_share[most])
            most = k;
    return prep->classes.text[most];
}

static gradus_status measure_classes(gathering *e, const gr_metric_input *in)
{
    gradus_status status = GRADUS_OK;
    const size_t classes = e->prep->classes.count;
    gr_evaluating *evaluating = &e->predictor->evaluating;

    evaluating->result.classes = classes;
    evaluating->result.trivial_name = commonest_class(e->prep);
    if (classes == 2)
        gr_best_f1(in, e->scratch, &evaluating->result.best_threshold,
                   &evaluating->result.best_f1);
    if (classes > MOST_CLASSES)
        return GRADUS_OK;
    GR_TRY(gr_allocate(e->predictor->model->context, classes * classes,
                       sizeof *evaluating->confusion, "a confusion matrix",
                       &evaluating->confusion));
    gr_confusion(in, classes, evaluating->confusion);
    evaluating->result.confusion = evaluating->confusion;
done:
    return status;
}

static gradus_status measure(gathering *e)
{
    gradus_status status;
    const gradus_model *model = e->predictor->model;
    gradus_evaluation *result = &e->predictor->evaluating.result;
    size_t loss;
    const bool known = gr_loss_find(model->context, model->loss, &loss) == GRADUS_OK;
    const gr_metric_input in = {
        .rows = e->rows, .outputs = e->predictor->outputs, .prediction = e->prediction,
        .stride = e->predictor->outputs, .label = e->label, .target = e->target,
        .scale = e->scale, .loss = known ? e->loss : NULL};
    const gr_baseline baseline = {
        .context = model->context, .prep = e->prep, .loss = model->loss,
        .delta = model->delta, .rows = e->rows, .label = e->label, .target = e->target};

    *result = (gradus_evaluation){.trivial_name = "mean", .best_threshold = NAN,
                                  .best_f1 = NAN};
    gr_metrics(&in, e->scratch, &result->model);
    GR_TRY(gr_baseline_measure(&baseline, &result->trivial));
    if (e->label != NULL)
        GR_TRY(measure_classes(e, &in));
done:
    return status;
}

gradus_status gr_predictor_evaluate(gradus_predictor *predictor, const gradus_data *data,
                                    const uint32_t *rows, size_t count)
{
    gradus_status status;
    gathering e = {.predictor = predictor, .prep = predictor->model->prep};
    gr_evaluating *evaluating = &predictor->evaluating;
    const unsigned saved = gr_float_enter();

    gr_release(predictor->model->context, evaluating->confusion);
    evaluating->confusion = NULL;
    GR_TRY(open_evaluation(&e, data, count));
    work(&e, rows, count);
    predictor->rows += count;
    if (e.rows == 0)
        GR_TRY(gr_fail(GRADUS_DATA, "%s: none of %zu rows has a target that the model "
                       "knows (\"%s\")", gr_shown_path(data->path), count,
                       e.prep->target[0].name));
    GR_TRY(measure(&e));
    evaluating->result.unknown = count - e.rows;
done:
    close_evaluation(&e);
    gr_float_leave(saved);
    return status;
}

gradus_status gradus_predictor_evaluate(gradus_predictor *predictor,
                                        const gradus_data *data,
                                        const gradus_evaluation **evaluation)
{
    const gradus_status status =
        gr_predictor_evaluate(predictor, data, NULL, data->rows);

    if (status == GRADUS_OK)
        *evaluation = &predictor->evaluating.result;
    return status;
}

gradus_status gradus_predictor_evaluate_rows(gradus_predictor *predictor,
                                             const gradus_data *data, const uint32_t *rows,
                                             size_t count,
                                             const gradus_evaluation **evaluation)
{
    for (size_t i = 0; i < count; i++)
        if (rows[i] >= data->rows)
            return gr_fail(GRADUS_ARGUMENT, "evaluation: row %u of a table of %zu", rows[i],
                           data->rows);
    const gradus_status status = gr_predictor_evaluate(predictor, data, rows, count);
    if (status == GRADUS_OK)
        *evaluation = &predictor->evaluating.result;
    return status;
}
