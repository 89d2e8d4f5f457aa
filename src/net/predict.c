/*
 * net/predict.c - outputs of a network for many rows, on the context's threads
 *
 * The caller takes pieces of the rows, and so do the threads that the context keeps as soon
 * as they are awake: who comes late finds less left.
 *
 * SPDX-License-Identifier: MIT
 */
#include "base/clock.h"
#include "base/crew.h"
#include "base/scratch.h"
#include "base/status.h"
#include "net/forward.h"
#include "net/layer.h"

enum {
    PIECES = 8,  /* of a thread, */
    LEAST = 160, /* of at least so many rows if there are enough, */
    GRAIN = 32,  /* in whole blocks of rows abreast */
    LITTLE = 32 << 10 /* bytes of scratch, for which there is room on the stack */
};

static const double multiply_adds = 1.2e11; /* a second, on one thread */

typedef struct predict_job {
    const gradus_net *net;
    const void *x;
    void *y;
    size_t rows, piece;
    atomic_size_t next;
    size_t mine;           /* rows that the caller predicted */
    double begun, started, ended; /* the run; the caller its first row, and behind its last */
    void *scratch;         /* [threads][room] */
    size_t room;
} predict_job;

static void predict_pieces(void *job_, size_t thread, size_t threads)
{
    predict_job *job = job_;
    const gradus_net *net = job->net;
    char *scratch = (char *)job->scratch + thread * job->room;
    size_t from, done = 0;
    if (thread == 0 && threads > 1)
        job->started = gr_clock();
    gr_forward_place(net, job->rows, scratch);
    while ((from = atomic_fetch_add(&job->next, job->piece)) < job->rows) {
        const size_t rows = job->rows - from < job->piece ? job->rows - from : job->piece;
        gr_forward_placed(net, job->rows, gr_at(net, job->x, from * gr_net_inputs(net)), rows,
                          gr_at(net, job->y, from * gr_net_outputs(net)), scratch);
        done += rows;
    }
    if (thread == 0 && threads > 1) {
        job->mine = done;
        job->ended = gr_clock();
    }
}

/* Seconds: at the caller's pace all rows would have taken so much longer. */
static double saved_of(const predict_job *job)
{
    const double rows = (double)job->rows, mine = (double)job->mine;
    return mine > 0 ? (job->ended - job->started) * rows / mine - (gr_clock() - job->begun) : 0;
}

static size_t piece_of(size_t rows, size_t threads)
{
    const size_t most = rows / (threads * LEAST);
    const size_t pieces = threads * (most < 1 ? 1 : most < PIECES ? most : PIECES);
    const size_t grains = (rows + pieces * GRAIN - 1) / (pieces * GRAIN);
    return threads == 1 ? rows : (grains > 0 ? grains : 1) * GRAIN;
}

gradus_status gradus_net_predict(const gradus_net *net, const void *x, size_t rows, void *y)
{
    _Alignas(GR_LINE) char little[LITTLE];
    gradus_status status;
    gr_pool *pool;
    void *lent = NULL;
    double saved = 0;
    predict_job job = {.net = net, .x = x, .y = y, .rows = rows,
                       .room = gr_forward_scratch(net, rows)};
    GR_TRY(gr_crew_borrow(net->context, net->work * (double)rows / multiply_adds, &pool));
    const size_t threads = gr_pool_threads(pool);
    job.piece = piece_of(rows, threads);
    if (job.room > LITTLE / threads)
        GR_TRY(gr_scratch_borrow(net->context, threads, job.room, "predictions", &lent));
    job.scratch = lent != NULL ? lent : little;
    const unsigned mode = gr_float_enter();
    if (pool != NULL)
        job.begun = gr_clock();
    gr_pool_run(pool, predict_pieces, &job);
    if (pool != NULL)
        saved = saved_of(&job);
    gr_float_leave(mode);
done:
    gr_scratch_give_back(net->context, lent);
    gr_crew_give_back(net->context, pool, saved);
    return status;
}
