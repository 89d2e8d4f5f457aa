/*
 * cli/stop.c - signals: Ctrl-C and SIGTERM
 *
 * SPDX-License-Identifier: MIT
 */
#include "stop.h"

#include <signal.h>
#include <string.h>
#include <unistd.h>

static volatile sig_atomic_t received, gentle, clears;
static const char *volatile temporary;

static void on_signal(int number)
{
    static const char clear[] = "\r\033[K";

    if (gentle && !received) {
        received = number;
        return;
    }
    /* Only calls that POSIX lists as safe in a signal handler from here on. */
    if (temporary)
        unlink(temporary);
    if (clears && write(STDERR_FILENO, clear, sizeof clear - 1) < 0)
        _exit(128 + number);
    _exit(128 + number);
}

void stop_setup(void)
{
    struct sigaction action;

    memset(&action, 0, sizeof action);
    sigemptyset(&action.sa_mask);
    action.sa_handler = on_signal;
    action.sa_flags = SA_RESTART;
    sigaction(SIGINT, &action, NULL);
    sigaction(SIGTERM, &action, NULL);
    sigaction(SIGHUP, &action, NULL); /* the terminal is gone */
    sigaction(SIGQUIT, &action, NULL);
    action.sa_handler = SIG_IGN; /* a file too large is an error of write(), as others */
    sigaction(SIGXFSZ, &action, NULL);
    /* `gradus predict ... | head` ends quietly, also where a parent ignores SIGPIPE. */
    action.sa_handler = SIG_DFL;
    sigaction(SIGPIPE, &action, NULL);
}

/* Nobody may be left who reads the narration: the training goes on, and keeps its result. */
void stop_gently(bool gently)
{
    gentle = gently;
    signal(SIGPIPE, SIG_IGN);
}

void stop_at_closed_pipe(void)
{
    signal(SIGPIPE, SIG_DFL);
}

bool stop_wanted(void)
{
    return received != 0;
}

int stop_exit_code(void)
{
    return 128 + (received ? received : SIGINT);
}

void stop_removes(const char *path)
{
    temporary = path;
}

void stop_clears_line(bool on)
{
    clears = on;
}
