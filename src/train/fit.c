/*
 * train/fit.c - gradient descent: epochs, steps, validation, the best weights
 *
 * SPDX-License-Identifier: MIT
 */
#include "train/fit.h"

#include <math.h>
#include <string.h>

#include "base/status.h"
#include "base/team.h"
#include "net/build.h"
#include "net/criterion.h"
#include "train/draw.h"
#include "train/metric.h"
#include "train/optimizer.h"
#include "train/rate.h"

/* Everything a run needs, allocated before its first step. Of several starts each member of
 * a team has one, on lines of its own. */
typedef struct run {
    _Alignas(64) gradus_net *net;
    const gradus_set *train, *valid; /* valid: NULL without one */
    gradus_fit_options options;      /* with every default replaced */
    const gr_fit_hooks *hooks;
    gr_pool *pool;
    gr_plan *plan;
    gr_optimizer optimizer;
    gr_rate rate;
    gr_draw draw;
    uint32_t *order;                 /* rows in the order of the epoch's steps */
    /* validation */
    uint32_t *valid_order;           /* 0, 1, 2, ... */
    double *valid_loss, *valid_prediction, *valid_target, *valid_scratch;
    /* parameters and statistics: of the best epoch; of the best of several starts */
    void *kept, *kept_start;
    double best_loss, best_start_loss;
    gradus_fit_report best_start;    /* best_start 0: none yet */
    size_t start, epoch, step;
    double train_loss, train_weight; /* sums over the epoch's steps */
    gradus_fit_report report;
} run;

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

static size_t kept_bytes(const gradus_net *net)
{
    return (net->parameter_room + net->statistic_room) * net->kernels->size;
}

static void keep(const gradus_net *net, void *kept)
{
    const size_t bytes = net->parameter_room * net->kernels->size;
    memcpy(kept, net->parameters, bytes);
    memcpy((char *)kept + bytes, net->statistics, kept_bytes(net) - bytes);
}

static void put_back(gradus_net *net, const void *kept)
{
    const size_t bytes = net->parameter_room * net->kernels->size;
    memcpy(net->parameters, kept, bytes);
    memcpy(net->statistics, (const char *)kept + bytes, kept_bytes(net) - bytes);
}

/* ---- opening a run ---- */

/* Small tables need many steps, large ones full vectors (docs/design/defaults.md). */
size_t gr_fit_batch(size_t rows)
{
    return rows <= 512 ? 16 : rows <= 1024 ? 32 : rows <= 8192 ? 64
         : rows <= 32768 ? 128 : rows <= 131072 ? 256 : 512;
}

static gradus_status resolve(run *r)
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
    if (o->batch == 0)
        o->batch = gr_fit_batch(r->train->rows);
    if (o->batch > r->train->rows)
        o->batch = r->train->rows;
    return GRADUS_OK;
}

/* Steps of an epoch: enough for all rows. A shuffled pass ends with a short batch; where
 * batch norm is used and a single row would be left over, it waits for the next epoch. */
static size_t count_steps(const run *r)
{
    const size_t rows = r->train->rows, batch = r->options.batch;
    const size_t full = rows / batch, left = rows % batch;
    if (left == 0)
        return full;
    const bool shuffled = r->options.draw == GRADUS_DRAW_SHUFFLE;
    return shuffled && left == 1 && gr_net_has_batchnorm(r->net) ? full : full + 1;
}

static gradus_status open_validation(run *r)
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

static gradus_status open_run(run *r)
{
    gradus_status status;
    const gradus_context *context = r->net->context;
    GR_TRY(gr_set_check(r->net, r->train, "training examples"));
    GR_TRY(resolve(r));
    gr_plan_options plan = {.rows = r->options.batch, .loss = r->options.loss,
                            .delta = r->options.delta,
                            .label_smoothing = r->options.label_smoothing};
    GR_TRY(gr_pool_new(context, gr_plan_threads(r->net, plan.rows, context->threads),
                       &r->pool));
    plan.pool = r->pool;
    GR_TRY(gr_plan_new(r->net, &plan, &r->plan));
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
    GR_TRY(gr_allocate(context, kept_bytes(r->net), 1, "the best weights", &r->kept));
    if (r->options.starts > 1)
        GR_TRY(gr_allocate(context, kept_bytes(r->net), 1, "the best start's weights",
                           &r->kept_start));
    GR_TRY(open_validation(r));
done:
    return status;
}

static void close_run(run *r)
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

static gradus_status diverged(const run *r)
{
    size_t layer;
    const char *type;
    char rate[GRADUS_NUMBER_LENGTH];
    gradus_number_write_float((float)(r->options.learning_rate / 10), rate);
    if (gr_plan_find_not_finite(r->plan, &layer, &type))
        return gr_fail(GRADUS_DIVERGED,
                       "training diverged in epoch %zu, step %zu: layer %zu (%s) gives a "
                       "value that is not finite: take a smaller learning rate (%s is a "
                       "tenth of this one) or clip the gradient (clip 1)",
                       r->epoch + 1, r->step + 1, layer, type, rate);
    return gr_fail(GRADUS_DIVERGED,
                   "training diverged in epoch %zu, step %zu: the loss or a weight is not "
                   "finite: take a smaller learning rate (%s is a tenth of this one) or clip "
                   "the gradient (clip 1)",
                   r->epoch + 1, r->step + 1, rate);
}

static bool out_of_patience(const run *r)
{
    return r->options.patience > 0 && r->valid != NULL && r->valid->rows > 0 &&
           r->report.epochs - r->report.best_epoch >= r->options.patience;
}

static bool observe(const run *r, const gradus_metrics *valid, bool best)
{
    if (r->options.observer == NULL)
        return false;
    const size_t at = r->epoch * r->draw.steps + r->step;
    gradus_progress progress = {
        .epoch = r->epoch + (valid != NULL), .epochs = r->options.epochs,
        .step = r->step + 1, .steps = r->draw.steps, .rate = gr_rate_at(&r->rate, at),
        .train_loss = r->train_loss / r->train_weight,
        .end_of_epoch = valid != NULL, .best = best,
        .start = r->start + 1, .starts = r->options.starts};
    gr_metrics_none(&progress.valid);
    if (valid != NULL) {
        progress.valid = *valid;
        progress.last = progress.epoch == progress.epochs || out_of_patience(r);
    }
    return r->options.observer(&progress, r->options.user) != 0;
}

/* The loss of some rows, and the step by its gradient: taken within the pass where the
 * gradient is neither clipped nor computed in pieces. */
static double descend(run *r, const uint32_t *index, size_t count)
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

/* Within an epoch the rows of the next step are known. */
static void announce(run *r, size_t next)
{
    const size_t drawn = r->draw.kind == GRADUS_DRAW_SHUFFLE ? r->draw.rows
                                                             : r->draw.steps * r->draw.batch;
    const size_t left = next < drawn ? drawn - next : 0;
    gr_plan_announce(r->plan, r->train, r->order + next,
                     left < r->draw.batch ? left : r->draw.batch);
}

static gradus_status take_step(run *r)
{
    const size_t first = r->step * r->draw.batch;
    size_t count = r->draw.batch;
    if (r->draw.kind == GRADUS_DRAW_SHUFFLE && r->draw.rows - first < count)
        count = r->draw.rows - first;
    r->plan->pass.dropout =
        (gr_key){r->draw.seed, GR_PURPOSE_DROPOUT, (uint32_t)r->epoch};
    r->plan->pass.first_row = first;
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

static void validate(run *r, gradus_metrics *metrics)
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
static bool is_best(const run *r, const gradus_metrics *valid)
{
    return valid->rows == 0 || r->report.best_epoch == 0 || valid->loss < r->best_loss;
}

static gradus_status run_epoch(run *r)
{
    gradus_status status = GRADUS_OK;
    gr_draw_epoch(&r->draw, (uint32_t)r->epoch, r->order);
    r->train_loss = r->train_weight = 0;
    for (r->step = 0; r->step < r->draw.steps && status == GRADUS_OK; r->step++)
        status = take_step(r);
    if (status != GRADUS_OK)
        return status;
    r->step--; /* the last one, for messages and the observer */
    if (r->net->kernels->find_not_finite(r->net->parameter_room, r->net->parameters) !=
        SIZE_MAX)
        return diverged(r);
    gradus_metrics valid;
    validate(r, &valid);
    if (valid.rows > 0 && !isfinite(valid.loss))
        return diverged(r);
    r->report.epochs = r->epoch + 1;
    r->report.train_loss = r->train_loss / r->train_weight;
    const bool best = is_best(r, &valid);
    if (best) {
        keep(r->net, r->kept);
        r->report.best_epoch = r->epoch + 1;
        r->report.valid = valid;
        r->best_loss = valid.rows > 0 ? valid.loss : r->report.train_loss;
    }
    return observe(r, &valid, best) ? gr_fail(GRADUS_STOPPED, "training: stopped on request")
                                    : GRADUS_OK;
}

/* ---- one start ---- */

/* Trains from the net's parameters; leaves the best epoch's in the net. */
static gradus_status run_start(run *r)
{
    gradus_status status = GRADUS_OK;
    r->report.epochs = r->report.best_epoch = 0;
    r->report.stopped_early = 0;
    gr_metrics_none(&r->report.valid);
    gr_optimizer_reset(&r->optimizer);
    keep(r->net, r->kept);
    for (r->epoch = 0; r->epoch < r->options.epochs && status == GRADUS_OK; r->epoch++) {
        status = run_epoch(r);
        if (status == GRADUS_OK && out_of_patience(r)) {
            r->report.stopped_early = 1;
            break;
        }
    }
    put_back(r->net, r->kept);
    return status;
}

/* ---- several starts, side by side ---- */

/* Start 0 has the net's own parameters; the others draw new ones from other seeds. */
static gradus_status work_start(void *runs, size_t start, size_t member)
{
    run *r = (run *)runs + member;
    r->start = start;
    r->draw.seed = r->options.seed;
    if (start > 0) {
        const gr_key key = {r->options.seed, GR_PURPOSE_RESTART, 0};
        r->draw.seed = gr_random_64(key, start, 0);
        const gradus_status status = gr_net_start(r->net, r->draw.seed);
        if (status != GRADUS_OK)
            return status;
    }
    const gradus_status status = run_start(r);
    if (r->report.best_epoch > 0 && r->best_loss < r->best_start_loss) {
        keep(r->net, r->kept_start);
        r->best_start_loss = r->best_loss;
        r->best_start = r->report;
        r->best_start.best_start = start + 1;
    }
    /* another start may do better */
    return status == GRADUS_DIVERGED && start + 1 < r->options.starts ? GRADUS_OK : status;
}

/* The best start's report and weights, of equal ones the first. Where there is none those of
 * the last start, and where that was not begun the net is as it was. */
static gradus_status take_best(run *r, const run *runs, size_t members, gradus_status status)
{
    const run *best = NULL, *end = NULL;
    size_t steps = 0;
    for (size_t i = 0; i < members; i++) {
        const run *one = &runs[i];
        const gradus_fit_report *report = &one->best_start;
        steps += one->report.steps;
        if (one->start + 1 == r->options.starts)
            end = one;
        if (report->best_start > 0 &&
            (best == NULL || one->best_start_loss < best->best_start_loss ||
             (one->best_start_loss == best->best_start_loss &&
              report->best_start < best->best_start.best_start)))
            best = one;
    }
    if (best != NULL || end != NULL) {
        put_back(r->net, best != NULL ? best->kept_start : end->kept);
        r->report = best != NULL ? best->best_start : end->report;
    }
    r->report.steps = steps;
    return best != NULL && status == GRADUS_DIVERGED ? GRADUS_OK : status;
}

static gradus_status run_starts(run *r)
{
    gradus_status status;
    gr_team *team = NULL;
    run *runs = NULL;
    size_t members = 0;
    GR_TRY(gr_team_new(r->net->context, r->options.starts, &team));
    gr_team_watch(team, &r->options);
    GR_TRY(gr_allocate(r->net->context, gr_team_members(team), sizeof *runs, "starts",
                       &runs));
    for (; members < gr_team_members(team); members++) {
        run *one = &runs[members];
        *one = *r;
        one->best_start_loss = INFINITY;
        GR_TRY(gr_net_copy_in(gr_team_context(team), r->net, &one->net));
        GR_TRY(open_run(one));
    }
    status = gr_team_run(team, work_start, runs);
    status = take_best(r, runs, members, status);
done:
    for (size_t i = 0; runs != NULL && i < gr_team_members(team); i++) {
        close_run(&runs[i]);
        gradus_net_free(runs[i].net);
    }
    gr_release(r->net->context, runs);
    gr_team_free(team);
    return status;
}

static gradus_status run_alone(run *r)
{
    gradus_status status = open_run(r);
    r->draw.seed = r->options.seed;
    if (status == GRADUS_OK)
        status = run_start(r);
    close_run(r);
    return status;
}

gradus_status gr_fit(gradus_net *net, const gradus_set *train, const gradus_set *valid,
                     const gradus_fit_options *options, const gr_fit_hooks *hooks,
                     gradus_fit_report *report)
{
    run r = {.net = net, .train = train, .valid = valid, .hooks = hooks,
             .report = {.best_start = 1}};
    const unsigned saved = gr_float_enter();
    if (options != NULL)
        r.options = *options;
    else
        gradus_fit_defaults(&r.options);
    const gradus_status status = r.options.starts > 1 ? run_starts(&r) : run_alone(&r);
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
