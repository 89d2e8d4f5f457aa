/*
 * cli/config.h - settings as a file of "key = value" lines
 *
 *     # a comment
 *     hidden = 64,64
 *     missing = "- "       in quotes: blanks at the ends; \" \\ \n \t as in C
 *
 * Keys are the long names of the flags.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef CLI_CONFIG_H
#define CLI_CONFIG_H

#include <stdio.h>

#include "settings.h"

/* Errors   ARGUMENT with file:line, and the nearest key; IO; MEMORY. */
gradus_status config_read(cli_settings *settings, const char *path);

/* All settings of the verb, as config_read() takes them. */
void config_print(const cli_settings *settings, FILE *stream);

/*
 * Those that decide what a training run learns, as a model keeps them: without threads,
 * output and paths; of a table that was named only its flag's placeholder stays.
 * NULL out of memory; to be freed.
 */
char *config_model_text(const cli_settings *settings);

/*
 * Walks such text. Gives the next key and its value (both end in 0) and moves on; false
 * at the end or at a line that is malformed, which *problem says.
 */
typedef struct config_line {
    char key[64];
    char value[4096];
    size_t number;
} config_line;
bool config_next(const char **text, config_line *line, const char **problem);

#endif
