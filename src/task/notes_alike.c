/*
 * task/notes_alike.c - what says the same thing: columns, rows, and a column the answer
 *
 * Two columns are alike when equal cells of one stand beside equal cells of the other,
 * and different ones beside different ones: then each can be told from the other. Columns
 * of which hardly any two cells are equal are alike only when they are equal.
 *
 * SPDX-License-Identifier: MIT
 */
#include "base/digest.h"
#include "base/status.h"
#include "task/notes.h"
#include "task/numbering.h"

enum {
    PROBE = 4096,              /* rows whose pattern is compared first */
    PATTERNS = 1 << 16,        /* distinct cells in columns that are compared */
    LEAK_VALUES = 1000,        /* of a column that is tried as an answer, */
    LEAK_CLASSES = 100,        /* and classes that it is tried for */
    MOST_NOTES = 5,
    LOOK_CELLS = 100 * 1000000 /* larger tables are not searched for equal rows */
};

typedef struct pattern {
    uint64_t digest;
    bool values_only;          /* hardly two cells are equal: cells were digested */
    bool constant;
} pattern;

/* A column's first rows: the numbers of its cells, or the cells. */
static pattern find_pattern(const gr_column *column, size_t rows, gr_numbering *numbering,
                            uint64_t *room)
{
    const size_t probe = rows < PROBE ? rows : PROBE;

    gr_numbering_clear(numbering);
    for (size_t i = 0; i < probe; i++)
        room[i] = gr_numbering_add(numbering, gr_cell_key(column, i));
    const bool values_only = numbering->count > probe / 2;
    for (size_t i = 0; i < probe && values_only; i++)
        room[i] = gr_cell_key(column, i);
    return (pattern){gr_digest_of(room, probe * sizeof *room), values_only,
                     numbering->count < 2};
}

static bool are_alike(const gr_column *one, const gr_column *two, size_t rows,
                      gr_numbering numbering[2])
{
    gr_numbering_clear(&numbering[0]);
    gr_numbering_clear(&numbering[1]);
    for (size_t i = 0; i < rows; i++) {
        const uint32_t a = gr_numbering_add(&numbering[0], gr_cell_key(one, i));
        const uint32_t b = gr_numbering_add(&numbering[1], gr_cell_key(two, i));
        if (a != b || a == UINT32_MAX)
            return false;
    }
    return true;
}

static bool are_equal(const gr_column *one, const gr_column *two, size_t rows)
{
    for (size_t i = 0; i < rows; i++)
        if (one->kind != two->kind || gr_cell_key(one, i) != gr_cell_key(two, i))
            return false;
    return true;
}

static gradus_status note_pair(gr_notes *notes, const gr_column *one,
                               const gr_column *two, bool is_target)
{
    if (is_target)
        return gr_note(notes, "\"%s\" and the target \"%s\" say the same thing: does it "
                       "give the answer away?", one->name, two->name);
    return gr_note(notes, "\"%s\" and \"%s\" say the same thing (1:1)", one->name,
                   two->name);
}

/* Compares each column with the first one of the same pattern; the target comes last. */
static gradus_status note_pairs(gr_notes *notes, const gr_roles *roles, pattern *patterns,
                                gr_numbering numbering[2])
{
    gradus_status status = GRADUS_OK;
    const gradus_data *data = roles->data;
    size_t noted = 0;

    for (size_t k = 1; k <= roles->inputs && noted < MOST_NOTES; k++) {
        const bool is_target = k == roles->inputs;
        const gr_column *two =
            &data->column[is_target ? roles->target[0] : roles->input[k]];
        for (size_t j = 0; j < k && !patterns[k].constant; j++) {
            const gr_column *one = &data->column[roles->input[j]];
            if (patterns[j].digest != patterns[k].digest
                || patterns[j].values_only != patterns[k].values_only)
                continue;
            if (patterns[k].values_only ? !are_equal(one, two, data->rows)
                                        : !are_alike(one, two, data->rows, numbering))
                continue;
            noted++;
            GR_TRY(note_pair(notes, one, two, is_target));
            break;
        }
    }
done:
    return status;
}

/* ---- a column that is the answer ---- */

/*
 * Rows that are wrong when each value of a column stands for its commonest class.
 * counts [values][classes].
 */
static size_t count_errors(const uint32_t *counts, size_t values, size_t classes)
{
    size_t errors = 0;

    for (size_t v = 0; v < values; v++) {
        uint32_t most = 0, all = 0;
        for (size_t k = 0; k < classes; k++) {
            const uint32_t count = counts[v * classes + k];
            most = count > most ? count : most;
            all += count;
        }
        errors += all - most;
    }
    return errors;
}

typedef struct leak_search {
    gr_notes *notes;
    const gr_roles *roles;
    const uint32_t *classes;
    size_t class_count;
    gr_numbering *numbering;
    uint32_t *counts;       /* [LEAK_VALUES][classes] */
    size_t rows, errors;    /* with a class; of the commonest class alone */
} leak_search;

static gradus_status note_leak(const leak_search *s, const gr_column *column)
{
    const size_t rows = s->roles->data->rows;
    const size_t most = rows / 20 < LEAK_VALUES ? rows / 20 : LEAK_VALUES;

    gr_numbering_clear(s->numbering);
    for (size_t n = 0; n < most * s->class_count; n++)
        s->counts[n] = 0;
    for (size_t i = 0; i < rows; i++) {
        if (s->classes[i] == GR_MISSING)
            continue;
        const uint32_t value = gr_numbering_add(s->numbering, gr_cell_key(column, i));
        if (value >= most)
            return GRADUS_OK;
        s->counts[value * s->class_count + s->classes[i]]++;
    }
    const size_t errors = count_errors(s->counts, s->numbering->count, s->class_count);
    if (errors == 0 && s->numbering->count == s->class_count)
        return GRADUS_OK; /* 1:1 with the target, which note_pairs() says */
    if (errors > s->errors / 10)
        return GRADUS_OK;
    char right[GR_COUNT_LENGTH], all[GR_COUNT_LENGTH];
    return gr_note(s->notes, "\"%s\" alone tells the target in %s of %s rows: does it "
                   "give the answer away?", column->name,
                   gr_count_text(s->rows - errors, right), gr_count_text(s->rows, all));
}

static gradus_status note_leaks(leak_search *s)
{
    gradus_status status;
    const gr_roles *roles = s->roles;
    const gradus_context *context = s->notes->context;

    GR_TRY(gr_allocate(context, s->class_count, LEAK_VALUES * sizeof *s->counts,
                       "counts of classes", &s->counts));
    for (size_t i = 0; i < roles->data->rows; i++)
        if (s->classes[i] != GR_MISSING) {
            s->counts[s->classes[i]]++;
            s->rows++;
        }
    s->errors = count_errors(s->counts, 1, s->class_count);
    for (size_t k = 0; k < roles->inputs; k++)
        GR_TRY(note_leak(s, &roles->data->column[roles->input[k]]));
done:
    gr_release(context, s->counts);
    return status;
}

gradus_status gr_note_alike(gr_notes *notes, const gr_roles *roles,
                            const uint32_t *classes, size_t class_count)
{
    gradus_status status;
    const gradus_context *context = notes->context;
    const gradus_data *data = roles->data;
    gr_numbering probe = {0}, numbering[2] = {{0}};
    pattern *patterns = NULL; /* [inputs + 1], the target's last */
    uint64_t *room = NULL;

    if (data->image)
        return GRADUS_OK;
    GR_TRY(gr_numbering_open(context, PROBE, &probe));
    GR_TRY(gr_numbering_open(context, PATTERNS, &numbering[0]));
    GR_TRY(gr_numbering_open(context, PATTERNS, &numbering[1]));
    GR_TRY(gr_allocate(context, roles->inputs + 1, sizeof *patterns, "columns",
                       &patterns));
    GR_TRY(gr_allocate(context, PROBE, sizeof *room, "columns", &room));
    for (size_t k = 0; k <= roles->inputs; k++)
        patterns[k] = find_pattern(
            &data->column[k == roles->inputs ? roles->target[0] : roles->input[k]],
            data->rows, &probe, room);
    GR_TRY(note_pairs(notes, roles, patterns, numbering));
    leak_search leaks = {.notes = notes, .roles = roles, .classes = classes,
                         .class_count = class_count, .numbering = &probe};
    if (classes != NULL && class_count <= LEAK_CLASSES)
        GR_TRY(note_leaks(&leaks));
done:
    gr_release(context, room);
    gr_release(context, patterns);
    gr_numbering_close(&numbering[1]);
    gr_numbering_close(&numbering[0]);
    gr_numbering_close(&probe);
    return status;
}

/* ---- rows ---- */

gradus_status gr_note_duplicates(gr_notes *notes, const gr_roles *roles,
                                 gradus_split split)
{
    gradus_status status;
    const gradus_data *data = roles->data;
    gr_numbering numbering = {0};
    const size_t columns = roles->inputs + roles->targets;
    uint64_t *keys = NULL;
    char count[GR_COUNT_LENGTH];

    if (data->rows > LOOK_CELLS / columns)
        return GRADUS_OK;
    GR_TRY(gr_numbering_open(notes->context, (uint32_t)data->rows, &numbering));
    GR_TRY(gr_allocate(notes->context, columns, sizeof *keys, "a row", &keys));
    for (size_t i = 0; i < data->rows; i++) {
        for (size_t k = 0; k < roles->inputs; k++)
            keys[k] = gr_cell_key(&data->column[roles->input[k]], i);
        for (size_t t = 0; t < roles->targets; t++)
            keys[roles->inputs + t] = gr_cell_key(&data->column[roles->target[t]], i);
        gr_numbering_add(&numbering, gr_digest_of(keys, columns * sizeof *keys));
    }
    const size_t duplicates = data->rows - numbering.count;
    if (duplicates > 0)
        GR_TRY(gr_note(notes, "%s duplicate row%s%s", gr_count_text(duplicates, count),
                       duplicates == 1 ? "" : "s",
                       split == GRADUS_SPLIT_CONTENT
                           ? ", kept on one side of the split"
                           : "; --split content keeps equal rows on one side"));
done:
    gr_release(notes->context, keys);
    gr_numbering_close(&numbering);
    return status;
}
