/*
 * cli/lab.h - a demonstration of the theory: a table, a picture, the same in JSON
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef CLI_LAB_H
#define CLI_LAB_H

#include "chart.h"

typedef struct cli_lab {
    const cli_settings *settings;
    gradus_context *context;
    const char *const *argument; /* those after the lab's name */
    size_t arguments;
    cli_report report;          /* printed when the lab is done */
    cli_figure figure;          /* begun by the lab */
} cli_lab;

/* A lab says its results to lab->report and draws lab->figure. Failures have been said. */
#define LAB(name, ...) gradus_status lab_##name(cli_lab *lab);
#include "labs.def"
#undef LAB

/* A network in double precision.  Errors   those of gradus_net_new(), told. */
gradus_status lab_net(const cli_lab *lab, const char *description, size_t inputs,
                      size_t outputs, uint64_t seed, gradus_net **net);
/* Settings of a run by plain descent on all rows, at a constant rate. */
gradus_fit_options lab_fit_options(const char *loss, double rate, size_t epochs);
/* Whether somebody wants to stop.  Errors   STOPPED. */
gradus_status lab_stopped(void);

#endif
