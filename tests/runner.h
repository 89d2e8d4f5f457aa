/* tests/runner.h - cmocka cases as TAP lines, one a case.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef GR_TESTS_RUNNER_H
#define GR_TESTS_RUNNER_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

/*
 * Runs the cases in order and prints TAP on standard output; cmocka's own TAP writes a
 * skipped case as a failed one. Sets GRADUS_SOURCE_ROOT and GRADUS_DATA where they are
 * not set. Returns main's value: 0 when no case failed.
 */
int gr_run_tests(const struct CMUnitTest *tests, size_t count);

#endif
