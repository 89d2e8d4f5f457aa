/*
 * store/safetensors.h - the container of model files
 *
 *     bytes 0 .. 7     N, the length of the header, little-endian
 *     8 .. 8+N-1       the header, JSON, filled up with spaces so that 8+N is a multiple
 *                      of 64:
 *                      {"__metadata__":{"format":"gradus 1","check":"16 hex digits",
 *                       "gradus":"a text"},
 *                       "NAME":{"dtype":"F32","shape":[..],"data_offsets":[from,to]},..}
 *     8+N ..           the tensors' values, one after the other, little-endian
 *
 * This is safetensors, so other programs read it, in one of its many spellings: gradus
 * reads no other. What the text and the tensors mean is not known here.
 * Format and reasons: docs/design/model-file.md.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef GR_STORE_SAFETENSORS_H
#define GR_STORE_SAFETENSORS_H

#include "base/memory.h"

enum {
    GR_SAFETENSORS_FORMAT = 1,
    GR_SAFETENSORS_HEADER = 64 << 20, /* largest header, bytes */
    GR_SAFETENSORS_TENSORS = 65536,   /* most tensors */
    GR_SAFETENSORS_RANK = 3,
    GR_SAFETENSORS_NAME = 64,         /* bytes of a name with its final 0 */
    GR_SAFETENSORS_ALIGN = 64         /* the values begin at a multiple of it */
};

typedef struct gr_safetensor {
    char name[GR_SAFETENSORS_NAME];
    size_t rank, shape[GR_SAFETENSORS_RANK]; /* rank >= 1, every size >= 1 */
    size_t count;                            /* product of the shape */
    void *values;                            /* [count], in the file's bytes */
} gr_safetensor;

/* A file in memory. Starts as {0} with `context` set. */
typedef struct gr_safetensors {
    const gradus_context *context;
    gradus_precision precision;     /* of all tensors */
    char *text;                     /* metadata "gradus" */
    size_t text_start;              /* where in the file it stands */
    gr_safetensor *tensor;
    size_t tensors;
    char *bytes;                    /* the whole file, aligned to 64 */
    size_t size;
} gr_safetensors;

/* The bytes of a value. */
static inline size_t gr_safetensors_width(const gr_safetensors *file)
{
    return file->precision == GRADUS_FLOAT64 ? 8 : 4;
}

/* Appends a tensor; product and limits are checked by gr_safetensors_layout(). */
GRADUS_CHECKED gradus_status gr_safetensors_add(gr_safetensors *file, const char *name,
                                                size_t rank, const size_t *shape);

/*
 * From precision, text and tensors to bytes: writes the header and says where the values
 * belong. The caller fills them in, then seals. A sealed file's values are little-endian.
 * Errors   ARGUMENT: one of the limits; MEMORY.
 */
GRADUS_CHECKED gradus_status gr_safetensors_layout(gr_safetensors *file);
GRADUS_CHECKED gradus_status gr_safetensors_seal(gr_safetensors *file);

/*
 * From bytes to precision, text and tensors. Every size is checked before it is used;
 * header and tensors are then written again and must give the same bytes.
 * Errors   MODEL with path and byte; MEMORY.
 * Memory   beside the bytes, a few times the header and less than 1 KiB a tensor.
 */
GRADUS_CHECKED gradus_status gr_safetensors_parse(gr_safetensors *file, const char *path);

/* Releases everything, the bytes included. */
void gr_safetensors_free(gr_safetensors *file);

#endif
