/*
 * data/prep_bind.c - from the cells of a table to the inputs of a net
 *
 * SPDX-License-Identifier: MIT
 */
#include <math.h>
#include <string.h>

#include "base/status.h"
#include "data/prep.h"
#include "data/prep_fit.h"

static size_t find_column(const gradus_data *data, const char *name)
{
    const uint32_t code = gr_values_find(&data->names, name, strlen(name));
    return code == GR_MISSING ? SIZE_MAX : code;
}

/* ---- binding ---- */

/* Finds all columns; the message names all that are not there. */
static gradus_status find_columns(gr_prep_binding *binding, bool need_target)
{
    const gr_prep *prep = binding->prep;
    gradus_status status = GRADUS_OK;
    gr_text missing = {.context = prep->context};
    size_t count = 0;
    for (size_t i = 0; i < prep->inputs + prep->targets && status == GRADUS_OK; i++) {
        const bool is_input = i < prep->inputs;
        const char *name =
            is_input ? prep->input[i].name : prep->target[i - prep->inputs].name;
        const size_t column = find_column(binding->data, name);
        *(is_input ? &binding->column[i] : &binding->target[i - prep->inputs]) = column;
        if (column == SIZE_MAX && (is_input || need_target))
            status = gr_text_add(&missing, "%s%s", count++ > 0 ? ", " : "", name);
    }
    if (status == GRADUS_OK && count > 0)
        status = gr_fail(GRADUS_DATA, "%s: no column%s %s: the model was trained on %s",
                         binding->data->path, count > 1 ? "s" : "",
                         missing.text, count > 1 ? "them" : "it");
    gr_release(prep->context, missing.text);
    return status;
}

/* Code of a text; where it is not known, and is a number, of the number ("1.0": "1"). */
static uint32_t find_text(const gr_values *values, const char *text)
{
    double number;
    char buffer[GRADUS_NUMBER_LENGTH];
    const size_t length = strlen(text);
    const uint32_t code = gr_values_find(values, text, length);
    if (code != GR_MISSING || !gradus_number_read(text, length, &number))
        return code;
    return gr_values_find(values, buffer, gradus_number_write(number, buffer));
}

static gradus_status map_codes(const gradus_context *context, const gr_values *from,
                               const gr_values *to, uint32_t **map)
{
    gradus_status status =
        gr_allocate(context, from->count, sizeof **map, "categories of a table", map);
    for (size_t v = 0; v < from->count && status == GRADUS_OK; v++)
        (*map)[v] = find_text(to, from->text[v]);
    return status;
}

/* A number is needed where the table has texts. */
static gradus_status map_numbers(const gradus_data *data, const gr_column *column,
                                 double **map)
{
    const gr_values *from = &column->values;
    gradus_status status =
        gr_allocate(data->context, from->count, sizeof **map, "numbers of a table", map);
    for (size_t v = 0; v < from->count && status == GRADUS_OK; v++) {
        const size_t length = strlen(from->text[v]);
        if (!gradus_number_read(from->text[v], length, &(*map)[v]) || isinf((*map)[v]))
            status =
                gr_fail(GRADUS_DATA,
                        "%s: column %s: \"%.*s%s\" is not a number, and "
                        "the model needs numbers there",
                        data->path, column->name, gr_shown_length(length, from->text[v]),
                        from->text[v], gr_shown_rest(length, from->text[v]));
    }
    return status;
}

static gradus_status map_inputs(gr_prep_binding *binding)
{
    const gr_prep *prep = binding->prep;
    gradus_status status = GRADUS_OK;
    for (size_t i = 0; i < prep->inputs && status == GRADUS_OK; i++) {
        const gr_column *column = &binding->data->column[binding->column[i]];
        if (column->kind != GRADUS_CATEGORY)
            continue;
        if (prep->input[i].kind == GRADUS_CATEGORY)
            status = map_codes(prep->context, &column->values, &prep->input[i].values,
                               &binding->code[i]);
        else
            status = map_numbers(binding->data, column, &binding->number[i]);
    }
    return status;
}

gradus_status gr_prep_bind(const gr_prep *prep, const gradus_data *data, bool need_target,
                           gr_prep_binding *binding)
{
    gradus_status status;
    const gradus_context *context = prep->context;
    *binding = (gr_prep_binding){.prep = prep, .data = data};
    GR_TRY(gr_allocate(context, prep->inputs, sizeof(size_t), "a binding",
                       &binding->column));
    GR_TRY(gr_allocate(context, prep->inputs, sizeof(uint32_t *), "a binding",
                       &binding->code));
    GR_TRY(gr_allocate(context, prep->inputs, sizeof(double *), "a binding",
                       &binding->number));
    GR_TRY(gr_allocate(context, prep->targets, sizeof(size_t), "a binding",
                       &binding->target));
    GR_TRY(find_columns(binding, need_target));
    GR_TRY(map_inputs(binding));
    if (prep->task == GRADUS_CLASSIFICATION && binding->target[0] != SIZE_MAX) {
        const gr_column *column = &data->column[binding->target[0]];
        if (column->kind == GRADUS_CATEGORY)
            GR_TRY(map_codes(context, &column->values, &prep->classes,
                             &binding->class_code));
    }
done:
    if (status != GRADUS_OK)
        gr_prep_unbind(binding);
    return status;
}

void gr_prep_unbind(gr_prep_binding *binding)
{
    if (binding->prep == NULL)
        return;
    const gradus_context *context = binding->prep->context;
    for (size_t i = 0; i < binding->prep->inputs; i++) {
        if (binding->code != NULL)
            gr_release(context, binding->code[i]);
        if (binding->number != NULL)
            gr_release(context, binding->number[i]);
    }
    gr_release(context, binding->class_code);
    gr_release(context, binding->target);
    gr_release(context, binding->number);
    gr_release(context, binding->code);
    gr_release(context, binding->column);
    *binding = (gr_prep_binding){0};
}

/* ---- one row ---- */

/* u = (x - center) * scale, then u / sqrt(1 + (u/3)^2) where it is clipped */
static void put_number(const gr_prep_input *input, double number, double *x)
{
    const bool missing = isnan(number);
    double u = ((missing ? input->fill : number) - input->center) * input->scale;
    if (input->clip)
        u /= sqrt(1 + (u / 3) * (u / 3));
    x[0] = u;
    if (input->indicator)
        x[1] = missing ? 1 : 0;
}

/* One-hot; of two values +1 and -1. `code` may be GR_MISSING. */
static void put_category(const gr_prep_input *input, uint32_t code, double *x)
{
    if (input->values.count == 2) {
        x[0] = code == 0 ? 1 : code == 1 ? -1 : 0;
        return;
    }
    for (size_t v = 0; v < input->width; v++)
        x[v] = v == code ? 1 : 0;
}

/* Code of a text that is there; tells when the model does not know it. */
static uint32_t known_code(const gr_prep *prep, size_t i, size_t row, const char *text,
                           gr_unseen *unseen, void *user)
{
    const uint32_t code = find_text(&prep->input[i].values, text);
    if (code == GR_MISSING && unseen != NULL)
        unseen(user, i, row, text);
    return code;
}

static double number_of(const gr_prep_binding *binding, size_t i, const gr_column *column,
                        size_t row)
{
    if (column->kind == GRADUS_NUMBER)
        return gr_column_number(column, row);
    const uint32_t code = column->codes[row];
    return code == GR_MISSING ? NAN : binding->number[i][code];
}

static uint32_t code_of(const gr_prep_binding *binding, size_t i, const gr_column *column,
                        size_t row, gr_unseen *unseen, void *user)
{
    char buffer[GRADUS_NUMBER_LENGTH];
    const char *text = gr_prep_cell_text(column, row, buffer);
    if (text == NULL)
        return GR_MISSING;
    if (column->kind == GRADUS_NUMBER)
        return known_code(binding->prep, i, row, text, unseen, user);
    const uint32_t code = binding->code[i][column->codes[row]];
    if (code == GR_MISSING && unseen != NULL)
        unseen(user, i, row, text);
    return code;
}

void gr_prep_row(const gr_prep_binding *binding, size_t row, double *x, gr_unseen *unseen,
                 void *user)
{
    const gr_prep *prep = binding->prep;
    for (size_t i = 0; i < prep->inputs; i++) {
        const gr_prep_input *input = &prep->input[i];
        const gr_column *column = &binding->data->column[binding->column[i]];
        if (input->kind == GRADUS_NUMBER)
            put_number(input, number_of(binding, i, column, row), x + input->first);
        else
            put_category(input, code_of(binding, i, column, row, unseen, user),
                         x + input->first);
    }
}

void gr_prep_cells(const gr_prep *prep, const gradus_cell *cells, double *x,
                   gr_unseen *unseen, void *user)
{
    for (size_t i = 0; i < prep->inputs; i++) {
        const gr_prep_input *input = &prep->input[i];
        if (input->kind == GRADUS_NUMBER)
            put_number(input, cells[i].number, x + input->first);
        else
            put_category(input,
                         cells[i].text == NULL
                             ? GR_MISSING
                             : known_code(prep, i, 0, cells[i].text, unseen, user),
                         x + input->first);
    }
}

/* ---- targets ---- */

uint32_t gr_prep_class(const gr_prep_binding *binding, size_t row)
{
    const gr_column *column = &binding->data->column[binding->target[0]];
    char buffer[GRADUS_NUMBER_LENGTH];
    const char *text = gr_prep_cell_text(column, row, buffer);
    if (text == NULL)
        return GR_MISSING;
    if (binding->class_code != NULL)
        return binding->class_code[column->codes[row]];
    return gr_values_find(&binding->prep->classes, text, strlen(text));
}

double gr_prep_target_value(const gr_prep_binding *binding, size_t row, size_t target)
{
    const gr_column *column = &binding->data->column[binding->target[target]];
    double number = NAN;
    if (column->kind == GRADUS_NUMBER)
        return gr_column_number(column, row);
    if (column->codes[row] != GR_MISSING) {
        const char *text = column->values.text[column->codes[row]];
        gradus_number_read(text, strlen(text), &number);
    }
    return number;
}
