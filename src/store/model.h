/*
 * store/model.h - a model: net, preprocessing, and what is known of its making
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef GR_STORE_MODEL_H
#define GR_STORE_MODEL_H

#include "data/prep.h"
#include "net/net.h"
#include "store/safetensors.h"

struct gradus_model {
    const gradus_context *context;
    gradus_net *net;        /* owned */
    gr_prep *prep;          /* owned */
    char loss[GR_NAME_LENGTH];
    double delta;           /* of the loss huber: where it turns linear */
    char *settings;         /* "key = value" lines, or NULL */
    size_t train_rows;
    gradus_metrics valid;   /* rows 0: none */
    uint64_t bytes;         /* of the file it was loaded from, or 0 */
};

/* An empty model to be filled. Errors   MEMORY. */
GRADUS_CHECKED gradus_status gr_model_new(const gradus_context *context,
                                          gradus_model **model);

/*
 * A model as a sealed file in memory, and back. `file` has its context set, and its bytes
 * for unpacking; the caller frees it, also after a failure. `path` is for messages.
 * Errors   pack: ARGUMENT: a weight or number that is not finite; MEMORY.
 *          unpack: MODEL with path and byte; MEMORY.
 */
GRADUS_CHECKED gradus_status gr_model_pack(const gradus_model *model,
                                           gr_safetensors *file);
GRADUS_CHECKED gradus_status gr_model_unpack(gr_safetensors *file, const char *path,
                                             gradus_model **model);

#endif
