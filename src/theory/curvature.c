/*
 * theory/curvature.c - the Hessian of a mean loss, times a vector
 *
 *     g(w + e v) = g(w) + e H v,  e^2 = 0
 *
 * The backward pass, run in dual numbers whose slopes are derivatives in direction v: the
 * slope of the gradient is H v, without a step size. The forward pass is theory/tangent.c.
 * Rows are worked in pieces; gradients add up row after row, whatever the pieces are.
 * Source: Pearlmutter, "Fast exact multiplication by the Hessian", Neural Computation 6, 1994.
 *
 * SPDX-License-Identifier: MIT
 */
#include "theory/curvature.h"

#include <string.h>

#include "base/status.h"
#include "net/criterion.h"
#include "net/lists.h"
#include "theory/widen.h"

enum { PIECE = 64 };
static const double eps = 1e-5; /* of batch norm */

/* ---- memory ---- */

static void lay_out(gr_curvature *c, size_t piece)
{
    const gradus_net *net = c->net;
    gr_arena *arena = &c->arena;
    c->gradient = gr_arena_take(arena, net->parameter_count, sizeof *c->gradient);
    c->target = gr_arena_take(arena, gr_net_outputs(net), sizeof *c->target);
    c->dy = gr_arena_take(arena, net->nodes, sizeof *c->dy);
    for (size_t n = 0; n < net->nodes; n++) {
        gr_dual *dy = gr_arena_take(arena, piece, net->node[n].width * sizeof *dy);
        if (c->dy != NULL)
            c->dy[n] = dy;
    }
}

static gradus_status check_functions(const gr_curvature *c)
{
    const gradus_net *net = c->net;
    double alpha;
    if (c->criterion.loss >= GR_LOSS_COUNT)
        return gr_fail(GRADUS_ARGUMENT, "curvature: loss \"%s\" is the user's own, whose "
                       "second derivative is not known",
                       net->context->losses[c->criterion.loss - GR_LOSS_COUNT].name);
    for (size_t n = 1; n < net->nodes; n++) {
        const gr_node *node = &net->node[n];
        if (node->type != &gr_layer_activation)
            continue;
        const char *name = gr_activation_about(net->context, node->activation, &alpha);
        if (node->activation >= GR_ACTIVATION_COUNT)
            return gr_fail(GRADUS_ARGUMENT, "curvature: activation \"%s\" is the user's own, "
                           "whose second derivative is not known", name);
        if (!gr_activation_trainable(node->activation))
            return gr_fail(GRADUS_ARGUMENT, "curvature: %s has no derivative: take another "
                           "activation", name);
    }
    return GRADUS_OK;
}

gradus_status gr_curvature_open(gr_curvature *c, const gradus_net *net,
                                const gradus_set *set, const gr_curvature_loss *loss)
{
    gradus_status status;
    const size_t piece = set->rows < PIECE ? set->rows : PIECE;
    *c = (gr_curvature){.net = net, .set = set, .arena = {.context = net->context},
                        .criterion = {.net = net, .delta = loss->delta}};
    GR_TRY(gr_criterion_choose(&c->criterion, loss->name));
    if (!(c->criterion.delta > 0))
        c->criterion.delta = 1;
    GR_TRY(check_functions(c));
    GR_TRY(gr_tangent_open(&c->tangent, net, piece));
    c->tangent.last = c->criterion.last;
    lay_out(c, piece);
    GR_TRY(gr_arena_open(&c->arena, "dual numbers of a backward pass"));
    lay_out(c, piece);
    for (size_t i = 0; i < set->rows; i++)
        c->weight += set->weight != NULL ? set->weight[i] : 1;
    if (!(c->weight > 0))
        GR_TRY(gr_fail(GRADUS_ARGUMENT, "curvature: all weights of examples are 0"));
done:
    return status;
}

void gr_curvature_close(gr_curvature *c)
{
    if (c->net == NULL)
        return;
    gr_tangent_close(&c->tangent);
    gr_arena_close(&c->arena);
}

/* ---- layers, backwards: dy of node->from grows ---- */

static gr_dual *gradient_of(const gr_curvature *c, size_t tensor)
{
    return c->gradient + (c->tangent.tensor[tensor] - c->tangent.parameter);
}

static void back_dense(const gr_curvature *c, const gr_node *node, size_t n)
{
    const gr_tangent *t = &c->tangent;
    for (size_t i = 0; i < t->rows; i++) {
        const gr_dual *x = t->y[node->from] + i * node->inputs;
        const gr_dual *w = t->tensor[node->tensor], *d = c->dy[n] + i * node->width;
        gr_dual *dx = c->dy[node->from] + i * node->inputs;
        gr_dual *dw = gradient_of(c, node->tensor);
        for (size_t j = 0; j < node->width; j++, w += node->inputs, dw += node->inputs) {
            for (size_t k = 0; k < node->inputs; k++) {
                dw[k] = gr_dual_fma(d[j], x[k], dw[k]);
                dx[k] = gr_dual_fma(d[j], w[k], dx[k]);
            }
            if (node->bias) {
                gr_dual *db = &gradient_of(c, node->tensor + 1)[j];
                *db = gr_dual_add(*db, d[j]);
            }
        }
    }
}

/* dz_j = p_j (da_j - sum_k p_k da_k) */
static void back_softmax(size_t width, const gr_dual *p, const gr_dual *da, gr_dual *dz)
{
    gr_dual mean = gr_dual_of(0);
    for (size_t k = 0; k < width; k++)
        mean = gr_dual_fma(p[k], da[k], mean);
    for (size_t j = 0; j < width; j++)
        dz[j] = gr_dual_fma(p[j], gr_dual_subtract(da[j], mean), dz[j]);
}

static void back_activation(const gr_curvature *c, const gr_node *node, size_t n)
{
    const gr_tangent *t = &c->tangent;
    gr_dual *dz = c->dy[node->from];
    if (node->activation == GR_ACTIVATION_SOFTMAX) {
        for (size_t i = 0; i < t->rows; i++)
            back_softmax(node->width, t->y[n] + i * node->width,
                         c->dy[n] + i * node->width, dz + i * node->width);
        return;
    }
    for (size_t i = 0; i < t->rows * node->width; i++)
        dz[i] = gr_dual_fma(c->dy[n][i],
                            gr_dual_slope((gr_activation_id)node->activation, node->alpha,
                                          t->y[node->from][i]),
                            dz[i]);
}

/* y = gamma u + beta, u = (x - mean) / root: mean and root stand, as at inference */
static void back_batchnorm(const gr_curvature *c, const gr_node *node, size_t n)
{
    const gr_tangent *t = &c->tangent;
    gr_dual *const *tensor = t->tensor + node->tensor;
    gr_dual *gamma = gradient_of(c, node->tensor);
    gr_dual *beta = gradient_of(c, node->tensor + 1);
    for (size_t i = 0; i < t->rows; i++)
        for (size_t j = 0; j < node->width; j++) {
            const size_t at = i * node->width + j;
            const gr_dual d = c->dy[n][at];
            const double root = sqrt(tensor[3][j].value + eps);
            const gr_dual u = gr_dual_scale(
                1 / root, gr_dual_subtract(t->y[node->from][at], tensor[2][j]));
            gamma[j] = gr_dual_fma(d, u, gamma[j]);
            beta[j] = gr_dual_add(beta[j], d);
            c->dy[node->from][at] = gr_dual_fma(d, gr_dual_scale(1 / root, tensor[0][j]),
                                                c->dy[node->from][at]);
        }
}

/* to += factor d */
static void pass_on(size_t count, double factor, const gr_dual *d, gr_dual *to)
{
    for (size_t i = 0; i < count; i++)
        to[i] = gr_dual_add(to[i], gr_dual_scale(factor, d[i]));
}

static void run_back(const gr_curvature *c)
{
    for (size_t n = c->criterion.last; n > 0; n--) {
        const gr_node *node = &c->net->node[n];
        const size_t count = c->tangent.rows * node->width;
        if (node->type == &gr_layer_dense) {
            back_dense(c, node, n);
        } else if (node->type == &gr_layer_activation) {
            back_activation(c, node, n);
        } else if (node->type == &gr_layer_batchnorm) {
            back_batchnorm(c, node, n);
        } else if (node->type == &gr_layer_dropout) {
            pass_on(count, 1, c->dy[n], c->dy[node->from]);
        } else {
            pass_on(count, node->scale, c->dy[n], c->dy[node->from]);
            pass_on(count, 1, c->dy[n], c->dy[node->skip]);
        }
    }
}

/* ---- the loss ---- */

static void read_target(const gr_curvature *c, size_t row)
{
    const size_t outputs = gr_net_outputs(c->net);
    if (c->set->y != NULL) {
        memcpy(c->target, (const double *)c->set->y + row * outputs,
               outputs * sizeof *c->target);
        return;
    }
    for (size_t j = 0; j < outputs; j++)
        c->target[j] = outputs == 1 ? c->set->label[row] : c->set->label[row] == j;
}

static void run_loss(gr_curvature *c, size_t first)
{
    const size_t outputs = gr_net_outputs(c->net);
    const gr_dual_loss loss = {(gr_loss_id)c->criterion.loss, c->criterion.fused,
                               c->criterion.delta};
    for (size_t i = 0; i < c->tangent.rows; i++) {
        const double weight = c->set->weight != NULL ? c->set->weight[first + i] : 1;
        const gr_dual *o = c->tangent.y[c->criterion.last] + i * outputs;
        gr_dual *d = c->dy[c->criterion.last] + i * outputs;
        read_target(c, first + i);
        c->loss += weight * gr_dual_lose(&loss, outputs, o, c->target).value;
        gr_dual_lose_slope(&loss, outputs, o, c->target, d);
        for (size_t j = 0; j < outputs; j++)
            d[j] = gr_dual_scale(weight, d[j]);
    }
}

/* ---- the product ---- */

static void run_piece(gr_curvature *c, size_t first, size_t rows)
{
    const size_t inputs = gr_net_inputs(c->net);
    const double *x = (const double *)c->set->x + first * inputs;
    c->tangent.rows = rows;
    for (size_t i = 0; i < rows * inputs; i++)
        c->tangent.x[i] = gr_dual_of(x[i]);
    for (size_t n = 0; n <= c->criterion.last; n++)
        memset(c->dy[n], 0, rows * c->net->node[n].width * sizeof **c->dy);
    gr_tangent_run(&c->tangent);
    run_loss(c, first);
    run_back(c);
}

void gr_curvature_product(gr_curvature *c, const double *v, double *gradient, double *hv)
{
    const size_t count = c->net->parameter_count, all = c->set->rows;
    c->loss = 0;
    for (size_t k = 0; k < count; k++) {
        c->tangent.parameter[k].slope = v[k];
        c->gradient[k] = gr_dual_of(0);
    }
    for (size_t first = 0; first < all; first += PIECE)
        run_piece(c, first, all - first < PIECE ? all - first : PIECE);
    c->loss /= c->weight;
    for (size_t k = 0; k < count; k++) {
        if (gradient != NULL)
            gradient[k] = c->gradient[k].value / c->weight;
        hv[k] = c->gradient[k].slope / c->weight;
    }
}

double gr_curvature_noise(gr_curvature *c, const double *gradient)
{
    const size_t count = c->net->parameter_count, all = c->set->rows;
    double sum = 0;
    for (size_t k = 0; k < count; k++)
        c->tangent.parameter[k].slope = 0;
    for (size_t i = 0; i < all; i++) {
        const double weight = c->set->weight != NULL ? c->set->weight[i] : 1;
        memset(c->gradient, 0, count * sizeof *c->gradient);
        run_piece(c, i, 1);
        for (size_t k = 0; k < count; k++) {
            const double apart = c->gradient[k].value - weight * gradient[k];
            sum = fma(apart, apart, sum);
        }
    }
    return all > 1 ? sqrt(sum * ((double)all / ((double)all - 1))) / c->weight : NAN;
}

gradus_status gradus_net_hvp(const gradus_net *net, const char *loss, const gradus_set *set,
                             const double *v, double *gradient, double *hv)
{
    gradus_status status;
    gr_widened wide = {0};
    gr_curvature c = {0};
    const gr_curvature_loss criterion = {.name = loss};
    const unsigned saved = gr_float_enter();
    GR_TRY(gr_widen(net, set, &wide));
    GR_TRY(gr_curvature_open(&c, wide.net, &wide.set, &criterion));
    gr_curvature_product(&c, v, gradient, hv);
done:
    gr_curvature_close(&c);
    gr_widen_release(net->context, &wide);
    gr_float_leave(saved);
    return status;
}
