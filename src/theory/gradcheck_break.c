/*
 * theory/gradcheck_break.c - what a wrong derivative looks like
 *
 * A loss of the user's own with the right value and, on purpose, a wrong gradient g: -g,
 * 1.001 g, g without the term of the first output, g of the outputs in reverse order.
 *
 * SPDX-License-Identifier: MIT
 */
#include "base/status.h"
#include "theory/gradcheck.h"

/* The library's loss, or the user's, of one example. */
static double right_loss(const gr_plan *right, const double *output, const double *target,
                         double *gradient)
{
    const gradus_net *net = right->net;
    const size_t outputs = gr_net_outputs(net);
    double value;
    if (right->loss >= GR_LOSS_COUNT) {
        const gradus_loss *user = &net->context->losses[right->loss - GR_LOSS_COUNT];
        return user->value(output, target, outputs, gradient, user->user);
    }
    net->kernels->lose[right->loss].plain(1, outputs, right->delta, output, target, &value,
                                          gradient);
    return value;
}

static double wrong_loss(const double *output, const double *target, size_t outputs,
                         double *gradient, void *user)
{
    const gr_broken *broken = user;
    const double value = right_loss(broken->right, output, target, gradient);
    for (size_t j = 0; j < outputs; j++)
        gradient[j] *= broken->how == GRADUS_BREAK_SIGN     ? -1
                       : broken->how == GRADUS_BREAK_FACTOR ? 1.001
                                                            : 1;
    if (broken->how == GRADUS_BREAK_MISSING)
        gradient[0] = 0;
    for (size_t j = 0; broken->how == GRADUS_BREAK_TRANSPOSE && j < outputs / 2; j++) {
        const double other = gradient[outputs - 1 - j];
        gradient[outputs - 1 - j] = gradient[j];
        gradient[j] = other;
    }
    return value;
}

gradus_status gr_break(gr_broken *broken, const gr_plan *right, gradus_break how)
{
    if (how == GRADUS_BREAK_TRANSPOSE && gr_net_outputs(right->net) < 2)
        return gr_fail(GRADUS_ARGUMENT, "transpose: the network has one output, and no other "
                       "one to be taken for it: break something else");
    *broken = (gr_broken){{"broken", wrong_loss, broken}, right, how};
    return GRADUS_OK;
}
