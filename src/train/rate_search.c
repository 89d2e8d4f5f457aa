/*
 * train/rate_search.c - the learning-rate range test: which rate to train with
 *
 * Steps from the start weights with rates that rise tenfold every PER_DECADE steps. Where the
 * rate is too small the loss stands still, then it falls, and at last it blows up.
 *
 * SPDX-License-Identifier: MIT
 */
#include <math.h>

#include "base/status.h"
#include "kernels/elementary.h"
#include "train/run.h"

/* Steps for a factor of 10; neighbours on each side that smooth a loss. */
enum { PER_DECADE = 20, SIDE = 4, WIDTH = 2 * SIDE + 1 };

static const double least_rate = 1e-6;
/* A loss that is above the least one by so many times the one at the start has blown up. */
static const double blown_up = 3;
/* Share of the fall that a loss on the floor may be above the least one; and how far along
 * the floor, on the axis of log rate, the suggestion stands: measured in
 * tests/learn/rate_search.sh. */
static const double floor_share = 0.15, along_floor = 1.0 / 3;

static double mean(const double *loss, size_t first, size_t end)
{
    double sum = 0;
    for (size_t i = first; i < end; i++)
        sum += loss[i];
    return sum / (double)(end - first);
}

/* The loss at the start: in the first decade the weights as good as stand still. */
static double start_loss(const gradus_rate_search *search)
{
    return mean(search->loss, 0, search->count < PER_DECADE ? search->count : PER_DECADE);
}

/* ---- the steps ---- */

/* Rows of a step may all have weight 0: its loss is that of the step before. */
static gradus_status step(gr_run *r, size_t k, gradus_rate_search *search)
{
    r->epoch = k / r->draw.steps;
    r->step = k % r->draw.steps;
    if (r->step == 0)
        gr_draw_epoch(&r->draw, (uint32_t)r->epoch, r->order);
    r->rate = (gr_rate){.schedule = GR_SCHEDULE_CONSTANT, .epoch_steps = r->draw.steps,
                        .base = least_rate * gr_pow(10, (double)k / PER_DECADE)};
    r->train_loss = r->train_weight = 0;
    const gradus_status status = gr_run_step(r);
    if (status != GRADUS_OK)
        return status;
    search->rate[k] = r->rate.base;
    search->loss[k] = r->train_weight > 0 ? r->train_loss / r->train_weight
                      : k > 0             ? search->loss[k - 1] : 0;
    search->count = k + 1;
    return GRADUS_OK;
}

/* Until the mean of the last losses has blown up, or a loss is not finite. */
static gradus_status rise(gr_run *r, gradus_rate_search *search)
{
    double least = INFINITY;
    for (size_t k = 0; k < GRADUS_RATES && !search->diverged; k++) {
        const gradus_status status = step(r, k, search);
        search->diverged = status == GRADUS_DIVERGED;
        if (status != GRADUS_OK)
            return search->count > 0 && search->diverged ? GRADUS_OK : status;
        if (k < PER_DECADE)
            continue;
        const double last = mean(search->loss, k + 1 - WIDTH, k + 1);
        search->diverged = last > least + blown_up * fabs(start_loss(search));
        least = last < least ? last : least;
    }
    return GRADUS_OK;
}

/* ---- the suggestion ---- */

static void smooth(gradus_rate_search *search)
{
    const size_t count = search->count;
    for (size_t k = 0; k < count; k++) {
        search->smooth[k] = mean(search->loss, k < SIDE ? 0 : k - SIDE,
                                 k + SIDE < count ? k + SIDE + 1 : count);
        if (search->smooth[k] < search->smooth[search->min])
            search->min = k;
    }
}

/* The nearest number of two decimal digits. */
static double round_rate(double rate)
{
    double unit = 1;
    while (rate * unit < 9.95)
        unit *= 10;
    return rint(rate * unit) / unit;
}

static gradus_status cannot_fall(const gradus_rate_search *search)
{
    char most[GRADUS_NUMBER_LENGTH];
    gradus_number_write_float((float)search->rate[search->count - 1], most);
    return gr_fail(GRADUS_DIVERGED, "learning-rate: the loss falls with none from 1e-06 to "
                   "%s: look at the target and the network", most);
}

/*
 * L is the smoothed loss, L0 that of the start, L* the least one. The floor goes from the
 * first rate a to the last rate b with
 *
 *     L <= L* + floor_share (L0 - L*)        suggestion = a^(2/3) b^(1/3)
 *
 * The place of the least loss itself, or of the steepest fall, is a matter of noise.
 */
static gradus_status suggest(gradus_rate_search *search)
{
    smooth(search);
    const double least = search->smooth[search->min];
    const double fall = start_loss(search) - least;
    if (!(fall > 0))
        return cannot_fall(search);
    size_t first = search->count, last = 0;
    for (size_t k = 0; k < search->count; k++)
        if (search->smooth[k] <= least + floor_share * fall) {
            first = k < first ? k : first;
            last = k;
        }
    search->floor[0] = search->rate[first];
    search->floor[1] = search->rate[last];
    search->suggestion = round_rate(search->floor[0] *
        gr_pow(search->floor[1] / search->floor[0], along_floor));
    return GRADUS_OK;
}

gradus_status gradus_rate_find(gradus_net *net, const gradus_set *train,
                               const gradus_fit_options *options,
                               gradus_rate_search *search)
{
    gradus_status status;
    gr_run r = {.net = net, .train = train};
    const unsigned saved = gr_float_enter();

    *search = (gradus_rate_search){0};
    if (options != NULL)
        r.options = *options;
    else
        gradus_fit_defaults(&r.options);
    r.options.learning_rate = least_rate;
    r.options.starts = 1;
    GR_TRY(gr_run_open(&r));
    r.options.epochs = (GRADUS_RATES - 1) / r.draw.steps + 1;
    r.draw.seed = r.options.seed;
    gr_optimizer_reset(&r.optimizer);
    gr_run_keep(net, r.kept);
    status = rise(&r, search);
    gr_plan_settle(r.plan);
    gr_run_put_back(net, r.kept);
    if (status == GRADUS_OK)
        status = suggest(search);
done:
    gr_run_close(&r);
    gr_float_leave(saved);
    return status;
}
