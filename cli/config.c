/*
 * cli/config.c - settings as a file of "key = value" lines
 *
 * SPDX-License-Identifier: MIT
 */
#include "config.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "message.h"
#include "options.h"
#include "text.h"

enum { LARGEST_FILE = 1 << 20 };

/* ---- reading ---- */

/* `from` is the text behind the opening quote. Returns what stands behind the closing
 * one, or NULL. */
static const char *read_quoted(const char *from, const char *end, char *value,
                               size_t room)
{
    size_t used = 0;

    for (; from < end && *from != '"'; from++) {
        char c = *from;
        if (c == '\\') {
            if (++from == end)
                return NULL;
            c = *from == 'n' ? '\n' : *from == 't' ? '\t' : *from;
        }
        if (used + 1 == room)
            return NULL;
        value[used++] = c;
    }
    value[used] = 0;
    return from < end ? from + 1 : NULL;
}

static const char *skip_blanks(const char *from, const char *end)
{
    while (from < end && (*from == ' ' || *from == '\t'))
        from++;
    return from;
}

/* One line from `from` to `end`, neither blank nor a comment. NULL, or what is wrong. */
static const char *read_line(const char *from, const char *end, config_line *line)
{
    const char *equals = memchr(from, '=', (size_t)(end - from));
    const char *key_end = equals;
    size_t length;

    if (!equals)
        return "no \"=\": write key = value";
    while (key_end > from && (key_end[-1] == ' ' || key_end[-1] == '\t'))
        key_end--;
    length = (size_t)(key_end - from);
    if (length == 0 || length >= sizeof line->key)
        return "no key before \"=\": write key = value";
    memcpy(line->key, from, length);
    line->key[length] = 0;

    from = skip_blanks(equals + 1, end);
    while (end > from && (end[-1] == ' ' || end[-1] == '\t' || end[-1] == '\r'))
        end--;
    if (from < end && *from == '"') {
        from = read_quoted(from + 1, end, line->value, sizeof line->value);
        return from == end ? NULL : "quotes that do not close at the end of the line";
    }
    length = (size_t)(end - from);
    if (length >= sizeof line->value)
        return "a value of more than 4095 characters";
    memcpy(line->value, from, length);
    line->value[length] = 0;
    return NULL;
}

bool config_next(const char **text, config_line *line, const char **problem)
{
    *problem = NULL;
    while (**text) {
        const char *end = *text + strcspn(*text, "\n");
        const char *from = skip_blanks(*text, end);

        *text = *end ? end + 1 : end;
        line->number++;
        if (from == end || *from == '#' || *from == '\r')
            continue;
        *problem = read_line(from, end, line);
        return *problem == NULL;
    }
    return false;
}

static gradus_status apply_line(cli_settings *settings, const char *path,
                                const config_line *line)
{
    const cli_option *option = option_find(line->key);
    char where[512];

    if (!option || !option_of(option, settings->verb) || !option_is_key(option)) {
        cli_nearest near = nearest_start(line->key);
        for (size_t i = 0; i < OPTION_COUNT; i++)
            if (option_of(&option_table[i], settings->verb) &&
                option_is_key(&option_table[i]))
                nearest_try(&near, option_table[i].name);
        if (near.best)
            return fail(GRADUS_ARGUMENT,
                        "%s:%zu: no setting \"%s\"; did you mean \"%s\"?", path,
                        line->number, line->key, near.best);
        return fail(GRADUS_ARGUMENT,
                    "%s:%zu: no setting \"%s\": --print-config lists them all", path,
                    line->number, line->key);
    }
    snprintf(where, sizeof where, "%s:%zu: %s", path, line->number, line->key);
    if (settings->given[option - option_table])
        return fail(GRADUS_ARGUMENT, "%s: set twice: leave one out", where);
    return option_set(settings, option, line->value, where);
}

static gradus_status read_whole(const char *path, char **text)
{
    FILE *file = fopen(path, "rb");
    char *bytes = malloc(LARGEST_FILE + 1);
    size_t count;
    gradus_status status = GRADUS_OK;

    if (!bytes)
        status =
            fail(GRADUS_MEMORY, "out of memory: %d bytes for %s", LARGEST_FILE, path);
    else if (!file)
        status = fail(GRADUS_IO, "%s: %s", path, strerror(errno));
    if (!bytes || !file)
        goto done;
    count = fread(bytes, 1, LARGEST_FILE + 1, file);
    if (ferror(file))
        status = fail(GRADUS_IO, "%s: %s", path, strerror(errno));
    else if (count > LARGEST_FILE || memchr(bytes, 0, count))
        status = fail(GRADUS_ARGUMENT,
                      "%s: this is no settings file: write key = value "
                      "lines, as --print-config does",
                      path);
    else
        bytes[count] = 0;
done:
    if (file)
        fclose(file);
    if (status != GRADUS_OK) {
        free(bytes);
        bytes = NULL;
    }
    *text = bytes;
    return status;
}

gradus_status config_read(cli_settings *settings, const char *path)
{
    char *text;
    const char *at, *problem;
    config_line line = {.number = 0};
    gradus_status status = read_whole(path, &text);

    at = text;
    while (status == GRADUS_OK && config_next(&at, &line, &problem))
        status = apply_line(settings, path, &line);
    if (status == GRADUS_OK && problem)
        status = fail(GRADUS_ARGUMENT, "%s:%zu: %s", path, line.number, problem);
    free(text);
    return status;
}

/* ---- writing ---- */

static bool needs_quotes(const char *value)
{
    size_t length = strlen(value);

    return length > 0 && (*value == '"' || strchr(" \t", *value) ||
                          strchr(" \t\r", value[length - 1]) || strchr(value, '\n'));
}

static void print_line(FILE *stream, const char *key, const char *value)
{
    fprintf(stream, "%s =%s", key, *value ? " " : "");
    if (!needs_quotes(value)) {
        fprintf(stream, "%s\n", value);
        return;
    }
    fputc('"', stream);
    for (; *value; value++) {
        if (*value == '\n')
            fputs("\\n", stream);
        else if (*value == '"' || *value == '\\')
            fprintf(stream, "\\%c", *value);
        else
            fputc(*value, stream);
    }
    fputs("\"\n", stream);
}

void config_print(const cli_settings *settings, FILE *stream)
{
    char room[GRADUS_NUMBER_LENGTH];

    for (option_group group = 0; group < GROUP_COUNT; group++) {
        fprintf(stream, "%s# %s\n", group ? "\n" : "", option_group_names[group]);
        for (size_t i = 0; i < OPTION_COUNT; i++) {
            const cli_option *option = &option_table[i];
            if (option->group != group || !option_of(option, settings->verb) ||
                !option_is_key(option))
                continue;
            print_line(stream, option->name, option_text(settings, option, room));
        }
    }
}

char *config_model_text(const cli_settings *settings)
{
    char room[GRADUS_NUMBER_LENGTH], *text = NULL;
    size_t length;
    FILE *stream = open_memstream(&text, &length);
    bool failed;

    if (!stream)
        return NULL;
    for (size_t i = 0; i < OPTION_COUNT; i++) {
        const cli_option *option = &option_table[i];
        const char *value = option_text(settings, option, room);
        if (option->group > GROUP_TRAINING || !option_of(option, VERB_TRAIN) || !*value)
            continue;
        print_line(stream, option->name, option->kind == KIND_FILE ? option->value : value);
    }
    failed = ferror(stream) != 0;
    if (fclose(stream) != 0 || failed) {
        free(text);
        return NULL;
    }
    return text;
}
