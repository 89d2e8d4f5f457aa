/*
 * theory/gradcheck.c - a gradient by backpropagation, by differences and by dual numbers
 *
 *     error = |g - r| / (|g| + |r| + floor)        of each tensor and of dLoss/dx
 *
 * r is the gradient by differences, right to 1e-7, or by dual numbers, right to 1e-12. The
 * floor is what a route can see at all of n weights, with G the whole gradient: 1e-5 sqrt(n)
 * (loss + |G|) by differences, sqrt(n) |G| (1e-3 + 1e-4 k) by dual numbers: of a bias before
 * batch norm, whose gradient is 0, rounding is all there is. k = |y| / |dloss/doutput| is
 * what the residuals o - y lose where the net is nearly right: their relative error is k eps.
 *
 * SPDX-License-Identifier: MIT
 */
#include "theory/gradcheck.h"

#include <math.h>

#include "base/status.h"
#include "net/criterion.h"

void gradus_check_defaults(gradus_check_options *options)
{
    *options = (gradus_check_options){
        .delta = 1, .seed = 1, .tolerance = 1e-7, .dual_tolerance = 1e-12};
}

/* ---- in double ---- */

static gradus_status copy_net(const gradus_net *net, gradus_net **copy)
{
    gradus_status status;
    double *values = NULL;
    size_t largest = 0;
    for (size_t i = 0; i < net->tensors; i++)
        if (net->tensor[i].rows * net->tensor[i].columns > largest)
            largest = net->tensor[i].rows * net->tensor[i].columns;
    GR_TRY(gradus_net_new(net->context, net->text, gr_net_inputs(net), gr_net_outputs(net),
                          GRADUS_FLOAT64, net->seed, copy));
    GR_TRY(gr_allocate(net->context, largest, sizeof *values, "a tensor", &values));
    for (size_t i = 0; i < net->tensors; i++) {
        const gr_tensor *tensor = &net->tensor[i];
        for (size_t j = 0; j < tensor->rows * tensor->columns; j++)
            net->kernels->to_double(
                1, gr_tensor_element(net, tensor, j / tensor->columns, j % tensor->columns),
                &values[j]);
        gradus_net_set(*copy, i, values);
    }
done:
    gr_release(net->context, values);
    return status;
}

static gradus_status copy_set(gradus_check *c, const gradus_net *net, const gradus_set *set)
{
    gradus_status status;
    const size_t inputs = gr_net_inputs(net), outputs = gr_net_outputs(net);
    GR_TRY(gr_allocate(c->context, set->rows, inputs * sizeof *c->x, "examples", &c->x));
    GR_TRY(gr_allocate(c->context, set->rows, outputs * sizeof *c->y, "examples", &c->y));
    net->kernels->to_double(set->rows * inputs, set->x, c->x);
    if (set->y != NULL)
        net->kernels->to_double(set->rows * outputs, set->y, c->y);
    for (size_t i = 0; set->label != NULL && i < set->rows; i++)
        c->y[i * outputs + (outputs > 1 ? set->label[i] : 0)] =
            outputs > 1 ? 1 : set->label[i];
    c->set = (gradus_set){.rows = set->rows, .x = c->x, .y = c->y, .weight = set->weight};
    c->weight = 0;
    for (size_t i = 0; i < set->rows; i++)
        c->weight += set->weight != NULL ? set->weight[i] : 1;
done:
    return status;
}

/* ---- what is needed ---- */

static size_t chosen(const gradus_check *c, size_t count)
{
    const size_t most = c->options.weights;
    return most > 0 && most < count ? most : count;
}

static gradus_status make_plans(gradus_check *c)
{
    gradus_status status;
    gr_plan_options options = {.rows = c->set.rows, .loss = c->options.loss,
                               .delta = c->options.delta, .input_gradient = true};
    if (c->options.broken != GRADUS_BREAK_NONE) {
        GR_TRY(gr_plan_new(c->net, &options, &c->right));
        GR_TRY(gr_break(&c->broken, c->right, c->options.broken));
        options.own = &c->broken.loss;
    }
    GR_TRY(gr_plan_new(c->net, &options, &c->plan));
    c->plan->pass.dropout = (gr_key){c->options.seed, GR_PURPOSE_DROPOUT, 0};
done:
    return status;
}

static gradus_status allocate(gradus_check *c)
{
    gradus_status status;
    const gradus_net *net = c->net;
    const size_t inputs = c->set.rows * gr_net_inputs(net);
    size_t largest = chosen(c, inputs);
    for (size_t i = 0; i < net->tensors; i++) {
        const size_t count = chosen(c, net->tensor[i].rows * net->tensor[i].columns);
        largest = count > largest ? count : largest;
    }
    GR_TRY(gr_allocate(c->context, c->set.rows, sizeof *c->index, "row numbers", &c->index));
    GR_TRY(gr_allocate(c->context, net->parameter_count, sizeof *c->gradient, "a gradient",
                       &c->gradient));
    GR_TRY(gr_allocate(c->context, inputs, sizeof *c->dx, "a gradient", &c->dx));
    GR_TRY(gr_allocate(c->context, 3 * gr_net_outputs(net), sizeof *c->room, "a row",
                       &c->room));
    GR_TRY(gr_allocate(c->context, largest, sizeof *c->probe, "probes", &c->probe));
    GR_TRY(gr_allocate(c->context, net->tensors + 1, sizeof *c->block, "blocks", &c->block));
    for (size_t i = 0; i < c->set.rows; i++)
        c->index[i] = (uint32_t)i;
done:
    return status;
}

static gradus_status open_tangent(gradus_check *c)
{
    gr_tangent *t = &c->tangent;
    const gradus_status status = gr_tangent_open(t, c->net, c->set.rows);
    if (status != GRADUS_OK)
        return status;
    t->training = true;
    t->dropout = c->plan->pass.dropout;
    t->last = c->right != NULL ? c->right->last : c->plan->last;
    for (size_t i = 0; i < c->set.rows * gr_net_inputs(c->net); i++)
        t->x[i].value = c->x[i];
    return GRADUS_OK;
}

/* ---- backpropagation ---- */

static double condition_of(const gradus_check *c)
{
    const size_t outputs = gr_net_outputs(c->net);
    const gr_kept *end = &c->plan->pass.at[c->plan->last];
    double target = 0, residual = 1e-300;
    for (size_t i = 0; i < c->set.rows; i++)
        for (size_t j = 0; j < outputs; j++) {
            const double y = c->y[i * outputs + j], d = ((const double *)end->dy_row[i])[j];
            target += y * y;
            residual += d * d;
        }
    return target < 1e24 * residual ? sqrt(target / residual) : 1e12;
}

static gradus_status differentiate(gradus_check *c)
{
    gradus_status status;
    const gradus_net *net = c->net;
    const size_t inputs = c->set.rows * gr_net_inputs(net);
    double sum, square = 0;
    size_t copied = 0;
    gr_plan_gradient(c->plan, &c->set, c->index, c->set.rows, NULL, c->dx, &sum);
    c->condition = condition_of(c);
    gr_sides_note(c);
    GR_TRY(gr_allocate(c->context, c->sides, 1, "sides of kinks", &c->side));
    gr_sides_note(c);
    c->about.loss = sum / c->weight;
    for (size_t i = 0; i < net->tensors; i++) {
        const gr_tensor *tensor = &net->tensor[i];
        if (tensor->group == GR_GROUP_STATISTIC)
            continue;
        gr_tensor_unpack(net, tensor, gr_at(net, c->plan->pass.gradient, tensor->first),
                         c->gradient + copied);
        copied += tensor->rows * tensor->columns;
    }
    for (size_t i = 0; i < net->parameter_count; i++) {
        c->gradient[i] /= c->weight;
        square += c->gradient[i] * c->gradient[i];
    }
    for (size_t i = 0; i < inputs; i++) {
        c->dx[i] /= c->weight;
        square += c->dx[i] * c->dx[i];
    }
    c->size = sqrt(square);
    if (!isfinite(c->about.loss))
        return gr_fail(GRADUS_DATA, "the loss of these rows is not finite: scale the inputs, "
                       "or take targets that fit the loss");
done:
    return status;
}

/* ---- the other routes ---- */

static void probe_dual(gradus_check *c, gr_probe *probe)
{
    const gr_plan *criterion = c->right != NULL ? c->right : c->plan;
    const size_t outputs = gr_net_outputs(c->net);
    double slope = 0;
    *probe->slope = 1;
    gr_tangent_run(&c->tangent);
    *probe->slope = 0;
    for (size_t i = 0; i < c->set.rows; i++) {
        const double weight = c->set.weight != NULL ? c->set.weight[i] : 1;
        slope += weight * gr_tangent_loss(&c->tangent, criterion, i, c->y + i * outputs,
                                          c->room).slope;
    }
    probe->dual = slope / c->weight;
}

/* Norms of the difference of two routes and of both. */
typedef struct norms {
    double error, one, other;
} norms;

static double size_of(const norms *n)
{
    return sqrt(n->one) + sqrt(n->other);
}

static double relative(const norms *n, double floor)
{
    return sqrt(n->error) / (size_of(n) + floor);
}

static void add_to(norms *n, double one, double other)
{
    n->error += (one - other) * (one - other);
    n->one += one * one;
    n->other += other * other;
}

/* A probe's part of the errors, in tolerances; `differences` and `dual` are what those of a
 * block are divided by. */
static double score_of(const gradus_check *c, const gr_probe *p, double differences,
                       double dual)
{
    const double by_step = p->kink ? 0 : fabs(p->backprop - p->differences) / differences;
    const double by_dual = fabs(p->backprop - p->dual) / dual;
    const double one = by_step / c->options.tolerance;
    const double other = by_dual / c->options.dual_tolerance;
    return one > other ? one : other;
}

static void name_worst(gradus_check_block *block, const gr_probe *p, double score)
{
    block->score = score;
    block->row = p->row;
    block->column = p->column;
    block->backprop = p->backprop;
    block->by_differences = p->kink ? NAN : p->differences;
    block->by_dual = p->dual;
}

static void judge(gradus_check *c, gradus_check_block *block)
{
    const double root = sqrt((double)block->checked), least = 1e-300;
    const double floor_differences = 1e-5 * root * (c->about.loss + c->size) + least;
    const double floor_dual = root * c->size * (1e-3 + 1e-4 * c->condition) + least;
    norms differences = {0}, dual = {0};
    for (size_t i = 0; i < block->checked; i++) {
        const gr_probe *p = &c->probe[i];
        if (!p->kink)
            add_to(&differences, p->backprop, p->differences);
        add_to(&dual, p->backprop, p->dual);
        block->kinks += p->kink;
    }
    block->differences = relative(&differences, floor_differences);
    block->dual = relative(&dual, floor_dual);
    block->right = block->differences < c->options.tolerance &&
                   block->dual < c->options.dual_tolerance;
    block->score = -1;
    const double one = size_of(&differences) + floor_differences;
    const double other = size_of(&dual) + floor_dual;
    for (size_t i = 0; i < block->checked; i++) {
        const double score = score_of(c, &c->probe[i], one, other);
        if (!(score <= block->score))
            name_worst(block, &c->probe[i], score);
    }
}

static void check_block(gradus_check *c, gradus_check_block *block)
{
    for (size_t i = 0; i < block->checked; i++) {
        gr_probe_differences(c, &c->probe[i]);
        probe_dual(c, &c->probe[i]);
    }
    judge(c, block);
    c->about.blocks++;
    c->about.checked += block->checked;
    c->about.kinks += block->kinks;
    c->about.right = c->about.right && block->right;
    if (!(block->differences <= c->about.differences))
        c->about.differences = block->differences;
    if (!(block->dual <= c->about.dual))
        c->about.dual = block->dual;
    if (!(block->score <= c->block[c->about.worst].score))
        c->about.worst = (size_t)(block - c->block);
}

static void check_tensors(gradus_check *c)
{
    const gradus_net *net = c->net;
    size_t first = 0;
    for (size_t i = 0; i < net->tensors; i++) {
        const gr_tensor *tensor = &net->tensor[i];
        const size_t count = tensor->rows * tensor->columns, most = chosen(c, count);
        gradus_check_block *block = &c->block[c->about.blocks];
        if (tensor->group == GR_GROUP_STATISTIC)
            continue;
        *block = (gradus_check_block){.name = tensor->name, .rows = tensor->rows,
                                      .columns = tensor->columns, .checked = most};
        for (size_t k = 0; k < most; k++) {
            const size_t j = k * count / most;
            const size_t row = j / tensor->columns, column = j % tensor->columns;
            c->probe[k] = (gr_probe){.row = row, .column = column,
                                     .at = gr_tensor_element(net, tensor, row, column),
                                     .slope = &c->tangent.tensor[i][j].slope,
                                     .backprop = c->gradient[first + j]};
        }
        check_block(c, block);
        first += count;
    }
}

static void check_inputs(gradus_check *c)
{
    const size_t columns = gr_net_inputs(c->net), count = c->set.rows * columns;
    gradus_check_block *block = &c->block[c->about.blocks];
    *block = (gradus_check_block){.name = "x", .rows = c->set.rows, .columns = columns,
                                  .checked = chosen(c, count)};
    for (size_t k = 0; k < block->checked; k++) {
        const size_t j = k * count / block->checked;
        c->probe[k] = (gr_probe){.row = j / columns, .column = j % columns, .at = &c->x[j],
                                 .slope = &c->tangent.x[j].slope, .backprop = c->dx[j]};
    }
    check_block(c, block);
}

gradus_status gradus_check_gradient(const gradus_net *net, const gradus_set *set,
                                    const gradus_check_options *options,
                                    gradus_check **made)
{
    gradus_status status;
    gradus_check *c = NULL;
    const unsigned saved = gr_float_enter();
    *made = NULL;
    GR_TRY(gr_set_check(net, set, "examples"));
    if (set->rows > GR_CHAIN)
        GR_TRY(gr_fail(GRADUS_ARGUMENT, "examples: %zu rows: a check takes at most %d",
                       set->rows, GR_CHAIN));
    GR_TRY(gr_allocate(net->context, 1, sizeof *c, "a check", &c));
    c->context = net->context;
    if (options != NULL)
        c->options = *options;
    else
        gradus_check_defaults(&c->options);
    GR_TRY(copy_net(net, &c->net));
    GR_TRY(copy_set(c, net, set));
    GR_TRY(make_plans(c));
    GR_TRY(allocate(c));
    GR_TRY(open_tangent(c));
    GR_TRY(differentiate(c));
    c->about.right = 1;
    check_tensors(c);
    check_inputs(c);
    *made = c;
    c = NULL;
done:
    gradus_check_free(c);
    gr_float_leave(saved);
    return status;
}

void gradus_check_free(gradus_check *c)
{
    if (c == NULL)
        return;
    const gradus_context *context = c->context;
    void *const blocks[] = {c->block, c->probe, c->side, c->room, c->dx, c->gradient,
                            c->index, c->y, c->x};
    for (size_t i = 0; i < GR_COUNT(blocks); i++)
        gr_release(context, blocks[i]);
    gr_tangent_close(&c->tangent);
    gr_plan_free(c->plan);
    gr_plan_free(c->right);
    gradus_net_free(c->net);
    gr_release(context, c);
}

void gradus_check_describe(const gradus_check *check, gradus_check_about *about)
{
    *about = check->about;
}

const gradus_check_block *gradus_check_part(const gradus_check *check, size_t index)
{
    return index < check->about.blocks ? &check->block[index] : NULL;
}
