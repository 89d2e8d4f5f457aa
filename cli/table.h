/*
 * cli/table.h - how tables are read
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef CLI_TABLE_H
#define CLI_TABLE_H

#include "settings.h"

/* As flags say; with a model, or NULL, its columns and, where no flag says it, the decimal mark
 * of the table that it learned from. */
gradus_read_options table_options(const cli_settings *settings, const gradus_model *model);

/* Whether it can be read a second time: a pipe gives its bytes once. */
bool table_is_file(const char *path);

/* Reads a table to learn from, and finds out whether it has decimal commas: they are taken
 * where they make numbers of texts, and of no number a text. It takes a second look, at a file
 * and not at a stream, unless a flag says the decimal mark; settings->read.decimal has it then.
 * Errors   those of gradus_data_read(), to be told by fail_library(). */
gradus_status table_read(const gradus_context *context, cli_settings *settings,
                         const char *path, gradus_data **data);

#endif
