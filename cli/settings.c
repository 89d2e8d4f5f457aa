/*
 * cli/settings.c - defaults and memory of the settings
 *
 * SPDX-License-Identifier: MIT
 */
#include "settings.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "message.h"
#include "stop.h"

struct kept_text {
    kept_text *next;
    char text[];
};

void settings_defaults(cli_settings *settings, cli_verb verb)
{
    memset(settings, 0, sizeof *settings);
    settings->verb = verb;
    gradus_context_defaults(&settings->context);
    settings->context.files = stop_files();
    gradus_read_defaults(&settings->read);
    settings->read.decimal = 0; /* . or what a model says */
    gradus_train_defaults(&settings->train);
    settings->top = SIZE_MAX;
    settings->threshold = NAN;
    settings->bench.seconds = NAN;
    settings->check = (cli_check_settings){.inputs = 4, .outputs = 3, .rows = 16};
    settings->explain.row = 1;
    settings->landscape = (cli_landscape_settings){.grid = 25, .span = NAN, .gradient = NAN,
                                                     .curvature = 1e-4, .flat = 1e-6};
    settings->box = (cli_box_settings){.within = NAN, .tolerance = 1e-3, .boxes = 4000000};
    settings->regions.max = 1000000;
    settings->flow.seeds = 20;
    settings->flow.width = 64;
    settings->flow.depth = 50;
    if (verb == VERB_FLOW || verb == VERB_LANDSCAPE)
        settings->check.rows = 1024;
    if (verb == VERB_REGIONS) {
        settings->check.inputs = 2;
        settings->check.outputs = 1;
        settings->train.precision = GRADUS_FLOAT64;
    }
    if (verb == VERB_BENCH)
        settings->train.fit.optimizer = "sgd"; /* what libraries are compared with */
}

void settings_free(cli_settings *settings)
{
    while (settings->kept) {
        kept_text *next = settings->kept->next;
        free(settings->kept);
        settings->kept = next;
    }
}

char *settings_copy(cli_settings *settings, const char *text, size_t length)
{
    kept_text *kept = malloc(sizeof *kept + length + 1);

    if (!kept) {
        fail(GRADUS_MEMORY, "out of memory: %zu bytes for a setting", length);
        return NULL;
    }
    memcpy(kept->text, text, length);
    kept->text[length] = 0;
    kept->next = settings->kept;
    settings->kept = kept;
    return kept->text;
}
