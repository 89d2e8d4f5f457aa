/*
 * theory/enclose/rounding.c - what the forward pass is wrong by at most
 *
 * With u the unit of the net's precision, v the exact values and e what they are off by at
 * most, layer after layer, g_n = n u / (1 - n u):
 *
 *     dense        e = sum_k |w_k| e_k + g_(n+1) (sum_k |w_k| (|v_k| + e_k) + |b|)
 *     activation   e = max|s'| e_k + 6 u |s|        its value is right to 3 ulp, by
 *                                                   measurement (kernels/activate.c)
 *     batch norm   e = |factor| e_k + 8 u (|factor| (|v_k| + e_k) + |shift|)
 *     softmax      e = max e_k / 2 + (n + 8) u
 *     add          e = e_skip + |scale| e_k + 4 u (|v_skip| + |scale v_k| + e)
 *
 * The values are bounded piece by piece of the box; slopes over all of the values.
 *
 * SPDX-License-Identifier: MIT
 */
#include "theory/enclose/rounding.h"

#include <math.h>

#include "gradus_proof.h"
#include "theory/enclose/upward.h"

typedef struct pass {
    const gr_network *network;
    double unit;        /* of the net's precision */
    double tiny;        /* what an underflow loses */
    double **error;     /* [layers][units] */
} pass;

/* |g| at most */
static double size_of(size_t d, const gr_taylor *g)
{
    return gr_taylor_known(g) ? fabs(g->c[0]) + gr_taylor_sizes(d, g).all : INFINITY;
}

/* The numbers of the table are scaled in double, and clipped, then rounded. */
static void pass_inputs(const pass *p, const gr_place *place)
{
    const gr_network *network = p->network;
    for (size_t j = 0; j < network->layer[0].about.units; j++)
        p->error[0][j] = 0;
    for (size_t i = 0; i < network->inputs; i++) {
        const gr_enclosed_input *input = &network->input[i];
        const double x = fabs(place->center[i]) + place->radius[i] + fabs(input->center);
        const double size = size_of(network->inputs, &network->layer[0].y[input->first]);
        p->error[0][input->first] =
            gr_lifted(8 * gr_unit * (x * fabs(input->scale) + size) + p->unit * size + p->tiny);
    }
}

static void pass_dense(const pass *p, const gr_enclosed_layer *layer, const double *e,
                       double *out)
{
    const size_t n = layer->about.inputs;
    const double g = (double)(n + 1) * p->unit / (1 - (double)(n + 1) * p->unit);
    const gr_taylor *v = p->network->layer[layer->about.from].y;
    double *size = p->network->room;
    for (size_t k = 0; k < n; k++)
        size[k] = gr_lifted(size_of(p->network->inputs, &v[k]) + e[k]);
    for (size_t j = 0; j < layer->about.units; j++) {
        const double *w = layer->weight + j * n;
        double moved = 0, sizes = layer->bias == NULL ? 0 : fabs(layer->bias[j]);
        for (size_t k = 0; k < n; k++) {
            moved += fabs(w[k]) * e[k];
            sizes += fabs(w[k]) * size[k];
        }
        out[j] = gr_lifted(moved + g * sizes + (double)n * p->tiny);
    }
}

/* max |s'| over the range of z, widened by what z is off by */
static double steepest(const gr_enclosed_layer *layer, const gr_series *series,
                       gradus_interval z)
{
    const gr_unit_type *type = &layer->type;
    gradus_interval range[4];
    double most = 0;
    if (type->kind == GR_UNIT_STEP)
        return z.min > 0 || z.max <= 0 ? 0 : INFINITY;
    if (type->kind == GR_UNIT_BENT)
        return z.min > 0 ? 1 : z.max <= 0 ? fabs(type->left)
                                             : gr_greater(1, fabs(type->left));
    gr_series_range(series, z.min, z.max, range);
    most = gr_greater(fabs(range[1].min), fabs(range[1].max));
    if (type->kind == GR_UNIT_FADING) {
        if (z.max > 0)
            gr_series_range(series, gr_smaller(z.min, 0), 0, range);
        most = gr_greater(fabs(range[1].min), fabs(range[1].max)) * fabs(type->left);
        most = gr_greater(most, fabs(type->right));
    }
    return gr_lifted(most * (1 + type->error));
}

/* sum_k |dp_j/dz_k| = 2 p_j (1 - p_j) <= 1/2; an exponential, a sum of n of them, a quotient */
static void pass_softmax(const pass *p, size_t n, const double *e, double *out)
{
    double most = 0;
    for (size_t j = 0; j < n; j++)
        most = gr_greater(e[j], most);
    for (size_t j = 0; j < n; j++)
        out[j] = gr_lifted(most / 2 + (double)(n + 8) * p->unit + p->tiny);
}

static void pass_units(const pass *p, const gr_enclosed_layer *layer, const double *e,
                       double *out)
{
    if (layer->type.kind == GR_UNIT_SOFTMAX) {
        pass_softmax(p, layer->about.units, e, out);
        return;
    }
    const size_t d = p->network->inputs;
    const gr_taylor *v = p->network->layer[layer->about.from].y;
    const gr_series *series = p->network->series[layer->type.smooth];
    const bool exact = layer->type.kind == GR_UNIT_BENT && (layer->type.left == 0 ||
                                                            layer->type.left == 1);
    for (size_t j = 0; j < layer->about.units; j++) {
        gradus_interval z = gr_taylor_range(d, &v[j]);
        const double ulps = exact ? 0 : 6 * p->unit * size_of(d, &layer->y[j]);
        if (!(gr_taylor_known(&v[j]) && e[j] < INFINITY)) {
            out[j] = INFINITY;
            continue;
        }
        z.min -= gr_lifted(e[j]);
        z.max += gr_lifted(e[j]);
        const double slope = steepest(layer, series, z);
        out[j] = gr_lifted((slope > 0 ? slope * e[j] : 0) + ulps + p->tiny);
    }
}

static void pass_norm(const pass *p, const gr_enclosed_layer *layer, const double *e,
                      double *out)
{
    const gr_taylor *v = p->network->layer[layer->about.from].y;
    for (size_t j = 0; j < layer->about.units; j++) {
        const double factor = fabs(layer->factor[j]) + layer->error[2 * j];
        const double size = size_of(p->network->inputs, &v[j]) + e[j];
        out[j] = gr_lifted(factor * e[j] + layer->error[2 * j + 1] +
                       8 * p->unit * (factor * size + layer->error[2 * j + 1] / gr_unit) +
                       p->tiny);
    }
}

static void pass_layer(const pass *p, size_t index)
{
    const gr_enclosed_layer *layer = &p->network->layer[index];
    const gradus_layer *about = &layer->about;
    const double *e = p->error[about->from];
    double *out = p->error[index];
    const size_t d = p->network->inputs;
    switch (about->kind) {
    case GRADUS_LAYER_DENSE: pass_dense(p, layer, e, out); break;
    case GRADUS_LAYER_ACTIVATION: pass_units(p, layer, e, out); break;
    case GRADUS_LAYER_BATCHNORM: pass_norm(p, layer, e, out); break;
    default:
        for (size_t j = 0; j < about->units; j++) {
            out[j] = e[j];
            if (about->kind != GRADUS_LAYER_ADD)
                continue;
            const double scale = fabs(about->scale), skip = p->error[about->skip][j];
            const double sizes = size_of(d, &p->network->layer[about->skip].y[j]) + skip +
                                 scale * (size_of(d, &p->network->layer[about->from].y[j]) +
                                          e[j]);
            out[j] = gr_lifted(skip + scale * e[j] + 4 * p->unit * sizes + p->tiny);
        }
    }
}

/* One piece of the box. */
static double over_piece(const pass *p, const gradus_interval *piece)
{
    const gr_network *network = p->network;
    const gr_place place = gr_place_of(network->inputs, piece);
    gr_outcomes y;
    gr_network_run(network, &place, &y);
    if (y.count > 1)
        return INFINITY;
    pass_inputs(p, &place);
    for (size_t i = 1; i < network->layers; i++)
        pass_layer(p, i);
    const double last = p->error[network->layers - 1][0] / fabs(network->scale);
    const double size = size_of(network->inputs, y.y) + fabs(network->center);
    return gr_lifted(last + 4 * gr_unit * size);
}

static double over_pieces(const pass *p, const gradus_interval *box)
{
    static const size_t pieces[] = {0, 256, 32, 12}; /* of each side */
    const size_t d = p->network->inputs, n = pieces[d];
    double most = 0;
    for (size_t k = 0; k < (d == 1 ? n : d == 2 ? n * n : n * n * n); k++) {
        gradus_interval piece[GR_TAYLOR_INPUTS];
        for (size_t i = 0, rest = k; i < d; i++, rest /= n) {
            const double step = (box[i].max - box[i].min) / (double)n;
            const size_t at = rest % n;
            piece[i].min = box[i].min + (double)at * step;
            piece[i].max = at + 1 == n ? box[i].max
                                        : box[i].min + (double)(at + 1) * step;
        }
        most = gr_greater(most, over_piece(p, piece));
        if (!(most < INFINITY))
            return INFINITY;
    }
    return most;
}

gradus_status gr_rounding_over(const gr_network *network, const gradus_interval *box,
                               double *most)
{
    const bool single = network->precision == GRADUS_FLOAT32;
    pass p = {.network = network, .unit = single ? 0x1p-24 : 0x1p-53,
              .tiny = single ? 0x1p-149 : 0x1p-1074};
    const char *what = "the rounding of a network";
    size_t units = 0;
    double *block = NULL;
    for (size_t i = 0; i < network->layers; i++)
        units += network->layer[i].about.units;
    gradus_status status =
        gradus_memory_allocate(network->context, units, sizeof *block, what, &block);
    if (status == GRADUS_OK)
        status = gradus_memory_allocate(network->context, network->layers, sizeof *p.error,
                                        what, &p.error);
    if (status == GRADUS_OK) {
        for (size_t i = 0, at = 0; i < network->layers; at += network->layer[i++].about.units)
            p.error[i] = block + at;
        *most = over_pieces(&p, box);
    }
    gradus_memory_release(network->context, block);
    gradus_memory_release(network->context, p.error);
    return status;
}
