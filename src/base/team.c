/* base/team.c - independent work side by side.
 *
 * SPDX-License-Identifier: MIT
 */
#include "base/team.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>

#include "base/crew.h"
#include "base/memory.h"
#include "base/scratch.h"
#include "base/status.h"

enum { TEXT = 1024 }; /* a message, as long as base/status.c keeps it */

struct gr_team {
    const gradus_context *given;
    gradus_context context; /* the members' */
    gr_crew crew;           /* its */
    gr_scratch scratch;     /* its */
    gr_pool *pool;
    size_t items;
    gr_item *work;
    void *job;

    pthread_mutex_t memory_door, observer_door;
    gradus_observer *observer;
    void *user;
    bool stopped;           /* behind observer_door */

    atomic_size_t next;     /* item to begin */
    atomic_size_t failed;   /* first item that failed, or `items` */
    pthread_mutex_t failure_door;
    gradus_status status;
    char text[TEXT];
};

/* ---- one at a time ---- */

static void *team_allocate(size_t bytes, void *team_)
{
    gr_team *team = team_;
    const gradus_memory *memory = &team->given->memory;
    pthread_mutex_lock(&team->memory_door);
    void *block = memory->allocate(bytes, memory->user);
    pthread_mutex_unlock(&team->memory_door);
    return block;
}

static void *team_resize(void *block, size_t bytes, void *team_)
{
    gr_team *team = team_;
    const gradus_memory *memory = &team->given->memory;
    pthread_mutex_lock(&team->memory_door);
    block = memory->resize(block, bytes, memory->user);
    pthread_mutex_unlock(&team->memory_door);
    return block;
}

static void team_release(void *block, void *team_)
{
    gr_team *team = team_;
    const gradus_memory *memory = &team->given->memory;
    pthread_mutex_lock(&team->memory_door);
    memory->release(block, memory->user);
    pthread_mutex_unlock(&team->memory_door);
}

static int team_observe(const gradus_progress *progress, void *team_)
{
    gr_team *team = team_;
    pthread_mutex_lock(&team->observer_door);
    if (!team->stopped)
        team->stopped = team->observer(progress, team->user) != 0;
    const int stopped = team->stopped;
    pthread_mutex_unlock(&team->observer_door);
    return stopped;
}

void gr_team_watch(gr_team *team, gradus_fit_options *options)
{
    if (options->observer == NULL)
        return;
    team->observer = options->observer;
    team->user = options->user;
    options->observer = team_observe;
    options->user = team;
}

/* ---- a team ---- */

gradus_status gr_team_new(const gradus_context *context, size_t items, gr_team **made)
{
    gradus_status status = gr_allocate(context, 1, sizeof **made, "threads", made);
    if (status != GRADUS_OK)
        return status;
    gr_team *team = *made;
    team->given = context;
    team->items = items;
    pthread_mutex_init(&team->memory_door, NULL);
    pthread_mutex_init(&team->observer_door, NULL);
    pthread_mutex_init(&team->failure_door, NULL);
    team->context = *context;
    team->context.crew = &team->crew;
    team->context.scratch = &team->scratch;
    team->context.memory =
        (gradus_memory){team_allocate, team_resize, team_release, team};
    status = gr_pool_new(context, items < context->threads ? items : context->threads,
                         &team->pool);
    if (status != GRADUS_OK) {
        gr_team_free(team);
        *made = NULL;
        return status;
    }
    team->context.threads = context->threads / gr_team_members(team);
    return GRADUS_OK;
}

void gr_team_free(gr_team *team)
{
    if (team == NULL)
        return;
    gr_crew_free(&team->crew);
    gr_scratch_free(&team->context);
    gr_pool_free(team->pool);
    pthread_mutex_destroy(&team->failure_door);
    pthread_mutex_destroy(&team->observer_door);
    pthread_mutex_destroy(&team->memory_door);
    gr_release(team->given, team);
}

size_t gr_team_members(const gr_team *team)
{
    return gr_pool_threads(team->pool);
}

const gradus_context *gr_team_context(const gr_team *team)
{
    return &team->context;
}

/* ---- a run ---- */

/* The message is the thread's that failed: it is kept for the one that is told. */
static void note_failure(gr_team *team, size_t item, gradus_status status)
{
    pthread_mutex_lock(&team->failure_door);
    if (item < atomic_load(&team->failed)) {
        atomic_store(&team->failed, item);
        team->status = status;
        snprintf(team->text, sizeof team->text, "%s", gradus_error());
    }
    pthread_mutex_unlock(&team->failure_door);
}

static void work_items(void *team_, size_t thread, size_t threads)
{
    gr_team *team = team_;
    (void)threads;
    for (;;) {
        const size_t item = atomic_fetch_add(&team->next, 1);
        if (item >= atomic_load(&team->failed))
            return;
        const gradus_status status = team->work(team->job, item, thread);
        if (status != GRADUS_OK)
            note_failure(team, item, status);
    }
}

gradus_status gr_team_run(gr_team *team, gr_item *work, void *job)
{
    team->work = work;
    team->job = job;
    team->status = GRADUS_OK;
    atomic_store(&team->next, 0);
    atomic_store(&team->failed, team->items);
    gr_pool_run(team->pool, work_items, team);
    return team->status == GRADUS_OK ? GRADUS_OK : gr_fail(team->status, "%s", team->text);
}
