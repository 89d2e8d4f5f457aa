/*
 * cli/unseen.h - categories that the network does not know
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef CLI_UNSEEN_H
#define CLI_UNSEEN_H

#include "settings.h"

/* One note for each input column with such cells: how many, and the first of them. */
void unseen_note(const gradus_predictor *predictor, const gradus_model *model);

#endif
