/*
 * tests/unit/contexts.h - a context of so many threads, which work however little there is
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef GR_TESTS_CONTEXTS_H
#define GR_TESTS_CONTEXTS_H

#include "gradus.h"
#include "runner.h"

/* `cpu`: as --cpu, or NULL. */
static inline gradus_context *new_context(size_t threads, const char *cpu)
{
    gradus_context *context;
    gradus_context_options options;
    gradus_context_defaults(&options);
    options.threads = threads;
    options.always_threads = 1;
    options.cpu = cpu;
    assert_int_equal(gradus_context_new(&options, &context), GRADUS_OK);
    return context;
}

#endif
