/*
 * cli/commas.c - numbers with a decimal comma
 *
 * SPDX-License-Identifier: MIT
 */
#include "commas.h"

#include <stdio.h>
#include <string.h>

#include "text.h"

enum { MOST_NAMED = 5 };

/* "1,5", "-0,25": digits, one comma, digits. */
static bool has_comma(const char *text)
{
    static const char digits[] = "0123456789";

    text += *text == '-' || *text == '+';
    const size_t whole = strspn(text, digits);
    if (whole == 0 || text[whole] != ',')
        return false;
    const size_t part = strspn(text + whole + 1, digits);
    return part > 0 && text[whole + 1 + part] == 0;
}

bool has_decimal_commas(const gradus_column *column)
{
    return column->kind != GRADUS_NUMBER && column->why && has_comma(column->why);
}

bool commas_are_decimal(const gradus_data *before, const gradus_data *after)
{
    gradus_column was, is;

    if (gradus_data_columns(before) != gradus_data_columns(after))
        return false;
    for (size_t j = 0; j < gradus_data_columns(before); j++) {
        gradus_data_column(before, j, &was);
        gradus_data_column(after, j, &is);
        if ((was.kind == GRADUS_NUMBER || has_decimal_commas(&was)) && is.kind != GRADUS_NUMBER)
            return false;
    }
    return true;
}

const char *comma_note(const gradus_data *data, char *text, size_t room)
{
    size_t found = 0, used = 0;
    gradus_column column;

    for (size_t j = 0; j < gradus_data_columns(data); j++) {
        gradus_data_column(data, j, &column);
        if (!has_decimal_commas(&column) || found++ >= MOST_NAMED || used >= room)
            continue;
        used += (size_t)snprintf(text + used, room - used, "%s%s",
                                 found == 1 ? "columns that " COMMA_NOTE ": " : ", ",
                                 text_name(column.name));
    }
    if (found > MOST_NAMED && used < room)
        snprintf(text + used, room - used, " and %s more", text_count(found - MOST_NAMED));
    return found ? text : NULL;
}
