/*
 * task/class_weight.c - the weight of each class: "balanced", or "a=1,b=3"
 *
 * SPDX-License-Identifier: MIT
 */
#include <math.h>
#include <string.h>

#include "base/memory.h"
#include "base/status.h"
#include "task/examples.h"

static const char *class_name(size_t index, const void *list)
{
    return ((const gr_values *)list)->text[index];
}

/* "name=weight"; a name may have an = in it, a weight has not. */
static gradus_status read_entry(const gr_values *classes, const char *entry,
                                double *weights)
{
    const char *equals = strrchr(entry, '=');
    double weight;

    if (equals == NULL || !gradus_number_read(equals + 1, strlen(equals + 1), &weight)
        || !(weight >= 0 && isfinite(weight)))
        return gr_fail(GRADUS_ARGUMENT, "--class-weight \"%s\": write \"balanced\", or "
                       "CLASS=WEIGHT with a weight from 0 up, as in a=1,b=3", entry);
    const size_t length = (size_t)(equals - entry);
    const uint32_t class = gr_values_find(classes, entry, length);
    if (class != GR_MISSING) {
        weights[class] = weight;
        return GRADUS_OK;
    }
    char name[64];
    const size_t kept = length < sizeof name ? length : sizeof name - 1;
    memcpy(name, entry, kept);
    name[kept] = '\0';
    const char *near = gr_nearest(name, class_name, classes, classes->count);
    if (near == NULL)
        return gr_fail(GRADUS_ARGUMENT, "--class-weight: no class \"%s\": the first "
                       "one is \"%s\"", name, classes->text[0]);
    return gr_fail(GRADUS_ARGUMENT, "--class-weight: no class \"%s\"; did you mean "
                   "\"%s\"?", name, near);
}

gradus_status gr_class_weights(const gr_prep *prep, const char *text, double **weights)
{
    gradus_status status = GRADUS_OK;
    const size_t classes = prep->classes.count;
    gr_list list = {text, {.context = prep->context}};

    *weights = NULL;
    if (text == NULL)
        return GRADUS_OK;
    if (prep->task != GRADUS_CLASSIFICATION)
        return gr_fail(GRADUS_ARGUMENT, "--class-weight: it is for classification, and "
                       "this is regression");
    GR_TRY(gr_allocate(prep->context, classes, sizeof **weights, "class weights",
                       weights));
    for (size_t k = 0; k < classes; k++)
        (*weights)[k] = strcmp(text, "balanced") == 0
            ? 1 / ((double)classes * prep->class_share[k]) : 1;
    if (strcmp(text, "balanced") == 0)
        goto done;
    while (gr_list_next(&list, &status))
        GR_TRY(read_entry(&prep->classes, list.item.text, *weights));
done:
    gr_release(prep->context, list.item.text);
    if (status != GRADUS_OK) {
        gr_release(prep->context, *weights);
        *weights = NULL;
    }
    return status;
}
