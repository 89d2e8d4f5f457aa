/*
 * cli/main.c - the command: gradus VERB ...
 *
 * SPDX-License-Identifier: MIT
 */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "args.h"
#include "help.h"
#include "message.h"
#include "output.h"
#include "stop.h"
#include "text.h"

#define COMMAND(name_, verb_, arguments_, least_, most_, purpose_, first, second) \
    {.name = #name_,                                                              \
     .verb = VERB_##verb_,                                                        \
     .arguments = arguments_,                                                     \
     .min = least_,                                                               \
     .max = most_,                                                                \
     .purpose = purpose_,                                                         \
     .example = {first, second},                                                  \
     .run = cmd_##name_},
const cli_command command_table[COMMAND_COUNT] = {
#include "commands.def"
};
#undef COMMAND

const cli_command *command_find(const char *name)
{
    for (size_t i = 0; i < COMMAND_COUNT; i++)
        if (strcmp(command_table[i].name, name) == 0)
            return &command_table[i];
    return NULL;
}

/*
 * Where 0, 1 or 2 is closed, the next file opened would take its number, and a message
 * could end up in a model. They get /dev/null the wrong way round: using them fails.
 */
static void hold_standard_files(void)
{
    for (int handle = 0; handle <= 2; handle++)
        if (fcntl(handle, F_GETFD) < 0 && errno == EBADF &&
            open("/dev/null", handle == 0 ? O_WRONLY : O_RDONLY) < 0)
            _exit(5);
}

static gradus_status unknown_verb(const char *word)
{
    cli_nearest near = nearest_start(word);

    if (word[0] != '-' && access(word, F_OK) == 0)
        return fail(GRADUS_ARGUMENT,
                    "%s: a file, not a verb: gradus inspect %s, or gradus train %s", word,
                    word, word);
    for (size_t i = 0; i < COMMAND_COUNT; i++)
        nearest_try(&near, command_table[i].name);
    if (near.best && word[0] != '-')
        return fail(GRADUS_ARGUMENT, "no verb \"%s\"; did you mean \"%s\"?", word,
                    near.best);
    return fail(GRADUS_ARGUMENT, "no verb \"%s\": gradus help lists them", word);
}

static bool is_same_file(const char *a, const char *b)
{
    struct stat one, two;

    return b && stat(a, &one) == 0 && S_ISREG(one.st_mode) && stat(b, &two) == 0 &&
           one.st_dev == two.st_dev && one.st_ino == two.st_ino;
}

/* What is read is not written over, --force or not: tables and models are not made again. */
static gradus_status check_outputs(const cli_settings *settings)
{
    const struct {
        const char *flag, *path;
    } written[] = {{"--output", settings->output},
                   {"--rejects", settings->read.rejects},
                   {"--report", settings->report},
                   {"--picture", settings->picture}};

    for (size_t k = 0; k < sizeof written / sizeof *written; k++)
        for (size_t i = 0; written[k].path && i < settings->arguments; i++)
            if (is_same_file(written[k].path, settings->argument[i]))
                return fail(GRADUS_ARGUMENT, "%s %s: this is what is being read: name "
                            "another file", written[k].flag, written[k].path);
    return GRADUS_OK;
}

/* Malformed rows go to a file of their own: not over a table, a model or the result. */
static gradus_status check_rejects(const cli_settings *settings)
{
    const char *rejects = settings->read.rejects;
    struct stat about;

    if (!rejects)
        return GRADUS_OK;
    if (strcmp(rejects, "-") == 0)
        return fail(GRADUS_ARGUMENT, "--rejects -: standard output is for results: name "
                                     "a file");
    if (settings->output && strcmp(rejects, settings->output) == 0)
        return fail(GRADUS_ARGUMENT, "--rejects and --output name the same file: %s",
                    rejects);
    if (stat(rejects, &about) == 0 && S_ISREG(about.st_mode) && !settings->force)
        return fail(GRADUS_ARGUMENT, "%s: exists already: name another file for --rejects",
                    rejects);
    return GRADUS_OK;
}

static gradus_status run_verb(const cli_command *command, int count, char *const *words)
{
    cli_settings settings;
    gradus_status status;

    settings_defaults(&settings, command->verb);
    status = args_read(command, count, words, &settings);
    if (status == GRADUS_OK && settings.help)
        help_verb(stdout, command);
    else if (status == GRADUS_OK)
        status = check_outputs(&settings);
    if (status == GRADUS_OK && !settings.help)
        status = check_rejects(&settings);
    if (status == GRADUS_OK && !settings.help)
        status = command->run(&settings);
    settings_free(&settings);
    return status;
}

static gradus_status run(int count, char *const *words)
{
    const cli_command *command;
    bool verbose =
        count == 3 && (strcmp(words[2], "--verbose") == 0 || strcmp(words[2], "-v") == 0);

    if (count < 2 || strcmp(words[1], "--help") == 0 || strcmp(words[1], "-h") == 0) {
        help_verbs(stdout);
        return GRADUS_OK;
    }
    if (strcmp(words[1], "--version") == 0 && (count == 2 || verbose)) {
        help_version(stdout, verbose);
        return GRADUS_OK;
    }
    command = command_find(words[1]);
    return command ? run_verb(command, count - 2, words + 2) : unknown_verb(words[1]);
}

int main(int count, char **words)
{
    gradus_status status, finished;

    hold_standard_files();
    stop_setup();
    status = run(count, words);
    finished = output_finish(status != GRADUS_OK);
    if (status == GRADUS_STOPPED)
        return stop_exit_code();
    return gradus_status_exit_code(status == GRADUS_OK ? finished : status);
}
