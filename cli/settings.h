/*
 * cli/settings.h - everything a command line can say
 *
 * options.def binds each flag to a field here, and config files, --help, the man page and
 * --print-config go the same way, so a field has one name everywhere.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef CLI_SETTINGS_H
#define CLI_SETTINGS_H

#include <stdbool.h>

#include "gradus.h"

typedef enum cli_verb {
    VERB_TRAIN = 1,
    VERB_PREDICT = 2,
    VERB_EVAL = 4,
    VERB_INSPECT = 8,
    VERB_HELP = 16,
    VERB_BENCH = 32,
    VERB_EXPLAIN = 64,
    VERB_CHECK = 128,
    VERB_FLOW = 256,
    VERB_LAB = 512,
    VERB_LANDSCAPE = 1024,
    VERB_APPROXIMATE = 2048,
    VERB_REGIONS = 4096,
} cli_verb;

typedef enum log_kind { LOG_HUMAN, LOG_JSON, LOG_NONE } log_kind;
typedef enum color_kind { COLOR_AUTO, COLOR_ALWAYS, COLOR_NEVER } color_kind;
typedef enum row_format { FORMAT_CSV, FORMAT_TSV, FORMAT_JSONL } row_format;
typedef enum row_part { PART_ALL, PART_PREDICTION, PART_PROBABILITY } row_part;
typedef enum watch_kind { WATCH_NONE, WATCH_FLOW } watch_kind;
typedef enum bench_mode { MODE_BOTH, MODE_TRAIN, MODE_INFER } bench_mode;
typedef enum explain_example { EXAMPLE_SMALL, EXAMPLE_STREAMS } explain_example;
typedef enum shell_kind { SHELL_NONE, SHELL_BASH, SHELL_ZSH, SHELL_FISH } shell_kind;

/* One for each line of options.def. */
enum {
    OPTION_COUNT = 0
#define OPTION(...) +1
#include "options.def"
#undef OPTION
};

/* Words of a command line that are not flags; commands.def has less for most verbs. */
enum { MOST_ARGUMENTS = 64 };

typedef struct cli_bench_settings {
    double seconds;             /* of a repetition; NaN: by what is measured */
    size_t repeats;             /* 0: the same */
    bench_mode mode;
    int sweep, growth;
} cli_bench_settings;

typedef struct cli_check_settings {
    size_t inputs, outputs;     /* of a net from a description */
    size_t rows;
    size_t weights;             /* of a tensor; 0: 200; SIZE_MAX: all */
    gradus_break broken;
    int self;
} cli_check_settings;

typedef struct cli_explain_settings {
    explain_example example;
    size_t row;                 /* of the table, from 1 */
    const char *weights, *x, *y; /* "0.1,0.2", weights also "w1=0.1"; NULL: as they are */
    const char *chain;          /* the weight that is explained; NULL: all */
} cli_explain_settings;
typedef struct cli_flow_settings {
    size_t seeds, width, depth; /* of drawn networks, without a table */
} cli_flow_settings;

typedef struct cli_landscape_settings {
    size_t grid;                /* points of an axis */
    double span;                /* NaN: chosen */
    int line;
    double gradient;            /* tolerances; NaN: by the gradient's noise */
    double curvature, flat;
} cli_landscape_settings;

typedef struct cli_box_settings {
    const char *on;             /* "0:1,-1:2", or NULL */
    double within;              /* NaN: no limit */
    double tolerance;           /* relative */
    size_t boxes;
} cli_box_settings;

typedef struct cli_approximate_settings {
    const char *activation, *construction; /* NULL: the first that fits */
    size_t units;               /* 0: as many as it takes */
} cli_approximate_settings;

typedef struct cli_regions_settings {
    const char *through;        /* points or rows; NULL: the inputs themselves */
    size_t max;
} cli_regions_settings;

typedef struct kept_text kept_text;

typedef struct cli_settings {
    cli_verb verb;
    gradus_context_options context;
    gradus_read_options read;
    gradus_train_options train;
    cli_bench_settings bench;
    cli_check_settings check;
    cli_explain_settings explain;
    cli_flow_settings flow;
    cli_landscape_settings landscape;
    cli_regions_settings regions;
    cli_box_settings box;
    cli_approximate_settings approximate;

    const char *argument[MOST_ARGUMENTS]; /* files, verbs and cases, in their order */
    size_t arguments;

    const char *output;         /* NULL: train writes nothing, predict to stdout */
    const char *valid, *valid_labels;
    const char *config;
    const char *at_least, *at_most;
    const char *report;         /* NULL: none */
    const char *picture;        /* NULL: none */
    size_t folds;               /* 0: no cross-validation */
    size_t top;                 /* 0: all classes */
    double threshold;           /* NaN: the likeliest class */
    log_kind log;
    color_kind color;
    row_format format;
    row_part only;
    shell_kind completion;
    watch_kind watch;
    int force, json, quiet, verbose, help, print_config, dry_run, no_header;
    int append, unbuffered, man;

    bool given[OPTION_COUNT];   /* said on the command line or in the config file */
    kept_text *kept;
} cli_settings;

/* Every field at its default, the library's own wherever it has one. */
void settings_defaults(cli_settings *settings, cli_verb verb);
void settings_free(cli_settings *settings);

/* A copy of `length` bytes that lives as long as the settings; NULL out of memory. */
char *settings_copy(cli_settings *settings, const char *text, size_t length);

#endif
