/*
 * net/lists.h - activations, losses and initialisations by name
 *
 * An index below the list's COUNT is the library's own, from its .def; COUNT + i is the
 * context's i-th of the user's.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef GR_NET_LISTS_H
#define GR_NET_LISTS_H

#include <stdbool.h>

#include "base/context.h"
#include "kernels/kernels.h"

typedef enum gr_start_id {
#define START(id, name, what) GR_START_##id,
#include "net/starts.def"
#undef START
    GR_START_COUNT
} gr_start_id;

/* Errors of all three   ARGUMENT: unknown, with the nearest name. */
GRADUS_CHECKED gradus_status gr_activation_find(const gradus_context *context,
                                                const char *name, size_t *index);
GRADUS_CHECKED gradus_status gr_loss_find(const gradus_context *context, const char *name,
                                          size_t *index);
GRADUS_CHECKED gradus_status gr_start_find(const char *name, gr_start_id *start);
GRADUS_CHECKED gradus_status gr_optimizer_find(const char *name, gr_optimizer_id *optimizer);

/* Name and default alpha of an activation; the initialisation it wants before it. */
const char *gr_activation_about(const gradus_context *context, size_t index, double *alpha);
const char *gr_activation_start(size_t index);
bool gr_activation_has_alpha(size_t index);
bool gr_activation_trainable(size_t index);
/* The slope follows from a = s(z): a may stand where z stood. */
bool gr_activation_from_output(size_t index);

/* Name of a loss; the last activation it is fused with, or NULL; the task it is for. */
const char *gr_loss_about(const gradus_context *context, size_t index, const char **fused,
                          gradus_task *task);

/* The usual loss of a net that ends in this activation: the one fused with it, else mse. */
gr_loss_id gr_loss_usual(size_t activation);

#endif
