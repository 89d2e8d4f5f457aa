/*
 * net/predict.c - outputs of a network for many rows, on the context's threads
 *
 * A call starts its threads and ends them: nothing of it stays. They are used where the
 * work is worth it.
 *
 * SPDX-License-Identifier: MIT
 */
#include <math.h>

#include "base/memory.h"
#include "base/pool.h"
#include "base/status.h"
#include "net/forward.h"
#include "net/layer.h"

/* Starting a thread and ending it takes as long as so many multiply-adds on one: a quarter of a
 * millisecond, where a virtual CPU must be woken. */
static const double start_work = 3e7;

typedef struct predict_job {
    const gradus_net *net;
    const void *x;
    void *y;
    size_t rows;
    char *scratch; /* [threads][room] */
    size_t room;
} predict_job;

static void predict_rows(void *job_, size_t thread, size_t threads)
{
    const predict_job *job = job_;
    const gradus_net *net = job->net;
    const gr_range rows = gr_cut(job->rows, GR_FORWARD_ROWS, thread, threads);
    if (rows.from < rows.to)
        gradus_net_forward(net, gr_at(net, job->x, rows.from * gr_net_inputs(net)),
                           rows.to - rows.from,
                           gr_at(net, job->y, rows.from * gr_net_outputs(net)),
                           job->scratch + thread * job->room);
}

/* On T threads, started one after the other: T start + work / T, least at this T. */
static size_t threads_for(const gradus_net *net, size_t rows)
{
    const gradus_context *context = net->context;
    const double work = net->work * (double)rows, best = sqrt(work / start_work);
    const size_t blocks = (rows + GR_FORWARD_ROWS - 1) / GR_FORWARD_ROWS;
    size_t threads = context->threads;
    if (context->always_threads)
        return threads;
    threads = threads < context->cpus ? threads : context->cpus;
    threads = threads < blocks ? threads : blocks;
    threads = best < (double)threads ? (size_t)best : threads;
    return threads > 1 ? threads : 1;
}

gradus_status gradus_net_predict(const gradus_net *net, const void *x, size_t rows, void *y)
{
    gradus_status status;
    gr_pool *pool = NULL; /* on one thread there is none */
    predict_job job = {.net = net, .x = x, .y = y, .rows = rows,
                       .room = gr_forward_scratch(net, rows)};
    const size_t threads = threads_for(net, rows);
    if (threads > 1)
        GR_TRY(gr_pool_new(net->context, threads, &pool));
    GR_TRY(gr_allocate(net->context, gr_pool_threads(pool), job.room, "predictions",
                       &job.scratch));
    gr_pool_run(pool, predict_rows, &job);
done:
    gr_release(net->context, job.scratch);
    gr_pool_free(pool);
    return status;
}
