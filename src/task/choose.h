/*
 * task/choose.h - settings: what was left open is chosen here
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef GR_TASK_CHOOSE_H
#define GR_TASK_CHOOSE_H

#include "base/memory.h"
#include "data/prep.h"
#include "net/net.h"

/* Copies options with all their texts; the copy is given to gr_options_free. */
GRADUS_CHECKED gradus_status gr_options_copy(const gradus_context *context,
                                             const gradus_train_options *options,
                                             gradus_train_options *copy);
void gr_options_free(const gradus_context *context, gradus_train_options *options);

/* Puts a copy of `text` in the place of an owned text. */
GRADUS_CHECKED gradus_status gr_options_set(const gradus_context *context,
                                            const char **place, const char *text);

/* Loss and last activation, which belong together. */
typedef struct gr_target_ending {
    const char *loss;
    const char *activation; /* to add behind it; NULL: the network has one */
    bool single;            /* two classes on one output */
    bool counts;            /* targets are counts: not below 0, and not scaled */
} gr_target_ending;

/*
 * The loss given, or the usual one: of the network's last activation where a network is
 * given that ends in one and the loss is for the task, else of the task.
 * Errors   ARGUMENT: unknown loss, or one for the other task; a malformed network.
 */
GRADUS_CHECKED gradus_status gr_choose_ending(const gradus_context *context,
                                              const gradus_train_options *options,
                                              gradus_task task, gr_target_ending *ending);

/* Sizes that the choice depends on. */
typedef struct gr_sizes {
    size_t train_rows;
    size_t inputs;  /* of the net */
    size_t outputs;
} gr_sizes;

/*
 * Replaces everything open in `options`, whose texts are owned: widths, activation,
 * batch, epochs, learning rate, weight decay. Reasons and measurements stand in
 * docs/design/defaults.md.
 * Errors   ARGUMENT: unknown optimiser; MEMORY.
 */
GRADUS_CHECKED gradus_status gr_choose_settings(const gradus_context *context,
                                                const gr_sizes *sizes,
                                                gradus_train_options *options);

/* The network's description. Errors   ARGUMENT: malformed widths; MEMORY. */
GRADUS_CHECKED gradus_status gr_choose_network(const gradus_train_options *options,
                                               const gr_target_ending *ending,
                                               gr_text *text);

#endif
