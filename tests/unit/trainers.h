/*
 * tests/unit/trainers.h - trainers that must come about, and tables that must be refused
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef GR_TESTS_TRAINERS_H
#define GR_TESTS_TRAINERS_H

#include "tables.h"
#include "task/trainer.h"

static inline gradus_trainer *plan(const gradus_data *data, const gradus_train_options *options)
{
    gradus_trainer *trainer = NULL;

    if (gradus_trainer_new(NULL, data, NULL, options, &trainer) != GRADUS_OK)
        fail_msg("%s", gradus_error());
    return trainer;
}

static inline void refuse(const char *csv, const gradus_train_options *options,
                   gradus_status status, const char *says)
{
    gradus_data *data = table_of(NULL, csv);
    gradus_trainer *trainer = NULL;

    assert_int_equal(gradus_trainer_new(NULL, data, NULL, options, &trainer), status);
    assert_null(trainer);
    if (strstr(gradus_error(), says) == NULL)
        fail_msg("\"%s\" does not say \"%s\"", gradus_error(), says);
    gradus_data_free(data);
}

#endif
