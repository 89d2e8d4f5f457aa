/*
 * data/split.h - which rows train and which are held out
 *
 * Rows are ranked by a random number keyed by (seed, row), or by what stands in the row
 * (`content`), or by the value of a group column; the first share of each class is held
 * out. The same for any order of work, and for any number of folds.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef GR_DATA_SPLIT_H
#define GR_DATA_SPLIT_H

#include "data/table.h"

typedef struct gr_split_options {
    gradus_split kind;
    const bool *content;    /* [columns] those that count for `content`; NULL: all */
    size_t group;           /* column whose equal values stay together, or SIZE_MAX */
    uint64_t seed;
    const uint32_t *classes;/* [data rows] class of each row for stratifying, or NULL */
    size_t class_count;
} gr_split_options;

/*
 * Puts each of rows[0 .. count) into one of `folds` parts of (nearly) equal size:
 * part[i] for rows[i]. Stratified where classes are given and rows are not grouped.
 * Errors   DATA: fewer groups (or distinct rows) than parts; MEMORY.
 */
GRADUS_CHECKED gradus_status gr_split_folds(const gradus_data *data,
                                            const gr_split_options *options,
                                            const uint32_t *rows, size_t count,
                                            size_t folds, uint32_t *part);

/* held[i] = true for about share * count of the rows; at least one row on each side
 * where there are two rows or more, and one of each class among those that train.
 * Errors   DATA: all rows belong together; MEMORY. */
GRADUS_CHECKED gradus_status gr_split_holdout(const gradus_data *data,
                                              const gr_split_options *options,
                                              const uint32_t *rows, size_t count,
                                              double share, bool *held,
                                              size_t *held_count);

#endif
