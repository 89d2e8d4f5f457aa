/* tests/unit/test_clock.c - the clock goes forward, by seconds.
 *
 * SPDX-License-Identifier: MIT
 */
#include "base/clock.h"

#include <time.h>

#include "runner.h"

static void it_goes_forward_by_seconds(void **state)
{
    (void)state;
    const struct timespec pause = {0, 20000000};
    const double before = gr_clock();
    nanosleep(&pause, NULL);
    const double passed = gr_clock() - before;
    assert_true(passed >= 0.02 && passed < 20);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(it_goes_forward_by_seconds)};
    return gr_run_tests(tests, sizeof tests / sizeof tests[0]);
}
