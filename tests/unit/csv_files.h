/* tests/unit/csv_files.h - a folder for small CSV files, and tables as text.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef GR_TESTS_CSV_FILES_H
#define GR_TESTS_CSV_FILES_H

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "data/table.h"

static char folder[] = "/tmp/gradus-csv-XXXXXX";

static void put(const char *path, const char *bytes, size_t count)
{
    unlink(path); /* a new file is written faster than an old one is cut */
    FILE *file = fopen(path, "wb");
    assert_non_null(file);
    assert_int_equal(fwrite(bytes, 1, count, file), count);
    fclose(file);
}

/* "a#,b$;1,x;?,y": names, # number or $ category; then the rows; ? is missing. */
static void show(const gradus_data *data, char *text, size_t room)
{
    size_t used = 0;
    for (size_t j = 0; j < gradus_data_columns(data); j++) {
        gradus_column about;
        gradus_data_column(data, j, &about);
        used += (size_t)snprintf(text + used, room - used, "%s%s%c", j > 0 ? "," : "",
                                 about.name, about.kind == GRADUS_NUMBER ? '#' : '$');
    }
    for (size_t i = 0; i < gradus_data_rows(data); i++)
        for (size_t j = 0; j < gradus_data_columns(data); j++) {
            char number[GRADUS_NUMBER_LENGTH];
            double cell = gradus_data_cell(data, i, j);
            const char *shown = number;
            if (data->column[j].kind == GRADUS_CATEGORY)
                shown = cell < 0 ? "?" : gradus_data_value(data, j, (size_t)cell);
            else if (isnan(cell))
                shown = "?";
            else
                gradus_number_write(cell, number);
            used += (size_t)snprintf(text + used, room - used, "%c%s", j > 0 ? ',' : ';',
                                     shown);
        }
}

static bool enter_folder(void)
{
    return mkdtemp(folder) != NULL && chdir(folder) == 0;
}

static void leave_folder(void)
{
    unlink("t.csv");
    if (chdir("/") == 0)
        rmdir(folder);
}

#endif
