/*
 * cli/args.h - the command line
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef CLI_ARGS_H
#define CLI_ARGS_H

#include "commands.h"
#include "settings.h"

/*
 * Reads the words behind the verb into settings: defaults, then --config FILE, then the
 * flags. Values may stand in the next word or behind "=".
 *
 * Errors   ARGUMENT: unknown flag (the nearest is suggested), bad value, flag said twice,
 *          too many or too few files.
 */
gradus_status args_read(const cli_command *command, int count, char *const *words,
                        cli_settings *settings);

#endif
