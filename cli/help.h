/*
 * cli/help.h - what the command says of itself, all of it from the two tables
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef CLI_HELP_H
#define CLI_HELP_H

#include <stdio.h>

#include "commands.h"
#include "options.h"

void help_verbs(FILE *stream);
void help_version(FILE *stream, bool verbose);
void help_verb(FILE *stream, const cli_command *command);
void help_option(FILE *stream, const cli_option *option);

/* The default of a verb's flag as text, "" for flags without a value and unset ones. */
void help_default(const cli_option *option, cli_verb verb, char *text, size_t room);
/* The words or names a value may be, between blanks; their number, 0 where it is free. */
size_t help_choices(const cli_option *option, char *text, size_t room);

/* What a verb's arguments are, where their names do not say it; else "". */
void help_arguments(const cli_command *command, char *text, size_t room);

void man_print(FILE *stream);
void completion_print(FILE *stream, shell_kind shell);

#endif
