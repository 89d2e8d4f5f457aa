/*
 * base/clock.h - a clock that only goes forward
 *
 * No result depends on it: it chooses threads and measures the machine.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef GR_BASE_CLOCK_H
#define GR_BASE_CLOCK_H

double gr_clock(void); /* seconds */

#endif
