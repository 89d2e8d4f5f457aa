/*
 * cli/commas.h - numbers with a decimal comma, which may have been read as text
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef CLI_COMMAS_H
#define CLI_COMMAS_H

#include "settings.h"

#define COMMA_NOTE "look like numbers with a decimal comma, which --decimal , reads"

/* Whether a column of text begins with a number that has a decimal comma. */
bool has_decimal_commas(const gradus_column *column);
/* "columns that", COMMA_NOTE, and the columns that it is said of; NULL where there are none. */
const char *comma_note(const gradus_data *data, char *text, size_t room);

/* Reads a file again, with read->decimal ',', where *data has texts of that kind, and keeps
 * what makes them all numbers and no number a text. A stream, which cannot be read again,
 * stays, and so does a table whose decimal mark was asked for.
 * Errors   MEMORY, to be told by fail_library(). */
gradus_status commas_try(const gradus_context *context, const char *path,
                         gradus_read_options *read, gradus_data **data);

#endif
