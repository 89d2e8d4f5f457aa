/*
 * cli/rows.c - predictions as rows of text
 *
 * SPDX-License-Identifier: MIT
 */
#include "rows.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "json_print.h"
#include "message.h"
#include "text.h"

/* ---- opening ---- */

static gradus_status check(const cli_rows *rows)
{
    bool classifies = rows->about.task == GRADUS_CLASSIFICATION;

    if (!classifies && rows->only == PART_PROBABILITY)
        return fail(GRADUS_ARGUMENT, "--only prob: a regression has no probabilities");
    if (!classifies && rows->top != SIZE_MAX)
        return fail(GRADUS_ARGUMENT, "--top: a regression has no classes");
    if (!isnan(rows->threshold) && rows->about.classes != 2)
        return fail(GRADUS_ARGUMENT, "--threshold is for two classes, this model has %zu",
                    rows->about.classes);
    return GRADUS_OK;
}

gradus_status rows_open(cli_rows *rows, const cli_settings *settings,
                        const gradus_model *model, FILE *stream)
{
    gradus_net_about net;

    memset(rows, 0, sizeof *rows);
    gradus_model_describe(model, &rows->about);
    gradus_net_describe(gradus_model_net(model), &net);
    rows->stream = stream;
    rows->model = model;
    rows->single = net.precision == GRADUS_FLOAT32;
    rows->format = settings->format;
    rows->only = settings->only;
    rows->append = settings->append;
    rows->top = settings->top;
    rows->threshold = settings->threshold;
    rows->decimal = '.';
    rows->to = rows->format == FORMAT_TSV ? '\t' : ',';
    rows->order = calloc(rows->about.classes + 1, sizeof *rows->order);
    if (rows->top != SIZE_MAX && rows->top > rows->about.classes)
        rows->top = rows->about.classes;
    if (!rows->order)
        return fail(GRADUS_MEMORY, "out of memory: %zu classes", rows->about.classes);
    return check(rows);
}

void rows_close(cli_rows *rows)
{
    for (size_t i = 0; i < rows->name_count; i++)
        free(rows->names[i]);
    free(rows->names);
    free(rows->order);
    record_free(&rows->record);
    memset(rows, 0, sizeof *rows);
}

/* ---- cells ---- */

static void print_separator(cli_rows *rows, bool *first)
{
    if (!*first)
        fputc(rows->format == FORMAT_JSONL ? ',' : rows->to, rows->stream);
    *first = false;
}

static void print_cell(cli_rows *rows, const char *text, size_t length)
{
    char safe[4096];

    if (rows->escapes) {
        text_escape(text, safe, sizeof safe, "\t");
        text = safe;
        length = strlen(safe);
    }
    record_print_cell(rows->stream, text, length, rows->to);
}

static void print_text(cli_rows *rows, const char *text)
{
    if (rows->format == FORMAT_JSONL)
        json_print_string(rows->stream, text, strlen(text));
    else
        print_cell(rows, text, strlen(text));
}

static void print_number(cli_rows *rows, double number)
{
    char text[GRADUS_NUMBER_LENGTH], *point;

    if (rows->format == FORMAT_JSONL && !isfinite(number)) {
        fputs("null", rows->stream);
        return;
    }
    if (rows->single)
        gradus_number_write_float((float)number, text);
    else
        gradus_number_write(number, text);
    point = strchr(text, '.');
    if (point)
        *point = rows->decimal;
    if (rows->format != FORMAT_JSONL && strchr(text, rows->to))
        record_print_cell(rows->stream, text, strlen(text), rows->to);
    else
        fputs(text, rows->stream);
}

/*
 * The columns that are new, in their order. With y NULL their names are printed, else
 * their values; in JSON a value has its name before it.
 */
static void print_column(cli_rows *rows, bool *first, const char *name,
                         const char *detail, const char *text, double number)
{
    char whole[512];
    bool head = rows->heading && rows->format != FORMAT_JSONL;

    snprintf(whole, sizeof whole, "%s%s", name, detail);
    print_separator(rows, first);
    if (head) {
        print_text(rows, whole);
        return;
    }
    if (rows->format == FORMAT_JSONL) {
        print_text(rows, whole);
        fputc(':', rows->stream);
    }
    if (text)
        print_text(rows, text);
    else
        print_number(rows, number);
}

/* Class numbers by falling probability; equal ones in their order. */
static void sort_classes(cli_rows *rows, const double *y)
{
    for (size_t k = 0; k < rows->about.classes; k++) {
        size_t place = k;
        for (; place > 0 && y && y[rows->order[place - 1]] < y[k]; place--)
            rows->order[place] = rows->order[place - 1];
        rows->order[place] = k;
    }
}

static size_t predicted_class(const cli_rows *rows, const double *y)
{
    size_t best = 0;

    if (!isnan(rows->threshold))
        return y[1] >= rows->threshold;
    for (size_t k = 1; k < rows->about.classes; k++)
        if (y[k] > y[best])
            best = k;
    return best;
}

static void print_classes(cli_rows *rows, const double *y, bool *first)
{
    const gradus_model *model = rows->model;
    char name[32];

    if (rows->only != PART_PROBABILITY)
        print_column(rows, first, "prediction", "",
                     y ? gradus_model_class(model, predicted_class(rows, y)) : NULL, NAN);
    if (rows->only == PART_PREDICTION)
        return;
    if (rows->top == SIZE_MAX) {
        for (size_t k = 0; k < rows->about.classes; k++)
            print_column(rows, first, "p:", gradus_model_class(model, k), NULL,
                         y ? y[k] : NAN);
        return;
    }
    sort_classes(rows, y);
    for (size_t i = 0; i < rows->top; i++) {
        snprintf(name, sizeof name, "top%zu", i + 1);
        print_column(rows, first, name, "",
                     y ? gradus_model_class(model, rows->order[i]) : NULL, NAN);
        print_column(rows, first, name, ":p", NULL, y ? y[rows->order[i]] : NAN);
    }
}

static void print_new(cli_rows *rows, const double *y, bool *first)
{
    rows->heading = y == NULL;
    if (rows->about.task == GRADUS_CLASSIFICATION) {
        print_classes(rows, y, first);
        return;
    }
    for (size_t k = 0; k < rows->about.targets; k++)
        print_column(rows, first, rows->about.targets > 1 ? "prediction:" : "prediction",
                     rows->about.targets > 1 ? gradus_model_target(rows->model, k) : "",
                     NULL, y ? y[k] : NAN);
}

/* ---- --append: the input's own cells ---- */

/* Whether the cell is a number as JSON writes them; "007" and ".5" are not. */
static bool is_json_number(const char *text)
{
    const char *digits = "0123456789";
    size_t length;

    text += *text == '-';
    length = strspn(text, digits);
    if (length == 0 || (length > 1 && *text == '0'))
        return false;
    text += length;
    if (*text == '.') {
        length = strspn(++text, digits);
        text += length;
        if (length == 0)
            return false;
    }
    if (*text == 'e' || *text == 'E') {
        text++;
        text += *text == '+' || *text == '-';
        length = strspn(text, digits);
        text += length;
        if (length == 0)
            return false;
    }
    return *text == 0;
}

static void print_json_cell(cli_rows *rows, size_t column)
{
    const char *cell = rows->record.cell;
    char name[32];

    snprintf(name, sizeof name, "c%zu", column + 1);
    print_text(rows, column < rows->name_count ? rows->names[column] : name);
    fputc(':', rows->stream);
    if (rows->record.length == 0)
        fputs("null", rows->stream);
    else if (!rows->record.quoted && is_json_number(cell))
        fputs(cell, rows->stream);
    else
        json_print_string(rows->stream, cell, rows->record.length);
}

/* A record of the input: as it stood there, or in the output's form. */
static gradus_status print_record(cli_rows *rows, const char *text, size_t length,
                                  bool *first)
{
    if (rows->format == FORMAT_CSV && !rows->escapes) {
        *first = length == 0;
        fwrite(text, 1, length, rows->stream);
        return GRADUS_OK;
    }
    record_start(&rows->record, text, length, rows->from);
    for (size_t column = 0; record_next(&rows->record); column++) {
        print_separator(rows, first);
        if (rows->format == FORMAT_JSONL)
            print_json_cell(rows, column);
        else
            print_cell(rows, rows->record.cell, rows->record.length);
    }
    return rows->record.failed ? fail(GRADUS_MEMORY, "out of memory: a row") : GRADUS_OK;
}

static gradus_status read_names(cli_rows *rows, const char *header)
{
    bool failed = false;

    record_start(&rows->record, header, strlen(header), rows->from);
    while (!failed && record_next(&rows->record)) {
        char **longer = realloc(rows->names, (rows->name_count + 1) * sizeof *longer);
        char *name = strdup(rows->record.cell);
        if (longer)
            rows->names = longer;
        if (longer && name)
            rows->names[rows->name_count++] = name;
        else
            free(name);
        failed = !longer || !name;
    }
    if (failed || rows->record.failed)
        return fail(GRADUS_MEMORY, "out of memory: the header");
    for (size_t i = 0; i < rows->name_count; i++)
        if (strcmp(rows->names[i], "prediction") == 0)
            return fail(GRADUS_ARGUMENT,
                        "--append: the table has a column \"prediction\" "
                        "already: rename it, or leave out --append");
    return GRADUS_OK;
}

gradus_status rows_head(cli_rows *rows, const gradus_data *data)
{
    gradus_data_about about;
    bool first = true;
    gradus_status status = GRADUS_OK;

    gradus_data_describe(data, &about);
    if (rows->append && strcmp(about.format, "csv") != 0)
        return fail(GRADUS_ARGUMENT, "--append is for CSV: this is %s", about.format);
    if (rows->append) {
        rows->from = about.delimiter;
        if (rows->format == FORMAT_CSV)
            rows->to = about.delimiter;
        if (about.header)
            status = read_names(rows, about.header);
        if (status == GRADUS_OK && about.header && rows->format != FORMAT_JSONL)
            status = print_record(rows, about.header, strlen(about.header), &first);
        /* A table without a header stays one. */
        if (!about.header)
            return status;
    }
    if (status != GRADUS_OK || rows->format == FORMAT_JSONL)
        return status;
    print_new(rows, NULL, &first);
    fputc('\n', rows->stream);
    return GRADUS_OK;
}

gradus_status rows_write(cli_rows *rows, const gradus_data *data, const double *y)
{
    size_t width = rows->about.classes ? rows->about.classes : rows->about.targets;
    gradus_status status = GRADUS_OK;

    for (size_t i = 0; i < gradus_data_rows(data) && status == GRADUS_OK; i++) {
        bool first = true;
        if (rows->format == FORMAT_JSONL)
            fputc('{', rows->stream);
        if (rows->append) {
            size_t length;
            const char *text = gradus_data_record(data, i, &length);
            status = print_record(rows, text, length, &first);
        }
        print_new(rows, y + i * width, &first);
        fputs(rows->format == FORMAT_JSONL ? "}\n" : "\n", rows->stream);
    }
    return status;
}
