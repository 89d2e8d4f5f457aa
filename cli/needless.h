/*
 * cli/needless.h - flags that a verb knows, and that change nothing as it is called
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef CLI_NEEDLESS_H
#define CLI_NEEDLESS_H

#include "options.h"

/* Refuses a flag that was said and of which `needless` is true, with the reason.
 * Errors   ARGUMENT. */
gradus_status needless_refuse(const cli_settings *settings,
                              bool needless(const cli_option *option), const char *reason);

#endif
