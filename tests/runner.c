/* tests/runner.c - cmocka cases as TAP lines, one a case.
 *
 * Each case runs as a cmocka group of its own. What cmocka narrates on standard output
 * goes to a file, where only the mark of a skipped case is looked for; what it says of a
 * failure goes to standard error, as does a sanitizer's report.
 *
 * SPDX-License-Identifier: MIT
 */
#include "runner.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static int was_skipped(FILE *narration)
{
    char line[512];
    int skipped = 0;
    rewind(narration);
    while (fgets(line, sizeof line, narration) != NULL) {
        skipped |= strncmp(line, "[  SKIPPED ]", 12) == 0;
        if (line[0] == '#') /* what a case tells beside its verdict */
            fputs(line, stdout);
    }
    return skipped;
}

/* Returns cmocka's count of failures; *skipped is 1 when the case called skip(). */
static int run_case(const struct CMUnitTest *test, int *skipped)
{
    FILE *narration = tmpfile();
    int output = dup(STDOUT_FILENO);
    if (narration == NULL || output < 0 || dup2(fileno(narration), STDOUT_FILENO) < 0) {
        perror("tests/runner.c");
        exit(99);
    }
    int failures = _cmocka_run_group_tests(test->name, test, 1, NULL, NULL);
    fflush(stdout);
    dup2(output, STDOUT_FILENO);
    close(output);
    *skipped = was_skipped(narration);
    fclose(narration);
    return failures;
}

int gr_run_tests(const struct CMUnitTest *tests, size_t count)
{
    int failed = 0;
    setenv("GRADUS_SOURCE_ROOT", SOURCE_ROOT, 0);
    setenv("GRADUS_DATA", SOURCE_ROOT "/../shared/data", 0);
    unsetenv("CMOCKA_MESSAGE_OUTPUT");
    unsetenv("CMOCKA_TEST_FILTER");
    cmocka_set_message_output(CM_OUTPUT_STDOUT);
    printf("TAP version 13\n1..%zu\n", count);
    fflush(stdout);
    for (size_t i = 0; i < count; i++) {
        int skipped = 0;
        int failures = run_case(&tests[i], &skipped);
        failed |= failures != 0;
        printf("%sok %zu - %s%s\n", failures != 0 ? "not " : "", i + 1, tests[i].name,
               failures == 0 && skipped ? " # SKIP" : "");
        fflush(stdout);
    }
    return failed;
}
