/*
 * cli/as_trained.h - a model's table is read as the one that it learned from
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef CLI_AS_TRAINED_H
#define CLI_AS_TRAINED_H

#include "settings.h"

/* What flags say, and the decimal mark of the model's run where they do not say it. Without a
 * model (NULL) what flags say. */
gradus_read_options read_as_trained(const cli_settings *settings, const gradus_model *model);

#endif
