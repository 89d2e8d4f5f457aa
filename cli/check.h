/*
 * cli/check.h - what gradus check says of a gradient, and of an error
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef CLI_CHECK_H
#define CLI_CHECK_H

#include "report.h"

/* "2.1e-13" */
const char *check_error(double error);

/* The worst weight: in JSON, and on a line. */
void check_add_worst(cli_report *report, const gradus_check *check);
void check_say_worst(cli_report *report, const gradus_check *check);

/* Every combination that the library has.  Errors   NO: a gradient is wrong. */
gradus_status check_library(cli_report *report, const gradus_context *context,
                            const gradus_check_options *options);

/* The largest error of a model, enclosed. Where the answer is no, `no` says why.
 * Errors   NO; ARGUMENT, also where the program was built without libgradus_proof; MODEL. */
gradus_status check_error_of(cli_report *report, const gradus_context *context,
                             const cli_settings *settings, char *no, size_t room);

#endif
