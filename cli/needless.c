/*
 * cli/needless.c - flags that a verb knows, and that change nothing as it is called
 *
 * SPDX-License-Identifier: MIT
 */
#include "needless.h"

#include "message.h"

gradus_status needless_refuse(const cli_settings *settings,
                              bool needless(const cli_option *option), const char *reason)
{
    for (size_t i = 0; i < OPTION_COUNT; i++)
        if (settings->given[i] && needless(&option_table[i]))
            return fail(GRADUS_ARGUMENT, "--%s changes nothing here, as %s: leave it out",
                        option_table[i].name, reason);
    return GRADUS_OK;
}
