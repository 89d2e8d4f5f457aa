/*
 * train/run.h - what the files of a training run share
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef GR_TRAIN_RUN_H
#define GR_TRAIN_RUN_H

#include "train/draw.h"
#include "train/fit.h"
#include "train/optimizer.h"
#include "train/rate.h"
#include "train/tempo.h"

/* Everything a run needs, allocated before its first step. Of several starts each member of
 * a team has one, on lines of its own. */
typedef struct gr_run {
    _Alignas(64) gradus_net *net;
    const gradus_set *train, *valid; /* valid: NULL without one */
    gradus_fit_options options;      /* with every default replaced */
    const gr_fit_hooks *hooks;
    gr_pool *pool;
    gr_tempo tempo;                  /* whether the pool is used */
    gr_plan *plan;
    gr_optimizer optimizer;
    gr_rate rate;
    gr_draw draw;
    uint32_t *order;                 /* rows in the order of the epoch's steps */
    /* validation */
    uint32_t *valid_order;           /* 0, 1, 2, ... */
    double *valid_loss, *valid_prediction, *valid_target, *valid_scratch;
    /* parameters and statistics: of the best epoch; of the best of several starts */
    void *kept, *kept_start;
    bool best_stands;                /* the best epoch was the last one: it was not kept */
    double best_loss, best_start_loss;
    gradus_fit_report best_start;    /* best_start 0: none yet */
    size_t start, epoch, step;
    double train_loss, train_weight; /* sums over the epoch's steps */
    gradus_fit_report report;
} gr_run;

/* Checks and resolves the options, and allocates. Close it also where this failed. */
GRADUS_CHECKED gradus_status gr_run_open(gr_run *r);
void gr_run_close(gr_run *r);

/* Step r->step of epoch r->epoch, on its rows of r->order; adds to train_loss and
 * train_weight.  Errors   DIVERGED: the loss is not finite, no step was taken; STOPPED. */
GRADUS_CHECKED gradus_status gr_run_step(gr_run *r);

/* Trains from the net's parameters; leaves the best epoch's in the net. */
GRADUS_CHECKED gradus_status gr_run_start(gr_run *r);

/* Opens, works and closes runs like `r`, which is not open: one for each start. */
GRADUS_CHECKED gradus_status gr_run_starts(gr_run *r);

/* Parameters and statistics put aside, and back. */
size_t gr_run_kept_bytes(const gradus_net *net);
void gr_run_keep(const gradus_net *net, void *kept);
void gr_run_put_back(gradus_net *net, const void *kept);

/* The batch of `rows` rows that the options ask for; and the plan for it. */
void gr_run_choose_batch(gradus_fit_options *options, size_t rows);
gr_plan_options gr_run_plan(const gradus_fit_options *options);

#endif
