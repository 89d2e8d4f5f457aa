/*
 * cli/table.c - how tables are read
 *
 * SPDX-License-Identifier: MIT
 */
#include "table.h"

#include <string.h>
#include <sys/stat.h>

#include "commas.h"
#include "config.h"
#include "message.h"
#include "options.h"

/* The decimal mark in the settings of the run that made the model. */
static char decimal_of(const gradus_model *model)
{
    gradus_model_about about;
    config_line line = {.number = 0};
    const char *text, *problem;

    gradus_model_describe(model, &about);
    text = about.settings;
    while (text && config_next(&text, &line, &problem))
        if (strcmp(line.key, "decimal") == 0 && strcmp(line.value, ",") == 0)
            return ',';
    return 0;
}

gradus_read_options table_options(const cli_settings *settings, const gradus_model *model)
{
    gradus_read_options read = settings->read;

    read.model = model;
    if (settings->no_header)
        read.header = GRADUS_HEADER_NO;
    if (model && !read.decimal)
        read.decimal = decimal_of(model);
    return read;
}

bool table_is_file(const char *path)
{
    struct stat about;
    return stat(path, &about) == 0 && S_ISREG(about.st_mode);
}

gradus_status table_read(const gradus_context *context, cli_settings *settings,
                         const char *path, gradus_data **data)
{
    gradus_read_options read = table_options(settings, NULL);
    gradus_data *again = NULL;
    char commas[512];
    gradus_status status = gradus_data_read(context, path, &read, data);

    if (status != GRADUS_OK || read.decimal || read.rejects ||
        !comma_note(*data, commas, sizeof commas) || !table_is_file(path))
        return status;
    read.decimal = ',';
    status = gradus_data_read(context, path, &read, &again);
    if (status == GRADUS_OK && commas_are_decimal(*data, again)) {
        gradus_data_free(*data);
        *data = again;
        settings->read.decimal = ',';
        note("numbers have a decimal comma: the table is read as with --decimal ,");
        return GRADUS_OK;
    }
    gradus_data_free(again);
    return status == GRADUS_MEMORY ? status : GRADUS_OK;
}
