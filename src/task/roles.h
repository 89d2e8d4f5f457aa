/*
 * task/roles.h - what each column of a table is for, and which rows are used
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef GR_TASK_ROLES_H
#define GR_TASK_ROLES_H

#include "data/prep.h"
#include "data/table.h"

typedef struct gr_roles {
    const gradus_data *data;
    size_t *input;        /* columns to learn from, [inputs] */
    size_t inputs;
    size_t *target;       /* columns to learn, [targets] */
    size_t targets;
    bool *used;           /* [columns] is an input or a target */
    size_t weight, group; /* columns, or SIZE_MAX */
    gradus_task task;     /* never AUTO */
} gr_roles;

/*
 * Resolves target, task, drop, keep, weight and group of the options.
 * Errors   ARGUMENT: a column that is not there ("did you mean"), no target, nothing to
 *          learn from, a task that does not fit the target; MEMORY.
 */
GRADUS_CHECKED gradus_status gr_roles_find(const gradus_data *data,
                                           const gradus_train_options *options,
                                           gr_roles *roles);
void gr_roles_free(gr_roles *roles);

/* The rows that have every target, ascending. Errors   DATA: fewer than 2; MEMORY. */
GRADUS_CHECKED gradus_status gr_roles_rows(const gr_roles *roles, uint32_t **rows,
                                           size_t *count);

/*
 * Class of each row as a number, for drawing stratified parts: classes [data rows],
 * GR_MISSING for none. The numbers are those of first appearance, not the model's.
 */
GRADUS_CHECKED gradus_status gr_roles_classes(const gr_roles *roles, uint32_t **classes,
                                              size_t *count);

#endif
