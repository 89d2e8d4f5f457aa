/*
 * task/example.c - one row of a table as a model's net sees it
 *
 * SPDX-License-Identifier: MIT
 */
#include <string.h>

#include "base/status.h"
#include "store/model.h"
#include "task/examples.h"

gradus_status gradus_model_example(const gradus_model *model, const gradus_data *data,
                                   size_t row, double *x, double *y)
{
    gradus_status status;
    gr_prep_binding binding = {0};
    const size_t outputs = gr_net_outputs(model->net), rows = gradus_data_rows(data);
    uint32_t label = 0;

    if (row >= rows)
        return gr_fail(GRADUS_ARGUMENT, "row %zu: the table has %zu rows", row + 1, rows);
    GR_TRY(gr_prep_bind(model->prep, data, true, &binding));
    if (!gr_read_target(&binding, row, &label, y))
        GR_TRY(gr_fail(GRADUS_DATA, "row %zu: no target, or a class that the network does "
                       "not know: take another row", row + 1));
    gr_prep_row(&binding, row, x, NULL, NULL);
    if (model->prep->task == GRADUS_CLASSIFICATION) {
        memset(y, 0, outputs * sizeof *y);
        y[outputs > 1 ? label : 0] = outputs > 1 ? 1 : label;
    }
done:
    gr_prep_unbind(&binding);
    return status;
}
