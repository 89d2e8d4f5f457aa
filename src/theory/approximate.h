/*
 * theory/approximate.h - networks that are built, not trained, to approximate a function
 *
 * A construction is a recipe: for a number n of pieces it tells what the network takes, how
 * far from f it is at most, and builds it. The list is theory/constructions.def, and each
 * stands in a file theory/approximate_<name>.c.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef GR_THEORY_APPROXIMATE_H
#define GR_THEORY_APPROXIMATE_H

#include <stdbool.h>

#include "gradus.h"

/* What searches for knots have found (theory/knots.h). The same question has the same answer
 * ever after, and a new search begins at the nearest one. */
enum { GR_MEMOS = 128 };
typedef struct gr_memo {
    size_t count;
    struct {
        const void *cost;
        size_t pieces;
        double limit;
    } found[GR_MEMOS];
} gr_memo;

/* What is approximated: f on a box. */
typedef struct gr_target {
    const gradus_context *context;
    const gradus_function *f;
    const gradus_interval *box; /* [f->inputs], finite, min < max */
    gr_memo *memo;              /* or NULL */
    const gradus_polynomial *polynomial; /* f, of t with |t_i| <= 1 on a box, or NULL */
    const gradus_interval *polynomial_box; /* the same box, or a wider one */
} gr_target;

/* What a network takes. Units are hidden ones, layers hidden layers. SIZE_MAX: too many. */
typedef struct gr_shape {
    size_t units, layers, parameters;
} gr_shape;

/* sup |f - net| over the closed box is at most `bound`, for the weights as they are stored
 * and with the rounding of an evaluation in double, which is at most `rounding` of it. */
typedef struct gr_bound {
    double bound, rounding;
    bool proved; /* false: by values of f at many points */
} gr_bound;

typedef struct gr_construction {
    const char *name;       /* "interpolation" */
    const char *activation; /* "relu" */
    const char *about;      /* in a few words */
    size_t min_inputs, max_inputs;
    size_t min_pieces, max_pieces;      /* that make sense, of each axis or in all */
    gr_shape (*shape)(const gr_target *target, size_t pieces);
    /* Bounds need not fall with every piece more, but do in the long run. */
    gradus_status (*bound)(const gr_target *target, size_t pieces, gr_bound *bound);
    gradus_status (*build)(const gr_target *target, size_t pieces, gradus_net **net);
    /* About how many pieces a bound takes, `most` at most; NULL: it is searched for. */
    gradus_status (*guess)(const gr_target *target, double within, size_t max,
                           size_t *pieces);
    bool polynomials;           /* f is to be one; many pieces cost a bound no more than few */
    const char *counted;        /* NULL, or what pieces are that are not of the box */
} gr_construction;

/* The most that the frame lets a network take. */
enum { GR_MOST_UNITS = 1 << 20, GR_MOST_PARAMETERS = 1 << 26 };

/*
 * The least number of pieces found whose bound is at most `within`, or, where that is NaN, the
 * most that `units` hidden units allow (0: GR_MOST_UNITS). *reached says whether there is one;
 * without, pieces and bound are those that came nearest.
 * Errors   those of the construction's bound.
 */
GRADUS_CHECKED gradus_status gr_choose_pieces(const gr_target *target,
                                              const gr_construction *construction,
                                              double within, size_t units, size_t *pieces,
                                              gr_bound *bound, bool *reached);

/* About how many pieces: from bounds of few, and the law that these follow. *reached says
 * whether a network of so many makes sense. */
GRADUS_CHECKED gradus_status gr_expect_pieces(const gr_target *target,
                                              const gr_construction *construction,
                                              double within, size_t *pieces, bool *reached,
                                              bool *extrapolated);

/* The largest |f - net| found on a grid through the corners of cells, of as many as make sense
 * where `pieces` is 0, and from the largest of each part of it uphill. It is taken: with
 * f.enclose it is not above the true one. */
typedef struct gr_measured {
    double error, at[GRADUS_VARIABLES];
    size_t points;
} gr_measured;
GRADUS_CHECKED gradus_status gr_measure(const gr_target *target, const gradus_net *net,
                                        size_t pieces, gr_measured *measured);

/* What is told of a net that is built; it is measured, and taken, also on failure. */
GRADUS_CHECKED gradus_status gr_approximation_new(const gr_target *target,
                                                  const gr_construction *construction,
                                                  size_t pieces, const gr_bound *bound,
                                                  gradus_net *net,
                                                  gradus_approximation **made);

#define CONSTRUCTION(name) extern const gr_construction gr_construction_##name;
#include "theory/constructions.def"
#undef CONSTRUCTION

#endif
