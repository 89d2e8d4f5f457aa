/*
 * gradus_proof.h - what is proved about functions and networks, by ball arithmetic
 *
 * libgradus_proof stands on libgradus and on Arb (in FLINT since version 3), and is built
 * where that library is there.
 *
 * The rules of gradus.h hold, but for memory: Arb has its own, outside the context, which
 * its threads keep until they end; and where it runs out Arb ends the process.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef GRADUS_PROOF_H
#define GRADUS_PROOF_H

#include "gradus.h"

#ifdef __cplusplus
extern "C" {
#endif

/* ---- functions ------------------------------------------------------------------- */

/*
 * An expression as a function whose enclosures are proofs: f is the exact real function
 * that is written (0.1 is one tenth), not what double arithmetic makes of it. The box is
 * divided until f is shown to be defined, continuous and no larger than doubles are on all
 * of it; after that its enclosures may be asked for on any part of it.
 *
 *     value      natural interval evaluation, mean value forms of first and second order,
 *                and the ends of the box where f rises or falls all along: too wide by no
 *                more than about the square of the box's width
 *     gradient   at a kink, all between both sides; all numbers, or to infinity, where it
 *                has no bound, as of sqrt(x) at 0
 *     Hessian    all numbers where there is a kink in the box
 *
 * enclose() gives ARGUMENT for a box that reaches outside.
 *
 * Errors   ARGUMENT: more variables than `inputs`, a box that is empty or not finite; f is
 *          not defined somewhere, jumps, or is not shown to be defined, naming the
 *          operation and a place; MEMORY.
 * Cost     up to 20,000 evaluations; then of an enclosure two to four of them.
 * Source   Johansson, "Arb: efficient arbitrary-precision midpoint-radius interval
 *          arithmetic", IEEE Transactions on Computers 66 (2017); Moore, Kearfott, Cloud,
 *          "Introduction to Interval Analysis", SIAM 2009.
 */
typedef struct gradus_proof gradus_proof;
GRADUS_API GRADUS_CHECKED gradus_status gradus_proof_new(
    const gradus_context *context,
    const gradus_expression *expression,  /* outlives the proof                         */
    size_t inputs,
    const gradus_interval *box,           /* [inputs]                                   */
    gradus_proof **proof);
GRADUS_API void gradus_proof_free(gradus_proof *proof);

/* The function, owned by the proof; for any number of threads. */
GRADUS_API const gradus_function *gradus_proof_function(const gradus_proof *proof);

/* The libraries that it was built with, as "Arb 2.23.0, FLINT 2.9.0". */
GRADUS_API const char *gradus_proof_libraries(void);

/* ---- certificate ----------------------------------------------------------------- */

/*
 * The largest error of a network over a closed box, enclosed:
 *
 *     lower <= sup |f(x) - net(x)| <= upper     x in the box
 *
 * where net is the exact real function of the stored weights; of a model, together with
 * its preprocessing, from the numbers of the table to those of the target. The box is
 * divided until upper - lower <= tolerance * upper, or the rounding of the enclosures stands
 * in the way, or enough boxes have been looked at (docs/math/certificate.md).
 *
 * Errors   ARGUMENT: f has no `enclose`, or not as many variables as the network inputs;
 *          more than three of them, or not one output; columns of categories; classes; an
 *          activation of the user's; a box that is empty or not finite; a tolerance that is
 *          not between 0 and 1; values that double cannot hold, or too few boxes for any
 *          bound; those of f->enclose; MEMORY.
 * Cost     of a box four forward passes and two enclosures of f; 0.04 s for each activation
 *          in use; the bound of rounding, 1000 forward passes.
 * Memory   72 bytes a box, the weights in double, 88 bytes a unit, 1 MB an activation.
 */
typedef struct gradus_certificate_options {
    double tolerance;           /* relative, 1e-3                                       */
    size_t boxes;               /* looked at, at most; 4,000,000                        */
} gradus_certificate_options;
GRADUS_API void gradus_certificate_defaults(gradus_certificate_options *options);

typedef struct gradus_certificate {
    double lower, upper;
    double where[GRADUS_VARIABLES]; /* |f - net| is at least `lower` here               */
    double f, net;              /* at that point, rounded                               */
    int reached;                /* 1: upper - lower <= tolerance * upper                */
    size_t boxes;               /* looked at                                            */
    double rounding;            /* gradus_net_forward(), and what predicts with a model,
                                   differ from net(x) by at most that on the box, as far
                                   as the errors measured of activations go; infinite
                                   where nothing is known                               */
} gradus_certificate;

GRADUS_API GRADUS_CHECKED gradus_status gradus_certificate_net(
    const gradus_context *context,
    const gradus_net *net,
    const gradus_function *f,
    const gradus_interval *box,            /* [inputs]                                  */
    const gradus_certificate_options *options, /* NULL: defaults                            */
    gradus_certificate *certificate);
GRADUS_API GRADUS_CHECKED gradus_status gradus_certificate_model(
    const gradus_context *context,
    const gradus_model *model,
    const gradus_function *f,
    const gradus_interval *box,
    const gradus_certificate_options *options,
    gradus_certificate *certificate);

#ifdef __cplusplus
}
#endif
#endif
