/*
 * cli/lab_learn.c - a function of one variable, learned from its values
 *
 * The hidden units start as steps, hinges or parabolas at places that are drawn evenly over
 * the interval: from there descent comes much nearer than from biases of 0, with which all
 * of them stand in its middle.
 *
 * SPDX-License-Identifier: MIT
 */
#include "lab_learn.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "message.h"
#include "stop.h"

enum { BATCH = 64 };

/* ---- the function ---- */

static gradus_status sample_grid(lab_target *target)
{
    const gradus_function *f = target->subject.f;
    const gradus_interval box = target->subject.box[0];
    double sum = 0, squares = 0;

    for (size_t i = 0; i < GRID; i++) {
        target->z[i] = 2 * (double)i / (GRID - 1) - 1;
        target->x[i] = box.min + (box.max - box.min) * (double)i / (GRID - 1);
        target->y[i] = f->value(&target->x[i], f->user);
        sum += target->y[i];
    }
    target->mean = sum / GRID;
    for (size_t i = 0; i < GRID; i++) {
        target->y[i] -= target->mean;
        squares += target->y[i] * target->y[i];
    }
    target->deviation = sqrt(squares / GRID);
    if (!isfinite(target->deviation))
        return fail(GRADUS_ARGUMENT, "%s: it is not finite everywhere: choose another --on",
                    target->subject.text);
    if (target->deviation <= 0)
        return fail(GRADUS_ARGUMENT, "%s: it is constant: there is nothing to learn",
                    target->subject.text);
    for (size_t i = 0; i < GRID; i++)
        target->y[i] /= target->deviation;
    return GRADUS_OK;
}

gradus_status lab_target_open(const cli_lab *lab, lab_target *target)
{
    cli_settings settings = *lab->settings;
    gradus_status status;

    settings.argument[0] =
        lab->arguments ? lab->argument[0] : "sin(x)*x^2 - x^3/30 + x^4/500";
    if (!lab->arguments && !settings.box.on)
        settings.box.on = "0:10";
    status = subject_open(&settings, lab->context, &target->subject);
    if (status == GRADUS_OK && target->subject.f->inputs != 1)
        return fail(GRADUS_ARGUMENT, "%s: it has %zu variables: this lab takes one of x",
                    target->subject.text, target->subject.f->inputs);
    return status == GRADUS_OK ? sample_grid(target) : status;
}

void lab_target_close(lab_target *target)
{
    subject_close(&target->subject);
}

lab_error lab_error_of(const lab_target *target, const double *output)
{
    lab_error error = {0, 0};

    for (size_t i = 0; i < GRID; i++) {
        const double e = target->deviation * fabs(output[i] - target->y[i]);
        error.sup = fmax(error.sup, e);
        error.rms += e * e / GRID;
    }
    error.rms = sqrt(error.rms);
    return error;
}

/* ---- learning ---- */

/* Random bits of a small generator (splitmix64: Steele, Lea and Flood 2014). */
static double draw(uint64_t *state)
{
    uint64_t bits = *state += 0x9e3779b97f4a7c15u;

    bits = (bits ^ bits >> 30) * 0xbf58476d1ce4e5b9u;
    bits = (bits ^ bits >> 27) * 0x94d049bb133111ebu;
    return (double)((bits ^ bits >> 31) >> 11) * 0x1p-53;
}

static void make_rows(const lab_target *target, const lab_learning *how, uint64_t *state,
                      double *z, double *y)
{
    const gradus_function *f = target->subject.f;
    const gradus_interval box = target->subject.box[0];

    for (size_t i = 0; i < how->rows; i++) {
        const double share =
            how->even ? ((double)i + 0.5) / (double)how->rows : draw(state);
        const double x = box.min + (box.max - box.min) * share;
        double normal = -6; /* the sum of twelve uniform numbers */
        for (int k = 0; k < 12 && how->noise > 0; k++)
            normal += draw(state);
        z[i] = 2 * share - 1;
        y[i] = (f->value(&x, f->user) - target->mean) / target->deviation;
        y[i] += how->noise > 0 ? how->noise * normal : 0;
    }
}

/* Unit j turns at t_j, evenly drawn: w (z - t_j) */
static gradus_status spread(gradus_net *net, const lab_learning *how, uint64_t *state)
{
    double *w = calloc(2 * how->units, sizeof *w);

    if (!w)
        return fail(GRADUS_MEMORY, "out of memory: %zu units", how->units);
    double *b = w + how->units;
    gradus_net_get(net, 0, w);
    for (size_t j = 0; j < how->units; j++) {
        if (how->size > 0)
            w[j] = draw(state) < 0.5 ? -how->size : how->size;
        b[j] = -w[j] * (2 * draw(state) - 1);
    }
    gradus_net_set(net, 0, w);
    gradus_net_set(net, 1, b);
    free(w);
    return GRADUS_OK;
}

static int observe(const gradus_progress *at, void *user)
{
    (void)at;
    (void)user;
    return stop_wanted();
}

static gradus_status fit(gradus_net *net, const lab_learning *how, const double *z,
                         const double *y)
{
    const gradus_set set = {.rows = how->rows, .x = z, .y = y};
    gradus_fit_options options;

    gradus_fit_defaults(&options);
    options.loss = "mse";
    options.optimizer = "adam";
    options.learning_rate = how->rate;
    options.batch = how->rows < BATCH ? how->rows : BATCH;
    options.epochs = how->steps / ((how->rows + options.batch - 1) / options.batch);
    options.seed = how->seed;
    options.observer = observe;
    return gradus_fit(net, &set, NULL, &options, NULL);
}

gradus_status lab_learn(const cli_lab *lab, const lab_target *target,
                        const lab_learning *how, lab_error *error)
{
    char text[80];
    uint64_t state = how->seed;
    double *z = calloc(2 * how->rows, sizeof *z), *output = calloc(GRID, sizeof *output);
    gradus_net *net = NULL;
    gradus_status status;

    snprintf(text, sizeof text, "dense %zu %s output", how->units, how->activation);
    status = z && output ? lab_net(lab, text, 1, 1, how->seed, &net)
                         : fail(GRADUS_MEMORY, "out of memory: %zu rows", how->rows);
    if (status == GRADUS_OK)
        status = spread(net, how, &state);
    if (status == GRADUS_OK) {
        make_rows(target, how, &state, z, z + how->rows);
        status = fit(net, how, z, z + how->rows);
        *error = (lab_error){INFINITY, INFINITY};
        if (status == GRADUS_OK)
            status = gradus_net_predict(net, target->z, GRID, output);
        if (status == GRADUS_OK)
            *error = lab_error_of(target, output);
        status = status == GRADUS_OK || status == GRADUS_DIVERGED ? GRADUS_OK
                                                                  : fail_library(status);
    }
    gradus_net_free(net);
    free(output);
    free(z);
    return status == GRADUS_OK ? lab_stopped() : status;
}
