/*
 * train/rate.c - schedules of the learning rate, docs/math/descent.md
 *
 * Sources: cosine: Loshchilov and Hutter, "SGDR", 2017; one-cycle: Smith and Topin 2018;
 * log-cosine: Holzmüller et al., "Better by default", 2024.
 *
 * SPDX-License-Identifier: MIT
 */
#include "train/rate.h"

#include <math.h>
#include <string.h>

#include "base/memory.h"
#include "base/status.h"
#include "kernels/elementary.h"

static const double pi = 3.14159265358979323846;

static const struct {
    const char *name;
    double decay;
} schedules[] = {
#define SCHEDULE(id, name, decay) {name, decay},
#include "train/schedules.def"
#undef SCHEDULE
};

const char *gradus_schedule_name(size_t index)
{
    return index < GR_SCHEDULE_COUNT ? schedules[index].name : NULL;
}

static const char *name_at(size_t index, const void *list)
{
    (void)list;
    return schedules[index].name;
}

static gradus_status find(const char *name, gr_schedule_id *schedule)
{
    for (size_t i = 0; i < GR_SCHEDULE_COUNT; i++) {
        if (strcmp(schedules[i].name, name) == 0) {
            *schedule = (gr_schedule_id)i;
            return GRADUS_OK;
        }
    }
    const char *near = gr_nearest(name, name_at, NULL, GR_SCHEDULE_COUNT);
    return gr_fail(GRADUS_ARGUMENT, "no schedule \"%s\"; did you mean \"%s\"?", name,
                   near != NULL ? near : "cosine");
}

gradus_status gr_rate_choose(const gradus_fit_options *options, double base, size_t epochs,
                             size_t epoch_steps, gr_rate *rate)
{
    *rate = (gr_rate){.base = base, .epoch_steps = epoch_steps};
    gradus_status status = find(options->schedule, &rate->schedule);
    if (status != GRADUS_OK)
        return status;
    if (epochs > SIZE_MAX / epoch_steps)
        return gr_fail(GRADUS_ARGUMENT, "epochs: %zu are too many", epochs);
    rate->steps = epochs * epoch_steps;
    rate->decay = isnan(options->decay) ? schedules[rate->schedule].decay : options->decay;
    rate->decay_epochs =
        options->decay_epochs > 0 ? options->decay_epochs : (epochs + 2) / 3;
    if (!(rate->decay > 0 && isfinite(rate->decay)))
        return gr_fail(GRADUS_ARGUMENT, "decay: it must be above 0 and finite");
    if (!(options->warmup >= 0 && options->warmup < 1))
        return gr_fail(GRADUS_ARGUMENT, "warmup: a share of all steps, from 0 to below 1");
    rate->warmup_steps = (size_t)ceil(options->warmup * (double)rate->steps);
    return GRADUS_OK;
}

/* Half a cosine from `from` at u = 0 to `to` at u = 1. */
static double half_cosine(double from, double to, double u)
{
    return to + (from - to) * 0.5 * (1 + gr_cos(pi * u));
}

static double factor(const gr_rate *rate, size_t t)
{
    const double u = (double)t / (double)rate->steps;
    const double epochs = (double)t / (double)rate->epoch_steps;
    switch (rate->schedule) {
    case GR_SCHEDULE_STEP:
        return gr_pow(rate->decay, floor(epochs / (double)rate->decay_epochs));
    case GR_SCHEDULE_EXPONENTIAL:
        return gr_pow(rate->decay, epochs);
    case GR_SCHEDULE_INVERSE_TIME:
        return 1 / (1 + rate->decay * epochs);
    case GR_SCHEDULE_COSINE:
        return half_cosine(1, 0, u);
    case GR_SCHEDULE_ONE_CYCLE:
        return u < 0.25 ? half_cosine(0.04, 1, 4 * u)
                        : half_cosine(1, 1e-5, (u - 0.25) / 0.75);
    case GR_SCHEDULE_LOG_COSINE:
        return 0.5 * (1 - gr_cos(2 * pi * gr_log(1 + 15 * u) / gr_log(2)));
    case GR_SCHEDULE_CONSTANT:
    case GR_SCHEDULE_COUNT:
        break;
    }
    return 1;
}

double gr_rate_at(const gr_rate *rate, size_t t)
{
    double rising = 1;
    if (t < rate->warmup_steps)
        rising = (double)(t + 1) / (double)rate->warmup_steps;
    return rate->base * rising * factor(rate, t);
}
