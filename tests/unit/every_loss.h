/*
 * tests/unit/every_loss.h - the library's losses, each with the activation before it, and one
 * of the user's own
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef GR_TESTS_EVERY_LOSS_H
#define GR_TESTS_EVERY_LOSS_H

#include <stddef.h>

/* sum (output - target)^4 / 4 */
static double quartic(const double *output, const double *target, size_t outputs,
                      double *gradient, void *user)
{
    (void)user;
    double sum = 0;
    for (size_t j = 0; j < outputs; j++) {
        const double r = output[j] - target[j];
        gradient[j] = r * r * r;
        sum += r * r * r * r / 4;
    }
    return sum;
}

static const struct every_loss {
    const char *name, *last; /* the activation that belongs to it, or NULL */
} every_loss[] = {
#define LOSS(id, name, fused, task) {name, fused},
#include "kernels/losses.def"
#undef LOSS
    {"quartic", "tanh"},
};

enum { LOSSES = sizeof every_loss / sizeof *every_loss };

#endif
