/*
 * base/status.h - how failures travel inside the library
 *
 * A function that can fail returns gradus_status and reports with gr_fail(), once, at the
 * place where the failure is known best. Callers pass it on with GR_TRY.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef GR_BASE_STATUS_H
#define GR_BASE_STATUS_H

#include "gradus.h"

/* Formats this thread's message (fixed buffer, needs no memory) and returns `status`.
 * Form: "where: what: what to do". Bytes that could move a terminal are escaped. */
gradus_status gr_fail(gradus_status status, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* Puts "where: " in front of the message that a callee left, and returns `status`. */
gradus_status gr_fail_at(gradus_status status, const char *where, ...)
    __attribute__((format(printf, 2, 3)));

/* The one macro that changes control flow: on failure jump to `done:`, which frees in
 * reverse order. Needs a local `gradus_status status`. */
#define GR_TRY(call)               \
    do {                           \
        status = (call);           \
        if (status != GRADUS_OK)   \
            goto done;             \
    } while (0)

#define GR_COUNT(array) (sizeof(array) / sizeof((array)[0]))

#endif
