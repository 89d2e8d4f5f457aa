/*
 * cli/header_note.h - what of a table may have been read otherwise than it was meant
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef CLI_HEADER_NOTE_H
#define CLI_HEADER_NOTE_H

#include "settings.h"

/* What to say of a header above nothing but texts, from which it differs in no way that a
 * program can be sure of; NULL where there is nothing to say. */
const char *header_note(const gradus_data *data);

#define COMMA_NOTE "look like numbers with a decimal comma, which --decimal , reads"

/* Whether a column of text begins with a number that has a decimal comma. */
bool has_decimal_commas(const gradus_column *column);
/* "columns that", COMMA_NOTE, and the columns that it is said of; NULL where there are none. */
const char *comma_note(const gradus_data *data, char *text, size_t room);

#endif
