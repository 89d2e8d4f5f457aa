/*
 * cli/box.h - a box as --on says it
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef CLI_BOX_H
#define CLI_BOX_H

#include "settings.h"

/* "0:1,-1:2": the sides, from:to, each longer than nothing.  Errors   ARGUMENT. */
gradus_status box_read(const char *text, gradus_interval box[GRADUS_VARIABLES],
                       size_t *sides);

#endif
