/*
 * cli/options.h - the table of flags, and the way between a flag's text and its field
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef CLI_OPTIONS_H
#define CLI_OPTIONS_H

#include "settings.h"

/* What a flag's value is, and the type of its field. */
typedef enum option_kind {
    KIND_FLAG,      /* no value; int 0 or 1, in config files yes or no */
    KIND_TEXT,      /* const char *; the word auto is NULL, none is "" */
    KIND_LIST,      /* the same; said again, it grows: --drop a --drop b is --drop a,b */
    KIND_FILE,      /* the same; a path */
    KIND_NAME,      /* the same; one of a list of the library */
    KIND_CHOICE,    /* enum; the index among the words */
    KIND_NUMBER,    /* double; auto is NaN, find (train only) infinity */
    KIND_COUNT,     /* size_t; auto and none are 0, all is SIZE_MAX, as auto beside none */
    KIND_SEED,      /* uint64_t */
    KIND_CHARACTER, /* char; auto is 0 */
} option_kind;

typedef enum option_group {
    GROUP_DATA,     /* these three decide what is learned: stored in the model */
    GROUP_NETWORK,
    GROUP_TRAINING,
    GROUP_OUTPUT,
    GROUP_RUN,
    GROUP_COUNT,
} option_group;

typedef struct cli_option {
    const char *name;
    char letter;                    /* short form, or 0 */
    const char *value;              /* what stands for the value in help, or NULL */
    option_kind kind;
    size_t offset;                  /* of the field in settings */
    option_group group;
    unsigned verbs;
    const char *help;
    const char *words;
    const char *(*names)(size_t);
    double min, max;                /* most 0: no limit */
    bool above, below;              /* least, most itself is not allowed */
} cli_option;

extern const cli_option option_table[OPTION_COUNT];
extern const char *const option_group_names[GROUP_COUNT];

/* The option of this name or letter that any verb has; NULL where there is none. */
const cli_option *option_find(const char *name);
const cli_option *option_letter(char letter);

bool option_of(const cli_option *option, cli_verb verb);

/* Whether a config file may set it: all but those that ask for something else. */
bool option_is_key(const cli_option *option);

/*
 * Sets a field from text. `where` begins the message on failure ("--epochs", or
 * "run.conf:3: epochs").  Errors   ARGUMENT; MEMORY.
 */
gradus_status option_set(cli_settings *settings, const cli_option *option,
                         const char *text, const char *where);

/* The text that would set the field to what it is: the settings' own, or in `room`. */
const char *option_text(const cli_settings *settings, const cli_option *option,
                        char room[GRADUS_NUMBER_LENGTH]);

#endif
