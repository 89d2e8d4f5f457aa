/*
 * theory/sup.h - the largest |f - net| of a function and a network of one variable
 *
 * By branch and bound: with e = f - net on a part of length h,
 *
 *     |e| <= max |f - net|
 *     |e| <= max at the ends + min(h^2/8 max|e''|, h/4 (max e' - min e'))
 *
 * and parts are halved until this is no more than 2 % above an error that is taken somewhere,
 * or there are too many of them.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef GR_THEORY_SUP_H
#define GR_THEORY_SUP_H

#include "theory/look.h"

/* A network as it is stored, piece by piece: it may jump where two of them meet. */
typedef struct gr_graph {
    size_t pieces;
    const double *knot;         /* [pieces + 1] rising, from end to end of the box */
    /* All values, slopes and second derivatives on a part of a piece. */
    void (*over)(const void *net, size_t piece, gradus_interval x, gr_look *look);
    const void *net;
} gr_graph;

/* `little` is an error that is not worth a look. Errors   those of enclose; MEMORY. */
GRADUS_CHECKED gradus_status gr_sup(const gr_target *target, const gr_graph *graph,
                                    double little, double *most);

#endif
