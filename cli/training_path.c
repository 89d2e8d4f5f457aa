/*
 * cli/training_path.c - the networks that a run passes
 *
 * SPDX-License-Identifier: MIT
 */
#include "training_path.h"

#include "stop.h"

static void add(training_path *path, const gradus_net *net, size_t epoch)
{
    if (path->status == GRADUS_OK)
        path->status = gradus_net_copy(net, &path->net[path->count]);
    if (path->status == GRADUS_OK)
        path->epoch[path->count++] = epoch;
}

/* The start and every second epoch are kept. */
static void thin(training_path *path)
{
    size_t kept = 0;

    path->every *= 2;
    for (size_t i = 0; i < path->count; i++) {
        if (path->epoch[i] % path->every) {
            gradus_net_free(path->net[i]);
            continue;
        }
        path->epoch[kept] = path->epoch[i];
        path->net[kept++] = path->net[i];
    }
    path->count = kept;
}

void path_start(training_path *path, const gradus_net *net)
{
    *path = (training_path){.every = 1};
    add(path, net, 0);
}

int path_observe(const gradus_progress *at, void *user)
{
    training_path *path = user;

    if (!at->end_of_epoch)
        return stop_wanted();
    if (path->count == PATH_POINTS)
        thin(path);
    if (at->epoch % path->every == 0)
        add(path, at->net, at->epoch);
    return stop_wanted() || path->status != GRADUS_OK;
}

void path_free(training_path *path)
{
    for (size_t i = 0; i < path->count; i++)
        gradus_net_free(path->net[i]);
    path->count = 0;
}
