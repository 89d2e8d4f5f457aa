/*
 * cli/commands.h - the verbs
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef CLI_COMMANDS_H
#define CLI_COMMANDS_H

#include "settings.h"

typedef struct cli_command {
    const char *name;
    cli_verb verb;
    const char *arguments;
    size_t min, max;            /* arguments that are not flags */
    const char *purpose;
    const char *example[2];
    gradus_status (*run)(cli_settings *settings);
} cli_command;

enum {
    COMMAND_COUNT = 0
#define COMMAND(...) +1
#include "commands.def"
#undef COMMAND
};

extern const cli_command command_table[COMMAND_COUNT];

const cli_command *command_find(const char *name); /* NULL where there is none */

#define COMMAND(name, ...) gradus_status cmd_##name(cli_settings *settings);
#include "commands.def"
#undef COMMAND

#endif
