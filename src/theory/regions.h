/*
 * theory/regions.h - a piecewise linear net on a plane, cut into its regions
 *
 * In the two variables s and t of a plane (of a line t is idle) every unit computes a s + b t
 * + c, as long as no unit changes sides. These maps are kept twice: in double with a bound of
 * what rounding did, which decides nearly every sign, and, where that leaves a sign open, as
 * integers in units of a power of 2 that depends on the frame: weights are doubles, so
 * that sums and products of them are such integers, and no sign is ever guessed.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef GR_THEORY_REGIONS_H
#define GR_THEORY_REGIONS_H

#include <stdbool.h>

#include "base/arena.h"
#include "net/net.h"
#include "theory/regions_wide.h"

enum { GR_TERMS = 3, GR_SIDES = 4 }; /* a, b, c; sides of the box */

/* A number within rad of mid; rad 0 with mid 0: it is 0. */
typedef struct gr_ball {
    double mid, rad;
} gr_ball;

typedef struct gr_affine {
    gr_ball term[GR_TERMS];
} gr_affine;

typedef enum gr_frame_kind {
    GR_FRAME_GIVEN, /* the input, the sides of the box */
    GR_FRAME_COPY,
    GR_FRAME_DENSE,
    GR_FRAME_NORM,
    GR_FRAME_ADD,
    GR_FRAME_SWITCH /* an activation that is linear on both sides of 0 */
} gr_frame_kind;

/* What a node computes, in s and t. */
typedef struct gr_frame {
    gr_frame_kind kind;
    size_t from, skip, width, inputs;
    size_t layer;           /* switch: of the dense layer before it, from 1 */
    double *weight, *bias;  /* dense: [width][inputs], [width]; norm: factors, shifts */
    double *mean;           /* norm; given: [width][GR_TERMS] */
    double scale;           /* add; switch: slope below 0 */
    bool step;              /* switch: 0 below, 1 above */
    size_t first;           /* switch: number of its first unit */
    gr_affine *map;         /* [width] */
    int low, high;          /* exponents: numbers are multiples of 2^low, below 2^high */
    size_t words;
    uint32_t *exact;        /* [width][GR_TERMS][words], in units of 2^low */
} gr_frame;

/* A line in the plane: the map of a unit, turned so that it is positive where the polygon is
 * whose edge it is. */
typedef struct gr_edge {
    uint32_t frame, unit;
    int turn;               /* 1 or -1 */
} gr_edge;

/* Where two edges meet: (x / w, y / w), w > 0. */
typedef gr_affine gr_corner;

typedef struct gr_cutter {
    const gradus_context *context;
    gr_arena arena, wide;
    gr_frame *frame;        /* [last + 2], the last of them the box */
    size_t last, box;       /* frames: of the outputs, of the box */
    size_t variables, units, most_words;
    signed char *sign;      /* [units] 1: above 0; -1: below; 0: 0 everywhere here */
    size_t exact;           /* frames before this one have exact maps for these signs */
    uint64_t asked;         /* signs that integers decided */
    uint32_t *spare;        /* words for a determinant */
    const char *ending;     /* the activation behind `last`, or NULL */
    gradus_status status;   /* of the exact maps: MEMORY */
} gr_cutter;

/* Errors   ARGUMENT: an activation that is not piecewise linear, a number that is not
 *          finite; MEMORY. To be closed after a failure too. */
GRADUS_CHECKED gradus_status gr_cutter_open(const gradus_net *net, const gradus_slice *slice,
                                            gr_cutter *cutter);
void gr_cutter_close(gr_cutter *cutter);

/* The maps of a frame for the signs as they are. */
void gr_cutter_compute(gr_cutter *cutter, size_t frame);

/* Exact maps of the frames up to this one.  On failure cutter->status is MEMORY. */
void gr_cutter_make_exact(gr_cutter *cutter, size_t frame);
gr_wide gr_cutter_term(const gr_cutter *cutter, gr_edge edge, size_t term);

/* The signs say no more what they did for this frame and later ones. */
static inline void gr_cutter_forget(gr_cutter *cutter, size_t frame)
{
    cutter->exact = cutter->exact > frame ? frame : cutter->exact;
}

/* Where the lines of two edges meet. */
void gr_cutter_meet(const gr_cutter *cutter, gr_edge one, gr_edge next, gr_corner *corner);

/* The sign of a line at the corner of two edges, which is found better where its bounds leave
 * the sign open. */
int gr_cutter_side(gr_cutter *cutter, gr_edge one, gr_edge next, gr_corner *corner,
                   gr_edge line);

/* The sign of the determinant of three lines [GR_TERMS] of so many words each. */
int gr_wide_determinant(const gr_wide *const line[3], uint32_t *spare);

/* The sign of a ball; 2: it may be any. */
static inline int gr_ball_sign(gr_ball ball)
{
    return ball.mid > ball.rad ? 1 : -ball.mid > ball.rad ? -1
         : ball.mid == 0 && ball.rad == 0 ? 0 : 2;
}

/* ---- what is found ---- */

typedef struct gr_region {
    size_t first, corners;    /* of corner, side and edge */
    double size;
    double min[2], max[2]; /* it lies within, rounding and all */
    size_t piece;
} gr_region;

struct gradus_regions {
    const gradus_context *context;
    gradus_regions_about about;
    gr_region *region;
    size_t room, corners, corner_room;
    double *corner;           /* [corners][variables] */
    gradus_region_side *side; /* [corners] */
    gr_edge *edge;            /* [corners] */
    unsigned char *above;     /* [regions][bytes] a bit for each unit */
    size_t bytes;
    gr_affine *output;        /* [regions][outputs], until the pieces are found */
    double *map;              /* [regions][outputs][variables + 1] */
};

/* A convex polygon, against the clock: edge[i] ends in corner[i], where edge[i + 1] begins. */
typedef struct gr_polygon {
    gr_edge *edge;
    gr_corner *corner;
    size_t edges;
} gr_polygon;

/* Adds a region: the polygon, for the signs and maps of the cutter.  Errors   MEMORY. */
GRADUS_CHECKED gradus_status gr_regions_keep(const gr_cutter *cutter, const gr_polygon *polygon,
                                             gradus_regions *regions);

/* Joins regions to pieces, exactly: sets about.pieces and the piece of each region.
 * Errors   MEMORY. */
GRADUS_CHECKED gradus_status gr_regions_join(gr_cutter *cutter, gradus_regions *regions);

/* The bounds of gradus_regions_bound() that hold for the net.  Errors   MEMORY. */
GRADUS_CHECKED gradus_status gr_regions_bound_of(const gr_cutter *cutter,
                                                 gradus_region_bounds *bounds);

#endif
