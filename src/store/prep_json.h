/*
 * store/prep_json.h - fitted preprocessing as JSON: columns, targets, classes
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef GR_STORE_PREP_JSON_H
#define GR_STORE_PREP_JSON_H

#include "data/prep.h"
#include "store/json.h"

/* The members "columns", "targets" and "classes" of an object. */
GRADUS_CHECKED gradus_status gr_prep_write_json(const gr_prep *prep, gr_text *out);

/* Fills a prep of which context and task are set, also in part when it fails.
 * Errors   MODEL; MEMORY. */
GRADUS_CHECKED gradus_status gr_prep_read_json(gr_scan *scan, gr_prep *prep);

#endif
