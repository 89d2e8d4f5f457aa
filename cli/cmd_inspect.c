/*
 * cli/cmd_inspect.c - gradus inspect: explains any file gradus reads
 *
 * SPDX-License-Identifier: MIT
 */
#include <string.h>

#include "commands.h"
#include "inspect.h"
#include "message.h"
#include "table.h"

/*
 * Whether a file is a model: its name says so, or it begins as safetensors files do, with
 * eight bytes of length, the upper four of which are 0, and a brace. What a pipe gives is a
 * table, unless its name says more.
 */
static bool is_model(const char *path)
{
    static const char zeros[4];
    const char *end = strrchr(path, '.');
    char first[9];
    bool found;
    FILE *file;

    if (end && (strcmp(end, ".gradus") == 0 || strcmp(end, ".safetensors") == 0))
        return true;
    file = strcmp(path, "-") == 0 || !table_is_file(path) ? NULL : fopen(path, "rb");
    if (!file)
        return false;
    found = fread(first, 1, sizeof first, file) == sizeof first && first[8] == '{' &&
            memcmp(first + 4, zeros, sizeof zeros) == 0;
    fclose(file);
    return found;
}

gradus_status cmd_inspect(cli_settings *settings)
{
    cli_report report;
    gradus_status status;

    report_start(&report);
    status = is_model(settings->argument[0]) ? inspect_model(&report, settings)
                                             : inspect_data(&report, settings);
    if (status == GRADUS_OK)
        status = report_state(&report);
    if (status == GRADUS_OK && settings->json)
        report_print_json(&report, stdout);
    else if (status == GRADUS_OK)
        report_print(&report, stdout);
    report_free(&report);
    return status;
}
