/*
 * base/cpu.h - instruction sets, as ordered integers: "at least AVX2" is `>=`
 *
 * Every set gives the same bits (docs/design/numbers.md); this chooses speed only.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef GR_BASE_CPU_H
#define GR_BASE_CPU_H

#include <pthread.h>

#include "gradus.h"

typedef enum gr_cpu {
    GR_CPU_REF,    /* the compiler's baseline; fma from libm where that has none */
    GR_CPU_AVX2,   /* x86-64 with AVX2 and FMA */
    GR_CPU_AVX512, /* and AVX-512 F, DQ, BW, VL */
    GR_CPU_COUNT
} gr_cpu;

gr_cpu gr_cpu_best(void);               /* what this machine has, asked once */
const char *gr_cpu_name(gr_cpu cpu);    /* "ref", "avx2", "avx512" */

/* Errors   ARGUMENT: unknown name (the known ones are listed), or not on this machine. */
GRADUS_CHECKED gradus_status gr_cpu_find(const char *name, gr_cpu *cpu);

/* Threads that affinity mask and cgroup quota (v2 and v1) allow, at least 1. */
size_t gr_cpu_threads(void);

/* The CPU that this thread is on, -1 where it cannot be asked. */
int gr_cpu_here(void);

/* From now on a thread may use what this one may use, but for one CPU where others are left. */
void gr_cpu_keep_off(pthread_t thread, int cpu);

/*
 * Gradual underflow on, flush-to-zero off, round to nearest: a host built with
 * -ffast-math may have changed them. Enter at every public entry that computes and in
 * every pool thread; leave with what enter returned.
 */
unsigned gr_float_enter(void);
void gr_float_leave(unsigned saved);

#endif
