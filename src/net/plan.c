/*
 * net/plan.c - memory and schedule of gradients of one net
 *
 * Every array of a batch is laid out once. An activation whose slope follows from its output
 * works in place, on the memory of the dense layer before it. Segments between checkpoints
 * (net/checkpoint.h) take turns in the same memory.
 *
 * SPDX-License-Identifier: MIT
 */
#include "net/plan.h"

#include <string.h>

#include "base/status.h"
#include "net/checkpoint.h"
#include "net/criterion.h"
#include "net/lists.h"
#include "net/small.h"

/* What memory a node needs. */
typedef struct need {
    bool y, dy;
    bool spare;     /* several nodes contribute to its dy */
} need;

static bool works_in_place(const gradus_net *net, const gr_node *node)
{
    return node->type == &gr_layer_activation && gr_activation_from_output(node->activation) &&
           net->node[node->from].type == &gr_layer_dense &&
           gr_net_readers(net, node->from) == 1;
}

/* dy is wanted of nodes behind which something is descended, or x itself; a dense layer
 * reads x where it stands, any other one needs a matrix of it. */
static void find_needs(const gr_plan *plan, bool input_gradient, need *needs)
{
    const gradus_net *net = plan->net;
    needs[0].dy = input_gradient;
    for (size_t n = 1; n < net->nodes; n++) {
        const gr_node *node = &net->node[n];
        const bool adds = node->type == &gr_layer_add;
        needs[n].y = true;
        plan->pass.at[n].in_place = works_in_place(net, node);
        needs[n].dy = node->tensors > 0 || needs[node->from].dy ||
                      (adds && needs[node->skip].dy) || n == plan->last;
        if (node->type != &gr_layer_dense)
            needs[node->from].y = true;
        if (adds)
            needs[node->skip].y = true;
    }
    for (size_t n = 0; n < net->nodes; n++)
        needs[n].spare = needs[n].dy && gr_net_readers(net, n) > 1;
}

/* ---- memory ---- */

static void *take_matrix(gr_plan *plan, bool needed, size_t stride)
{
    if (!needed)
        return NULL;
    return gr_arena_take(&plan->arena, plan->piece * stride, plan->net->kernels->size);
}

/* Its rows, where it stands already. */
static void **take_rows(gr_plan *plan, const void *matrix, bool needed, size_t stride)
{
    void **rows = gr_arena_take(&plan->arena, needed ? plan->piece : 0, sizeof(void *));
    for (size_t i = 0; needed && rows != NULL && i < plan->piece; i++)
        rows[i] = matrix == NULL ? NULL : gr_row(plan->net, matrix, stride, i);
    return needed ? rows : NULL;
}

static void lay_out_node(gr_plan *plan, size_t n, const need *needs)
{
    const gradus_net *net = plan->net;
    const gr_node *node = &net->node[n];
    gr_kept *at = &plan->pass.at[n];
    const need *wants = &needs[n];
    at->stride = gr_stride(node->width, net->kernels->size);
    at->place = plan->arena.used;
    if (at->in_place) {
        const gr_kept *from = &plan->pass.at[node->from];
        at->y = from->y;
        at->dy = from->dy;
    } else {
        at->y = take_matrix(plan, wants->y, at->stride);
        at->dy = take_matrix(plan, wants->dy, at->stride);
    }
    at->spare = take_matrix(plan, wants->spare, at->stride);
}

/* What lasts beyond a segment: checkpoints, and what is asked for after the pass. */
static void lay_out_lasting(gr_plan *plan, const need *needs)
{
    const gradus_net *net = plan->net;
    lay_out_node(plan, 0, needs);
    for (size_t n = 1; n < net->nodes; n++) {
        const gr_node *node = &net->node[n];
        gr_kept *at = &plan->pass.at[n];
        if (at->kept)
            lay_out_node(plan, n, needs);
        if (node->type->lasting != NULL)
            at->lasting = gr_arena_take(&plan->arena, node->type->lasting(net, node), 1);
    }
}

/* Each segment begins where the others do. */
static void lay_out_segments(gr_plan *plan, const need *needs)
{
    const gradus_net *net = plan->net;
    gr_arena *arena = &plan->arena;
    const size_t start = arena->used;
    size_t end = start;
    for (size_t n = 1; n < net->nodes; n++) {
        const gr_node *node = &net->node[n];
        gr_kept *at = &plan->pass.at[n];
        if (n == at->segment.from)
            arena->used = start;
        if (!at->kept)
            lay_out_node(plan, n, needs);
        if (node->type->cache != NULL)
            at->cache = gr_arena_take(arena, node->type->cache(net, node, plan->piece), 1);
        end = arena->used > end ? arena->used : end;
    }
    arena->used = end;
}

/* The node of the segment before whose matrices stand in the same place, or NULL. */
static const gr_kept *twin_of(const gr_plan *plan, size_t n, const need *needs)
{
    const gr_kept *at = &plan->pass.at[n];
    if (n == 0 || at->segment.from <= 1)
        return NULL;
    const size_t from = at->segment.from, m = plan->pass.at[from - 1].segment.from + n - from;
    const gr_kept *twin = &plan->pass.at[m];
    return m < from && !at->kept && !twin->kept && !twin->in_place &&
                   twin->place == at->place && twin->stride == at->stride &&
                   needs[m].dy == needs[n].dy ? twin : NULL;
}

static void lay_out_rows(gr_plan *plan, size_t n, const need *needs)
{
    gr_kept *at = &plan->pass.at[n];
    const gr_kept *twin = at->in_place ? &plan->pass.at[plan->net->node[n].from]
                                       : twin_of(plan, n, needs);
    if (twin != NULL) {
        at->y_row = twin->y_row;
        at->dy_row = twin->dy_row;
        return;
    }
    at->y_row = take_rows(plan, at->y, needs[n].y || n == 0, at->stride);
    at->dy_row = take_rows(plan, at->dy, needs[n].dy, at->stride);
}

/* Of a plan whose passes descend the gradients of dense weights have no room, which is most of
 * it; but those of net/small.c, and of narrow layers. */
static void lay_out_gradient(gr_plan *plan, bool small)
{
    const gradus_net *net = plan->net;
    gr_pass *pass = &plan->pass;
    size_t *at = gr_arena_take(&plan->arena, net->tensors, sizeof *at), room = 0;
    pass->keeps = small || !plan->steps;
    for (size_t i = 0; i < net->tensors; i++) {
        const gr_tensor *tensor = &net->tensor[i];
        if (at != NULL)
            at[i] = pass->keeps ? tensor->first : room;
        if (tensor->group != GR_GROUP_STATISTIC &&
            (tensor->group != GR_GROUP_WEIGHT || tensor->narrow))
            room += tensor->room;
    }
    plan->gradient_room = pass->keeps ? net->parameter_room : room;
    pass->gradient_at = at;
    pass->gradient = gr_arena_take(&plan->arena, plan->gradient_room, net->kernels->size);
}

/* Hands out every array; called twice, see base/arena.h. */
static void lay_out(gr_plan *plan, const need *needs)
{
    const gradus_net *net = plan->net;
    gr_arena *arena = &plan->arena;
    const size_t outputs = gr_net_outputs(net), rows = plan->piece;
    const bool small = !needs[0].dy && gr_small_fits(plan);
    lay_out_lasting(plan, needs);
    lay_out_segments(plan, needs);
    for (size_t n = 0; n < net->nodes; n++)
        lay_out_rows(plan, n, needs);
    lay_out_gradient(plan, small);
    plan->pass.ahead = gr_arena_take(arena, rows, sizeof(void *));
    plan->target = gr_arena_take(arena, rows * outputs, net->kernels->size);
    plan->weight = gr_arena_take(arena, rows, sizeof(double));
    plan->value = gr_arena_take(arena, rows, sizeof(double));
    plan->row = gr_arena_take(arena, plan->loss < GR_LOSS_COUNT ? 0 : rows * 3 * outputs,
                              sizeof(double));
    plan->small.layers = 0;
    if (small)
        gr_small_lay_out(plan);
}

/* Bytes of the plan with segments of `every` nodes. */
static size_t measure(gr_plan *plan, const need *needs, size_t every)
{
    gr_checkpoint_cut(plan, every);
    plan->arena.used = 0;
    plan->arena.overflow = 0;
    lay_out(plan, needs);
    return plan->arena.overflow ? SIZE_MAX : plan->arena.used;
}

/* The distance of checkpoints that takes the least memory. With L nodes of equal size,
 * L / N checkpoints and a segment of N nodes take least at N near the root of L. */
static size_t choose_distance(gr_plan *plan, const need *needs)
{
    size_t best = plan->last, least = measure(plan, needs, best);
    for (size_t every = 1; every * every <= 16 * plan->last; every++) {
        const size_t bytes = measure(plan, needs, every);
        best = bytes < least ? every : best;
        least = bytes < least ? bytes : least;
    }
    return best;
}

/* All arrays; or their bytes alone, in plan->arena.used. */
static gradus_status allocate(gr_plan *plan, const gr_plan_options *options, bool measured)
{
    gradus_status status;
    const gradus_net *net = plan->net;
    need *needs = NULL;
    GR_TRY(gr_allocate(net->context, net->nodes, sizeof *plan->pass.at, "a plan",
                       &plan->pass.at));
    GR_TRY(gr_allocate(net->context, net->nodes, sizeof *needs, "a plan", &needs));
    for (size_t n = 1; n <= plan->last; n++) {
        plan->pass.at[net->node[n].from].first = n;
        if (net->node[n].type == &gr_layer_add)
            plan->pass.at[net->node[n].skip].first = n;
    }
    find_needs(plan, options->input_gradient, needs);
    const size_t every = options->checkpoint == 0        ? plan->last
                       : options->checkpoint == SIZE_MAX ? choose_distance(plan, needs)
                       : options->checkpoint < plan->last ? options->checkpoint
                                                          : plan->last;
    measure(plan, needs, every);
    if (measured && !plan->arena.overflow)
        goto done;
    GR_TRY(gr_arena_open(&plan->arena, "activations and gradients of a batch"));
    lay_out(plan, needs);
done:
    gr_release(net->context, needs);
    return status;
}

/* ---- threads ---- */

/* Multiply-adds of a step that a thread must have: about 1 us. */
enum { GRAIN = 100000 };

double gr_plan_work(const gradus_net *net, size_t rows)
{
    gradus_net_about about;
    gradus_net_describe(net, &about);
    return about.multiply_adds * about.gradient_cost * (double)rows;
}

size_t gr_plan_threads(const gradus_net *net, size_t rows, size_t threads)
{
    if (net->context->always_threads)
        return threads;
    const double most = gr_plan_work(net, rows) / GRAIN;
    return most >= (double)threads ? threads : most < 1 ? 1 : (size_t)most;
}

/* The first layer has no BP2: a thread that computes some of its outputs for all rows, and
 * their gradients, keeps these weights in its own cache. */
static bool first_by_columns(const gr_plan *plan)
{
    const gr_node *first = &plan->net->node[1];
    const size_t threads = gr_pool_threads(plan->pool);
    const size_t panels = first->panels;
    return threads > 1 && first->type == &gr_layer_dense &&
           (panels % threads == 0 || panels >= 4 * threads);
}

/* ---- a plan ---- */

static gradus_status check_layers(const gradus_net *net, size_t rows, bool inference)
{
    for (size_t n = 1; n < net->nodes; n++) {
        const gr_node *node = &net->node[n];
        double alpha;
        if (node->type == &gr_layer_activation && !gr_activation_trainable(node->activation))
            return gr_fail(GRADUS_ARGUMENT,
                           "network: \"%s\" has slope 0 everywhere and cannot be trained "
                           "through: take \"sigmoid\" or \"relu\"",
                           gr_activation_about(net->context, node->activation, &alpha));
    }
    if (gr_net_has_batchnorm(net) && rows < 2 && !inference)
        return gr_fail(GRADUS_ARGUMENT, "batch norm: a batch of one row has no variance: "
                       "take at least 2 rows a step");
    return GRADUS_OK;
}

static gradus_status make_plan(const gradus_net *net, const gr_plan_options *options,
                               bool measured, gr_plan **made)
{
    gradus_status status;
    gr_plan *plan = NULL;
    *made = NULL;
    GR_TRY(check_layers(net, options->rows, options->inference));
    GR_TRY(gr_allocate(net->context, 1, sizeof *plan, "a plan", &plan));
    plan->net = net;
    plan->arena.context = net->context;
    plan->piece = options->rows;
    plan->batchnorm = gr_net_has_batchnorm(net);
    if (!plan->batchnorm && plan->piece > GR_CHAIN)
        plan->piece = GR_CHAIN;
    plan->delta = options->delta == 0 ? 1 : options->delta;
    plan->label_smoothing = options->label_smoothing;
    plan->own = options->own;
    plan->steps = options->steps && options->rows <= plan->piece;
    GR_TRY(gr_criterion_choose(plan, options->loss));
    plan->pass = (gr_pass){.net = net, .training = !options->inference};
    plan->pool = options->pool;
    plan->pass.first_by_columns = first_by_columns(plan);
    GR_TRY(allocate(plan, options, measured));
    *made = plan;
    plan = NULL;
done:
    gr_plan_free(plan);
    return status;
}

gradus_status gr_plan_new(const gradus_net *net, const gr_plan_options *options,
                          gr_plan **made)
{
    return make_plan(net, options, false, made);
}

gradus_status gr_plan_bytes(const gradus_net *net, const gr_plan_options *options,
                            size_t *bytes, size_t *gradient)
{
    gr_plan *plan;
    const gradus_status status = make_plan(net, options, true, &plan);
    if (status != GRADUS_OK)
        return status;
    *bytes = gr_block_bytes(1, sizeof *plan) +
             gr_block_bytes(net->nodes, sizeof *plan->pass.at) +
             gr_block_bytes(plan->arena.used, 1);
    *gradient = plan->gradient_room * net->kernels->size;
    gr_plan_free(plan);
    return GRADUS_OK;
}

void gr_plan_free(gr_plan *plan)
{
    if (plan == NULL)
        return;
    const gradus_context *context = plan->net->context;
    gr_plan_settle(plan);
    gr_arena_close(&plan->arena);
    gr_release(context, plan->pass.at);
    gr_release(context, plan);
}
