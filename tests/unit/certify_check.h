/* tests/unit/certify_check.h - a network and what it is compared with.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef GR_TESTS_CERTIFY_CHECK_H
#define GR_TESTS_CERTIFY_CHECK_H

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gradus_proof.h"
#include "runner.h"

typedef struct subject {
    gradus_net *net;
    gradus_expression *expression;
    gradus_proof *proof;
    gradus_interval box[GRADUS_VARIABLES];
    size_t inputs;
} subject;

static inline gradus_net *new_net(const char *text, size_t inputs, gradus_precision precision)
{
    gradus_net *net;
    if (gradus_net_new(NULL, text, inputs, 1, precision, 7, &net) != GRADUS_OK)
        fail_msg("\"%s\": %s", text, gradus_error());
    return net;
}

static inline subject subject_of(gradus_net *net, const char *text, size_t inputs, double least,
                          double most)
{
    subject s = {.net = net, .inputs = inputs};
    for (size_t i = 0; i < GRADUS_VARIABLES; i++)
        s.box[i] = (gradus_interval){least, most};
    if (gradus_expression_new(NULL, text, &s.expression) != GRADUS_OK ||
        gradus_proof_new(NULL, s.expression, inputs, s.box, &s.proof) != GRADUS_OK)
        fail_msg("%s: %s", text, gradus_error());
    return s;
}

static inline void close_subject(subject *s)
{
    gradus_proof_free(s->proof);
    gradus_expression_free(s->expression);
    gradus_net_free(s->net);
}

static inline gradus_certificate certify(const subject *s, double tolerance, size_t boxes)
{
    gradus_certificate c;
    gradus_certificate_options options;
    gradus_certificate_defaults(&options);
    options.tolerance = tolerance;
    if (boxes > 0)
        options.boxes = boxes;
    if (gradus_certificate_net(NULL, s->net, gradus_proof_function(s->proof), s->box, &options,
                               &c) != GRADUS_OK)
        fail_msg("%s", gradus_error());
    return c;
}

static inline void set_all(gradus_net *net, const double *w, const double *b, const double *v,
                    double c)
{
    gradus_net_set(net, 0, w);
    gradus_net_set(net, 1, b);
    gradus_net_set(net, 2, v);
    gradus_net_set(net, 3, &c);
}

/* The relus that interpolate x^2 at k/N, whose error is 1/(4 N^2). */
static inline gradus_net *squares(size_t pieces)
{
    char text[64];
    double *values = calloc(3 * pieces, sizeof *values), n = (double)pieces;
    snprintf(text, sizeof text, "dense %zu relu output", pieces);
    gradus_net *net = new_net(text, 1, GRADUS_FLOAT64);
    for (size_t k = 0; k < pieces; k++) {
        values[k] = 1;
        values[pieces + k] = -(double)k / n;
        values[2 * pieces + k] = k == 0 ? 1 / n : 2 / n;
    }
    set_all(net, values, values + pieces, values + 2 * pieces, 0);
    free(values);
    return net;
}

#endif
