/*
 * cli/completion.c - completion scripts for bash, zsh and fish
 *
 * SPDX-License-Identifier: MIT
 */
#include "help.h"

#include <string.h>

static void print_flags(FILE *stream, cli_verb verb)
{
    const char *separator = "";

    for (size_t i = 0; i < OPTION_COUNT; i++) {
        const cli_option *option = &option_table[i];
        if (!option_of(option, verb))
            continue;
        fprintf(stream, "%s--%s", separator, option->name);
        if (option->letter)
            fprintf(stream, " -%c", option->letter);
        separator = " ";
    }
}

static void print_verbs(FILE *stream)
{
    for (size_t i = 0; i < COMMAND_COUNT; i++)
        fprintf(stream, "%s%s", i ? " " : "", command_table[i].name);
}

static void bash(FILE *stream)
{
    char choices[512];

    fputs(
        "# bash completion: . <(gradus help --completion bash)\n"
        "_gradus()\n{\n"
        "    local word=${COMP_WORDS[COMP_CWORD]} last=${COMP_WORDS[COMP_CWORD-1]}\n"
        "    local words=\n"
        "    case $last in\n",
        stream);
    for (size_t i = 0; i < OPTION_COUNT; i++)
        if (help_choices(&option_table[i], choices, sizeof choices))
            fprintf(stream, "    --%s) words='%s' ;;\n", option_table[i].name, choices);
    fputs("    *) case ${COMP_WORDS[1]} in\n", stream);
    for (size_t i = 0; i < COMMAND_COUNT; i++) {
        fprintf(stream, "        %s) words='", command_table[i].name);
        print_flags(stream, command_table[i].verb);
        fputs("' ;;\n", stream);
    }
    fputs("        esac\n"
          "        [[ $word == -* ]] || words= ;;\n"
          "    esac\n"
          "    [[ $COMP_CWORD == 1 || $last == help ]] && words='",
          stream);
    print_verbs(stream);
    fputs(" --version --help'\n"
          "    COMPREPLY=($(compgen -W \"$words\" -- \"$word\"))\n"
          "}\n"
          "complete -o default -F _gradus gradus\n",
          stream);
}

/* Text between single quotes, in a shell where '' leaves and enters them. */
static void print_quoted(FILE *stream, const char *text)
{
    for (; *text; text++) {
        if (*text == '\'')
            fputs("'\\''", stream);
        else if (strchr("[]:", *text))
            fprintf(stream, "\\%c", *text);
        else
            fputc(*text, stream);
    }
}

static void zsh_option(FILE *stream, const cli_option *option)
{
    char choices[512];

    fprintf(stream, "            '--%s%s[", option->name, option->value ? "=" : "");
    print_quoted(stream, option->help);
    fputc(']', stream);
    if (help_choices(option, choices, sizeof choices))
        fprintf(stream, ":%s:(%s)", option->value, choices);
    else if (option->value)
        fprintf(stream, ":%s:%s", option->value,
                option->kind == KIND_FILE ? "_files" : "");
    fputs("' \\\n", stream);
}

static void zsh(FILE *stream)
{
    fputs(
        "#compdef gradus\n"
        "# zsh completion: a file _gradus in a folder of $fpath\n"
        "_gradus()\n{\n"
        "    if (( CURRENT == 2 )); then\n"
        "        compadd ",
        stream);
    print_verbs(stream);
    fputs(" --version --help\n        return\n    fi\n    case $words[2] in\n", stream);
    for (size_t i = 0; i < COMMAND_COUNT; i++) {
        fprintf(stream, "    %s)\n        _arguments \\\n", command_table[i].name);
        for (size_t j = 0; j < OPTION_COUNT; j++)
            if (option_of(&option_table[j], command_table[i].verb))
                zsh_option(stream, &option_table[j]);
        fputs("            '*:file:_files' ;;\n", stream);
    }
    fputs("    esac\n}\n_gradus \"$@\"\n", stream);
}

static void fish(FILE *stream)
{
    char choices[512];

    fputs("# fish completion: gradus help --completion fish | source\n", stream);
    for (size_t i = 0; i < COMMAND_COUNT; i++)
        fprintf(stream, "complete -c gradus -n __fish_use_subcommand -f -a %s -d '%s'\n",
                command_table[i].name, command_table[i].purpose);
    for (size_t i = 0; i < OPTION_COUNT; i++) {
        const cli_option *option = &option_table[i];
        fputs("complete -c gradus -n '__fish_seen_subcommand_from", stream);
        for (size_t j = 0; j < COMMAND_COUNT; j++)
            if (option_of(option, command_table[j].verb))
                fprintf(stream, " %s", command_table[j].name);
        fprintf(stream, "' -l %s", option->name);
        if (option->letter)
            fprintf(stream, " -s %c", option->letter);
        if (option->value)
            fputs(option->kind == KIND_FILE ? " -r" : " -x", stream);
        if (help_choices(option, choices, sizeof choices))
            fprintf(stream, " -a '%s'", choices);
        fputs(" -d '", stream);
        for (const char *text = option->help; *text; text++)
            fprintf(stream, *text == '\'' ? "\\'" : "%c", *text);
        fputs("'\n", stream);
    }
}

void completion_print(FILE *stream, shell_kind shell)
{
    if (shell == SHELL_BASH)
        bash(stream);
    else if (shell == SHELL_ZSH)
        zsh(stream);
    else if (shell == SHELL_FISH)
        fish(stream);
}
