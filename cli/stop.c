/*
 * cli/stop.c - signals that end the program, and the files that are left
 *
 * SPDX-License-Identifier: MIT
 */
#include "stop.h"

#include <limits.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { TEMPORARIES = 4 }; /* at a time; no command writes more than two files at once */

static volatile sig_atomic_t received, gentle, clears;
static volatile sig_atomic_t stands[TEMPORARIES];
static char temporary[TEMPORARIES][PATH_MAX]; /* its name, where it stands */
static sigset_t signals;                      /* those that on_signal() gets */

static void on_signal(int number)
{
    static const char clear[] = "\r\033[K";

    if (gentle && !received) {
        received = number;
        return;
    }
    /* Only calls that POSIX lists as safe in a signal handler from here on. */
    for (int i = 0; i < TEMPORARIES; i++)
        if (stands[i])
            unlink(temporary[i]);
    if (clears && write(STDERR_FILENO, clear, sizeof clear - 1) < 0)
        _exit(128 + number);
    _exit(128 + number);
}

/* What is started by nohup, or by a shell in the background, goes on ignoring it. */
static void handle_unless_ignored(int number, const struct sigaction *action)
{
    struct sigaction before;

    if (sigaction(number, NULL, &before) == 0 && before.sa_handler != SIG_IGN)
        sigaction(number, action, NULL);
}

void stop_setup(void)
{
    struct sigaction action;

    sigemptyset(&signals);
    sigaddset(&signals, SIGTERM);
    sigaddset(&signals, SIGINT);
    sigaddset(&signals, SIGHUP); /* the terminal is gone */
    sigaddset(&signals, SIGQUIT);
    memset(&action, 0, sizeof action);
    action.sa_mask = signals; /* one at a time */
    action.sa_handler = on_signal;
    action.sa_flags = SA_RESTART;
    sigaction(SIGTERM, &action, NULL);
    handle_unless_ignored(SIGINT, &action);
    handle_unless_ignored(SIGHUP, &action);
    handle_unless_ignored(SIGQUIT, &action);
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

/* Signals wait in between: no file is made, renamed or removed that is not noted here. */
static void hold(void)
{
    sigprocmask(SIG_BLOCK, &signals, NULL);
}

static void go_on(void)
{
    sigprocmask(SIG_UNBLOCK, &signals, NULL);
}

static void remember(const char *path)
{
    const size_t bytes = strlen(path) + 1;
    int i = 0;

    while (i < TEMPORARIES && stands[i])
        i++;
    if (i < TEMPORARIES && bytes <= sizeof temporary[i]) {
        memcpy(temporary[i], path, bytes);
        stands[i] = 1;
    }
}

static void forget(const char *path)
{
    for (int i = 0; i < TEMPORARIES; i++)
        if (stands[i] && strcmp(temporary[i], path) == 0)
            stands[i] = 0;
}

int stop_mkstemp(char *name)
{
    int handle;

    hold();
    handle = mkstemp(name);
    if (handle >= 0)
        remember(name);
    go_on();
    return handle;
}

static gradus_files files; /* the system's */

static int open_file(const char *path, gradus_file_mode mode, void *user)
{
    int handle;

    if (mode != GRADUS_FILE_CREATE)
        return files.open(path, mode, user);
    hold();
    handle = files.open(path, mode, user);
    if (handle >= 0)
        remember(path);
    go_on();
    return handle;
}

static int rename_file(const char *from, const char *to, void *user)
{
    int code;

    hold();
    code = files.rename(from, to, user);
    if (code >= 0)
        forget(from);
    go_on();
    return code;
}

static int remove_file(const char *path, void *user)
{
    int code;

    hold();
    code = files.remove(path, user);
    forget(path);
    go_on();
    return code;
}

const gradus_files *stop_files(void)
{
    static gradus_files watched;

    gradus_files_defaults(&files);
    watched = files;
    watched.open = open_file;
    watched.rename = rename_file;
    watched.remove = remove_file;
    return &watched;
}

void stop_clears_line(bool on)
{
    clears = on;
}
