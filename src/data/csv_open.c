/* data/csv_open.c - before the first row of a CSV: options, header, kinds of columns.
 *
 * SPDX-License-Identifier: MIT
 */
#include <string.h>

#include "base/status.h"
#include "data/csv_table.h"

static gradus_status take_header(gr_csv_table *table)
{
    gradus_status status;
    gr_csv *csv = &table->csv;
    bool more = true;
    do {
        GR_TRY(gr_csv_next(csv, &more));
        table->record++;
        if (more && gr_csv_is_ragged(table))
            GR_TRY(table->skip ? gr_csv_skip(table) : gr_csv_fail_ragged(table));
    } while (more && gr_csv_is_ragged(table));
    for (size_t j = 0; j < csv->cells; j++)
        GR_TRY(gr_data_add_name(table->head, csv->cell[j].text, csv->cell[j].length));
    if (table->keep_records)
        GR_TRY(gr_copy_text(table->context, csv->record, csv->record_length,
                            &table->header));
    GR_TRY(gr_csv_reject(table)); /* so that the rejects can be mended and read again */
done:
    return status;
}

static gradus_status name_columns(gr_csv_table *table, const char *path)
{
    gradus_status status = gr_data_start(table->context, path, table->shape.columns,
                                         &table->head);
    if (status == GRADUS_OK && table->shape.has_header)
        status = take_header(table);
    while (status == GRADUS_OK && table->head->names.count < table->shape.columns)
        status = gr_data_add_name(table->head, "", 0);
    table->first = table->record;
    return status;
}

/* As the column of this name in the other table; one without a value tells nothing. */
static gr_csv_kind kind_like(const gradus_data *like, const char *name)
{
    size_t found = like != NULL ? gradus_data_find(like, name) : SIZE_MAX;
    if (found == SIZE_MAX)
        return GR_CSV_OPEN;
    const gr_column *column = &like->column[found];
    if (column->kind == GRADUS_CATEGORY)
        return GR_CSV_CATEGORY;
    return column->missing < like->rows ? GR_CSV_NUMBERS : GR_CSV_OPEN;
}

/* Kinds from options->numeric and options->categorical, then from options->like. */
static gradus_status mark_kinds(gr_csv_table *table, const gradus_read_options *options)
{
    gradus_status status;
    bool *numeric = NULL, *categorical = NULL;
    size_t columns = table->shape.columns;
    GR_TRY(gr_allocate(table->context, columns, sizeof *numeric, "columns", &numeric));
    GR_TRY(gr_allocate(table->context, columns, sizeof *categorical, "columns",
                       &categorical));
    GR_TRY(gr_data_mark(table->head, options->numeric, "numeric", numeric));
    GR_TRY(gr_data_mark(table->head, options->categorical, "categorical", categorical));
    for (size_t j = 0; j < columns; j++) {
        const char *name = table->head->column[j].name;
        if (numeric[j] && categorical[j])
            GR_TRY(gr_fail(GRADUS_ARGUMENT, "column %s: named in numeric and in "
                           "categorical: choose one", name));
        table->kind[j] = numeric[j]       ? GR_CSV_NUMBERS
                         : categorical[j] ? GR_CSV_CATEGORY
                                          : kind_like(options->like, name);
    }
done:
    gr_release(table->context, categorical);
    gr_release(table->context, numeric);
    return status;
}

/* Names of a model's inputs, then of its targets: a name's code is its index. */
static gradus_status collect_names(const gradus_context *context, const gr_prep *prep,
                                   bool targets, gr_values *names)
{
    uint32_t code;
    gradus_status status = GRADUS_OK;
    for (size_t i = 0; i < prep->inputs && status == GRADUS_OK; i++)
        status = gr_values_add(context, names, prep->input[i].name,
                               strlen(prep->input[i].name), &code);
    for (size_t t = 0; t < prep->targets && targets && status == GRADUS_OK; t++)
        status = gr_values_add(context, names, prep->target[t].name,
                               strlen(prep->target[t].name), &code);
    return status;
}

static void take_kinds(gr_csv_table *table, const gr_prep *prep, const gr_values *names)
{
    for (size_t j = 0; j < table->shape.columns; j++) {
        const char *name = table->head->column[j].name;
        uint32_t code = gr_values_find(names, name, strlen(name));
        gradus_column_kind kind = GRADUS_NUMBER;
        if (code < prep->inputs)
            kind = prep->input[code].kind;
        else if (prep->task == GRADUS_CLASSIFICATION)
            kind = GRADUS_CATEGORY;
        table->kind[j] = code == GR_MISSING      ? GR_CSV_PASS
                         : kind == GRADUS_NUMBER ? GR_CSV_NUMBERS
                                                 : GR_CSV_CATEGORY;
    }
}

/* ---- opening ---- */

static gradus_status check_options(const gradus_read_options *options)
{
    char delimiter = options->delimiter;
    char decimal = options->decimal == 0 ? '.' : options->decimal;
    if (decimal != '.' && decimal != ',')
        return gr_fail(GRADUS_ARGUMENT, "decimal \"%c\": not a decimal sign: use . or ,",
                       decimal);
    if (delimiter != 0 && (strchr("\"\r\n.", delimiter) != NULL || delimiter == decimal))
        return gr_fail(GRADUS_ARGUMENT,
                       "delimiter \"%c\": cannot part cells: use another, "
                       "such as , or ;",
                       delimiter);
    if (options->rejects != NULL && !options->skip_bad_rows)
        return gr_fail(GRADUS_ARGUMENT, "rejects: no rows are skipped: set "
                       "--on-bad-row skip, too");
    return GRADUS_OK;
}

static bool opens_twice(const gradus_context *context, const char *path)
{
    return context->files.kind(path, context->files.user) == GRADUS_FILE_REGULAR;
}

static gradus_status find_shape(const gr_source *source, gr_csv_table *table,
                                const gr_values *names)
{
    gradus_status status;
    const gradus_read_options *options = source->options;
    const char *marks = options->missing != NULL ? options->missing
                        : source->prep != NULL   ? source->prep->missing
                        : options->like != NULL  ? options->like->missing
                                                 : NULL;
    if (marks == NULL)
        marks = GR_MISSING_MARKS;
    table->rules.decimal = options->decimal == 0 ? '.' : options->decimal;
    table->rules.has_model = source->prep != NULL;
    table->shape.delimiter = options->delimiter;
    GR_TRY(gr_csv_set_marks(table->context, marks, &table->rules));
    GR_TRY(gr_copy_text(table->context, marks, strlen(marks), &table->marks));
    GR_TRY(gr_csv_guess(&table->csv, &table->rules, options->header,
                        source->prep != NULL ? names : NULL, &table->shape));
    if (table->shape.columns == 0) { /* nothing, or the first record is broken */
        bool more;
        GR_TRY(gr_csv_next(&table->csv, &more));
        GR_TRY(gr_fail(GRADUS_DATA, "%s: empty: there is no row in it", table->csv.path));
    }
done:
    return status;
}

gradus_status gr_csv_table_open(const gr_source *source, bool targets, gr_csv_table **out)
{
    gradus_status status;
    const gradus_context *context = source->context;
    const gradus_read_options *options = source->options;
    gr_csv_table *table = NULL;
    gr_values names = {0};
    gr_stream *stream = source->stream;
    *out = NULL;
    GR_TRY(check_options(options));
    GR_TRY(gr_allocate(context, 1, sizeof *table, "a table", &table));
    table->context = table->texts.context = context;
    table->skip = options->skip_bad_rows != 0;
    table->keep_records = options->keep_records != 0;
    bool keep = source->prep == NULL && !opens_twice(context, gr_stream_path(stream));
    status = gr_csv_open(&table->csv, context, stream, keep);
    stream = NULL;
    GR_TRY(status);
    if (source->prep != NULL)
        GR_TRY(collect_names(context, source->prep, targets, &names));
    if (options->rejects != NULL)
        GR_TRY(gr_writer_open(context, options->rejects, &table->rejects));
    GR_TRY(find_shape(source, table, &names));
    GR_TRY(name_columns(table, gr_stream_path(table->csv.stream)));
    GR_TRY(gr_allocate(context, table->shape.columns, sizeof *table->kind, "columns",
                       &table->kind));
    GR_TRY(gr_allocate(context, table->shape.columns, sizeof *table->column, "columns",
                       &table->column));
    if (source->prep != NULL)
        take_kinds(table, source->prep, &names);
    else
        GR_TRY(mark_kinds(table, options));
    *out = table;
    table = NULL;
done:
    gr_values_free(context, &names);
    gr_stream_close(stream);
    gr_csv_table_free(table);
    return status;
}
