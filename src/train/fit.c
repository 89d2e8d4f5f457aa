/*
 * train/fit.c - gradient descent: epochs, steps, validation, the best weights
 *
 * SPDX-License-Identifier: MIT
 */
#include "train/fit.h"

#include <math.h>
#include <string.h>

#include "base/clock.h"
#include "base/status.h"
#include "net/build.h"
#include "net/criterion.h"
#include "train/metric.h"
#include "train/run.h"

void gradus_fit_defaults(gradus_fit_options *options)
{
    *options = (gradus_fit_options){
        .delta = 1, .epochs = 50, .draw = GRADUS_DRAW_SHUFFLE, .optimizer = "adamw",
        .learning_rate = NAN, .momentum = 0.9, .alpha = 0.99, .beta1 = 0.9, .beta2 = 0.999,
        .epsilon = 1e-8, .weight_decay = NAN, .schedule = "cosine", .decay = NAN,
        .starts = 1, .seed = 1,
    };
}

/* ---- parameters put aside ---- */

size_t gr_run_kept_bytes(const gradus_net *net)
{
    return (net->parameter_room + net->statistic_room) * net->kernels->size;
}

void gr_run_keep(const gradus_net *net, void *kept)
{
    const size_t bytes = net->parameter_room * net->kernels->size;
    memcpy(kept, net->parameters, bytes);
    memcpy((char *)kept + bytes, net->statistics, gr_run_kept_bytes(net) - bytes);
}

void gr_run_put_back(gradus_net *net, const void *kept)
{
    const size_t bytes = net->parameter_room * net->kernels->size;
    memcpy(net->parameters, kept, bytes);
    memcpy(net->statistics, (const char *)kept + bytes, gr_run_kept_bytes(net) - bytes);
}

/* ---- opening a run ---- */

/* Small tables need many steps, large ones full vectors (docs/design/defaults.md). */
size_t gr_fit_batch(size_t rows)
{
    return rows <= 512 ? 16 : rows <= 1024 ? 32 : rows <= 8192 ? 64
         : rows <= 32768 ? 128 : rows <= 131072 ? 256 : 512;
}

void gr_run_choose_batch(gradus_fit_options *options, size_t rows)
{
    if (options->batch == 0)
        options->batch = gr_fit_batch(rows);
    if (options->batch > rows)
        options->batch = rows;
}

static gradus_status resolve(gr_run *r)
{
    gradus_fit_options *o = &r->options;
    double rate, decay;
    gradus_status status = gr_fit_optimizer(o->optimizer, &rate, &decay);
    if (status != GRADUS_OK)
        return status;
    if (isnan(o->learning_rate))
        o->learning_rate = rate;
    if (!(o->learning_rate > 0 && isfinite(o->learning_rate)))
        return gr_fail(GRADUS_ARGUMENT, "learning-rate: it must be above 0 and finite");
    if (!(o->label_smoothing >= 0 && o->label_smoothing < 1))
        return gr_fail(GRADUS_ARGUMENT, "label-smoothing: from 0 to below 1");
    if (!(o->delta > 0 && isfinite(o->delta)))
        return gr_fail(GRADUS_ARGUMENT, "delta: it must be above 0 and finite");
    if (o->epochs == 0 || o->epochs > UINT32_MAX || o->starts == 0)
        return gr_fail(GRADUS_ARGUMENT, "epochs and starts: at least 1 is needed");
    gr_run_choose_batch(o, r->train->rows);
    return GRADUS_OK;
}

/* Steps of an epoch: enough for all rows. A shuffled pass ends with a short batch; where
 * batch norm is used and a single row would be left over, it waits for the next epoch. */
static size_t count_steps(const gr_run *r)
{
    const size_t rows = r->train->rows, batch = r->options.batch;
    const size_t full = rows / batch, left = rows % batch;
    if (left == 0)
        return full;
    const bool shuffled = r->options.draw == GRADUS_DRAW_SHUFFLE;
    return shuffled && left == 1 && gr_net_has_batchnorm(r->net) ? full : full + 1;
}

static gradus_status open_validation(gr_run *r)
{
    gradus_status status = GRADUS_OK;
    const gradus_context *context = r->net->context;
    const size_t outputs = gr_net_outputs(r->net);
    const size_t rows = r->valid == NULL ? 0 : r->valid->rows;
    if (rows == 0)
        return GRADUS_OK;
    GR_TRY(gr_set_check(r->net, r->valid, "validation examples"));
    GR_TRY(gr_allocate(context, rows, sizeof(uint32_t), "validation", &r->valid_order));
    GR_TRY(gr_allocate(context, rows, sizeof(double), "validation", &r->valid_loss));
    GR_TRY(gr_allocate(context, rows * outputs, sizeof(double), "validation",
                       &r->valid_prediction));
    GR_TRY(gr_allocate(context, rows * GR_METRIC_SCRATCH, sizeof(double), "validation",
                       &r->valid_scratch));
    if (r->valid->y != NULL) {
        GR_TRY(gr_allocate(context, rows * outputs, sizeof(double), "validation",
                           &r->valid_target));
        r->net->kernels->to_double(rows * outputs, r->valid->y, r->valid_target);
    }
    for (size_t i = 0; i < rows; i++)
        r->valid_order[i] = (uint32_t)i;
done:
    return status;
}

gr_plan_options gr_run_plan(const gradus_fit_options *options)
{
    return (gr_plan_options){.rows = options->batch, .loss = options->loss,
                             .delta = options->delta,
                             .label_smoothing = options->label_smoothing,
                             .steps = options->clip == 0,
                             .checkpoint = options->checkpoint_activations};
}

gradus_status gr_run_open(gr_run *r)
{
    gradus_status status;
    const gradus_context *context = r->net->context;
    GR_TRY(gr_set_check(r->net, r->train, "training examples"));
    GR_TRY(resolve(r));
    gr_plan_options plan = gr_run_plan(&r->options);
    GR_TRY(gr_pool_new(context, gr_plan_threads(r->net, plan.rows, context->threads),
                       &r->pool));
    plan.pool = r->pool;
    GR_TRY(gr_plan_new(r->net, &plan, &r->plan));
    const size_t threads = gr_pool_threads(r->pool);
    gr_tempo_open(&r->tempo, threads > 1 && !context->always_threads ? gr_clock : NULL,
                  threads, gr_plan_work(r->net, plan.rows));
    GR_TRY(gr_optimizer_open(r->net, &r->options, r->pool, &r->optimizer));
    r->draw = (gr_draw){.kind = r->options.draw, .rows = (uint32_t)r->train->rows,
                        .batch = r->options.batch, .steps = count_steps(r),
                        .kernels = r->net->kernels};
    GR_TRY(gr_rate_choose(&r->options, r->options.learning_rate, r->options.epochs,
                          r->draw.steps, &r->rate));
    if (r->draw.kind == GRADUS_DRAW_SUBSET)
        GR_TRY(gr_allocate(context, r->draw.rows, sizeof *r->draw.taken, "row marks",
                           &r->draw.taken));
    GR_TRY(gr_allocate(context, gr_draw_room(&r->draw), sizeof *r->order, "row numbers",
                       &r->order));
    GR_TRY(gr_allocate(context, gr_run_kept_bytes(r->net), 1, "the best weights", &r->kept));
    if (r->options.starts > 1)
        GR_TRY(gr_allocate(context, gr_run_kept_bytes(r->net), 1, "the best start's weights",
                           &r->kept_start));
    GR_TRY(open_validation(r));
done:
    return status;
}

void gr_run_close(gr_run *r)
{
    if (r->net == NULL)
        return;
    const gradus_context *context = r->net->context;
    gr_release(context, r->valid_target);
    gr_release(context, r->valid_scratch);
    gr_release(context, r->valid_prediction);
    gr_release(context, r->valid_loss);
    gr_release(context, r->valid_order);
    gr_release(context, r->kept_start);
    gr_release(context, r->kept);
    gr_release(context, r->order);
    gr_release(context, r->draw.taken);
    gr_optimizer_close(&r->optimizer);
    gr_plan_free(r->plan);
    gr_pool_free(r->pool);
}

/* ---- one step ---- */

/* What has the first weight or running statistic that is not finite, or NULL. */
static const gr_tensor *find_broken(const gradus_net *net)
{
    const gr_kernels *k = net->kernels;
    const size_t weight = k->find_not_finite(net->parameter_room, net->parameters);
    const size_t statistic = k->find_not_finite(net->statistic_room, net->statistics);
    for (size_t i = 0; i < net->tensors; i++) {
        const gr_tensor *tensor = &net->tensor[i];
        const size_t at = tensor->group == GR_GROUP_STATISTIC ? statistic : weight;
        if (at >= tensor->first && at - tensor->first < tensor->room)
            return tensor;
    }
    return NULL;
}

/* Values are found where they first arise; a loss that overflows alone is the last layer's. */
static gradus_status diverged(gr_run *r)
{
    size_t layer;
    const char *type, *what = "gives a value that is not finite";
    char rate[GRADUS_NUMBER_LENGTH];
    gradus_number_write_float((float)(r->options.learning_rate / 10), rate);
    if (!gr_plan_find_not_finite(r->plan, &layer, &type)) {
        const gr_tensor *broken = find_broken(r->net);
        what = "gives values whose loss is not finite";
        if (broken != NULL) {
            layer = r->net->node[broken->node].number;
            type = r->net->node[broken->node].type->name;
            what = broken->group == GR_GROUP_STATISTIC
                       ? "has a mean or a variance that is not finite"
                       : "has a weight that is not finite";
        }
    }
    r->report.diverged_step = r->step + 1;
    r->report.diverged_layer = layer;
    return gr_fail(GRADUS_DIVERGED,
                   "training diverged in epoch %zu, step %zu: layer %zu (%s) %s: take a "
                   "smaller learning rate (%s is a tenth of this one) or clip the gradient "
                   "(clip 1)", r->epoch + 1, r->step + 1, layer, type, what, rate);
}

static bool out_of_patience(const gr_run *r)
{
    return r->options.patience > 0 && r->valid != NULL && r->valid->rows > 0 &&
           r->report.epochs - r->report.best_epoch >= r->options.patience;
}

static bool observe(const gr_run *r, const gradus_metrics *valid, bool best)
{
    if (r->options.observer == NULL)
        return false;
    const size_t at = r->epoch * r->draw.steps + r->step;
    gradus_progress progress = {
        .epoch = r->epoch + (valid != NULL), .epochs = r->options.epochs,
        .step = r->step + 1, .steps = r->draw.steps, .rate = gr_rate_at(&r->rate, at),
        .train_loss = r->train_loss / r->train_weight,
        .end_of_epoch = valid != NULL, .best = best,
        .start = r->start + 1, .starts = r->options.starts, .net = r->net};
    gr_metrics_none(&progress.valid);
    if (valid != NULL) {
        progress.valid = *valid;
        progress.last = progress.epoch == progress.epochs || out_of_patience(r);
    }
    return r->options.observer(&progress, r->options.user) != 0;
}

/* The loss of some rows, and the step by its gradient: taken within the pass where the
 * gradient is neither clipped nor computed in pieces. */
static double descend(gr_run *r, const uint32_t *index, size_t count)
{
    double loss;
    gr_plan *plan = r->plan;
    const double weight = gr_plan_weight(r->train, index, count);
    const double rate = gr_rate_at(&r->rate, r->epoch * r->draw.steps + r->step);
    const bool at_once = weight > 0 && r->options.clip == 0 && count <= plan->piece;
    gr_plan_gradient(plan, r->train, index, count,
                     at_once ? gr_optimizer_descent(&r->optimizer, 1 / weight, rate) : NULL,
                     NULL, &loss);
    if (weight > 0 && isfinite(loss)) {
        if (plan->batchnorm)
            gr_batchnorm_keep(r->net, &plan->pass);
        if (!at_once)
            gr_optimizer_step(&r->optimizer, plan->pass.gradient, weight, rate);
    }
    r->train_weight += weight;
    return loss;
}

/* Within an epoch the rows of the next step are known; a row left over has none. */
static void announce(gr_run *r, size_t next)
{
    const size_t drawn = r->draw.kind == GRADUS_DRAW_SHUFFLE ? r->draw.rows
                                                             : r->draw.steps * r->draw.batch;
    const size_t left = r->step + 1 < r->draw.steps ? drawn - next : 0;
    gr_plan_announce(r->plan, r->train, r->order + next,
                     left < r->draw.batch ? left : r->draw.batch);
}

gradus_status gr_run_step(gr_run *r)
{
    const size_t first = r->step * r->draw.batch;
    size_t count = r->draw.batch;
    if (r->draw.kind == GRADUS_DRAW_SHUFFLE && r->draw.rows - first < count)
        count = r->draw.rows - first;
    r->plan->pass.dropout =
        (gr_key){r->draw.seed, GR_PURPOSE_DROPOUT, (uint32_t)r->epoch};
    r->plan->pass.first_row = first;
    const bool all = gr_tempo_all(&r->tempo, (double)count / (double)r->draw.batch,
                                  gr_pool_slept(r->pool));
    r->plan->pool = r->optimizer.pool = all ? r->pool : NULL;
    announce(r, first + count);
    const double loss = descend(r, r->order + first, count);
    if (!isfinite(loss))
        return diverged(r);
    r->train_loss += loss;
    r->report.steps++;
    return observe(r, NULL, false) ? gr_fail(GRADUS_STOPPED, "training: stopped on request")
                                   : GRADUS_OK;
}

/* ---- one epoch ---- */

static void validate(gr_run *r, gradus_metrics *metrics)
{
    if (r->valid == NULL || r->valid->rows == 0) {
        gr_metrics_none(metrics);
        return;
    }
    gr_plan_evaluate(r->plan, r->valid, r->valid_order, r->valid->rows, r->valid_loss,
                     r->valid_prediction);
    const size_t outputs = gr_net_outputs(r->net);
    const gr_metric_input in = {
        .rows = r->valid->rows, .outputs = outputs, .prediction = r->valid_prediction,
        .stride = outputs, .label = r->valid->label, .target = r->valid_target,
        .scale = r->hooks == NULL ? NULL : r->hooks->target_scale,
        .loss = r->valid_loss, .weight = r->valid->weight};
    gr_metrics(&in, r->valid_scratch, metrics);
}

/* Without validation examples the latest epoch is the best one. */
static bool is_best(const gr_run *r, const gradus_metrics *valid)
{
    return valid->rows == 0 || r->report.best_epoch == 0 || valid->loss < r->best_loss;
}

static gradus_status run_epoch(gr_run *r)
{
    gradus_status status = GRADUS_OK;
    gr_draw_epoch(&r->draw, (uint32_t)r->epoch, r->order);
    r->train_loss = r->train_weight = 0;
    for (r->step = 0; r->step < r->draw.steps && status == GRADUS_OK; r->step++)
        status = gr_run_step(r);
    gr_plan_settle(r->plan);
    if (status != GRADUS_OK)
        return status;
    r->step--; /* the last one, for messages and the observer */
    if (find_broken(r->net) != NULL)
        return diverged(r);
    gradus_metrics valid;
    validate(r, &valid);
    if (valid.rows > 0 && !isfinite(valid.loss))
        return diverged(r);
    r->report.epochs = r->epoch + 1;
    r->report.train_loss = r->train_loss / r->train_weight;
    const bool best = is_best(r, &valid);
    if (best) {
        r->best_stands = r->epoch + 1 == r->options.epochs;
        if (!r->best_stands)
            gr_run_keep(r->net, r->kept);
        r->report.best_epoch = r->epoch + 1;
        r->report.valid = valid;
        r->best_loss = valid.rows > 0 ? valid.loss : r->report.train_loss;
    }
    return observe(r, &valid, best) ? gr_fail(GRADUS_STOPPED, "training: stopped on request")
                                    : GRADUS_OK;
}

/* ---- one start ---- */

gradus_status gr_run_start(gr_run *r)
{
    gradus_status status = GRADUS_OK;
    r->report.epochs = r->report.best_epoch = 0;
    r->report.diverged_step = r->report.diverged_layer = 0;
    r->report.stopped_early = 0;
    gr_metrics_none(&r->report.valid);
    gr_optimizer_reset(&r->optimizer);
    gr_run_keep(r->net, r->kept);
    r->best_stands = false;
    for (r->epoch = 0; r->epoch < r->options.epochs && status == GRADUS_OK; r->epoch++) {
        status = run_epoch(r);
        if (status == GRADUS_OK && out_of_patience(r)) {
            r->report.stopped_early = 1;
            break;
        }
    }
    if (!r->best_stands)
        gr_run_put_back(r->net, r->kept);
    return status;
}

static gradus_status run_alone(gr_run *r)
{
    gradus_status status = gr_run_open(r);
    r->draw.seed = r->options.seed;
    if (status == GRADUS_OK)
        status = gr_run_start(r);
    gr_run_close(r);
    return status;
}

gradus_status gr_fit(gradus_net *net, const gradus_set *train, const gradus_set *valid,
                     const gradus_fit_options *options, const gr_fit_hooks *hooks,
                     gradus_fit_report *report)
{
    gr_run r = {.net = net, .train = train, .valid = valid, .hooks = hooks,
             .report = {.best_start = 1}};
    const unsigned saved = gr_float_enter();
    if (options != NULL)
        r.options = *options;
    else
        gradus_fit_defaults(&r.options);
    const gradus_status status = r.options.starts > 1 ? gr_run_starts(&r) : run_alone(&r);
    gr_float_leave(saved);
    if (report != NULL)
        *report = r.report;
    return status;
}

gradus_status gradus_fit(gradus_net *net, const gradus_set *train, const gradus_set *valid,
                         const gradus_fit_options *options, gradus_fit_report *report)
{
    return gr_fit(net, train, valid, options, NULL, report);
}
