/*
 * cli/help.c - help and version as plain text
 *
 * SPDX-License-Identifier: MIT
 */
#include "help.h"

#include <jansson.h>
#include <string.h>

#ifdef GRADUS_HAS_PROOF
#include "gradus_proof.h"
#endif

#include "bench_shape.h"
#include "message.h"
#include "text.h"
#include "wrap.h"

enum { INDENT = 27 };

/* Words of `text`, wrapped; the first line goes on at column `indent`. */
static void print_wrapped(FILE *stream, const char *text, int indent)
{
    cli_wrap wrap = wrap_start(text, indent);
    const char *word;
    wrap_gap gap;
    int length;

    while ((length = wrap_next(&wrap, &word, &gap)) > 0) {
        if (gap == WRAP_LINE)
            fprintf(stream, "\n%*s", indent, "");
        fprintf(stream, "%s%.*s", gap == WRAP_BLANK ? " " : "", length, word);
    }
    fputc('\n', stream);
}

void help_default(const cli_option *option, cli_verb verb, char *text, size_t room)
{
    char number[GRADUS_NUMBER_LENGTH];
    cli_settings settings;
    const char *value;

    settings_defaults(&settings, verb);
    value = option_text(&settings, option, number);
    snprintf(text, room, "%s", option->kind == KIND_FLAG ? "" : value);
}

size_t help_choices(const cli_option *option, char *text, size_t room)
{
    size_t used = 0, count = 0;
    const char *word;
    size_t length;

    text[0] = 0;
    if (!option->names && option->kind != KIND_CHOICE)
        return 0;
    for (size_t i = 0; (length = words_get(option->words, i, &word)) > 0; i++, count++)
        used += (size_t)snprintf(text + used, room - used, "%s%.*s", count ? " " : "",
                                 (int)length, word);
    for (size_t i = 0; option->names && option->names(i) && used < room; i++, count++)
        used += (size_t)snprintf(text + used, room - used, "%s%s", count ? " " : "",
                                 option->names(i));
    return count;
}

static void print_option(FILE *stream, const cli_option *option, cli_verb verb)
{
    char left[64], value[64], choices[512], whole[1024];
    int column;

    snprintf(left, sizeof left, "  %c%c%c --%s%s%s", option->letter ? '-' : ' ',
             option->letter ? option->letter : ' ', option->letter ? ',' : ' ',
             option->name, option->value ? " " : "", option->value ? option->value : "");
    help_default(option, verb, value, sizeof value);
    snprintf(whole, sizeof whole, "%s%s%s%s%s%s", option->help,
             help_choices(option, choices, sizeof choices) ? ": " : "", choices,
             *value ? " [" : "", value, *value ? "]" : "");
    fprintf(stream, "%s%s%s", paint_code(stream, PAINT_BOLD), left,
            paint_code(stream, PAINT_NONE));
    column = (int)strlen(left);
    if (column >= INDENT - 1) {
        fputc('\n', stream);
        column = 0;
    }
    fprintf(stream, "%*s", INDENT - column, "");
    print_wrapped(stream, whole, INDENT);
}

void help_arguments(const cli_command *command, char *text, size_t room)
{
    char cases[256];

    *text = 0;
    if (command->verb != VERB_BENCH)
        return;
    bench_case_list(cases, sizeof cases);
    snprintf(text, room,
             "A case is %s; a shape is the inputs, the units of each layer and the outputs, "
             "28-64-64-1",
             cases);
}

void help_verb(FILE *stream, const cli_command *command)
{
    char arguments[512];

    fprintf(stream, "gradus %s %s\n%s\n", command->name, command->arguments,
            command->purpose);
    help_arguments(command, arguments, sizeof arguments);
    if (*arguments) {
        fputc('\n', stream);
        print_wrapped(stream, arguments, 0);
    }
    for (option_group group = 0; group < GROUP_COUNT; group++) {
        bool any = false;
        for (size_t i = 0; i < OPTION_COUNT; i++) {
            const cli_option *option = &option_table[i];
            if (option->group != group || !option_of(option, command->verb))
                continue;
            if (!any)
                fprintf(stream, "\n%s\n", option_group_names[group]);
            any = true;
            print_option(stream, option, command->verb);
        }
    }
    fprintf(stream, "\nExamples\n  %s\n  %s\n", command->example[0], command->example[1]);
}

void help_option(FILE *stream, const cli_option *option)
{
    print_option(stream, option, VERB_TRAIN);
    fprintf(stream, "%*sa flag of gradus", INDENT, "");
    for (size_t i = 0; i < COMMAND_COUNT; i++)
        if (option_of(option, command_table[i].verb))
            fprintf(stream, " %s", command_table[i].name);
    fputc('\n', stream);
}

void help_verbs(FILE *stream)
{
    fprintf(stream, "gradus learns feed-forward networks from tables.\n\ngradus VERB ...\n");
    for (size_t i = 0; i < COMMAND_COUNT; i++) {
        const cli_command *command = &command_table[i];
        fprintf(stream, "  %-12s%-30s", command->name, command->arguments);
        print_wrapped(stream, command->purpose, 44);
    }
    fprintf(stream,
            "\nExamples\n  %s\n  %s\n\ngradus VERB --help lists the flags of a verb; "
            "gradus --version says which gradus\nthis is.\n",
            command_table[0].example[0], command_table[1].example[0]);
}

static const char *proof_libraries(void)
{
#ifdef GRADUS_HAS_PROOF
    return gradus_proof_libraries();
#else
    return "off: built without FLINT and Arb (libflint-dev, libflint-arb-dev)";
#endif
}

void help_version(FILE *stream, bool verbose)
{
    gradus_context *context;

    fprintf(stream, "gradus %s\n", gradus_version());
    if (!verbose)
        return;
    if (gradus_context_new(NULL, &context) == GRADUS_OK) {
        fprintf(stream, "cpu       %s, %zu threads\n", gradus_context_cpu(context),
                gradus_context_threads(context));
        gradus_context_free(context);
    }
    fprintf(stream,
            "header    %s\n"
            "libraries jansson %s (MIT), zlib (Zlib),\n"
            "          Random123 (BSD-3-Clause), xxHash (BSD-2-Clause)\n"
            "proofs    %s\n"
            "licence   MIT\n",
            GRADUS_VERSION, JANSSON_VERSION, proof_libraries());
}

static gradus_status help_topic(const char *topic)
{
    const cli_command *command = command_find(topic);
    const cli_option *option = option_find(topic);
    cli_nearest near = nearest_start(topic);

    if (command) {
        help_verb(stdout, command);
        return GRADUS_OK;
    }
    if (option) {
        help_option(stdout, option);
        return GRADUS_OK;
    }
    for (size_t i = 0; i < COMMAND_COUNT; i++)
        nearest_try(&near, command_table[i].name);
    for (size_t i = 0; i < OPTION_COUNT; i++)
        nearest_try(&near, option_table[i].name);
    if (near.best)
        return fail(GRADUS_ARGUMENT, "no verb or flag \"%s\"; did you mean \"%s\"?",
                    topic, near.best);
    return fail(GRADUS_ARGUMENT, "no verb or flag \"%s\": gradus help lists the verbs",
                topic);
}

gradus_status cmd_help(cli_settings *settings)
{
    if (settings->man)
        man_print(stdout);
    else if (settings->completion != SHELL_NONE)
        completion_print(stdout, settings->completion);
    else if (settings->arguments > 0)
        return help_topic(settings->argument[0]);
    else
        help_verbs(stdout);
    return GRADUS_OK;
}
