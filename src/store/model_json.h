/*
 * store/model_json.h - what a model is beside its weights, as JSON
 *
 * The members and their order are in docs/design/model-file.md.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef GR_STORE_MODEL_JSON_H
#define GR_STORE_MODEL_JSON_H

#include "store/json.h"
#include "store/model.h"

/* What the text says of the net, which is built from it. */
typedef struct gr_model_facts {
    gr_net_shape shape;
    char *network, *digest; /* released by the caller; network is the description */
} gr_model_facts;

GRADUS_CHECKED gradus_status gr_model_write_json(const gradus_model *model, gr_text *out);

/* Fills an empty model but for its net, and `facts`, also in part when it fails.
 * Errors   MODEL; MEMORY. */
GRADUS_CHECKED gradus_status gr_model_read_json(gr_scan *scan, gradus_model *model,
                                                gr_model_facts *facts);

#endif
