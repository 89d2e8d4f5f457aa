/*
 * base/context.h - the context: doors to memory and files, CPU, threads, user functions
 *
 * Immutable once it is shared. Internal code never sees NULL: every public function
 * starts with `context = gr_context_or_default(context)`.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef GR_BASE_CONTEXT_H
#define GR_BASE_CONTEXT_H

#include "base/cpu.h"
#include "gradus.h"

struct gradus_context {
    gradus_memory memory;
    gradus_files files;
    size_t threads;                 /* >= 1 */
    gr_cpu cpu;
    gradus_activation *activations; /* the user's, in order of registration */
    size_t activation_count;
    gradus_loss *losses;
    size_t loss_count;
};

const gradus_context *gr_context_or_default(const gradus_context *context);

#endif
