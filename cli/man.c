/*
 * cli/man.c - the manual page, in mdoc(7)
 *
 * SPDX-License-Identifier: MIT
 */
#include "help.h"

#include <string.h>

/* Of this version's flags; changed together with them. */
static const char date[] = "November 22, 2026";

static void print_character(FILE *stream, char character)
{
    if (character == '\\')
        fputs("\\e", stream);
    else if (character == '-')
        fputs("\\-", stream);
    else
        fputc(character, stream);
}

/* Text on lines of its own: a dot or quote at the start would be a request, and lines
 * of more than 80 bytes are frowned upon. */
static void print_text(FILE *stream, const char *text)
{
    size_t column = 0;

    if (*text == '.' || *text == '\'')
        fputs("\\&", stream);
    for (; *text; text++, column++) {
        if (*text == ' ' && column + strcspn(text + 1, " ") > 60) {
            fputc('\n', stream);
            column = 0;
        } else {
            print_character(stream, *text);
        }
    }
}

/* "DATA --target COL [-o MODEL]" as .Ar DATA, .Fl \-target Ar COL, .Op Fl o Ar MODEL. */
static void print_arguments(FILE *stream, const char *text)
{
    bool inside = false, begun = false;

    for (text += strspn(text, " "); *text; text += strspn(text, " ")) {
        int length = (int)strcspn(text, " ]");
        if (*text == '[') {
            inside = true;
            text++;
            length--;
        }
        fputs(begun ? " " : inside ? ".Op " : ".", stream);
        if (strncmp(text, "--", 2) == 0)
            fprintf(stream, "Fl \\-%.*s", length - 2, text + 2);
        else if (*text == '-' && length > 1)
            fprintf(stream, "Fl %.*s", length - 1, text + 1);
        else
            fprintf(stream, "Ar %.*s", length, text);
        begun = inside || *text == '-';
        text += length;
        if (*text == ']') {
            inside = begun = false;
            text++;
        }
        if (!begun)
            fputc('\n', stream);
    }
}

static void print_option(FILE *stream, const cli_option *option, cli_verb verb)
{
    char value[64], choices[512];

    fputs(".It ", stream);
    if (option->letter)
        fprintf(stream, "Fl %c , ", option->letter);
    fprintf(stream, "Fl \\-%s", option->name);
    if (option->value)
        fprintf(stream, " Ar %s", option->value);
    fputc('\n', stream);
    print_text(stream, option->help);
    if (help_choices(option, choices, sizeof choices)) {
        fputs(":\n", stream);
        print_text(stream, choices);
    }
    fputs(".\n", stream);
    help_default(option, verb, value, sizeof value);
    if (*value) {
        fputs("The default is\n.Ql ", stream);
        print_text(stream, value);
        fputs(" .\n", stream);
    }
}

static void print_verb(FILE *stream, const cli_command *command)
{
    char arguments[512];

    fprintf(stream, ".Ss gradus %s\n", command->name);
    print_text(stream, command->purpose);
    fputs(".\n", stream);
    help_arguments(command, arguments, sizeof arguments);
    if (*arguments) {
        print_text(stream, arguments);
        fputs(".\n", stream);
    }
    for (option_group group = 0; group < GROUP_COUNT; group++) {
        bool any = false;
        for (size_t i = 0; i < OPTION_COUNT; i++) {
            const cli_option *option = &option_table[i];
            if (option->group != group || !option_of(option, command->verb))
                continue;
            if (!any)
                fprintf(stream, ".Pp\n%s:\n.Bl -tag -width Ds\n",
                        option_group_names[group]);
            any = true;
            print_option(stream, option, command->verb);
        }
        if (any)
            fputs(".El\n", stream);
    }
}

static void print_exit_codes(FILE *stream)
{
    fputs(".Sh EXIT STATUS\n.Bl -tag -width Ds\n", stream);
#define CODE(name, code, text) fprintf(stream, ".It %d\n%s.\n", code, text);
    GRADUS_STATUS_LIST(CODE)
#undef CODE
    fputs(".It 143\nstopped by SIGTERM.\n.El\n", stream);
}

void man_print(FILE *stream)
{
    fprintf(stream,
            ".Dd %s\n.Dt GRADUS 1\n.Os\n.Sh NAME\n.Nm gradus\n"
            ".Nd learn feed-forward networks from tables\n.Sh SYNOPSIS\n",
            date);
    for (size_t i = 0; i < COMMAND_COUNT; i++) {
        fprintf(stream, ".Nm\n.Cm %s\n", command_table[i].name);
        print_arguments(stream, command_table[i].arguments);
    }
    fputs(
        ".Nm\n.Fl \\-version\n.Op Fl \\-verbose\n"
        ".Sh DESCRIPTION\n"
        "Positional arguments are files, everything else is\n"
        ".Fl \\-name Ar value\n"
        "or\n"
        ".Fl \\-name Ns = Ns Ar value .\n"
        "Results go to standard output, everything else to standard error.\n"
        "Equal data, settings and seed give equal weights, bit for bit, for any number\n"
        "of threads.\n"
        "Nothing is written but the file that was named.\n"
        ".Pp\n"
        "A settings file has lines\n"
        ".Ql key = value ;\n"
        "keys are the long names of the flags, a flag without a value is\n"
        ".Ql yes\n"
        "or\n"
        ".Ql no ,\n"
        "and lines that begin with # are comments.\n",
        stream);
    for (size_t i = 0; i < COMMAND_COUNT; i++)
        print_verb(stream, &command_table[i]);
    fputs(".Sh ENVIRONMENT\n.Bl -tag -width Ds\n.It Ev NO_COLOR , TERM\n"
          "If the first is set, or the second is\n.Ql dumb ,\n"
          "standard error has no colours.\n.El\n",
          stream);
    print_exit_codes(stream);
    fputs(".Sh EXAMPLES\n", stream);
    for (size_t i = 0; i < COMMAND_COUNT; i++) {
        fputs(".Dl ", stream);
        print_text(stream, command_table[i].example[0]);
        fputs("\n.Dl ", stream);
        print_text(stream, command_table[i].example[1]);
        fputc('\n', stream);
    }
}
