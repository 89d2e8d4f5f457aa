/*
 * net/plan.h - memory and schedule of gradients of one net, for batches up to a size
 *
 * Made once, used for every step; using it allocates nothing and cannot fail.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef GR_NET_PLAN_H
#define GR_NET_PLAN_H

#include "base/arena.h"
#include "net/layer.h"

typedef struct gr_plan_options {
    size_t rows;            /* largest batch; without batch norm worked in pieces of at
                               most GR_CHAIN rows, each a chain of its own */
    const char *loss;       /* NULL: the usual one for the last activation */
    double delta;           /* huber; 0: 1 */
    double label_smoothing;
    bool input_gradient;    /* dLoss/dx is wanted */
    const gradus_loss *own; /* NULL, or a loss of no context, in place of `loss` */
    bool steps;             /* every pass descends, of at most as many rows as are worked at
                               once: gradients of dense weights are not kept */
    bool inference;         /* the gradient of what the net computes at inference */
    size_t checkpoint;      /* nodes from one kept activation to the next; 0: all are kept;
                               SIZE_MAX: what takes the least memory */
    gr_pool *pool;          /* or NULL */
} gr_plan_options;

/* Rows set[index[0 .. rows)]. */
typedef struct gr_batch {
    const gradus_set *set;
    const uint32_t *index;
    size_t rows;
} gr_batch;

typedef struct gr_plan {
    const gradus_net *net;
    gr_pass pass;
    gr_pool *pool;          /* or NULL */
    gr_arena arena;
    size_t gradient_room;   /* elements of pass.gradient */
    size_t piece;           /* rows worked at once */
    gr_batch announced;     /* of the step but one; rows 0: none */
    gr_batch pointed;       /* whose addresses are in pass.ahead */
    gr_pool *begun;         /* whose threads, but the first, have begun with them; or NULL */
    size_t last;            /* node whose output the loss reads */
    size_t loss;            /* gr_loss_id, or COUNT + user's */
    bool fused;             /* the loss includes the last activation */
    bool batchnorm;
    bool steps;             /* see gr_plan_options */
    double delta, label_smoothing;
    gr_small small;         /* no layers where net/small.c has no part in it */
    const gradus_loss *own; /* or NULL */
    void *target;           /* [piece][outputs], dense */
    double *weight;         /* [piece] of the examples */
    double *value;          /* [piece] loss of each example, times its weight */
    double *row;            /* [piece][3][outputs], for a loss of the user */
} gr_plan;

/* Multiply-adds of a gradient of `rows` rows. */
double gr_plan_work(const gradus_net *net, size_t rows);

/* Threads that pay for gradients of `rows` rows, at most `threads`. */
size_t gr_plan_threads(const gradus_net *net, size_t rows, size_t threads);

/*
 * Errors   ARGUMENT: unknown loss; a layer that cannot be trained (heaviside); batch norm
 *          with batches of one row; MEMORY.
 */
GRADUS_CHECKED gradus_status gr_plan_new(const gradus_net *net,
                                         const gr_plan_options *options, gr_plan **plan);
void gr_plan_free(gr_plan *plan);

/* Bytes that such a plan takes; those of pass.gradient are among them.
 * Errors   as gr_plan_new(). */
GRADUS_CHECKED gradus_status gr_plan_bytes(const gradus_net *net,
                                           const gr_plan_options *options, size_t *bytes,
                                           size_t *gradient);

/* Sum of the weights of rows set[index[0 .. count)]. */
double gr_plan_weight(const gradus_set *set, const uint32_t *index, size_t count);

/*
 * Says which rows the next call but one of gr_plan_gradient() has: their x is fetched during
 * the next call and, where that descends, threads may begin with them behind its end. Until the
 * next call but one, or gr_plan_settle(), set and index must stay as they are, and nothing
 * else may change parameters. At most plan->piece rows count.
 */
void gr_plan_announce(gr_plan *plan, const gradus_set *set, const uint32_t *index,
                      size_t count);

/* What was announced does not come; no thread reads it any more. */
void gr_plan_settle(gr_plan *plan);

/*
 * Loss and gradient of rows set[index[0 .. count)], summed, not averaged:
 *
 *     pass.gradient = sum_i weight_i dloss_i/dparameters      *loss = sum_i weight_i loss_i
 *
 * With a descent (for at most plan->piece rows) the parameters take their step, and gradients
 * of dense weights are not kept. `dx` is NULL or [count][inputs], dense.
 */
void gr_plan_gradient(gr_plan *plan, const gradus_set *set, const uint32_t *index,
                      size_t count, const gr_descent *descent, void *dx, double *loss);

/* Sum of the losses of set[index[0 .. set->rows)], times their weights, by the forward pass
 * that a gradient begins with; of a plan that has taken no step. */
double gr_plan_loss(gr_plan *plan, const gradus_set *set, const uint32_t *index);

/*
 * Loss of each of rows set[index[0 .. count)], and what the net predicts for it, both in
 * double: value [count], prediction [count][outputs]. Dropout is off, batch norm uses its
 * running statistics. Overwrites the plan's activations.
 */
void gr_plan_evaluate(gr_plan *plan, const gradus_set *set, const uint32_t *index,
                      size_t count, double *value, double *prediction);

/* The first node of the last pass with a value that is not finite: the number of its
 * layer (or of the last one before it) and its kind; false where there is none. Activations
 * that the pass has not kept are passed over. */
bool gr_plan_find_not_finite(const gr_plan *plan, size_t *layer, const char **type);

#endif
