/*
 * theory/enclose/smooth.h - power series of the smooth activations, in balls
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef GR_THEORY_ENCLOSE_SMOOTH_H
#define GR_THEORY_ENCLOSE_SMOOTH_H

#ifdef GR_FLINT_3
#include <flint/arb.h>
#else
#include <arb.h>
#endif

#include "theory/enclose/series.h"

/*
 * terms[k] = s^(k)(at) / k!  for k < length. Where `at` is a ball, so is every term: it holds
 * the terms at all its points.
 */
void gr_smooth_series(arb_ptr terms, gr_smooth function, const arb_t at, slong length,
                      slong precision);

#endif
