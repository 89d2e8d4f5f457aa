/*
 * theory/jacobian.c - the derivative of a net's outputs, from either side and whole
 *
 *     vjp    J^T u    reverse mode: the backward pass from dL/dy = u, as of L = <u, y>
 *     jvp    J v      forward mode: theory/tangent.c
 *
 * SPDX-License-Identifier: MIT
 */
#include <math.h>

#include "base/status.h"
#include "net/criterion.h"
#include "theory/tangent.h"

/* ---- reverse mode ---- */

/* <u, y>, whose gradient is u; u comes as the target */
static double along(const double *output, const double *u, size_t outputs, double *gradient,
                    void *user)
{
    (void)user;
    double sum = 0;
    for (size_t j = 0; j < outputs; j++) {
        gradient[j] = u[j];
        sum = fma(u[j], output[j], sum);
    }
    return sum;
}

static const gradus_loss along_loss = {"along", along, NULL};

typedef struct reverse {
    const gradus_net *net;
    gradus_set set;
    gr_plan *plan;
    uint32_t *index;
} reverse;

static gradus_status reverse_open(reverse *r, const gradus_net *net,
                                  const gradus_point *point, const void *u, bool dx)
{
    gradus_status status;
    const gr_plan_options options = {.rows = point->rows, .own = &along_loss,
                                     .input_gradient = dx, .inference = !point->training};
    *r = (reverse){.net = net, .set = {.rows = point->rows, .x = point->x, .y = u}};
    GR_TRY(gr_set_check(net, &r->set, "the point"));
    GR_TRY(gr_plan_new(net, &options, &r->plan));
    GR_TRY(gr_allocate(net->context, point->rows, sizeof *r->index, "row numbers",
                       &r->index));
    for (size_t i = 0; i < point->rows; i++)
        r->index[i] = (uint32_t)i;
    r->plan->pass.dropout = (gr_key){point->seed, GR_PURPOSE_DROPOUT, 0};
done:
    return status;
}

static void reverse_close(reverse *r)
{
    gr_release(r->net->context, r->index);
    gr_plan_free(r->plan);
}

static void reverse_run(const reverse *r, void *gradient, void *dx)
{
    const gradus_net *net = r->net;
    size_t copied = 0;
    double sum;
    gr_plan_gradient(r->plan, &r->set, r->index, r->set.rows, NULL, dx, &sum);
    for (size_t i = 0; gradient != NULL && i < net->tensors; i++) {
        const gr_tensor *tensor = &net->tensor[i];
        if (tensor->group == GR_GROUP_STATISTIC)
            continue;
        gr_tensor_unpack(net, tensor, gr_at(net, r->plan->pass.gradient, tensor->first),
                         gr_at(net, gradient, copied));
        copied += tensor->rows * tensor->columns;
    }
}

gradus_status gradus_net_vjp(const gradus_net *net, const gradus_point *point, const void *u,
                             void *gradient, void *dx)
{
    gradus_status status;
    reverse r = {.net = net};
    const unsigned saved = gr_float_enter();
    GR_TRY(reverse_open(&r, net, point, u, dx != NULL));
    reverse_run(&r, gradient, dx);
done:
    reverse_close(&r);
    gr_float_leave(saved);
    return status;
}

/* Row (i, k) of the Jacobian is J^T u for u = 1 at output k of row i and 0 elsewhere. */
gradus_status gradus_net_jacobian(const gradus_net *net, const gradus_point *point,
                                  void *by_parameters, void *by_x)
{
    gradus_status status;
    reverse r = {.net = net};
    const size_t outputs = gr_net_outputs(net), count = point->rows * outputs;
    const double one = 1, zero = 0;
    void *u = NULL;
    const unsigned saved = gr_float_enter();
    GR_TRY(gr_allocate(net->context, point->rows, outputs * net->kernels->size,
                       "a direction", &u));
    GR_TRY(reverse_open(&r, net, point, u, by_x != NULL));
    for (size_t k = 0; k < count; k++) {
        net->kernels->from_double(1, &one, gr_at(net, u, k));
        reverse_run(&r,
                    by_parameters == NULL ? NULL
                                          : gr_at(net, by_parameters,
                                                  k * net->parameter_count),
                    by_x == NULL ? NULL
                                 : gr_at(net, by_x, k * point->rows * gr_net_inputs(net)));
        net->kernels->from_double(1, &zero, gr_at(net, u, k));
    }
done:
    reverse_close(&r);
    gr_release(net->context, u);
    gr_float_leave(saved);
    return status;
}

/* ---- forward mode ---- */

/* Values, or slopes, of some dual numbers from an array of the net's precision, and back. */
static void read_values(const gradus_net *net, const void *from, size_t count, gr_dual *to)
{
    for (size_t i = 0; i < count; i++)
        net->kernels->to_double(1, gr_at(net, from, i), &to[i].value);
}

static void read_slopes(const gradus_net *net, const void *from, size_t count, gr_dual *to)
{
    for (size_t i = 0; from != NULL && i < count; i++)
        net->kernels->to_double(1, gr_at(net, from, i), &to[i].slope);
}

static void write_outputs(const gr_tangent *t, void *y, void *jv)
{
    const gradus_net *net = t->net;
    const gr_dual *from = t->y[t->last];
    for (size_t i = 0; i < t->rows * gr_net_outputs(net); i++) {
        if (y != NULL)
            net->kernels->from_double(1, &from[i].value, gr_at(net, y, i));
        net->kernels->from_double(1, &from[i].slope, gr_at(net, jv, i));
    }
}

gradus_status gradus_net_jvp(const gradus_net *net, const gradus_point *point,
                             const gradus_direction *v, void *y, void *jv)
{
    gradus_status status;
    gr_tangent t = {0};
    const size_t inputs = point->rows * gr_net_inputs(net);
    const gradus_set set = {.rows = point->rows, .x = point->x, .y = point->x};
    const gr_plan_options options = {.rows = point->rows, .inference = !point->training};
    size_t bytes, gradient; /* a plan refuses what has no derivative */
    const unsigned saved = gr_float_enter();
    GR_TRY(gr_set_check(net, &set, "the point"));
    GR_TRY(gr_plan_bytes(net, &options, &bytes, &gradient));
    GR_TRY(gr_tangent_open(&t, net, point->rows));
    t.training = point->training;
    t.dropout = (gr_key){point->seed, GR_PURPOSE_DROPOUT, 0};
    read_values(net, point->x, inputs, t.x);
    read_slopes(net, v->x, inputs, t.x);
    read_slopes(net, v->parameters, net->parameter_count, t.parameter);
    gr_tangent_run(&t);
    write_outputs(&t, y, jv);
done:
    gr_tangent_close(&t);
    gr_float_leave(saved);
    return status;
}
