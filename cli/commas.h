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

/* Whether a table, read again with decimal commas, has numbers where it had texts with some,
 * and in the place of all other numbers. */
bool commas_are_decimal(const gradus_data *before, const gradus_data *after);

#endif
