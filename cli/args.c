/*
 * cli/args.c - the command line
 *
 * SPDX-License-Identifier: MIT
 */
#include "args.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "config.h"
#include "message.h"
#include "options.h"
#include "text.h"

/* A flag as it was said; its value is set after the config file was read. */
typedef struct cli_said {
    const cli_option *option;
    const char *value;
} cli_said;

static gradus_status unknown_flag(const cli_command *command, const char *word,
                                  const char *name, size_t length)
{
    char cut[64], verbs[256]; /* room for all of them */
    size_t used = 0;
    cli_nearest near;

    snprintf(cut, sizeof cut, "%.*s", (int)(length < 63 ? length : 63), name);
    const cli_option *elsewhere = word[1] == '-' ? option_find(cut) : NULL;
    for (size_t i = 0; elsewhere && i < COMMAND_COUNT; i++)
        if (option_of(elsewhere, command_table[i].verb))
            used += (size_t)snprintf(verbs + used, sizeof verbs - used, "%s %s",
                                     used ? "," : "", command_table[i].name);
    if (used)
        return fail(GRADUS_ARGUMENT, "--%s is no flag of gradus %s, but of:%s", cut,
                    command->name, verbs);
    near = nearest_start(cut);
    for (size_t i = 0; i < OPTION_COUNT; i++)
        if (option_of(&option_table[i], command->verb))
            nearest_try(&near, option_table[i].name);
    if (near.best && length > 1)
        return fail(GRADUS_ARGUMENT, "no flag %.*s; did you mean --%s?",
                    (int)(length + (size_t)(name - word)), word, near.best);
    return fail(GRADUS_ARGUMENT, "no flag %.*s: gradus %s --help lists them",
                (int)(length + (size_t)(name - word)), word, command->name);
}

/* One flag at words[*at]; *at moves to the last word that belongs to it. */
static gradus_status read_flag(const cli_command *command, int count, char *const *words,
                               int *at, cli_said *flag)
{
    const char *word = words[*at];
    const char *name = word + (word[1] == '-' ? 2 : 1);
    size_t length = strcspn(name, "=");
    char cut[64];

    snprintf(cut, sizeof cut, "%.*s", (int)(length < 63 ? length : 63), name);
    if (word[1] == '-')
        flag->option = option_find(cut);
    else
        flag->option = length == 1 && !name[1] ? option_letter(name[0]) : NULL;
    if (!flag->option || !option_of(flag->option, command->verb))
        return unknown_flag(command, word, name, length);

    if (flag->option->kind == KIND_FLAG) {
        flag->value = "yes";
        if (name[length] == '=')
            return fail(GRADUS_ARGUMENT, "--%s takes no value: say it, or leave it out",
                        flag->option->name);
        return GRADUS_OK;
    }
    if (name[length] == '=') {
        flag->value = name + length + 1;
        return GRADUS_OK;
    }
    if (*at + 1 == count || strncmp(words[*at + 1], "--", 2) == 0)
        return fail(GRADUS_ARGUMENT, "--%s needs a value: --%s %s", flag->option->name,
                    flag->option->name, flag->option->value);
    flag->value = words[++*at];
    return GRADUS_OK;
}

static gradus_status check_twice(const cli_said *flags, size_t count)
{
    for (size_t i = 0; i < count; i++)
        for (size_t j = 0; j < i; j++)
            if (flags[i].option == flags[j].option &&
                flags[i].option->kind != KIND_LIST && flags[i].option->kind != KIND_FLAG)
                return fail(GRADUS_ARGUMENT,
                            "--%s is said twice, %s and %s: leave one out",
                            flags[i].option->name, flags[j].value, flags[i].value);
    return GRADUS_OK;
}

/* A variable of the shell that is empty would leave out a file without a word. */
static gradus_status check_files(const cli_said *flags, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (flags[i].option->kind == KIND_FILE && !*flags[i].value)
            return fail(GRADUS_ARGUMENT, "--%s \"\": a file without a name: name it, or leave "
                        "the flag out", flags[i].option->name);
    return GRADUS_OK;
}

static gradus_status apply(cli_settings *settings, const cli_said *flags, size_t count)
{
    char where[72];
    bool in_file[OPTION_COUNT];
    gradus_status status = GRADUS_OK;

    for (size_t i = 0; i < count; i++)
        if (strcmp(flags[i].option->name, "config") == 0)
            status = config_read(settings, flags[i].value);
    /* Flags go before the file, so they do not add to its lists either. */
    memcpy(in_file, settings->given, sizeof in_file);
    memset(settings->given, 0, sizeof settings->given);
    for (size_t i = 0; status == GRADUS_OK && i < count; i++) {
        snprintf(where, sizeof where, "--%s", flags[i].option->name);
        status = option_set(settings, flags[i].option, flags[i].value, where);
    }
    for (size_t i = 0; i < OPTION_COUNT; i++)
        settings->given[i] = settings->given[i] || in_file[i];
    return status;
}

static gradus_status check_arguments(const cli_command *command,
                                     const cli_settings *settings)
{
    if (settings->help || (settings->print_config && settings->arguments == 0))
        return GRADUS_OK;
    if (settings->arguments < command->min)
        return fail(GRADUS_ARGUMENT, "%s needs %s:\n  gradus %s %s\n  for example: %s",
                    command->name, command->min == 1 ? "a file" : "two files",
                    command->name, command->arguments, command->example[0]);
    return GRADUS_OK;
}

gradus_status args_read(const cli_command *command, int count, char *const *words,
                        cli_settings *settings)
{
    cli_said *flags = calloc((size_t)count + 1, sizeof *flags);
    size_t flag_count = 0;
    bool only_files = false;
    gradus_status status = GRADUS_OK;

    if (!flags)
        return fail(GRADUS_MEMORY, "out of memory: %d words", count);
    for (int i = 0; i < count && status == GRADUS_OK; i++) {
        if (!only_files && strcmp(words[i], "--") == 0)
            only_files = true;
        else if (!only_files && words[i][0] == '-' && words[i][1])
            status = read_flag(command, count, words, &i, &flags[flag_count++]);
        else if (settings->arguments < command->max)
            settings->argument[settings->arguments++] = words[i];
        else
            status = fail(GRADUS_ARGUMENT, "\"%s\" is one too many: gradus %s %s",
                          words[i], command->name, command->arguments);
    }
    if (status == GRADUS_OK)
        status = check_twice(flags, flag_count);
    if (status == GRADUS_OK)
        status = check_files(flags, flag_count);
    if (status == GRADUS_OK)
        status = apply(settings, flags, flag_count);
    if (settings->quiet)
        settings->log = LOG_NONE;
    message_setup(settings->log, settings->color);
    if (status == GRADUS_OK)
        status = check_arguments(command, settings);
    free(flags);
    return status;
}
