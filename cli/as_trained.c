/*
 * cli/as_trained.c - a model's table is read as the one that it learned from
 *
 * SPDX-License-Identifier: MIT
 */
#include "as_trained.h"

#include <string.h>

#include "config.h"
#include "options.h"

gradus_read_options read_as_trained(const cli_settings *settings, const gradus_model *model)
{
    gradus_read_options read = settings->read;
    gradus_model_about about;
    config_line line = {.number = 0};
    const char *text, *problem;

    read.model = model;
    if (settings->no_header)
        read.header = GRADUS_HEADER_NO;
    if (!model || settings->given[option_find("decimal") - option_table])
        return read;
    gradus_model_describe(model, &about);
    text = about.settings;
    while (text && config_next(&text, &line, &problem))
        if (strcmp(line.key, "decimal") == 0 && strcmp(line.value, ",") == 0)
            read.decimal = ',';
    return read;
}
