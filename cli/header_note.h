/*
 * cli/header_note.h - what of a table may have been read otherwise than it was meant
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef CLI_HEADER_NOTE_H
#define CLI_HEADER_NOTE_H

#include "settings.h"

/* What to say of a header above nothing but texts, from which it differs in no way that a
 * program can be sure of; NULL where there is nothing to say. */
const char *header_note(const gradus_data *data);

#endif
