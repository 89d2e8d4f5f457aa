/*
 * train/starts.c - several starts, side by side; the best one is kept
 *
 * SPDX-License-Identifier: MIT
 */
#include <math.h>

#include "base/status.h"
#include "base/team.h"
#include "net/build.h"
#include "train/run.h"

/* Start 0 has the net's own parameters; the others draw new ones from other seeds. */
static gradus_status work_start(void *runs, size_t start, size_t member)
{
    gr_run *r = (gr_run *)runs + member;
    r->start = start;
    r->draw.seed = r->options.seed;
    if (start > 0) {
        const gr_key key = {r->options.seed, GR_PURPOSE_RESTART, 0};
        r->draw.seed = gr_random_64(key, start, 0);
        const gradus_status status = gr_net_start(r->net, r->draw.seed);
        if (status != GRADUS_OK)
            return status;
    }
    const gradus_status status = gr_run_start(r);
    if (r->report.best_epoch > 0 && r->best_loss < r->best_start_loss) {
        gr_run_keep(r->net, r->kept_start);
        r->best_start_loss = r->best_loss;
        r->best_start = r->report;
        r->best_start.best_start = start + 1;
    }
    /* another start may do better */
    return status == GRADUS_DIVERGED && start + 1 < r->options.starts ? GRADUS_OK : status;
}

/* The best start's report and weights, of equal ones the first. Where there is none those of
 * the last start, and where that was not begun the net is as it was. */
static gradus_status take_best(gr_run *r, const gr_run *runs, size_t members,
                               gradus_status status)
{
    const gr_run *best = NULL, *end = NULL;
    size_t steps = 0;
    for (size_t i = 0; i < members; i++) {
        const gr_run *one = &runs[i];
        const gradus_fit_report *report = &one->best_start;
        steps += one->report.steps;
        if (one->start + 1 == r->options.starts)
            end = one;
        if (report->best_start > 0 &&
            (best == NULL || one->best_start_loss < best->best_start_loss ||
             (one->best_start_loss == best->best_start_loss &&
              report->best_start < best->best_start.best_start)))
            best = one;
    }
    if (best == NULL && end != NULL) /* its last epoch's weights are in its net alone */
        gr_run_keep(end->net, end->kept);
    if (best != NULL || end != NULL) {
        gr_run_put_back(r->net, best != NULL ? best->kept_start : end->kept);
        r->report = best != NULL ? best->best_start : end->report;
    }
    r->report.steps = steps;
    return best != NULL && status == GRADUS_DIVERGED ? GRADUS_OK : status;
}

gradus_status gr_run_starts(gr_run *r)
{
    gradus_status status;
    gr_team *team = NULL;
    gr_run *runs = NULL;
    size_t members = 0;
    GR_TRY(gr_team_new(r->net->context, r->options.starts, &team));
    gr_team_watch(team, &r->options);
    GR_TRY(gr_allocate(r->net->context, gr_team_members(team), sizeof *runs, "starts",
                       &runs));
    for (; members < gr_team_members(team); members++) {
        gr_run *one = &runs[members];
        *one = *r;
        one->best_start_loss = INFINITY;
        GR_TRY(gr_net_copy_in(gr_team_context(team), r->net, &one->net));
        GR_TRY(gr_run_open(one));
    }
    status = gr_team_run(team, work_start, runs);
    status = take_best(r, runs, members, status);
done:
    for (size_t i = 0; runs != NULL && i < gr_team_members(team); i++) {
        gr_run_close(&runs[i]);
        gradus_net_free(runs[i].net);
    }
    gr_release(r->net->context, runs);
    gr_team_free(team);
    return status;
}
