/*
 * net/net.h - a network: nodes in the order of computation, and their parameters
 *
 * The net is a small acyclic graph. Node 0 is the input; every other node reads the
 * output of an earlier one (an `add` node: of two). All parameters stand in one array,
 * tensor after tensor, in the order of the nodes; statistics (running mean and variance
 * of batch norm) in a second one. What a node computes stands in its layer file.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef GR_NET_NET_H
#define GR_NET_NET_H

#include <stdbool.h>

#include "kernels/kernels.h"

typedef struct gr_layer_type gr_layer_type;

typedef struct gr_node {
    const gr_layer_type *type;
    size_t from;            /* node it reads */
    size_t skip;            /* add: the other node it reads */
    size_t width;           /* columns of its output */
    size_t panels;          /* lines that they take */
    size_t inputs;          /* columns of what it reads */
    size_t number;          /* layers with tensors are numbered from 1, others 0 */
    size_t tensor;          /* first of its tensors */
    size_t tensors;
    /* settings */
    bool bias;                          /* dense */
    bool narrow;                        /* dense: few outputs (net/narrow.c) */
    bool rectifies;                     /* dense: its product applies the relu behind it */
    bool applied, masked;               /* relu: by the product before it; its slope, by the
                                           BP2 of the dense layer behind it */
    bool projection;                    /* dense: the projection of a residual block */
    bool is_output;                     /* dense: written "output" */
    char start[16];                     /* dense: initialisation; "" until resolved */
    bool start_chosen;                  /* dense: given, not found by itself */
    double sd, value;                   /* dense: start "normal", "constant" */
    size_t activation;                  /* activation: gr_activation_id, or COUNT + user's */
    double alpha;                       /* activation */
    double rate;                        /* dropout */
    double scale;                       /* add */
    size_t block;                       /* add: first node of the branch */
    /* at inference (net/forward.c) */
    size_t slot;                        /* its memory */
    bool pointed;                       /* its rows are found by pointers */
    bool gapless;                       /* its rows stand without gaps */
} gr_node;

/* What the update does to a tensor. */
typedef enum gr_group {
    GR_GROUP_WEIGHT,
    GR_GROUP_BIAS,
    GR_GROUP_NORM,     /* gamma and beta of batch norm */
    GR_GROUP_STATISTIC /* not descended */
} gr_group;

typedef struct gr_tensor {
    char name[32];
    gr_group group;
    size_t node;
    size_t rank, rows, columns; /* as in files: weight [outputs][inputs] */
    size_t first;               /* element in parameters, or in statistics */
    size_t room;                /* elements there */
    bool narrow;                /* a weight that stands transposed (net/narrow.c) */
    double rate_factor, decay_factor;
} gr_tensor;

struct gradus_net {
    const gradus_context *context;
    const gr_kernels *kernels;
    gradus_precision precision;
    gr_node *node;
    size_t nodes;
    gr_tensor *tensor;
    size_t tensors;
    size_t parameter_count;
    size_t parameter_room, statistic_room; /* elements in memory */
    void *parameters;       /* tensor after tensor, each in panels (kernels/kernels.h) */
    void *statistics;
    size_t slots;           /* pieces of memory that inference needs */
    size_t widest;          /* columns of the widest node that stands in one */
    size_t slot_row;        /* bytes of a row of one */
    double work;            /* of a row's inference, in multiply-adds */
    gr_plain_layer *layer;  /* of a plain chain (net/plain.h); else NULL */
    size_t layers;
    bool abreast;           /* many rows are predicted by net/abreast.c */
    bool input_copied;      /* a layer other than a dense one reads the input */
    uint64_t seed;
    char *text;             /* canonical description */
};

static inline size_t gr_net_inputs(const gradus_net *net) { return net->node[0].width; }
static inline size_t gr_net_outputs(const gradus_net *net)
{
    return net->node[net->nodes - 1].width;
}

/*
 * A net for values that are set afterwards, as those of a file: nothing is drawn. A
 * description that needs more than `most_values` parameters and statistics, or more nodes
 * than it has bytes, is refused before memory for them is asked for.
 * Errors   as of gradus_net_new().
 */
typedef struct gr_net_shape {
    const char *description;
    size_t inputs, outputs;
    gradus_precision precision;
} gr_net_shape;
GRADUS_CHECKED gradus_status gr_net_new_blank(const gradus_context *context,
                                              const gr_net_shape *shape,
                                              size_t most_values, gradus_net **net);

/* A copy that takes memory and threads from another context, of the same CPU and functions. */
GRADUS_CHECKED gradus_status gr_net_copy_in(const gradus_context *context,
                                            const gradus_net *net, gradus_net **copy);

/* Bytes that a net takes. */
size_t gr_net_bytes(const gradus_net *net);

/* How a description ends: whether it has the item "output", and the activation that is
 * its last item, or SIZE_MAX where that is something else. Errors   as gradus_net_new. */
typedef struct gr_ending {
    bool has_output;
    size_t activation;
} gr_ending;
GRADUS_CHECKED gradus_status gr_net_ending(const gradus_context *context,
                                           const char *description, gr_ending *ending);

/* Nodes that read the output of a node. */
size_t gr_net_readers(const gradus_net *net, size_t node);

/* Is there a batch norm, so that a batch must be worked as a whole? */
bool gr_net_has_batchnorm(const gradus_net *net);

/* Address of a tensor's first element. */
void *gr_tensor_values(const gradus_net *net, const gr_tensor *tensor);

/*
 * A tensor in memory is panels: a weight [inputs][outputs], or a narrow one [outputs][inputs];
 * what has rank 1, a single row. From and to dense elements as in files, and one of them.
 */
void gr_tensor_pack(const gradus_net *net, const gr_tensor *tensor, const void *values,
                    void *panels);
void gr_tensor_unpack(const gradus_net *net, const gr_tensor *tensor, const void *panels,
                      void *values);
void *gr_tensor_element(const gradus_net *net, const gr_tensor *tensor, size_t row,
                        size_t column);
/* Elements of the panels. */
size_t gr_tensor_room(const gradus_net *net, const gr_tensor *tensor);

#endif
