/*
 * cli/progress.c - a training run as it is watched
 *
 * SPDX-License-Identifier: MIT
 */
#include "progress.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

#include "json_print.h"
#include "message.h"
#include "stop.h"
#include "text.h"

double progress_clock(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

bool progress_wanted(const cli_settings *settings)
{
    const char *terminal = getenv("TERM");

    return settings->log == LOG_HUMAN && isatty(STDERR_FILENO) && terminal &&
           strcmp(terminal, "dumb") != 0;
}

void progress_start(cli_progress *progress, const cli_settings *settings, size_t rows,
                    bool classifies)
{
    memset(progress, 0, sizeof *progress);
    progress->log = settings->log;
    progress->draws = progress_wanted(settings);
    progress->every = settings->verbose;
    progress->rows = rows;
    progress->classifies = classifies;
    progress->started = progress->epoch_started = progress_clock();
}

/* ---- the line that is drawn again ---- */

static void clear_status(cli_progress *progress)
{
    if (progress->status_shown)
        fputs("\r\033[K", stderr);
    progress->status_shown = false;
    stop_clears_line(false);
}

/* Share of all epochs that are behind us; a start that ended early counts as whole. */
static double share_done(const cli_progress *progress, const gradus_progress *at)
{
    double done = (double)progress->done;

    if (!at->end_of_epoch && at->steps)
        done += (double)at->step / (double)at->steps;
    return done / ((double)at->epochs * (double)at->starts);
}

static double seconds_left(const cli_progress *progress, const gradus_progress *at)
{
    double share = share_done(progress, at);

    return share > 0 ? (1 - share) * (progress_clock() - progress->started) / share : NAN;
}

static void add_bar(char *line, size_t size, double share)
{
    enum { BAR = 20 };
    int filled = (int)(share * BAR);

    snprintf(line, size, "[%.*s%.*s]  %2d %%", filled, "####################",
             BAR - filled, "--------------------", (int)(100 * share + 0.5));
}

/* Of several starts, which are trained side by side, only how far all of them are. */
static void draw_status(cli_progress *progress, const gradus_progress *at)
{
    double now = progress_clock();
    struct winsize size;
    char bar[64], line[160];

    if (now - progress->drawn < 0.1)
        return;
    progress->drawn = now;
    if (ioctl(STDERR_FILENO, TIOCGWINSZ, &size) != 0 || size.ws_col == 0)
        size.ws_col = 80;
    if (at->starts > 1) {
        add_bar(bar, sizeof bar, share_done(progress, at));
        snprintf(line, sizeof line, "%zu starts  %s  %s left", at->starts, bar,
                 text_clock(seconds_left(progress, at)));
    } else {
        add_bar(bar, sizeof bar, at->steps ? (double)at->step / (double)at->steps : 0);
        snprintf(line, sizeof line, "epoch %zu  %s  loss %.4f  lr %.2g  %s left",
                 at->epoch + 1, bar, at->train_loss, at->rate,
                 text_clock(seconds_left(progress, at)));
    }
    fprintf(stderr, "\r\033[K%.*s", size.ws_col > 1 ? size.ws_col - 1 : 1, line);
    progress->status_shown = true;
    stop_clears_line(true);
}

/* ---- rows ---- */

static void print_head(cli_progress *progress, const gradus_progress *at)
{
    const char *bold = paint_code(stderr, PAINT_BOLD);

    fprintf(stderr, "\n%s%sepoch   train loss", bold, at->starts > 1 ? "start   " : "");
    if (progress->valid)
        fputs(progress->classifies ? "   held-out loss   accuracy      auc"
                                   : "   held-out loss         rmse       r2",
              stderr);
    fprintf(stderr, "   rows/s   left%s\n", paint_code(stderr, PAINT_NONE));
}

static void print_speed(double rows_per_second)
{
    if (rows_per_second < 9999.5)
        fprintf(stderr, "   %4.0f  ", rows_per_second);
    else if (rows_per_second < 9.9995e6)
        fprintf(stderr, "   %4.0f k", rows_per_second / 1e3);
    else
        fprintf(stderr, "   %4.0f M", rows_per_second / 1e6);
}

/* Four decimals, where they say something. */
static void print_loss(double loss, int width)
{
    bool plain = fabs(loss) >= 0.001 && fabs(loss) < 10000;

    fprintf(stderr, plain ? "   %*.4f" : "   %*.2e", width, loss);
}

static void print_row(cli_progress *progress, const gradus_progress *at)
{
    bool best = at->best && progress->valid;
    const gradus_metrics *valid = &at->valid;

    if (at->starts > 1)
        fprintf(stderr, "%5zu   ", at->start);
    fprintf(stderr, "%5zu", at->epoch);
    print_loss(at->train_loss, 10);
    if (progress->valid) {
        print_loss(valid->loss, 13);
        fprintf(stderr, " %s%c%s", paint_code(stderr, PAINT_GREEN), best ? '*' : ' ',
                paint_code(stderr, PAINT_NONE));
        if (progress->classifies)
            fprintf(stderr, " %8s", text_share(valid->accuracy, 1));
        else
            fprintf(stderr, " %10s", text_fixed(valid->rmse, 4));
        if (isnan(progress->classifies ? valid->auc : valid->r2))
            fprintf(stderr, "        -");
        else
            fprintf(stderr, "   %6.4f", progress->classifies ? valid->auc : valid->r2);
    }
    print_speed(progress->rows_per_second);
    fprintf(stderr, "   %4s\n", text_clock(seconds_left(progress, at)));
    progress->printed = at->epoch;
}

/* A tenth more epochs than at the last row: new bests come by the hundred. */
static bool is_far(const cli_progress *progress, const gradus_progress *at)
{
    return at->epoch < progress->printed || 10 * at->epoch >= 11 * progress->printed;
}

/* Rows of several starts stand mixed: no more of them than it takes to follow each. */
static bool wants_row(const cli_progress *progress, const gradus_progress *at)
{
    if (progress->every || watch_is_round(at->epoch))
        return true;
    return at->starts > 1 ? at->last
                          : at->best && progress->valid && is_far(progress, at);
}

static void print_event(const cli_progress *progress, const gradus_progress *at)
{
    json_t *object = json_object(), *clock = json_object();
    const gradus_metrics *valid = &at->valid;

    json_object_set_new(object, "event", json_string("epoch"));
    if (at->starts > 1)
        json_object_set_new(object, "start", json_integer((json_int_t)at->start));
    json_object_set_new(object, "n", json_integer((json_int_t)at->epoch));
    json_object_set_new(object, "train_loss", json_number_text(at->train_loss));
    if (valid->rows > 0) {
        json_object_set_new(object, "valid_loss", json_number_text(valid->loss));
        if (!isnan(valid->accuracy))
            json_object_set_new(object, "accuracy", json_number_text(valid->accuracy));
        if (!isnan(valid->auc))
            json_object_set_new(object, "auc", json_number_text(valid->auc));
        if (!isnan(valid->rmse))
            json_object_set_new(object, "rmse", json_number_text(valid->rmse));
        json_object_set_new(object, "best", json_boolean(at->best));
    }
    json_object_set_new(object, "lr", json_number_text(at->rate));
    json_object_set_new(clock, "s", json_real(progress_clock() - progress->started));
    json_object_set_new(object, "t", clock);
    json_print_line(stderr, object);
    json_decref(object);
}

/* Of one start the speed of its last epoch; of several, of all so far. */
static void measure(cli_progress *progress, const gradus_progress *at)
{
    double now = progress_clock();
    double since = at->starts > 1 ? progress->started : progress->epoch_started;
    double rows = (double)progress->rows * (at->starts > 1 ? (double)progress->ended : 1);

    progress->epoch_started = now;
    progress->rows_per_second = now > since ? rows / (now - since) : 0;
}

static void end_epoch(cli_progress *progress, const gradus_progress *at)
{
    progress->ended++;
    progress->done += at->last && at->starts > 1 ? at->epochs - at->epoch + 1 : 1;
    progress->valid = at->valid.rows > 0;
    measure(progress, at);
    if (progress->log == LOG_JSON) {
        print_event(progress, at);
    } else if (progress->log == LOG_HUMAN) {
        clear_status(progress);
        if (!progress->headed)
            print_head(progress, at);
        progress->headed = true;
        if (wants_row(progress, at))
            print_row(progress, at);
    }
    progress->last = *at;
    watch_epoch(&progress->watch, at);
    if (progress->watch.settings)
        progress->epoch_started = progress_clock(); /* looking is no training */
}

int progress_observe(const gradus_progress *at, void *user)
{
    cli_progress *progress = user;

    if (at->end_of_epoch)
        end_epoch(progress, at);
    else if (progress->draws)
        draw_status(progress, at);
    watch_step(&progress->watch, at);
    return stop_wanted();
}

void progress_finish(cli_progress *progress)
{
    clear_status(progress);
    if (progress->log != LOG_HUMAN || !progress->headed)
        return;
    if (progress->last.starts == 1 && progress->printed != progress->last.epoch)
        print_row(progress, &progress->last);
    fputc('\n', stderr);
}
