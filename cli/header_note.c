/*
 * cli/header_note.c - what of a table may have been read otherwise than it was meant
 *
 * SPDX-License-Identifier: MIT
 */
#include "header_note.h"

#include <stdio.h>
#include <string.h>

#include "text.h"

enum { MOST_NAMED = 5 };

static bool has_numbers(const gradus_data *data, size_t column)
{
    gradus_column about;
    double number;

    gradus_data_column(data, column, &about);
    if (about.kind == GRADUS_NUMBER)
        return about.missing < gradus_data_rows(data);
    for (size_t v = 0; v < about.values; v++) {
        const char *text = gradus_data_value(data, column, v);
        if (gradus_number_read(text, strlen(text), &number))
            return true;
    }
    return false;
}

const char *header_note(const gradus_data *data)
{
    gradus_data_about about;

    gradus_data_describe(data, &about);
    if (strcmp(about.format, "csv") != 0 || !about.has_header)
        return NULL;
    for (size_t j = 0; j < gradus_data_columns(data); j++)
        if (has_numbers(data, j))
            return NULL;
    return "the first row is taken as a header; --no-header if it is data";
}

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
