/*
 * tests/unit/tables.h - small tables for tests of the trainer, written as CSV
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef GR_TESTS_TABLES_H
#define GR_TESTS_TABLES_H

#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/memory.h"
#include "base/random.h"
#include "gradus.h"

/* A table read from text, through a file that is gone again. */
static inline gradus_data *table_of(const gradus_context *context, const char *csv)
{
    char path[256];
    const char *folder = getenv("TMPDIR");
    gradus_data *data = NULL;

    snprintf(path, sizeof path, "%s/gradus-test-XXXXXX",
             folder == NULL ? "/tmp" : folder);
    const int handle = mkstemp(path);
    assert_true(handle >= 0);
    assert_int_equal(write(handle, csv, strlen(csv)), (int)strlen(csv));
    close(handle);
    const gradus_status status = gradus_data_read(context, path, NULL, &data);
    unlink(path);
    if (status != GRADUS_OK)
        fail_msg("%s", gradus_error());
    return data;
}

/* Text that grows, for tables made row by row. */
static inline gr_text new_text(void)
{
    return (gr_text){.context = gr_context_or_default(NULL)};
}

#define add_text(text, ...) assert_int_equal(gr_text_add(text, __VA_ARGS__), GRADUS_OK)

static inline double uniform(uint64_t row, uint32_t column)
{
    return gr_random_uniform((gr_key){99, GR_PURPOSE_DRAW, 7}, row, column);
}

/*
 * Flowers: two numbers and a color; kind is "a" where x + y > 1, red ones more easily.
 * Every seventh x is missing.
 */
static inline char *flowers(size_t rows)
{
    gr_text text = new_text();

    add_text(&text, "x,y,color,kind\n");
    for (size_t i = 0; i < rows; i++) {
        const int x = (int)(1000 * uniform(i, 0)), y = (int)(1000 * uniform(i, 1));
        const bool red = uniform(i, 2) < 0.4;
        const char *kind = x + y > (red ? 800 : 1100) ? "a" : "b";
        if (i % 7 == 3)
            add_text(&text, ",0.%03d,%s,%s\n", y, red ? "red" : "blue", kind);
        else
            add_text(&text, "0.%03d,0.%03d,%s,%s\n", x, y, red ? "red" : "blue", kind);
    }
    return text.text;
}

/* Two inputs, and two targets in very different units: y = 3 + 2u - v, z = 1e6 u v. */
static inline char *surfaces(size_t rows)
{
    gr_text text = new_text();

    add_text(&text, "u,v,y,z\n");
    for (size_t i = 0; i < rows; i++) {
        const int u = (int)(1000 * uniform(i, 0)), v = (int)(1000 * uniform(i, 1));
        add_text(&text, "0.%03d,0.%03d,%d.%03d,%d\n", u, v, (3000 + 2 * u - v) / 1000,
                 (3000 + 2 * u - v) % 1000, u * v);
    }
    return text.text;
}

static inline void free_text(char *text)
{
    gr_release(gr_context_or_default(NULL), text);
}

static inline gradus_data *flower_table(size_t rows)
{
    char *csv = flowers(rows);
    gradus_data *data = table_of(NULL, csv);

    free_text(csv);
    return data;
}

static inline gradus_data *surface_table(size_t rows)
{
    char *csv = surfaces(rows);
    gradus_data *data = table_of(NULL, csv);

    free_text(csv);
    return data;
}

static inline gradus_train_options options_for(const char *target)
{
    gradus_train_options options;

    gradus_train_defaults(&options);
    options.target = target;
    return options;
}

/* Fast enough for a test: few epochs of a small net. */
static inline gradus_train_options quick_options(const char *target)
{
    gradus_train_options options = options_for(target);

    options.hidden = "8";
    options.fit.epochs = 30;
    options.fit.learning_rate = 0.01;
    return options;
}

#endif
