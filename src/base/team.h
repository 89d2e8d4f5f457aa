/*
 * base/team.h - independent work side by side
 *
 * Items 0, 1, ... are begun in order, each by one member of the team. Of those that fail the
 * first in order counts, as when one was worked after the other; none behind it is begun.
 *
 * What members need from outside comes to one of them at a time: memory from `context`, which
 * has each member's share of the threads, and a word with the observer.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef GR_BASE_TEAM_H
#define GR_BASE_TEAM_H

#include "base/pool.h"

typedef struct gr_team gr_team;

/* Works an item, as member `member` of the team. */
typedef gradus_status gr_item(void *job, size_t item, size_t member);

/* As many members as there are items, or threads where these are fewer. */
GRADUS_CHECKED gradus_status gr_team_new(const gradus_context *context, size_t items,
                                         gr_team **team);
void gr_team_free(gr_team *team);
size_t gr_team_members(const gr_team *team);
const gradus_context *gr_team_context(const gr_team *team);

/* The options' observer, where there is one, becomes the team's, which asks it; once it has
 * said stop, every member hears so. One pair of options, before the run. */
void gr_team_watch(gr_team *team, gradus_fit_options *options);

/* Works all items.  Errors   those of the first item in order that failed. */
GRADUS_CHECKED gradus_status gr_team_run(gr_team *team, gr_item *work, void *job);

#endif
