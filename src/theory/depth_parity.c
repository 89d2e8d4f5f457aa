/*
 * theory/depth_parity.c - the parity of bits, by networks of several shapes
 *
 * SPDX-License-Identifier: MIT
 */
#include <math.h>
#include <string.h>

#include "base/status.h"
#include "theory/tower.h"

enum { MOST_BITS = 1000, MOST_TILED = 16 };

static const char *const names[] = {"tiles", "steps", "ramps", "chain", "sawtooth"};

const char *gradus_parity_name(gradus_parity way)
{
    return (size_t)way < GRADUS_PARITY_COUNT ? names[way] : NULL;
}

static bool is_odd(size_t number)
{
    bool odd = false;
    for (; number > 0; number >>= 1)
        odd ^= number & 1;
    return odd;
}

/* factor (x_1 + ... + x_n) + constant */
static void sum_inputs(gr_tower *t, size_t unit, double factor, double constant)
{
    for (size_t i = 0; i < t->before; i++)
        t->weight[unit * t->before + i] = factor;
    t->bias[unit] = constant;
}

/* H(x_i - 1/2), and of each corner v with an odd sum H(sum_i (2 v_i - 1) h_i - |v| + 1/2). */
static gradus_status tiles(gr_tower *t, size_t bits)
{
    gradus_status status;
    size_t unit = 0;
    GR_TRY(gr_tower_add(t, bits, "heaviside"));
    for (size_t i = 0; i < bits; i++)
        gr_tower_unit(t, i, gr_form_shift(gr_form_unit(i, 1), -0.5));
    GR_TRY(gr_tower_add(t, (size_t)1 << (bits - 1), "heaviside"));
    for (size_t corner = 1; corner < (size_t)1 << bits; corner++) {
        if (!is_odd(corner))
            continue;
        t->bias[unit] = 0.5;
        for (size_t i = 0; i < bits; i++) {
            const bool set = corner >> i & 1;
            t->weight[unit * bits + i] = set ? 1 : -1;
            t->bias[unit] -= set;
        }
        unit++;
    }
    GR_TRY(gr_tower_add(t, 1, NULL));
    sum_inputs(t, 0, 1, 0);
done:
    return status;
}

/* sum_k (-1)^k H(x - k - 1/2), x the sum of the bits: up at 1, down at 2, ... */
static gradus_status steps(gr_tower *t, size_t bits)
{
    gradus_status status;
    GR_TRY(gr_tower_add(t, bits, "heaviside"));
    for (size_t k = 0; k < bits; k++)
        sum_inputs(t, k, 1, -(double)k - 0.5);
    GR_TRY(gr_tower_add(t, 1, NULL));
    for (size_t k = 0; k < bits; k++)
        t->weight[k] = k % 2 == 0 ? 1 : -1;
done:
    return status;
}

/* relu(x) - 2 relu(x - 1) + 2 relu(x - 2) - ... goes up and down between 0 and 1. */
static gradus_status ramps(gr_tower *t, size_t bits)
{
    gradus_status status;
    GR_TRY(gr_tower_add(t, bits, "relu"));
    for (size_t k = 0; k < bits; k++)
        sum_inputs(t, k, 1, -(double)k);
    GR_TRY(gr_tower_add(t, 1, NULL));
    for (size_t k = 0; k < bits; k++)
        t->weight[k] = k == 0 ? 1 : k % 2 == 0 ? 2 : -2;
done:
    return status;
}

/* g_s(x / 2^s), whose teeth stand on the odd numbers; 2^s >= bits. */
static gradus_status sawtooth(gr_tower *t, size_t bits)
{
    gradus_status status = GRADUS_OK;
    size_t levels = 1;
    while (levels < 32 && (size_t)1 << levels < bits)
        levels++;
    GR_TRY(gr_tower_add(t, 3, "relu"));
    for (size_t j = 0; j < 3; j++)
        sum_inputs(t, j, ldexp(1, -(int)levels), -(double)j / 2);
    const gr_form wave = gr_form_add(gr_form_add(gr_form_unit(0, 2), gr_form_unit(1, -4)),
                                     gr_form_unit(2, 2));
    for (size_t s = 1; s < levels; s++) {
        GR_TRY(gr_tower_add(t, 3, "relu"));
        for (size_t j = 0; j < 3; j++)
            gr_tower_unit(t, j, gr_form_shift(wave, -(double)j / 2));
    }
    GR_TRY(gr_tower_add(t, 1, NULL));
    gr_tower_unit(t, 0, wave);
done:
    return status;
}

/* x_1 becomes x_1 + x_i - 2 relu(x_1 + x_i - 1), the exclusive or of both, in a residual
 * block for each i, whose two units are relu(x_i) = x_i and that relu; the other bits pass
 * by. The blocks' matrices stand in the tower one after another, as the tensors do. */
static gradus_status chain(gr_tower *t, size_t bits)
{
    gradus_status status = GRADUS_OK;
    for (size_t i = 1; i < bits; i++) {
        GR_TRY(gr_text_add(&t->text, "residual { "));
        GR_TRY(gr_tower_add(t, 2, "relu"));
        gr_tower_unit(t, 0, gr_form_unit(i, 1));
        gr_tower_unit(t, 1, gr_form_shift(gr_form_add(gr_form_unit(0, 1), gr_form_unit(i, 1)),
                                          -1));
        GR_TRY(gr_tower_add(t, bits, "identity"));
        gr_tower_unit(t, 0, gr_form_add(gr_form_unit(0, 1), gr_form_unit(1, -2)));
        GR_TRY(gr_text_add(&t->text, "} "));
    }
    GR_TRY(gr_tower_add(t, 1, NULL));
    gr_tower_unit(t, 0, gr_form_unit(0, 1));
done:
    return status;
}

gradus_status gradus_parity_build(const gradus_context *context, gradus_parity way,
                                  size_t bits, gradus_net **net)
{
    static gradus_status (*const builders[])(gr_tower *, size_t) = {tiles, steps, ramps, chain,
                                                                    sawtooth};
    const size_t most = way == GRADUS_PARITY_TILES ? MOST_TILED : MOST_BITS;
    *net = NULL;
    if ((size_t)way >= GRADUS_PARITY_COUNT)
        return gr_fail(GRADUS_ARGUMENT, "parity: way %d: there are %d, from 0", (int)way,
                       GRADUS_PARITY_COUNT);
    gr_tower tower = gr_tower_start(context, bits);
    const gradus_status status =
        bits < 1 || bits > most
            ? gr_fail(GRADUS_ARGUMENT, "parity: %zu bits: 1 to %zu can be built as %s", bits,
                      most, gradus_parity_name(way))
            : builders[way](&tower, bits);
    return gr_tower_finish(&tower, status, net);
}
