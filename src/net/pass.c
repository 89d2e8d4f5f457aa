/*
 * net/pass.c - one gradient: forward, loss, backward, step, by all threads together
 *
 * The walk is a list of operations: the forward pass of nodes 1, 2, ..., the loss, and the
 * backward pass in reverse. An operation is dealt to the threads by rows or, where it needs
 * all rows, by columns; they meet where the cut changes. Between two meetings a thread takes
 * a block of its rows through all operations while it is in the cache. At last each thread
 * computes the gradients of its share of the weights, and descends by them. With checkpoints
 * all but the forward pass is done segment by segment (net/checkpoint.h). Where the rows of
 * the next step are known, all threads but the first begin with it at once.
 *
 * SPDX-License-Identifier: MIT
 */
#include <math.h>
#include <string.h>

#include "net/checkpoint.h"
#include "net/criterion.h"
#include "net/dense.h"
#include "net/small.h"

enum { FAR = 1 << 17 }; /* bytes of targets that do not stay in a cache near by */

/* ---- operations ---- */

typedef struct walk {
    gr_plan *plan;
    const gradus_set *set;
    const uint32_t *index;
    double *value, *prediction; /* of gr_plan_evaluate() */
} walk;

/* Operation i: forward of node i + 1, the loss of node last, backward of node
 * 2 last + 1 - i. */
static const gr_node *node_of(const gr_plan *plan, size_t operation)
{
    if (operation == plan->last)
        return &plan->net->node[plan->last];
    return &plan->net->node[operation < plan->last ? operation + 1
                                                   : 2 * plan->last + 1 - operation];
}

static bool is_by_columns(const gr_plan *plan, size_t operation)
{
    if (operation == 0 && plan->pass.first_by_columns)
        return true;
    return operation != plan->last && node_of(plan, operation)->type->by_columns;
}

gr_range gr_part_columns(const gr_pass *pass, const gr_node *node, const gr_part *part)
{
    const size_t width = pass->net->kernels->width;
    const size_t to = part->panels.to * width;
    return (gr_range){part->panels.from * width, to < node->width ? to : node->width};
}

/* Values and gradients of the loss, for some rows. */
static void lose(const walk *w, gr_range rows)
{
    gr_plan *plan = w->plan;
    const gr_kernels *k = plan->net->kernels;
    const gr_kept *end = &plan->pass.at[plan->last];
    gr_criterion_gradient(plan, w->set, w->index, rows);
    if (w->set->weight == NULL || !plan->pass.training)
        return;
    k->scale_rows(rows.to - rows.from, plan->net->node[plan->last].width,
                  plan->weight + rows.from,
                  gr_row(plan->net, end->dy, end->stride, rows.from));
    for (size_t i = rows.from; i < rows.to; i++)
        plan->value[i] *= plan->weight[i];
}

static void run_operation(const walk *w, size_t operation, const gr_part *part)
{
    const gr_plan *plan = w->plan;
    const gr_node *node = node_of(plan, operation);
    if (operation == plan->last)
        lose(w, part->rows);
    else if (operation < plan->last)
        node->type->forward(&plan->pass, node, part);
    else if (plan->pass.at[node - plan->net->node].dy != NULL)
        node->type->backward(&plan->pass, node, part);
}

/* A row part names the panels of what the operation writes: of the node it reads, for a
 * backward pass. */
static void run_by_rows(const walk *w, gr_range operations, size_t thread, size_t threads)
{
    const gr_plan *plan = w->plan;
    const gr_range rows = gr_cut(plan->pass.rows, 1, thread, threads);
    for (size_t from = rows.from; from < rows.to; from += GR_PASS_BLOCK) {
        const size_t left = rows.to - from;
        gr_part part = {.rows = {from, from + (left < GR_PASS_BLOCK ? left : GR_PASS_BLOCK)},
                        .thread = thread};
        for (size_t i = operations.from; i < operations.to; i++) {
            const gr_node *node = node_of(plan, i);
            part.panels = (gr_range){
                0, i > plan->last ? plan->net->node[node->from].panels : node->panels};
            run_operation(w, i, &part);
        }
    }
}

static void run_by_columns(const walk *w, gr_range operations, size_t thread,
                           size_t threads)
{
    const gr_plan *plan = w->plan;
    for (size_t i = operations.from; i < operations.to; i++) {
        const size_t panels = node_of(plan, i)->panels;
        const gr_part part = {{0, plan->pass.rows}, gr_cut(panels, 1, thread, threads),
                              thread};
        const bool is_done = i == 0 && plan->pass.is_begun && thread > 0; /* begin_next() */
        if (part.panels.from < part.panels.to && !is_done)
            run_operation(w, i, &part);
    }
}

/* ---- the gradient ---- */

static void walk_operations(const walk *w, gr_range operations, size_t thread,
                            size_t threads)
{
    const gr_plan *plan = w->plan;
    for (size_t i = operations.from, next; i < operations.to; i = next) {
        const bool columns = is_by_columns(plan, i);
        for (next = i + 1; next < operations.to && is_by_columns(plan, next) == columns;)
            next++;
        if (i > 0 || !columns) /* what is prepared is not read by the first columns */
            gr_pool_wait(plan->pool);
        if (columns)
            run_by_columns(w, (gr_range){i, next}, thread, threads);
        else
            run_by_rows(w, (gr_range){i, next}, thread, threads);
    }
}

/* Else the gradients of parameters are nobody's: of a batch whose examples weigh nothing. */
static bool steps_or_keeps(const gr_pass *pass)
{
    return pass->descent != NULL || pass->keeps;
}

/* What the examples of a first block are to give stands anywhere in the set, in a line or two
 * each: it comes during the forward pass. Inline, as gcc leaves out a call that does nothing
 * else. */
static inline __attribute__((always_inline)) void fetch_targets(const walk *w, gr_range rows)
{
    const gradus_set *set = w->set;
    const gradus_net *net = w->plan->net;
    const size_t bytes = set->label != NULL ? sizeof *set->label
                                            : gr_net_outputs(net) * net->kernels->size;
    const char *y = set->label != NULL ? (const char *)set->label : set->y;
    if (set->rows * bytes < FAR || bytes > GR_LINE)
        return;
    rows.to = rows.to - rows.from < GR_PASS_BLOCK ? rows.to : rows.from + GR_PASS_BLOCK;
    for (size_t i = rows.from; i < rows.to; i++) {
        __builtin_prefetch(y + w->index[i] * bytes);
        __builtin_prefetch(y + w->index[i] * bytes + bytes - 1);
    }
}

/* Forward and backward through a segment, and its step: no other reads its weights. The last
 * layers step first: what they read is still near by. */
static void walk_segment(const walk *w, gr_range nodes, size_t thread, size_t threads)
{
    gr_plan *plan = w->plan;
    const gr_node *node = plan->net->node;
    const gr_range forward = {nodes.from - 1, nodes.to - 1};
    const gr_range backward = {2 * plan->last + 2 - nodes.to, 2 * plan->last + 2 - nodes.from};
    for (size_t n = nodes.from; n < nodes.to && threads > 1; n++)
        if (node[n].type->prepare != NULL)
            node[n].type->prepare(&plan->pass, &node[n], thread, threads);
    if (threads == 1)
        plan->pass.turns = true;
    if (nodes.to > plan->last) { /* the loss is between them */
        fetch_targets(w, gr_cut(plan->pass.rows, 1, thread, threads));
        walk_operations(w, (gr_range){forward.from, backward.to}, thread, threads);
    } else {
        walk_operations(w, forward, thread, threads);
        walk_operations(w, backward, thread, threads);
    }
    if (threads == 1)
        plan->pass.turns = false;
    gr_pool_wait(plan->pool);
    for (size_t n = nodes.to; n-- > nodes.from && steps_or_keeps(&plan->pass);)
        if (node[n].type->descend != NULL)
            node[n].type->descend(&plan->pass, &node[n], thread, threads);
}

/* Before a segment whose memory was another one's. */
static void enter(const walk *w, gr_range nodes, size_t thread, size_t threads)
{
    gr_pool_wait(w->plan->pool);
    gr_checkpoint_clear(w->plan, nodes, gr_cut(w->plan->pass.rows, 1, thread, threads));
    gr_pool_wait(w->plan->pool);
}

/* row[i] = address of x[index[i]] */
static void point_at_rows(const gradus_net *net, const gradus_set *set, const uint32_t *index,
                          size_t count, void **row)
{
    char *const x = (char *)(uintptr_t)set->x;
    const size_t bytes = gr_net_inputs(net) * net->kernels->size;
    for (size_t i = 0; i < count; i++)
        row[i] = x + index[i] * bytes;
}

/*
 * Between two steps the first thread is alone: it has the loss, and draws the next rows. Where
 * these were announced, the others begin meanwhile with their outputs of the first layer, whose
 * weights they alone read and descend; but not where x is gathered, which the first does,
 * where segments share memory, or where parameters change after the pass. What is not finite
 * they leave for the caller to look into.
 */
static bool begins_next(const gr_plan *plan)
{
    const gr_pass *pass = &plan->pass;
    return pass->threads > 1 && pass->first_by_columns && pass->rows_ahead > 0 &&
           pass->descent != NULL && pass->at[0].y == NULL &&
           pass->at[1].segment.to > plan->last;
}

static void begin_next(const gr_plan *plan, size_t thread, size_t threads)
{
    const gr_node *first = &plan->net->node[1];
    const void *const *x = (const void *const *)plan->pass.ahead;
    const gr_part part = {{0, plan->pass.rows_ahead}, gr_cut(first->panels, 1, thread, threads),
                          thread};
    const bool is_finite = isfinite(gr_sum(plan->pass.rows, plan->value));
    gr_pool_finish(plan->pool, thread);
    if (is_finite)
        gr_dense_forward(&plan->pass, first, &part, x);
}

static void walk_gradient(void *job, size_t thread, size_t threads)
{
    const walk *w = job;
    const gr_plan *plan = w->plan;
    if (thread + 1 == threads && plan->pass.rows_ahead > 0)
        point_at_rows(plan->net, plan->announced.set, plan->announced.index,
                      plan->pass.rows_ahead, plan->pass.ahead);
    gr_range nodes = plan->pass.at[1].segment;
    for (; nodes.to <= plan->last; nodes = plan->pass.at[nodes.to].segment) {
        enter(w, nodes, thread, threads);
        walk_operations(w, (gr_range){nodes.from - 1, nodes.to - 1}, thread, threads);
    }
    if (nodes.from > 1)
        enter(w, nodes, thread, threads);
    walk_segment(w, nodes, thread, threads);
    while (nodes.from > 1) {
        nodes = plan->pass.at[nodes.from - 1].segment;
        enter(w, nodes, thread, threads);
        walk_segment(w, nodes, thread, threads);
    }
    if (thread > 0 && begins_next(plan))
        begin_next(plan, thread, threads);
}

static void walk_loss(void *job, size_t thread, size_t threads)
{
    const walk *w = job;
    walk_operations(w, (gr_range){0, w->plan->last + 1}, thread, threads);
}

/* A gradient of a net that net/small.c describes. */
static void small_gradient(const walk *w)
{
    gr_plan *plan = w->plan;
    const gradus_net *net = plan->net;
    const gr_descent *descent = plan->pass.descent;
    plan->small.rows = plan->pass.rows;
    net->kernels->small_forward(&plan->small);
    lose(w, (gr_range){0, plan->pass.rows});
    net->kernels->small_backward(&plan->small);
    for (size_t i = 0; descent != NULL && !descent->plain && i < net->tensors; i++)
        gr_descend(&plan->pass, i, 0, net->tensor[i].room, gr_gradient_of(&plan->pass, i));
}

/* Where the inputs of the examples stand, which may be known, and their weights. */
static void load(gr_plan *plan, const gradus_set *set, const uint32_t *index, size_t count,
                 bool known)
{
    const gradus_net *net = plan->net;
    gr_kept *x = &plan->pass.at[0];
    void **const ahead = plan->pass.ahead;
    const size_t inputs = gr_net_inputs(net);
    if (x->y != NULL) {
        net->kernels->gather(count, inputs, set->x, index, x->stride, x->y);
    } else if (known) {
        plan->pass.ahead = x->y_row;
        x->y_row = ahead;
    } else {
        point_at_rows(net, set, index, count, x->y_row);
    }
    for (size_t i = 0; set->weight != NULL && i < count; i++)
        plan->weight[i] = set->weight[index[i]];
    plan->pass.rows = count;
}

void gr_plan_announce(gr_plan *plan, const gradus_set *set, const uint32_t *index,
                      size_t count)
{
    if (plan->small.layers > 0)
        return;
    plan->pass.rows_ahead = count < plan->piece ? count : plan->piece;
    plan->announced = (gr_batch){set, index, plan->pass.rows_ahead};
}

static void rest(gr_plan *plan)
{
    gr_pool_rest(plan->begun);
    plan->begun = NULL;
}

void gr_plan_settle(gr_plan *plan)
{
    rest(plan);
    plan->pointed.rows = plan->announced.rows = plan->pass.rows_ahead = 0;
}

double gr_plan_weight(const gradus_set *set, const uint32_t *index, size_t count)
{
    double sum = 0;
    for (size_t i = 0; set->weight != NULL && i < count; i++)
        sum += set->weight[index[i]];
    return set->weight == NULL ? (double)count : sum;
}

/* dLoss/dx of the rows of a pass, dense */
static void copy_input_gradient(const gr_plan *plan, void *dx)
{
    const gradus_net *net = plan->net;
    const gr_kept *x = &plan->pass.at[0];
    const size_t inputs = gr_net_inputs(net);
    for (size_t i = 0; i < plan->pass.rows; i++)
        memcpy(gr_at(net, dx, i * inputs), gr_row(net, x->dy, x->stride, i),
               inputs * net->kernels->size);
}

void gr_plan_gradient(gr_plan *plan, const gradus_set *set, const uint32_t *index,
                      size_t count, const gr_descent *descent, void *dx, double *loss)
{
    gr_pass *pass = &plan->pass;
    const uint64_t first_row = pass->first_row;
    const bool small = plan->small.layers > 0 && count <= plan->piece &&
                       gr_pool_threads(plan->pool) == 1;
    const bool known = plan->pointed.set == set && plan->pointed.index == index &&
                       plan->pointed.rows == count;
    if (plan->small.layers > 0 && pass->descent != descent)
        gr_small_aim(plan, descent);
    pass->descent = descent;
    pass->threads = gr_pool_threads(plan->pool);
    pass->is_begun = known && plan->begun != NULL && plan->begun == plan->pool;
    if (!pass->is_begun)
        rest(plan);
    *loss = 0;
    for (size_t from = 0; from < count; from += plan->piece) {
        const size_t rows = count - from < plan->piece ? count - from : plan->piece;
        walk w = {.plan = plan, .set = set, .index = index + from};
        load(plan, set, index + from, rows, known);
        pass->add_gradient = from > 0;
        pass->first_row = first_row + from;
        if (small)
            small_gradient(&w);
        else
            gr_pool_run(plan->pool, walk_gradient, &w);
        *loss += gr_sum(rows, plan->value);
        if (dx != NULL)
            copy_input_gradient(plan, gr_at(plan->net, dx, from * gr_net_inputs(plan->net)));
    }
    pass->first_row = first_row;
    plan->begun = begins_next(plan) && isfinite(*loss) ? plan->pool : NULL;
    plan->pointed = plan->announced;
    plan->announced.rows = pass->rows_ahead = 0;
}

/* ---- evaluation ---- */

double gr_plan_loss(gr_plan *plan, const gradus_set *set, const uint32_t *index)
{
    double loss = 0;
    for (size_t from = 0; from < set->rows; from += plan->piece) {
        const size_t left = set->rows - from;
        walk w = {.plan = plan, .set = set, .index = index + from};
        load(plan, set, index + from, left < plan->piece ? left : plan->piece, false);
        plan->pass.first_row = from;
        gr_pool_run(plan->pool, walk_loss, &w);
        loss += gr_sum(plan->pass.rows, plan->value);
    }
    return loss;
}

static void walk_values(void *job, size_t thread, size_t threads)
{
    const walk *w = job;
    const gr_plan *plan = w->plan;
    const gradus_net *net = plan->net;
    const gr_kernels *k = net->kernels;
    const gr_node *end = &net->node[net->nodes - 1];
    const gr_kept *y = &plan->pass.at[net->nodes - 1];
    const gr_range rows = gr_cut(plan->pass.rows, 1, thread, threads);
    for (size_t from = 0, to; from <= plan->last; from = to) {
        to = plan->pass.at[from + 1].segment.to - 1;
        to += to == plan->last; /* the loss */
        if (from > 0) /* rows of one segment stand where others do of the next */
            gr_pool_wait(plan->pool);
        run_by_rows(w, (gr_range){from, to}, thread, threads);
    }
    if (plan->fused)
        end->type->forward(&plan->pass, end,
                           &(gr_part){rows, {0, end->panels}, thread});
    for (size_t i = rows.from; i < rows.to; i++) {
        w->value[i] = plan->value[i];
        k->to_double(end->width, gr_row(net, y->y, y->stride, i),
                     w->prediction + i * end->width);
    }
}

void gr_plan_evaluate(gr_plan *plan, const gradus_set *set, const uint32_t *index,
                      size_t count, double *value, double *prediction)
{
    const size_t outputs = gr_net_outputs(plan->net);
    gr_plan_settle(plan);
    plan->pass.training = false;
    for (size_t from = 0; from < count; from += plan->piece) {
        const size_t rows = count - from < plan->piece ? count - from : plan->piece;
        walk w = {.plan = plan, .set = set, .index = index + from, .value = value + from,
                  .prediction = prediction + from * outputs};
        load(plan, set, index + from, rows, false);
        gr_pool_run(plan->pool, walk_values, &w);
    }
    plan->pass.training = true;
}

bool gr_plan_find_not_finite(const gr_plan *plan, size_t *layer, const char **type)
{
    const gradus_net *net = plan->net;
    *layer = 0;
    for (size_t n = 1; n <= plan->last; n++) {
        const gr_node *node = &net->node[n];
        const gr_kept *at = &plan->pass.at[n];
        const bool there = at->kept || at->segment.from == 1; /* the last one walked */
        *layer = node->number > 0 ? node->number : *layer;
        *type = node->type->name;
        for (size_t i = 0; there && i < plan->pass.rows; i++)
            if (net->kernels->find_not_finite(node->width, at->y_row[i]) != SIZE_MAX)
                return true;
    }
    return false;
}
