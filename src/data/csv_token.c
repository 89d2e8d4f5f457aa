/* data/csv_token.c - the records and cells of a CSV file.
 *
 * The window holds the text from the current record on. A record that does not end in it
 * is scanned again from its start when more was read: with a window that doubles, each
 * byte is scanned twice at most, and the scanner needs no state.
 *
 * SPDX-License-Identifier: MIT
 */
#include "data/csv_token.h"

#include <string.h>

#include "base/status.h"
#include "data/table.h"

enum { WINDOW = 1 << 18, FIRST_CELLS = 64 };

static const char too_long[] =
    "a cell longer than 1 GiB: is a quote open, or the file no CSV?";

typedef enum scan {
    SCAN_RECORD,    /* complete */
    SCAN_MORE,      /* the window ends before the record does */
    SCAN_OPEN,      /* the file ends inside quotes */
    SCAN_BEHIND,    /* text behind a closing quote */
    SCAN_CELLS,     /* more cells than the limit */
    SCAN_MEMORY
} scan;

gr_csv_place gr_csv_where(const gr_csv *csv, const char *at)
{
    gr_csv_place place = {csv->line, 1};
    for (const char *p = csv->record; p < at; p++) {
        bool ends_line = *p == '\n' || (*p == '\r' && p[1] != '\n');
        place.line += ends_line;
        place.column = ends_line ? 1 : place.column + ((*p & 0xC0) != 0x80);
    }
    return place;
}

static gradus_status fail_at(const gr_csv *csv, const char *at, const char *message)
{
    gr_csv_place place = gr_csv_where(csv, at);
    return gr_fail(GRADUS_DATA, "%s:%zu:%zu: %s", csv->path, place.line, place.column,
                   message);
}

void gr_csv_set_delimiter(gr_csv *csv, char delimiter)
{
    csv->delimiter = delimiter;
    memset(csv->stops, 0, sizeof csv->stops);
    csv->stops['\n'] = csv->stops['\r'] = csv->stops[(unsigned char)delimiter] = true;
}

/* ---- the window ---- */

static gradus_status read_some(gr_csv *csv, size_t *count)
{
    char *place = csv->window + csv->to;
    size_t room = csv->room - csv->to;
    if (csv->replay) {
        size_t left = csv->kept.length - csv->replayed;
        *count = left < room ? left : room;
        memcpy(place, csv->kept.text + csv->replayed, *count);
        csv->replayed += *count;
        return GRADUS_OK;
    }
    gradus_status status = gr_stream_read(csv->stream, place, room, count);
    if (status == GRADUS_OK && csv->keep)
        status = gr_text_add_bytes(&csv->kept, place, *count);
    return status;
}

/* Reads on: behind what is there, in a bigger window if that is full. */
static gradus_status extend(gr_csv *csv)
{
    if (csv->from > 0) {
        memmove(csv->window, csv->window + csv->from, csv->to - csv->from);
        csv->to -= csv->from;
        csv->from = 0;
    } else if (csv->to == csv->room) {
        gradus_status status = gr_resize(csv->context, csv->room + 1, 2 * csv->room + 1,
                                         1, "CSV window", &csv->window);
        if (status != GRADUS_OK)
            return status;
        csv->room *= 2;
    }
    size_t count;
    gradus_status status = read_some(csv, &count);
    if (status != GRADUS_OK)
        return status;
    const char *zero = memchr(csv->window + csv->to, 0, count);
    csv->has_zero = zero != NULL;
    csv->at_end = count == 0 || csv->has_zero;
    csv->to = zero != NULL ? (size_t)(zero - csv->window) : csv->to + count;
    csv->window[csv->to] = '\n';
    return GRADUS_OK;
}

gradus_status gr_csv_fill(gr_csv *csv, size_t bytes)
{
    gradus_status status = GRADUS_OK;
    while (status == GRADUS_OK && !csv->at_end && csv->to - csv->from < bytes)
        status = extend(csv);
    return status;
}

/* Passes over the byte order mark. */
static gradus_status begin(gr_csv *csv)
{
    gradus_status status = gr_csv_fill(csv, 3);
    if (csv->to >= 3 && memcmp(csv->window, "\xEF\xBB\xBF", 3) == 0)
        csv->from = 3;
    return status;
}

gradus_status gr_csv_open(gr_csv *csv, const gradus_context *context, gr_stream *stream,
                          bool keep)
{
    *csv = (gr_csv){
        .context = context,
        .path = gr_shown_path(gr_stream_path(stream)),
        .most_cells = GR_CSV_COLUMNS,
        .most_bytes = GR_CSV_FIELD,
        .line = 1,
        .stream = stream,
        .keep = keep,
        .kept = {.context = context},
    };
    gr_csv_set_delimiter(csv, ',');
    gradus_status status =
        gr_allocate(context, WINDOW + 1, 1, "CSV window", &csv->window);
    csv->room = WINDOW;
    return status == GRADUS_OK ? begin(csv) : status;
}

gradus_status gr_csv_rewind(gr_csv *csv)
{
    csv->from = csv->to = csv->replayed = 0;
    csv->at_end = csv->has_zero = false;
    csv->line = 1;
    csv->lines = 0;
    csv->replay = csv->keep;
    if (csv->replay)
        return begin(csv);
    gr_stream *again;
    gradus_status status =
        gr_stream_open(csv->context, gr_stream_path(csv->stream), &again);
    if (status != GRADUS_OK)
        return status;
    gr_stream_close(csv->stream);
    csv->stream = again;
    csv->path = gr_shown_path(gr_stream_path(again));
    return begin(csv);
}

void gr_csv_close(gr_csv *csv)
{
    gr_stream_close(csv->stream);
    gr_release(csv->context, csv->window);
    gr_release(csv->context, csv->cell);
    gr_release(csv->context, csv->plain);
    gr_release(csv->context, csv->kept.text);
    *csv = (gr_csv){0};
}

/* ---- scanning ---- */

static bool is_blank(const gr_csv *csv, char c)
{
    return (c == ' ' || c == '\t') && c != csv->delimiter;
}

static size_t count_lines(const char *text, size_t length)
{
    size_t count = 0;
    for (size_t i = 0; i < length; i++)
        count += text[i] == '\n' || (text[i] == '\r' && text[i + 1] != '\n');
    return count;
}

/* From the opening quote at p; returns the place behind the closing one, or NULL. */
static const char *scan_quoted(gr_csv *csv, const char *p, const char *end,
                               gr_csv_cell *cell)
{
    *cell = (gr_csv_cell){.text = p + 1, .at = p};
    for (p++; (p = memchr(p, '"', (size_t)(end - p))) != NULL; p += 2) {
        if (p[1] != '"') { /* at `end` stands a LF: the record is scanned again */
            cell->length = (size_t)(p - cell->text);
            csv->lines += count_lines(cell->text, cell->length);
            return p + 1;
        }
        cell->doubled = csv->doubled = true;
    }
    return NULL;
}

static const char *scan_plain(const gr_csv *csv, const char *p, gr_csv_cell *cell)
{
    *cell = (gr_csv_cell){.text = p, .at = p};
    while (!csv->stops[(unsigned char)*p])
        p++;
    const char *last = p;
    while (last > cell->text && is_blank(csv, last[-1]))
        last--;
    cell->length = (size_t)(last - cell->text);
    return p;
}

/* One more place in csv->cell, filled by the caller. */
static scan add_cell(gr_csv *csv, gr_csv_cell **cell)
{
    if (csv->cells == csv->most_cells)
        return SCAN_CELLS;
    if (csv->cells == csv->cell_room) {
        size_t room = csv->cell_room == 0 ? FIRST_CELLS : 2 * csv->cell_room;
        if (gr_resize(csv->context, csv->cell_room, room, sizeof *csv->cell, "CSV cells",
                      &csv->cell) != GRADUS_OK)
            return SCAN_MEMORY;
        csv->cell_room = room;
    }
    *cell = &csv->cell[csv->cells++];
    return SCAN_RECORD;
}

/* The record at p; *after is the start of the next one, or the place of the trouble. */
static scan scan_record(gr_csv *csv, const char *p, const char **after)
{
    const char *end = csv->window + csv->to;
    csv->record = p;
    csv->cells = 0;
    csv->lines = 1;
    csv->doubled = false;
    for (;; p++) {
        while (is_blank(csv, *p))
            p++;
        gr_csv_cell *cell;
        *after = p;
        scan state = add_cell(csv, &cell);
        if (state != SCAN_RECORD)
            return state;
        if (*p == '"') {
            p = scan_quoted(csv, p, end, cell);
            if (p == NULL)
                return csv->at_end ? SCAN_OPEN : SCAN_MORE;
            while (is_blank(csv, *p))
                p++;
            *after = p;
            if (!csv->stops[(unsigned char)*p])
                return SCAN_BEHIND;
        } else {
            p = scan_plain(csv, p, cell);
        }
        if (*p != csv->delimiter) /* a line end, perhaps the LF at `end` */
            break;
    }
    if (!csv->at_end && (p == end || (*p == '\r' && p + 1 == end)))
        return SCAN_MORE;
    csv->record_length = (size_t)(p - csv->record);
    *after = p == end ? p : *p == '\r' && p[1] == '\n' && p + 1 < end ? p + 2 : p + 1;
    return SCAN_RECORD;
}

/* A line without text: nothing, or nothing but blanks. */
static bool is_empty(const gr_csv *csv)
{
    const gr_csv_cell *cell = csv->cell;
    return csv->cells == 1 && cell->length == 0 && cell->text == cell->at;
}

bool gr_csv_look(gr_csv *csv, size_t *from)
{
    const char *after = csv->window + *from, *end = csv->window + csv->to;
    bool found = false;
    while (!found && after < end && scan_record(csv, after, &after) == SCAN_RECORD)
        found = !is_empty(csv);
    csv->lines = 0;
    *from = (size_t)(after - csv->window);
    return found;
}

/* Undoes doubled quotes, in a copy: the record stays as it is. */
static gradus_status undouble(gr_csv *csv)
{
    if (csv->plain_room < csv->record_length) {
        gradus_status status = gr_resize(csv->context, csv->plain_room,
                                         csv->record_length, 1, "CSV cells", &csv->plain);
        if (status != GRADUS_OK)
            return status;
        csv->plain_room = csv->record_length;
    }
    char *place = csv->plain;
    for (size_t i = 0; i < csv->cells; i++) {
        gr_csv_cell *cell = &csv->cell[i];
        if (!cell->doubled)
            continue;
        char *start = place;
        for (size_t j = 0; j < cell->length; j++) {
            *place++ = cell->text[j];
            j += cell->text[j] == '"';
        }
        cell->text = start;
        cell->length = (size_t)(place - start);
    }
    return GRADUS_OK;
}

static gradus_status finish_record(gr_csv *csv)
{
    for (size_t i = 0; csv->record_length > csv->most_bytes && i < csv->cells; i++)
        if (csv->cell[i].length > csv->most_bytes)
            return fail_at(csv, csv->cell[i].at, too_long);
    return csv->doubled ? undouble(csv) : GRADUS_OK;
}

/* What a scan that gave no record means; `at` is the place of the trouble. */
static gradus_status explain(const gr_csv *csv, scan state, const char *at)
{
    switch (state) {
    case SCAN_OPEN:
        return fail_at(csv, at, "a quote opens here and is never closed: close it");
    case SCAN_BEHIND:
        return fail_at(csv, at,
                       "text behind a closing quote: write \"\" for a quote inside "
                       "quotes, and the delimiter behind the closing one");
    case SCAN_CELLS:
        return fail_at(csv, at,
                       "more than a million cells in a row: is the delimiter right?");
    default:
        return GRADUS_MEMORY; /* gr_resize() has told */
    }
}

gradus_status gr_csv_next(gr_csv *csv, bool *more)
{
    const char *after = NULL;
    csv->line += csv->lines;
    for (;;) {
        csv->lines = csv->cells = 0;
        csv->record = csv->window + csv->from;
        scan state = SCAN_MORE;
        if (csv->from < csv->to)
            state = scan_record(csv, csv->record, &after);
        const char *end = csv->window + csv->to;
        if (csv->has_zero && (state == SCAN_OPEN || csv->from == csv->to || after == end))
            return fail_at(csv, end,
                           "a zero byte: this is no text; is it a binary file, a "
                           "model, or UTF-16?");
        *more = state == SCAN_RECORD;
        if (state == SCAN_RECORD) {
            csv->from = (size_t)(after - csv->window);
            if (!is_empty(csv))
                return finish_record(csv);
            csv->line += csv->lines;
        } else if (state != SCAN_MORE) {
            return explain(csv, state, after);
        } else if (csv->at_end) {
            return GRADUS_OK;
        } else {
            if (csv->cells > 0 && (size_t)(end - after) > csv->most_bytes)
                return fail_at(csv, after, too_long);
            gradus_status status = extend(csv);
            if (status != GRADUS_OK)
                return status;
        }
    }
}
