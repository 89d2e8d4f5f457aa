/*
 * task/roles.c - what each column of a table is for, and which rows are used
 *
 * SPDX-License-Identifier: MIT
 */
#include "task/roles.h"

#include <math.h>
#include <string.h>

#include "base/memory.h"
#include "base/status.h"

/* ---- targets ---- */

/* A name that is a column as it stands needs no quotes, though it has a comma. */
static gradus_status mark_targets(const gradus_data *data, const char *list, bool *marks)
{
    if (list == NULL && data->label_column != SIZE_MAX) {
        marks[data->label_column] = true;
        return GRADUS_OK;
    }
    if (list == NULL || list[0] == '\0')
        return gr_fail(GRADUS_ARGUMENT, "--target: none given: name the column to learn");
    const size_t whole = gradus_data_find(data, list);
    if (whole == SIZE_MAX)
        return gr_data_mark(data, list, "--target", marks);
    marks[whole] = true;
    return GRADUS_OK;
}

static bool has_value(const gr_column *column, size_t row)
{
    if (column->kind == GRADUS_CATEGORY)
        return column->codes[row] != GR_MISSING;
    return !isnan(gr_column_number(column, row));
}

/* Whole numbers only, as class numbers are. */
static bool is_whole(const gr_column *column, size_t rows)
{
    for (size_t i = 0; i < rows; i++) {
        const double number = gr_column_number(column, i);
        if (!isnan(number) && rint(number) != number)
            return false;
    }
    return true;
}

/* Distinct numbers of a column, counted up to 3. */
static size_t count_numbers(const gr_column *column, size_t rows)
{
    double seen[2];
    size_t count = 0;

    for (size_t i = 0; i < rows; i++) {
        const double number = gr_column_number(column, i);
        if (isnan(number) || (count > 0 && number == seen[0])
            || (count > 1 && number == seen[1]))
            continue;
        if (count == 2)
            return 3;
        seen[count++] = number;
    }
    return count;
}

static gradus_task usual_task(const gradus_data *data, size_t target)
{
    const gr_column *column = &data->column[target];

    if (column->kind == GRADUS_CATEGORY || count_numbers(column, data->rows) == 2)
        return GRADUS_CLASSIFICATION;
    if (target == data->label_column && is_whole(column, data->rows))
        return GRADUS_CLASSIFICATION;
    return GRADUS_REGRESSION;
}

static gradus_status check_numbers(const gr_roles *roles)
{
    for (size_t t = 0; t < roles->targets; t++) {
        const gr_column *column = &roles->data->column[roles->target[t]];
        if (column->kind == GRADUS_NUMBER)
            continue;
        if (roles->targets > 1)
            return gr_fail(GRADUS_ARGUMENT,
                           "--target \"%s\": it holds text (\"%s\"): of several targets "
                           "all must be numbers",
                           column->name, column->why == NULL ? "" : column->why);
        return gr_fail(GRADUS_ARGUMENT,
                       "--target \"%s\": it holds text (\"%s\"), and regression needs "
                       "numbers: leave --task out",
                       column->name, column->why == NULL ? "" : column->why);
    }
    return GRADUS_OK;
}

static gradus_status find_task(gr_roles *roles, gradus_task task)
{
    if (roles->targets > 1 && task == GRADUS_CLASSIFICATION)
        return gr_fail(GRADUS_ARGUMENT, "--target: %zu columns are given, and "
                       "classification learns one: train a model for each",
                       roles->targets);
    if (task == GRADUS_TASK_AUTO)
        task = roles->targets > 1
            ? GRADUS_REGRESSION
            : usual_task(roles->data, roles->target[0]);
    roles->task = task;
    return task == GRADUS_REGRESSION ? check_numbers(roles) : GRADUS_OK;
}

/* ---- inputs ---- */

static gradus_status find_column(const gradus_data *data, const char *name,
                                 const char *role, size_t *column)
{
    *column = SIZE_MAX;
    return name == NULL ? GRADUS_OK : gr_data_find(data, name, role, column);
}

static gradus_status check_weight(const gr_roles *roles)
{
    if (roles->weight == SIZE_MAX
        || roles->data->column[roles->weight].kind == GRADUS_NUMBER)
        return GRADUS_OK;
    return gr_fail(GRADUS_ARGUMENT, "--weight: \"%s\" holds text, and weights are "
                   "numbers", roles->data->column[roles->weight].name);
}

/* Everything that has no other role and is not dropped. */
static gradus_status choose_inputs(gr_roles *roles, const bool *is_target,
                                   const bool *is_dropped, const bool *is_kept)
{
    const gradus_data *data = roles->data;

    for (size_t c = 0; c < data->columns; c++) {
        if (is_target[c]) {
            if (is_dropped[c])
                return gr_fail(GRADUS_ARGUMENT, "--drop: \"%s\" is the target",
                               data->column[c].name);
            if (c == roles->weight || c == roles->group)
                return gr_fail(GRADUS_ARGUMENT, "%s: \"%s\" is the target",
                               c == roles->weight ? "--weight" : "--group",
                               data->column[c].name);
            roles->target[roles->targets++] = c;
        } else if (c != roles->weight && c != roles->group && !is_dropped[c]
                   && (is_kept == NULL || is_kept[c])) {
            roles->input[roles->inputs++] = c;
        }
    }
    return roles->inputs > 0 ? GRADUS_OK
        : gr_fail(GRADUS_ARGUMENT, "--drop, --keep: of %zu columns none is left to "
                  "learn from", data->columns);
}

gradus_status gr_roles_find(const gradus_data *data, const gradus_train_options *options,
                            gr_roles *roles)
{
    gradus_status status;
    bool *marks = NULL; /* [3][columns]: target, dropped, kept */

    *roles = (gr_roles){.data = data};
    GR_TRY(gr_allocate(data->context, data->columns, 3 * sizeof *marks, "column marks",
                       &marks));
    bool *is_target = marks, *is_dropped = marks + data->columns;
    bool *is_kept = options->keep == NULL ? NULL : marks + 2 * data->columns;
    GR_TRY(mark_targets(data, options->target, is_target));
    GR_TRY(gr_data_mark(data, options->drop, "--drop", is_dropped));
    if (is_kept != NULL)
        GR_TRY(gr_data_mark(data, options->keep, "--keep", is_kept));
    GR_TRY(find_column(data, options->weight, "--weight", &roles->weight));
    GR_TRY(find_column(data, options->group, "--group", &roles->group));
    GR_TRY(check_weight(roles));

    GR_TRY(gr_allocate(data->context, data->columns, sizeof(size_t), "columns",
                       &roles->input));
    GR_TRY(gr_allocate(data->context, data->columns, sizeof(size_t), "columns",
                       &roles->target));
    GR_TRY(choose_inputs(roles, is_target, is_dropped, is_kept));
    GR_TRY(gr_allocate(data->context, data->columns, sizeof(bool), "columns",
                       &roles->used));
    for (size_t i = 0; i < roles->inputs; i++)
        roles->used[roles->input[i]] = true;
    for (size_t t = 0; t < roles->targets; t++)
        roles->used[roles->target[t]] = true;
    GR_TRY(find_task(roles, options->task));
done:
    gr_release(data->context, marks);
    if (status != GRADUS_OK)
        gr_roles_free(roles);
    return status;
}

void gr_roles_free(gr_roles *roles)
{
    if (roles->data == NULL)
        return;
    gr_release(roles->data->context, roles->input);
    gr_release(roles->data->context, roles->used);
    gr_release(roles->data->context, roles->target);
    *roles = (gr_roles){0};
}

/* ---- rows ---- */

gradus_status gr_roles_rows(const gr_roles *roles, uint32_t **rows, size_t *count)
{
    const gradus_data *data = roles->data;

    *count = 0;
    const gradus_status status =
        gr_allocate(data->context, data->rows, sizeof **rows, "row numbers", rows);
    if (status != GRADUS_OK)
        return status;
    for (size_t i = 0; i < data->rows; i++) {
        bool usable = true;
        for (size_t t = 0; t < roles->targets && usable; t++)
            usable = has_value(&data->column[roles->target[t]], i);
        if (usable)
            (*rows)[(*count)++] = (uint32_t)i;
    }
    if (*count >= 2)
        return GRADUS_OK;
    gr_release(data->context, *rows);
    *rows = NULL;
    return gr_fail(GRADUS_DATA, "%s: %zu of %zu rows have a value of the target \"%s\": "
                   "learning needs 2 at least", gr_shown_path(data->path), *count,
                   data->rows, data->column[roles->target[0]].name);
}

gradus_status gr_roles_classes(const gr_roles *roles, uint32_t **classes, size_t *count)
{
    gradus_status status;
    const gradus_data *data = roles->data;
    const gr_column *column = &data->column[roles->target[0]];
    gr_values numbers = {0};

    *classes = NULL;
    GR_TRY(gr_allocate(data->context, data->rows, sizeof **classes, "classes", classes));
    for (size_t i = 0; i < data->rows; i++) {
        (*classes)[i] = GR_MISSING;
        if (!has_value(column, i))
            continue;
        if (column->kind == GRADUS_CATEGORY) {
            (*classes)[i] = column->codes[i];
            continue;
        }
        char text[GRADUS_NUMBER_LENGTH];
        const size_t length = gradus_number_write(gr_column_number(column, i), text);
        GR_TRY(gr_values_add(data->context, &numbers, text, length, &(*classes)[i]));
    }
    *count = column->kind == GRADUS_CATEGORY ? column->values.count : numbers.count;
done:
    gr_values_free(data->context, &numbers);
    if (status != GRADUS_OK) {
        gr_release(data->context, *classes);
        *classes = NULL;
    }
    return status;
}
