/*
 * task/predictor.c - predictions of a model, a block of rows at a time
 *
 * All memory is there from the start, so that single rows need none.
 *
 * SPDX-License-Identifier: MIT
 */
#include "task/predictor.h"

#include <string.h>

#include "base/memory.h"
#include "base/status.h"

static gradus_status allocate(gradus_predictor *p)
{
    gradus_status status;
    const gradus_model *model = p->model;
    const gradus_context *context = model->context;
    const size_t inputs = gr_net_inputs(model->net);
    const size_t size = model->net->kernels->size;
    const char *what = "a predictor";

    GR_TRY(gr_allocate(context, inputs, sizeof *p->row, what, &p->row));
    GR_TRY(gr_allocate(context, inputs, GR_BLOCK * size, what, &p->x));
    GR_TRY(gr_allocate(context, p->outputs, GR_BLOCK * size, what, &p->y));
    GR_TRY(gr_allocate(context, p->outputs, GR_BLOCK * sizeof *p->output, what,
                       &p->output));
    GR_TRY(gr_allocate(context, gradus_net_scratch(model->net), 1, what, &p->scratch));
    GR_TRY(gr_allocate(context, model->prep->inputs, sizeof *p->unseen, what,
                       &p->unseen));
done:
    return status;
}

gradus_status gradus_predictor_new(const gradus_model *model, gradus_predictor **made)
{
    gradus_status status;
    gradus_predictor *predictor = NULL;
    const gr_prep *prep = model->prep;

    *made = NULL;
    GR_TRY(gr_allocate(model->context, 1, sizeof *predictor, "a predictor", &predictor));
    predictor->model = model;
    predictor->outputs = gr_net_outputs(model->net);
    predictor->width =
        prep->task == GRADUS_CLASSIFICATION ? prep->classes.count : prep->targets;
    GR_TRY(allocate(predictor));
    *made = predictor;
    predictor = NULL;
done:
    gradus_predictor_free(predictor);
    return status;
}

void gradus_predictor_free(gradus_predictor *predictor)
{
    if (predictor == NULL)
        return;
    const gradus_context *context = predictor->model->context;
    gr_release(context, predictor->evaluating.confusion);
    gr_release(context, predictor->unseen);
    gr_release(context, predictor->scratch);
    gr_release(context, predictor->output);
    gr_release(context, predictor->y);
    gr_release(context, predictor->x);
    gr_release(context, predictor->row);
    gr_release(context, predictor);
}

/* ---- cells to inputs ---- */

/* As much of a text as there is room for, in whole UTF-8 characters. */
static void keep_text(char kept[GR_UNSEEN_TEXT], const char *text)
{
    size_t length = strlen(text);

    if (length >= GR_UNSEEN_TEXT) {
        length = GR_UNSEEN_TEXT - 1;
        while (length > 0 && ((unsigned char)text[length] & 0xC0) == 0x80)
            length--;
    }
    memcpy(kept, text, length);
    kept[length] = '\0';
}

static void count_unseen(void *user, size_t input, size_t row, const char *text)
{
    gradus_predictor *predictor = user;
    gr_unseen_cells *cells = &predictor->unseen[input];

    if (cells->count++ > 0)
        return;
    cells->row = predictor->rows + row;
    keep_text(cells->text, text);
}

static void put_row(gradus_predictor *p, size_t at)
{
    const gr_kernels *k = p->model->net->kernels;
    const size_t inputs = gr_net_inputs(p->model->net);

    k->from_double(inputs, p->row, (char *)p->x + at * inputs * k->size);
}

void gr_predictor_load(gradus_predictor *p, const gr_prep_binding *binding, size_t row,
                       size_t at)
{
    gr_prep_row(binding, row, p->row, count_unseen, p);
    put_row(p, at);
}

/* ---- outputs to predictions ---- */

/* p of both classes from the one output; value = output / scale + center of targets. */
static void finish(const gradus_predictor *p, size_t rows, double *y)
{
    const gr_prep *prep = p->model->prep;
    const double *output = p->output;

    for (size_t i = 0; i < rows; i++, output += p->outputs, y += p->width) {
        if (prep->task == GRADUS_REGRESSION) {
            for (size_t t = 0; t < p->width; t++)
                y[t] = output[t] / prep->target[t].scale + prep->target[t].center;
        } else if (p->outputs == 1) {
            y[0] = 1 - output[0];
            y[1] = output[0];
        } else {
            memcpy(y, output, p->width * sizeof *y);
        }
    }
}

static void predict_block(gradus_predictor *p, size_t rows, double *y)
{
    const gradus_net *net = p->model->net;

    gradus_net_forward(net, p->x, rows, p->y, p->scratch);
    net->kernels->to_double(rows * p->outputs, p->y, p->output);
    finish(p, rows, y);
}

gradus_status gradus_predictor_run(gradus_predictor *predictor, const gradus_data *data,
                                   double *y)
{
    gr_prep_binding binding;
    const unsigned saved = gr_float_enter();
    const gradus_status status =
        gr_prep_bind(predictor->model->prep, data, false, &binding);

    if (status == GRADUS_OK) {
        for (size_t from = 0; from < data->rows; from += GR_BLOCK) {
            const size_t left = data->rows - from;
            const size_t rows = left < GR_BLOCK ? left : GR_BLOCK;
            for (size_t i = 0; i < rows; i++)
                gr_predictor_load(predictor, &binding, from + i, i);
            predict_block(predictor, rows, y + from * predictor->width);
        }
        predictor->rows += data->rows;
        gr_prep_unbind(&binding);
    }
    gr_float_leave(saved);
    return status;
}

void gradus_predictor_row(gradus_predictor *predictor, const gradus_cell *cells,
                          double *y)
{
    const unsigned saved = gr_float_enter();

    gr_prep_cells(predictor->model->prep, cells, predictor->row, count_unseen, predictor);
    put_row(predictor, 0);
    predict_block(predictor, 1, y);
    predictor->rows++;
    gr_float_leave(saved);
}

size_t gradus_predictor_unseen(const gradus_predictor *predictor, size_t input,
                               const char **text, size_t *row)
{
    const gr_unseen_cells *cells = &predictor->unseen[input];

    if (text != NULL)
        *text = cells->count > 0 ? cells->text : NULL;
    if (row != NULL)
        *row = cells->row;
    return cells->count;
}
