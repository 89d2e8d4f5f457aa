/*
 * theory/enclose/jet.c - the rules of differentiation, on intervals
 *
 *     chain     f(u)_i = f' u_i            f(u)_ij = f' u_ij + f'' u_i u_j
 *     product   (uv)_i = u_i v + u v_i     (uv)_ij = u_ij v + u_i v_j + u_j v_i + u v_ij
 *     quotient  w = u/v:  w_i = (u_i - w v_i)/v
 *                         w_ij = (u_ij - w_i v_j - w_j v_i - w v_ij)/v
 *
 * SPDX-License-Identifier: MIT
 */
#include "theory/enclose/jet.h"

#include "theory/enclose/curve.h"

typedef gradus_interval interval;

static const interval zero = {0, 0};

/* All pairs i <= j < d; `pair` counts them. */
#define EACH_PAIR(k)                                          \
    for (size_t i = 0, pair = 0; i < (k)->inputs; i++)        \
        for (size_t j = i; j < (k)->inputs; j++, pair++)

static bool depends(const gr_jet *u, size_t i)
{
    return u->depends >> i & 1;
}

static interval sum(interval a, interval b) { return gr_interval_add(a, b); }

/* Of derivatives: one without a bound is a limit, which 0 times it need not be 0. */
static interval product(interval a, interval b)
{
    const bool none = (a.min == 0 && a.max == 0) || (b.min == 0 && b.max == 0);
    if (none && (isinf(a.min) || isinf(a.max) || isinf(b.min) || isinf(b.max)))
        return gr_everything();
    return gr_interval_multiply(a, b);
}

void gr_jet_constant(const gr_jets *k, gradus_interval value, gr_jet *out)
{
    out->value = value;
    out->depends = 0;
    for (size_t i = 0; k->order >= 1 && i < k->inputs; i++)
        out->gradient[i] = zero;
    for (size_t p = 0; k->order >= 2 && p < k->inputs * (k->inputs + 1) / 2; p++)
        out->hessian[p] = zero;
}

void gr_jet_variable(const gr_jets *k, gradus_interval value, size_t variable, gr_jet *out)
{
    gr_jet_constant(k, value, out);
    out->depends = 1u << variable;
    if (k->order >= 1)
        out->gradient[variable] = gr_interval_at(1);
}

void gr_jet_chain(const gr_jets *k, gr_jet *u, const gradus_interval f[3])
{
    u->value = f[0];
    if (k->order >= 2)
        EACH_PAIR(k) {
            if (!depends(u, i) || !depends(u, j))
                continue;
            const interval both = i == j ? gr_square(u->gradient[i])
                                         : product(u->gradient[i], u->gradient[j]);
            u->hessian[pair] = sum(product(f[1], u->hessian[pair]), product(f[2], both));
        }
    for (size_t i = 0; k->order >= 1 && i < k->inputs; i++)
        if (depends(u, i))
            u->gradient[i] = product(f[1], u->gradient[i]);
}

void gr_jet_negate(const gr_jets *k, gr_jet *u)
{
    u->value = gr_interval_negate(u->value);
    for (size_t i = 0; k->order >= 1 && i < k->inputs; i++)
        u->gradient[i] = gr_interval_negate(u->gradient[i]);
    if (k->order >= 2)
        EACH_PAIR(k)
            u->hessian[pair] = gr_interval_negate(u->hessian[pair]);
}

void gr_jet_add(const gr_jets *k, gr_jet *u, const gr_jet *v)
{
    u->value = sum(u->value, v->value);
    for (size_t i = 0; k->order >= 1 && i < k->inputs; i++)
        u->gradient[i] = sum(u->gradient[i], v->gradient[i]);
    if (k->order >= 2)
        EACH_PAIR(k)
            u->hessian[pair] = sum(u->hessian[pair], v->hessian[pair]);
    u->depends |= v->depends;
}

/* u v_i where v depends on x_i, else 0 */
static interval part(const gr_jet *v, size_t i, interval u, interval derivative)
{
    return depends(v, i) ? product(u, derivative) : zero;
}

void gr_jet_multiply(const gr_jets *k, gr_jet *u, const gr_jet *v)
{
    if (k->order >= 2)
        EACH_PAIR(k) {
            interval h = zero;
            if (depends(u, i) && depends(u, j))
                h = sum(h, product(u->hessian[pair], v->value));
            if (depends(v, i) && depends(v, j))
                h = sum(h, product(u->value, v->hessian[pair]));
            if (depends(u, i) && depends(v, j))
                h = sum(h, product(u->gradient[i], v->gradient[j]));
            if (depends(u, j) && depends(v, i))
                h = sum(h, product(u->gradient[j], v->gradient[i]));
            u->hessian[pair] = h;
        }
    for (size_t i = 0; k->order >= 1 && i < k->inputs; i++)
        u->gradient[i] = sum(part(u, i, v->value, u->gradient[i]),
                             part(v, i, u->value, v->gradient[i]));
    u->value = gr_interval_multiply(u->value, v->value);
    u->depends |= v->depends;
}

void gr_jet_divide(const gr_jets *k, gr_jet *u, const gr_jet *v)
{
    gr_jet w;
    w.value = gr_interval_divide(u->value, v->value);
    w.depends = u->depends | v->depends;
    for (size_t i = 0; k->order >= 1 && i < k->inputs; i++)
        w.gradient[i] = !depends(&w, i) ? zero
                                        : gr_interval_divide(
            gr_interval_subtract(u->gradient[i], part(v, i, w.value, v->gradient[i])),
            v->value);
    if (k->order >= 2)
        EACH_PAIR(k) {
            interval h = zero;
            if (depends(u, i) && depends(u, j))
                h = u->hessian[pair];
            if (depends(v, j) && depends(&w, i))
                h = gr_interval_subtract(h, product(w.gradient[i], v->gradient[j]));
            if (depends(v, i) && depends(&w, j))
                h = gr_interval_subtract(h, product(w.gradient[j], v->gradient[i]));
            if (depends(v, i) && depends(v, j))
                h = gr_interval_subtract(h, product(w.value, v->hessian[pair]));
            w.hessian[pair] = h.min == 0 && h.max == 0 ? h
                                                          : gr_interval_divide(h, v->value);
        }
    *u = w;
}

/* ---- kinks ---- */

/* The derivatives where u and v meet. */
static void meeting(const gr_jets *k, gr_jet *u, const gr_jet *v)
{
    u->depends |= v->depends;
    for (size_t i = 0; k->order >= 1 && i < k->inputs; i++)
        u->gradient[i] = gr_interval_hull(u->gradient[i], v->gradient[i]);
    if (k->order >= 2)
        EACH_PAIR(k)
            if (depends(u, i) && depends(u, j))
                u->hessian[pair] = gr_everything();
}

void gr_jet_abs(const gr_jets *k, gr_jet *u)
{
    if (u->value.min >= 0)
        return;
    gr_jet v = *u;
    const interval value = {0, gr_interval_magnitude(u->value)};
    gr_jet_negate(k, &v);
    if (u->value.max <= 0) {
        *u = v;
        return;
    }
    meeting(k, u, &v);
    u->value = value;
}

void gr_jet_relu(const gr_jets *k, gr_jet *u)
{
    if (u->value.min >= 0)
        return;
    gr_jet none;
    gr_jet_constant(k, zero, &none);
    if (u->value.max <= 0) {
        *u = none;
        return;
    }
    meeting(k, u, &none);
    u->value.min = 0;
}

void gr_jet_min(const gr_jets *k, gr_jet *u, const gr_jet *v)
{
    if (u->value.max <= v->value.min)
        return;
    if (v->value.max <= u->value.min) {
        *u = *v;
        return;
    }
    meeting(k, u, v);
    u->value = (interval){gr_least(u->value.min, v->value.min),
                          gr_least(u->value.max, v->value.max)};
}
