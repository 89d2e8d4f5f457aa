/*
 * cli/surface.h - pictures of a function of two variables and of a network for it
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef CLI_SURFACE_H
#define CLI_SURFACE_H

#include "chart.h"

typedef struct cli_surface {
    const gradus_function *f;   /* of two variables */
    const gradus_interval *box; /* [2] */
    const gradus_net *net;
    const char *name;           /* of the network */
} cli_surface;

/* Maps over the box: of f, if it is wanted, of the network, in the same colours, and of what
 * it is off by.   Errors   those of gradus_net_predict(), told. */
gradus_status surface_draw(const cli_surface *surface, bool with_f, cli_figure *figure);

#endif
