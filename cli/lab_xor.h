/*
 * cli/lab_xor.h - what the files of gradus lab xor share
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef CLI_LAB_XOR_H
#define CLI_LAB_XOR_H

#include "lab.h"

enum { XOR_EPOCHS = 2000, XOR_SEEDS = 100, XOR_TABLE = 20, XOR_WIDTHS = 6 };

/* On the sum of the four losses. Gradients are means: gradus_fit() is told four times that. */
#define XOR_RATE 10.0

extern const double xor_points[4][2], xor_answers[4];

typedef struct xor_run {
    double loss[XOR_EPOCHS + 1]; /* summed, before each epoch's step; and after all of them */
    size_t right;               /* of the four points, in the end */
} xor_run;

typedef struct xor_lab {
    xor_run run[XOR_SEEDS];     /* of the width at hand */
    size_t solved[XOR_WIDTHS];
    size_t min[XOR_WIDTHS], max[XOR_WIDTHS]; /* points right, of all seeds */
    double best[XOR_WIDTHS];    /* least loss of all seeds */
} xor_lab;

/* Sigmoids with a hidden layer of a width, or none for 0; all weights from N(0,1). */
gradus_status xor_net(const cli_lab *lab, size_t width, uint64_t seed, gradus_net **net);
/* Plain descent on all four points; of XOR_EPOCHS epochs the losses are kept in a run, or
 * NULL. */
gradus_status xor_descend(gradus_net *net, double rate, size_t epochs, xor_run *run);
/* Summed losses of the first `count` seeds at an epoch, in ascending order. */
void xor_losses(const xor_lab *xor, size_t epoch, size_t count, double *loss);

/* The gradient of 2-4-1 from 20 seeds, checked before and after training; and a network of
 * relu that is XOR exactly. */
gradus_status xor_check(cli_lab *lab);
gradus_status xor_exact(cli_lab *lab);

void xor_draw_losses(cli_figure *figure, const xor_lab *xor);
void xor_draw_widths(cli_figure *figure, const xor_lab *xor);
gradus_status xor_draw_outputs(cli_lab *lab);

#endif
