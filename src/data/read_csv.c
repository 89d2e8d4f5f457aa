/* data/read_csv.c - a table from CSV, whole or in pieces.
 *
 * One pass: each record goes straight into growing columns. Only columns whose numbers
 * turn out to be texts after all are read again, from the file or, where it cannot be
 * opened twice (a pipe), from what was kept of it.
 *
 * SPDX-License-Identifier: MIT
 */
#include <string.h>

#include "base/status.h"
#include "data/csv_table.h"

/* ---- bad rows ---- */

gradus_status gr_csv_reject(gr_csv_table *table)
{
    if (table->rejects == NULL)
        return GRADUS_OK;
    gradus_status status = gr_writer_write(table->rejects, table->csv.record,
                                           table->csv.record_length);
    return status == GRADUS_OK ? gr_writer_write(table->rejects, "\n", 1) : status;
}

gradus_status gr_csv_skip(gr_csv_table *table)
{
    table->skips++;
    if (table->rules.has_model) /* no column of it needs the second pass */
        return gr_csv_reject(table);
    if (table->skips > table->skip_room) {
        size_t room = 2 * table->skip_room + 16;
        gradus_status status = gr_resize(table->context, table->skip_room, room,
                                         sizeof *table->skipped, "skipped rows",
                                         &table->skipped);
        if (status != GRADUS_OK)
            return status;
        table->skip_room = room;
    }
    table->skipped[table->skips - 1] = table->record;
    return gr_csv_reject(table);
}

bool gr_csv_is_ragged(const gr_csv_table *table)
{
    return table->csv.cells != table->shape.columns;
}

gradus_status gr_csv_fail_ragged(const gr_csv_table *table)
{
    const gr_csv *csv = &table->csv;
    return gr_fail(GRADUS_DATA,
                   "%s:%zu: %zu cell%s where %zu %s expected: mend the row, or "
                   "--on-bad-row skip",
                   csv->path, csv->line, csv->cells, csv->cells == 1 ? "" : "s",
                   table->shape.columns, table->shape.columns == 1 ? "is" : "are");
}

static bool has_bad_cell(const gr_csv_table *table)
{
    for (size_t j = 0; j < table->shape.columns; j++)
        if (gr_csv_cell_is_bad(&table->rules, &table->column[j], &table->csv.cell[j]))
            return true;
    return false;
}

/* ---- rows ---- */

static gradus_status grow(gr_csv_table *table, size_t limit)
{
    gradus_status status = GRADUS_OK;
    size_t room = table->room + table->room / 2 + 8;
    room = room < limit ? room : limit;
    for (size_t j = 0; j < table->shape.columns && status == GRADUS_OK; j++)
        status = gr_csv_column_grow(table->context, &table->column[j], table->room, room);
    if (status == GRADUS_OK && table->keep_records)
        status =
            gr_resize(table->context, table->room == 0 ? 0 : table->room + 1, room + 1,
                      sizeof *table->text_start, "records", &table->text_start);
    table->room = room;
    return status;
}

static gradus_status add_row(gr_csv_table *table, size_t limit)
{
    gradus_status status = GRADUS_OK;
    const gr_csv *csv = &table->csv;
    if (table->rows == table->room)
        GR_TRY(grow(table, limit));
    for (size_t j = 0; j < table->shape.columns; j++)
        GR_TRY(gr_csv_column_add(csv, &table->rules, &table->column[j], &csv->cell[j],
                                 table->rows, table->room));
    if (table->keep_records) {
        GR_TRY(gr_text_add_bytes(&table->texts, csv->record, csv->record_length));
        table->text_start[table->rows + 1] = table->texts.length;
    }
    table->rows++;
done:
    return status;
}

static gradus_status read_rows(gr_csv_table *table, size_t limit)
{
    gradus_status status = GRADUS_OK;
    bool more = true;
    while (table->rows < limit) {
        GR_TRY(gr_csv_next(&table->csv, &more));
        if (!more)
            break;
        table->record++;
        if (table->skip && (gr_csv_is_ragged(table) || has_bad_cell(table)))
            GR_TRY(gr_csv_skip(table));
        else
            GR_TRY(gr_csv_is_ragged(table) ? gr_csv_fail_ragged(table)
                                           : add_row(table, limit));
    }
    if (table->rows == GR_DATA_ROWS)
        status = gr_fail(GRADUS_DATA, "%s: more than %zu rows: take a part of them",
                         table->csv.path, GR_DATA_ROWS - 1);
done:
    return status;
}

/* ---- the second pass ---- */

static gradus_status fail_changed(const gr_csv_table *table)
{
    return gr_fail(GRADUS_DATA, "%s: it changed while it was read: try again",
                   table->csv.path);
}

/* The file's records once more; `late` are the columns that are to be filled. */
static gradus_status read_late(gr_csv_table *table, const size_t *late, size_t count)
{
    gradus_status status;
    gr_csv *csv = &table->csv;
    size_t record = 0, skip = 0, row = 0;
    bool more;
    GR_TRY(gr_csv_rewind(csv));
    while (record < table->record) {
        GR_TRY(gr_csv_next(csv, &more));
        if (!more)
            break;
        record++;
        bool skipped = skip < table->skips && table->skipped[skip] == record;
        skip += skipped;
        if (skipped || record <= table->first)
            continue;
        if (gr_csv_is_ragged(table) || row == table->rows)
            GR_TRY(fail_changed(table));
        for (size_t k = 0; k < count; k++)
            GR_TRY(gr_csv_column_add(csv, &table->rules, &table->column[late[k]],
                                     &csv->cell[late[k]], row, table->room));
        row++;
    }
    if (row != table->rows)
        GR_TRY(fail_changed(table));
done:
    return status;
}

static gradus_status read_again(gr_csv_table *table)
{
    gradus_status status;
    size_t *late = NULL, count = 0;
    GR_TRY(gr_allocate(table->context, table->shape.columns, sizeof *late, "columns",
                       &late));
    for (size_t j = 0; j < table->shape.columns; j++)
        if (table->column[j].kind == GR_CSV_LATER) {
            GR_TRY(gr_csv_column_again(table->context, &table->column[j], table->room));
            late[count++] = j;
        }
    if (count > 0)
        GR_TRY(read_late(table, late, count));
done:
    gr_release(table->context, late);
    return status;
}

/* ---- from columns to a table ---- */

static gradus_status finish(gr_csv_table *table, gradus_data *data)
{
    gradus_status status = GRADUS_OK;
    data->rows = table->rows;
    for (size_t j = 0; j < table->shape.columns; j++) {
        if (table->kind[j] == GR_CSV_PASS)
            continue;
        const char *name = table->column[j].name;
        gr_column *done = &data->column[data->names.count];
        GR_TRY(gr_data_add_name(data, name, strlen(name)));
        GR_TRY(gr_csv_column_finish(&table->csv, &table->column[j], table->rows,
                                    table->room, done));
    }
    if (table->header != NULL)
        GR_TRY(gr_copy_text(table->context, table->header, strlen(table->header),
                            &data->header));
    GR_TRY(gr_copy_text(table->context, table->marks, strlen(table->marks), &data->missing));
    data->about = (gradus_data_about){
        .format = "csv",
        .bytes = gr_stream_bytes(table->csv.stream),
        .delimiter = table->csv.delimiter,
        .has_header = table->shape.has_header,
        .skipped = table->skips,
    };
    data->records = table->texts.text;
    data->record_start = table->text_start;
    table->texts = (gr_text){.context = table->context};
    table->text_start = NULL;
done:
    return status;
}

static void start_piece(gr_csv_table *table)
{
    table->rows = table->room = 0;
    table->texts.length = 0;
    for (size_t j = 0; j < table->shape.columns; j++) {
        gr_csv_column_free(table->context, &table->column[j]);
        table->column[j].kind = table->kind[j];
        table->column[j].name = table->head->column[j].name;
    }
}

gradus_status gr_csv_table_read(gr_csv_table *table, size_t limit, gradus_data **out)
{
    gradus_status status;
    gradus_data *data = NULL;
    size_t wanted = 0;
    *out = NULL;
    limit = limit < GR_DATA_ROWS ? limit : GR_DATA_ROWS;
    start_piece(table);
    GR_TRY(read_rows(table, limit));
    if (table->rows == 0)
        return GRADUS_OK;
    uint64_t bytes = gr_stream_bytes(table->csv.stream);
    GR_TRY(read_again(table));
    for (size_t j = 0; j < table->shape.columns; j++)
        wanted += table->kind[j] != GR_CSV_PASS;
    GR_TRY(gr_data_start(table->context, table->head->path, wanted, &data));
    GR_TRY(finish(table, data));
    data->about.bytes = bytes;
    *out = data;
    data = NULL;
done:
    gradus_data_free(data);
    return status;
}

gradus_status gr_csv_table_commit(gr_csv_table *table)
{
    gr_writer *rejects = table->rejects;
    table->rejects = NULL;
    return rejects != NULL ? gr_writer_commit(rejects) : GRADUS_OK;
}

void gr_csv_table_free(gr_csv_table *table)
{
    if (table == NULL)
        return;
    const gradus_context *context = table->context;
    for (size_t j = 0; table->column != NULL && j < table->shape.columns; j++)
        gr_csv_column_free(context, &table->column[j]);
    gr_writer_cancel(table->rejects);
    gr_values_free(context, &table->rules.missing);
    gr_release(context, table->marks);
    gradus_data_free(table->head);
    gr_csv_close(&table->csv);
    gr_release(context, table->kind);
    gr_release(context, table->column);
    gr_release(context, table->header);
    gr_release(context, table->skipped);
    gr_release(context, table->texts.text);
    gr_release(context, table->text_start);
    gr_release(context, table);
}

/* ---- the format ---- */

bool gr_csv_recognise(const unsigned char *bytes, size_t count)
{
    (void)bytes;
    (void)count;
    return true;
}

gradus_status gr_csv_read(const gr_source *source, gradus_data **data)
{
    gradus_status status;
    gr_csv_table *table = NULL;
    *data = NULL;
    GR_TRY(gr_csv_table_open(source, true, &table));
    GR_TRY(gr_csv_table_read(table, SIZE_MAX, data));
    if (*data == NULL)
        status = gr_fail(GRADUS_DATA, "%s: %s: is it the right file?", table->csv.path,
                         table->csv.has_zero ? "no text: there are zero bytes in it"
                         : table->skips > 0  ? "every row was skipped"
                                             : "a header and no rows below it");
    if (status == GRADUS_OK)
        status = gr_csv_table_commit(table);
    if (status != GRADUS_OK) {
        gradus_data_free(*data);
        *data = NULL;
    }
done:
    gr_csv_table_free(table);
    return status;
}
