/*
 * theory/gradcheck_step.c - a derivative by differences, and where there is none
 *
 *     g = (f(-2h) - 8 f(-h) + 8 f(h) - f(2h)) / 12h        error h^4 f^(5) / 30 + 1.5 eps f / h
 *
 * h is 3e-4 times max(1, |w|), where both parts are about 1e-12. The same rule with 2h tells
 * how far it can be trusted; where that is not far, or a unit passes the kink of its
 * activation within 4h, a tenth of the step is tried, and a hundredth. A kink of a user's own
 * function, which nobody knows of, shows where these differ, or as a jump of the slope at w:
 *
 *     j = 2 e(h) - e(2h),  e(h) = (f(h) - 2 f(0) + f(-h)) / h
 *
 * SPDX-License-Identifier: MIT
 */
#include <math.h>

#include "theory/gradcheck.h"

static const struct bend {
    bool bends;
} bends[] = {
#define ACTIVATION(id, name, alpha, has_alpha, start, trainable, smooth, from_output) \
    {!(smooth)},
#include "kernels/activations.def"
#undef ACTIVATION
};

/* Activations with a kink at 0, whose outputs are above 0 exactly where their inputs are.
 * elu is one of them: where alpha = 1 it has none, but its slope has one, and the rule needs
 * more than that. */
static bool has_kink(const gr_node *node)
{
    return node->type == &gr_layer_activation && node->activation < GR_ACTIVATION_COUNT &&
           (bends[node->activation].bends || node->activation == GR_ACTIVATION_ELU);
}

/* Compares with, or notes, the side of one unit; `i` counts them. */
static bool differs(gradus_check *c, bool note, bool side, size_t i)
{
    if (note && c->side != NULL)
        c->side[i] = side;
    return !note && c->side[i] != side;
}

/* Whether a unit is on another side than it was noted to be. */
static bool look_at_sides(gradus_check *c, bool note)
{
    const gr_plan *plan = c->plan;
    const size_t outputs = gr_net_outputs(c->net), rows = c->set.rows;
    bool other = false;
    size_t count = 0;
    for (size_t n = 1; n < c->net->nodes; n++) {
        const gr_node *node = &c->net->node[n];
        const gr_kept *at = &plan->pass.at[n];
        for (size_t i = 0; has_kink(node) && i < rows; i++)
            for (size_t j = 0; j < node->width; j++, count++)
                other = differs(c, note, ((const double *)at->y_row[i])[j] > 0, count) || other;
    }
    const gr_plan *right = c->right != NULL ? c->right : plan;
    const double *end = plan->pass.at[plan->last].y;
    for (size_t i = 0; right->loss == GR_LOSS_HUBER && i < rows * outputs; i++, count++) {
        const double o = end[i / outputs * plan->pass.at[plan->last].stride + i % outputs];
        other = differs(c, note, fabs(o - c->y[i]) <= right->delta, count) || other;
    }
    c->sides = count;
    return other;
}

void gr_sides_note(gradus_check *c)
{
    look_at_sides(c, true);
}

typedef struct measured {
    double fine, coarse; /* with h and with 2h */
    double jump;
    bool crossed;
} measured;

static measured measure(gradus_check *c, const gr_probe *probe, double h)
{
    static const double steps[] = {-4, -2, -1, 1, 2, 4};
    const double middle = *probe->at;
    double f[6];
    measured m = {.crossed = false};
    for (int i = 0; i < 6; i++) {
        *probe->at = middle + steps[i] * h;
        gr_plan_gradient(c->plan, &c->set, c->index, c->set.rows, NULL, NULL, &f[i]);
        f[i] /= c->weight;
        m.crossed = look_at_sides(c, false) || m.crossed;
    }
    *probe->at = middle;
    m.fine = (f[1] - 8 * f[2] + 8 * f[3] - f[4]) / (12 * h);
    m.jump = (2 * (f[3] + f[2]) - (f[4] + f[1]) / 2 - 3 * c->about.loss) / h;
    m.coarse = (f[0] - 8 * f[1] + 8 * f[4] - f[5]) / (24 * h);
    return m;
}

/* Functions of the user's may have kinks that nobody knows of. */
static bool is_users(const gradus_check *c)
{
    bool own = c->plan->loss >= GR_LOSS_COUNT && c->right == NULL;
    for (size_t n = 1; n < c->net->nodes; n++)
        own = own || (c->net->node[n].type == &gr_layer_activation &&
                      c->net->node[n].activation >= GR_ACTIVATION_COUNT);
    return own;
}

void gr_probe_differences(gradus_check *c, gr_probe *probe)
{
    const double scale = fabs(*probe->at) > 1 ? fabs(*probe->at) : 1;
    const double noise = 1e-12 * (c->about.loss + c->size);
    double least = INFINITY, jump = 0, h = 3e-4 * scale;
    bool settled = false;
    probe->kink = true;
    for (int i = 0; i < 3 && !settled; i++, h /= 10) {
        const measured m = measure(c, probe, h);
        const double spread = fabs(m.fine - m.coarse);
        if (m.crossed)
            continue;
        if (spread < least || probe->kink) {
            probe->differences = m.fine;
            jump = fabs(m.jump);
        }
        least = spread < least ? spread : least;
        probe->kink = false;
        settled = spread <= 1e-8 * fabs(m.fine) + noise;
    }
    const double most = 1e-6 * fabs(probe->differences) + 100 * noise;
    if (is_users(c) && !(least <= most && jump <= most))
        probe->kink = true;
}
