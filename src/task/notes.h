/*
 * task/notes.h - what is worth saying about a table before training on it
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef GR_TASK_NOTES_H
#define GR_TASK_NOTES_H

#include "base/memory.h"
#include "task/roles.h"

typedef struct gr_notes {
    const gradus_context *context;
    char **text;  /* [count] */
    size_t count;
} gr_notes;

GRADUS_CHECKED gradus_status gr_note(gr_notes *notes, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
void gr_notes_free(gr_notes *notes);

/* A count as people write it: 1,234,567. */
enum { GR_COUNT_LENGTH = 32 };
const char *gr_count_text(size_t count, char text[GR_COUNT_LENGTH]);

/* Names for one note: the first few, then how many more. Starts as {.names.context}. */
typedef struct gr_names {
    gr_text names;
    size_t count;
} gr_names;
GRADUS_CHECKED gradus_status gr_names_add(gr_names *names, const char *name);
GRADUS_CHECKED gradus_status gr_names_end(gr_names *names); /* names.text is complete */
void gr_names_free(gr_names *names);

/* What single columns look like: constants, identifiers, missing values, text that is
 * nearly numbers.  Errors   MEMORY. */
GRADUS_CHECKED gradus_status gr_note_columns(gr_notes *notes, const gr_roles *roles);

/* Columns that say the same thing, or give the answer away; `classes` as from
 * gr_roles_classes, or NULL.  Errors   MEMORY. */
GRADUS_CHECKED gradus_status gr_note_alike(gr_notes *notes, const gr_roles *roles,
                                           const uint32_t *classes, size_t class_count);

/* Rows that are equal to an earlier one.  Errors   MEMORY. */
GRADUS_CHECKED gradus_status gr_note_duplicates(gr_notes *notes, const gr_roles *roles,
                                                gradus_split split);

/* Classes with hardly a row to learn from.  Errors   MEMORY. */
GRADUS_CHECKED gradus_status gr_note_classes(gr_notes *notes, const gr_prep *prep,
                                             size_t train_rows);

#endif
