/*
 * cli/regions.h - regions of a network: what is told of them, and their picture
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef CLI_REGIONS_H
#define CLI_REGIONS_H

#include "chart.h"

/* Counts, sizes and bounds. axis: names of the variables. */
void regions_say(cli_report *report, const gradus_regions *regions, const gradus_slice *slice,
                 const char *const axis[2]);

/* The bounds alone, in the JSON object that is open. */
void regions_add_bounds(cli_report *report, const gradus_region_bounds *bounds);

/* Of a plane the lines between regions, by the layer whose unit changes there; of a line the
 * outputs and the points. */
void regions_draw(cli_chart *chart, const gradus_regions *regions, const gradus_slice *slice,
                  const char *const axis[2]);

/* Of a plane the first output in colours below the lines, which text would hide. */
void regions_fill(cli_chart *chart, const gradus_regions *regions, const gradus_slice *slice);

#endif
