/*
 * cli/header_note.c - what of a table may have been read otherwise than it was meant
 *
 * SPDX-License-Identifier: MIT
 */
#include "header_note.h"

#include <string.h>

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
