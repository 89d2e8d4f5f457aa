/*
 * cli/cmd_predict.c - gradus predict: one output row for each input row
 *
 * Tables are read and answered a piece at a time, so that a stream of any length needs
 * no more memory than a short one.
 *
 * SPDX-License-Identifier: MIT
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "commands.h"
#include "config.h"
#include "message.h"
#include "output.h"
#include "rows.h"
#include "table.h"
#include "text.h"
#include "unseen.h"

/* Cells of a piece: some megabytes, whatever the width of the table. */
enum { PIECE_CELLS = 1 << 18, PIECE_ROWS = 4096 };

typedef struct cli_predict {
    const cli_settings *settings;
    gradus_context *context;
    gradus_model *model;
    gradus_model_about about;
    gradus_predictor *predictor;
    gradus_read_options read;
    const char *path;
    cli_output output;
    cli_rows rows;
    double *y; /* [y_rows][classes or targets] */
    size_t y_rows;
    uint64_t row_count, skipped;
    bool headed;
} cli_predict;

static gradus_status answer(cli_predict *predict, const gradus_data *data)
{
    size_t count = gradus_data_rows(data);
    size_t width =
        predict->about.classes ? predict->about.classes : predict->about.targets;
    gradus_data_about about;
    gradus_status status;

    if (count > predict->y_rows) {
        free(predict->y);
        predict->y = calloc(count, width * sizeof *predict->y);
        predict->y_rows = predict->y ? count : 0;
        if (!predict->y)
            return fail(GRADUS_MEMORY, "out of memory: predictions of %zu rows", count);
    }
    status = gradus_predictor_run(predict->predictor, data, predict->y);
    if (status != GRADUS_OK)
        return fail_library(status);
    if (!predict->headed)
        status = rows_head(&predict->rows, data);
    predict->headed = true;
    if (status == GRADUS_OK)
        status = rows_write(&predict->rows, data, predict->y);
    if (status == GRADUS_OK && predict->settings->unbuffered)
        fflush(predict->output.stream);
    if (status == GRADUS_OK)
        status = output_state(&predict->output);
    gradus_data_describe(data, &about);
    predict->skipped = about.skipped; /* of the stream so far */
    predict->row_count += count;
    return status;
}

static size_t piece_rows(const cli_predict *predict)
{
    size_t rows = PIECE_CELLS / (predict->about.inputs + predict->about.classes + 1);

    if (predict->settings->unbuffered || rows == 0)
        return 1;
    return rows < PIECE_ROWS ? rows : PIECE_ROWS;
}

static gradus_status answer_all(cli_predict *predict)
{
    gradus_reader *reader = NULL;
    gradus_data *data = NULL;
    size_t rows = piece_rows(predict);
    gradus_status reading =
        gradus_reader_new(predict->context, predict->path, &predict->read, &reader);
    gradus_status status = GRADUS_OK;

    while (reading == GRADUS_OK && status == GRADUS_OK) {
        reading = gradus_reader_next(reader, rows, &data);
        if (reading != GRADUS_OK || !data)
            break;
        status = answer(predict, data);
        gradus_data_free(data);
    }
    gradus_reader_free(reader);
    return reading == GRADUS_OK ? status : fail_library(reading);
}

static void say_end(const cli_predict *predict)
{
    if (predict->skipped)
        note("%s of %s rows; %s malformed ones left out", text_count(predict->row_count),
             text_count(predict->row_count + predict->skipped),
             text_count(predict->skipped));
    unseen_note(predict->predictor, predict->model);
}

static gradus_status run(cli_predict *predict)
{
    const cli_settings *settings = predict->settings;
    gradus_status status =
        output_open(&predict->output, settings->output, settings->force);

    if (status != GRADUS_OK)
        return status;
    status = rows_open(&predict->rows, settings, predict->model, predict->output.stream);
    if (predict->read.decimal && settings->append && settings->format == FORMAT_CSV)
        predict->rows.decimal = predict->read.decimal;
    predict->rows.escapes = isatty(fileno(predict->output.stream));
    if (status == GRADUS_OK)
        status = answer_all(predict);
    if (status == GRADUS_OK && !predict->headed)
        status = fail(GRADUS_DATA, "%s: no rows: nothing to predict", predict->path);
    if (status == GRADUS_OK)
        status = output_commit(&predict->output);
    else
        output_cancel(&predict->output);
    if (status == GRADUS_OK)
        say_end(predict);
    rows_close(&predict->rows);
    free(predict->y);
    return status;
}

gradus_status cmd_predict(cli_settings *settings)
{
    cli_predict predict = {.settings = settings};
    gradus_status status;

    if (settings->print_config) {
        config_print(settings, stdout);
        return GRADUS_OK;
    }
    predict.path = settings->arguments > 1 ? settings->argument[1] : "-";
    note_terminal(predict.path);
    status = output_check(settings->output, settings->force);
    if (status != GRADUS_OK)
        return status;
    status = gradus_context_new(&settings->context, &predict.context);
    if (status == GRADUS_OK)
        status =
            gradus_model_load(predict.context, settings->argument[0], &predict.model);
    if (status == GRADUS_OK)
        status = gradus_predictor_new(predict.model, &predict.predictor);
    if (status == GRADUS_OK) {
        gradus_model_describe(predict.model, &predict.about);
        predict.read = table_options(settings, predict.model);
        predict.read.keep_records = settings->append;
        status = run(&predict);
    } else {
        fail_library(status);
    }
    gradus_predictor_free(predict.predictor);
    gradus_model_free(predict.model);
    gradus_context_free(predict.context);
    return status;
}
