/* base/clock.c - a clock that only goes forward.
 *
 * SPDX-License-Identifier: MIT
 */
#include "base/clock.h"

#include <time.h>

double gr_clock(void)
{
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec + 1e-9 * (double)time.tv_nsec;
}
