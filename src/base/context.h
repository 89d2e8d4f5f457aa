/*
 * base/context.h - the context: doors to memory and files, CPU, threads, user functions
 *
 * Immutable once it is shared, but for its crew and scratch. Internal code never sees NULL:
 * every public function starts with `context = gr_context_or_default(context)`.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef GR_BASE_CONTEXT_H
#define GR_BASE_CONTEXT_H

#include "base/cpu.h"
#include "gradus.h"

typedef struct gr_crew gr_crew;
typedef struct gr_scratch gr_scratch;

struct gradus_context {
    gradus_memory memory;
    gradus_files files;
    size_t threads;                 /* >= 1 */
    size_t cpus;                    /* that this process may use, when first asked */
    int always_threads;
    gr_cpu cpu;
    gradus_activation *activations; /* the user's, in order of registration */
    size_t activation_count;
    gradus_loss *losses;
    size_t loss_count;
    gr_crew *crew;                  /* base/crew.h */
    gr_scratch *scratch;            /* base/scratch.h */
};

/* Room for the name of an activation or loss, with its final 0. */
enum { GR_NAME_LENGTH = 32 };

/* Register a user's function; that its name is not one of the library's is the caller's
 * to check (net/lists.c). Errors   ARGUMENT: no name, or taken by another; MEMORY. */
GRADUS_CHECKED gradus_status gr_context_add_activation(gradus_context *context,
                                                       const gradus_activation *activation);
GRADUS_CHECKED gradus_status gr_context_add_loss(gradus_context *context,
                                                 const gradus_loss *loss);

const gradus_context *gr_context_or_default(const gradus_context *context);

#endif
