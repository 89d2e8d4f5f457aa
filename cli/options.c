/*
 * cli/options.c - the table of flags, and the way between a flag's text and its field
 *
 * SPDX-License-Identifier: MIT
 */
#include "options.h"

#include <math.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include "message.h"
#include "text.h"

enum {
    TRAIN = VERB_TRAIN,
    PREDICT = VERB_PREDICT,
    EVAL = VERB_EVAL,
    INSPECT = VERB_INSPECT,
    HELP = VERB_HELP,
    BENCH = VERB_BENCH,
    CHECK = VERB_CHECK,
    EXPLAIN = VERB_EXPLAIN,
    FLOW = VERB_FLOW,
    LAB = VERB_LAB,
    LANDSCAPE = VERB_LANDSCAPE,
    APPROXIMATE = VERB_APPROXIMATE,
    REGIONS = VERB_REGIONS,
    TABLE = TRAIN | PREDICT | EVAL | INSPECT | EXPLAIN | CHECK | LANDSCAPE |
            APPROXIMATE | REGIONS, /* that read one */
    SET = TRAIN | PREDICT | EVAL | BENCH | EXPLAIN | CHECK | LAB | LANDSCAPE |
          APPROXIMATE | REGIONS, /* whose settings are kept */
    TOLD = SET | INSPECT, /* that tell what they do */
};

#define OPTION(field, name_, letter_, value_, kind_, group_, verbs_, ...) \
    {.name = name_,                                                       \
     .letter = letter_,                                                   \
     .value = value_,                                                     \
     .kind = KIND_##kind_,                                                \
     .offset = offsetof(cli_settings, field),                             \
     .group = GROUP_##group_,                                             \
     .verbs = verbs_,                                                     \
     .help = __VA_ARGS__},
const cli_option option_table[OPTION_COUNT] = {
#include "options.def"
};
#undef OPTION

const char *const option_group_names[GROUP_COUNT] = {"Data", "Network", "Training",
                                                     "Output", "Run"};

/* A choice is written to its field through an int. */
_Static_assert(sizeof(gradus_task) == sizeof(int) && sizeof(log_kind) == sizeof(int),
               "an enum is as wide as an int");

const cli_option *option_find(const char *name)
{
    for (size_t i = 0; i < OPTION_COUNT; i++)
        if (strcmp(option_table[i].name, name) == 0)
            return &option_table[i];
    return NULL;
}

const cli_option *option_letter(char letter)
{
    for (size_t i = 0; letter && i < OPTION_COUNT; i++)
        if (option_table[i].letter == letter)
            return &option_table[i];
    return NULL;
}

static bool is_one_of(const cli_option *option, const char *const *names, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (strcmp(option->name, names[i]) == 0)
            return true;
    return false;
}

/* flow and landscape plan a run as train does, and take what train takes, but for what is
 * done with it; flow looks at the first step only. */
static bool is_of_plan(const cli_option *option, cli_verb verb)
{
    static const char *const others[] = {"cv", "valid", "valid-labels", "restarts", "output",
                                         "force", "dry-run", "watch", "picture", "report"};
    static const char *const later[] = {"batch", "draw", "epochs", "patience", "schedule",
                                        "warmup", "decay", "decay-epochs",
                                        "checkpoint-activations"};
    if ((verb != VERB_FLOW && verb != VERB_LANDSCAPE) || !(option->verbs & VERB_TRAIN))
        return false;
    return !is_one_of(option, others, sizeof others / sizeof *others) &&
           (verb != VERB_FLOW || !is_one_of(option, later, sizeof later / sizeof *later));
}

bool option_of(const cli_option *option, cli_verb verb)
{
    return (option->verbs & (unsigned)verb) != 0 || is_of_plan(option, verb);
}

bool option_is_key(const cli_option *option)
{
    return strcmp(option->name, "config") != 0 && strcmp(option->name, "help") != 0 &&
           strcmp(option->name, "print-config") != 0;
}

/* ---- from text ---- */

static gradus_status set_flag(void *field, const char *text, const char *where)
{
    int value = words_find("no|yes", text);

    if (value < 0)
        return fail(GRADUS_ARGUMENT, "%s: \"%s\" is neither yes nor no", where, text);
    memcpy(field, &value, sizeof value);
    return GRADUS_OK;
}

static gradus_status set_text(cli_settings *settings, const cli_option *option,
                              const char *text, const char *where)
{
    const char **field = (const char **)(void *)((char *)settings + option->offset);
    const char *copy;
    char joined[4096];
    bool again =
        option->kind == KIND_LIST && *field && settings->given[option - option_table];

    if (again) {
        int length = snprintf(joined, sizeof joined, "%s,%s", *field, text);
        if (length < 0 || (size_t)length >= sizeof joined)
            return fail(GRADUS_ARGUMENT, "%s: more than %zu characters", where,
                        sizeof joined - 1);
        text = joined;
    } else if (option->words && words_find(option->words, text) >= 0) {
        *field = strcmp(text, "none") == 0 ? "" : NULL;
        return GRADUS_OK;
    } else if (!option->words && !*text) {
        *field = NULL;
        return GRADUS_OK;
    }
    copy = settings_copy(settings, text, strlen(text));
    if (!copy)
        return GRADUS_MEMORY;
    *field = copy;
    return GRADUS_OK;
}

static gradus_status set_name(cli_settings *settings, const cli_option *option,
                              const char *text, const char *where)
{
    const char **field = (const char **)(void *)((char *)settings + option->offset);
    cli_nearest near = nearest_start(text);

    if (option->words && words_find(option->words, text) >= 0) {
        *field = NULL;
        return GRADUS_OK;
    }
    for (size_t i = 0; option->names(i); i++) {
        if (strcmp(option->names(i), text) == 0) {
            *field = option->names(i);
            return GRADUS_OK;
        }
        nearest_try(&near, option->names(i));
    }
    if (near.best)
        return fail(GRADUS_ARGUMENT, "%s: no \"%s\"; did you mean \"%s\"?", where, text,
                    near.best);
    return fail(GRADUS_ARGUMENT, "%s: no \"%s\": gradus help %s has the list", where,
                text, option->name);
}

static gradus_status set_choice(const cli_option *option, void *field, const char *text,
                                const char *where)
{
    int value = words_find(option->words, text);

    if (value < 0)
        return fail(GRADUS_ARGUMENT, "%s: \"%s\" is none of %s", where, text,
                    option->words);
    memcpy(field, &value, sizeof value);
    return GRADUS_OK;
}

/* "a number from 0 to less than 1", as the bounds have it. */
static const char *bounds_text(const cli_option *option, const char *noun)
{
    static char room[96];
    char least[GRADUS_NUMBER_LENGTH], most[GRADUS_NUMBER_LENGTH];

    gradus_number_write(option->min, least);
    gradus_number_write(option->max, most);
    if (option->max > 0)
        snprintf(room, sizeof room, "%s %s %s, %s %s", noun,
                 option->above ? "above" : "from", least,
                 option->below ? "below" : "up to", most);
    else
        snprintf(room, sizeof room, "%s %s %s", noun, option->above ? "above" : "from",
                 least);
    return room;
}

static bool within(const cli_option *option, double value)
{
    return (option->above ? value > option->min : value >= option->min) &&
           (option->max <= 0 ||
            (option->below ? value < option->max : value <= option->max));
}

static gradus_status set_number(const cli_settings *settings, const cli_option *option,
                                double *field, const char *text, const char *where)
{
    double value;

    if (option->words && words_find(option->words, text) >= 0) {
        *field = words_find(option->words, text) == 0 ? NAN : INFINITY;
        return isinf(*field) && settings->verb != VERB_TRAIN
                   ? fail(GRADUS_ARGUMENT, "%s: \"%s\" is for gradus train", where, text)
                   : GRADUS_OK;
    }
    if (!gradus_number_read(text, strlen(text), &value) || !isfinite(value) ||
        !within(option, value))
        return fail(GRADUS_ARGUMENT, "%s: \"%s\" is not %s", where, text,
                    bounds_text(option, "a number"));
    *field = value;
    return GRADUS_OK;
}

/* Whether a word is the one for SIZE_MAX: all, or auto beside none. */
static bool is_most(const cli_option *option, const char *word)
{
    return strcmp(word, "all") == 0 ||
           (strcmp(word, "auto") == 0 && words_find(option->words, "none") >= 0);
}

static gradus_status set_count(const cli_option *option, size_t *field, const char *text,
                               const char *where)
{
    double value;

    if (option->words && words_find(option->words, text) >= 0) {
        *field = is_most(option, text) ? SIZE_MAX : 0;
        return GRADUS_OK;
    }
    /* Up to 2^53 a double holds every whole number. */
    if (!gradus_number_read(text, strlen(text), &value) || !within(option, value) ||
        value != floor(value) || value > 9007199254740992.0)
        return fail(GRADUS_ARGUMENT, "%s: \"%s\" is not %s", where, text,
                    bounds_text(option, "a whole number"));
    *field = (size_t)value;
    return GRADUS_OK;
}

static gradus_status set_seed(uint64_t *field, const char *text, const char *where)
{
    uint64_t value = 0;
    size_t length = strspn(text, "0123456789");
    bool fits = length > 0 && text[length] == 0;

    for (size_t i = 0; fits && i < length; i++) {
        unsigned digit = (unsigned)(text[i] - '0');
        fits = value <= (UINT64_MAX - digit) / 10;
        value = 10 * value + digit;
    }
    if (!fits)
        return fail(GRADUS_ARGUMENT, "%s: \"%s\" is not a whole number from 0 to %llu",
                    where, text, (unsigned long long)UINT64_MAX);
    *field = value;
    return GRADUS_OK;
}

static gradus_status set_character(const cli_option *option, char *field,
                                   const char *text, const char *where)
{
    if (option->words && words_find(option->words, text) >= 0)
        *field = 0;
    else if (strcmp(text, "tab") == 0)
        *field = '\t';
    else if (strlen(text) == 1 && !strchr("\"\r\n", *text))
        *field = *text;
    else
        return fail(GRADUS_ARGUMENT, "%s: \"%s\" is not one character", where, text);
    return GRADUS_OK;
}

gradus_status option_set(cli_settings *settings, const cli_option *option,
                         const char *text, const char *where)
{
    void *field = (char *)settings + option->offset;
    gradus_status status = GRADUS_OK;

    switch (option->kind) {
    case KIND_FLAG:
        status = set_flag(field, text, where);
        break;
    case KIND_TEXT:
    case KIND_LIST:
    case KIND_FILE:
        status = set_text(settings, option, text, where);
        break;
    case KIND_NAME:
        status = set_name(settings, option, text, where);
        break;
    case KIND_CHOICE:
        status = set_choice(option, field, text, where);
        break;
    case KIND_NUMBER:
        status = set_number(settings, option, field, text, where);
        break;
    case KIND_COUNT:
        status = set_count(option, field, text, where);
        break;
    case KIND_SEED:
        status = set_seed(field, text, where);
        break;
    case KIND_CHARACTER:
        status = set_character(option, field, text, where);
        break;
    }
    if (status == GRADUS_OK)
        settings->given[option - option_table] = true;
    return status;
}

/* ---- to text ---- */

/* The word for NULL, NaN or 0 ("auto", "none"), where the option has one. */
static const char *word_of(const cli_option *option, const char *first,
                           const char *second)
{
    if (option->words && words_find(option->words, first) >= 0)
        return first;
    return second && option->words && words_find(option->words, second) >= 0 ? second
                                                                             : NULL;
}

static const char *choice_text(const cli_option *option, size_t index, char *room)
{
    const char *word = "";
    size_t length = words_get(option->words, index, &word);

    snprintf(room, GRADUS_NUMBER_LENGTH, "%.*s", (int)length, word);
    return room;
}

static const char *count_text(const cli_option *option, size_t count, char *room)
{
    const char *word = count == 0          ? word_of(option, "none", "auto")
                       : count == SIZE_MAX ? word_of(option, "all", "auto")
                                           : NULL;

    snprintf(room, GRADUS_NUMBER_LENGTH, "%zu", count);
    return word ? word : room;
}

static const char *character_text(char character, char *room)
{
    if (character == 0)
        return "auto";
    if (character == '\t')
        return "tab";
    room[0] = character;
    room[1] = 0;
    return room;
}

static const char *text_text(const cli_option *option, const char *text)
{
    const char *word = NULL;

    if (!text)
        word = word_of(option, "auto", NULL);
    else if (!*text)
        word = word_of(option, "none", NULL);
    return word ? word : text ? text : "";
}

const char *option_text(const cli_settings *settings, const cli_option *option,
                        char room[GRADUS_NUMBER_LENGTH])
{
    const void *field = (const char *)settings + option->offset;

    switch (option->kind) {
    case KIND_FLAG:
        return *(const int *)field ? "yes" : "no";
    case KIND_TEXT:
    case KIND_LIST:
    case KIND_FILE:
    case KIND_NAME:
        return text_text(option, *(const char *const *)field);
    case KIND_CHOICE:
        return choice_text(option, (size_t) * (const int *)field, room);
    case KIND_NUMBER:
        if (isnan(*(const double *)field) && option->words)
            return "auto";
        if (isinf(*(const double *)field))
            return "find";
        gradus_number_write(*(const double *)field, room);
        return room;
    case KIND_COUNT:
        return count_text(option, *(const size_t *)field, room);
    case KIND_SEED:
        snprintf(room, GRADUS_NUMBER_LENGTH, "%llu",
                 (unsigned long long)*(const uint64_t *)field);
        return room;
    case KIND_CHARACTER:
        return character_text(*(const char *)field, room);
    }
    return "";
}
