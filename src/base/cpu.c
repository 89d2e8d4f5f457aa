/* base/cpu.c - what this machine's processor is, allows, and is set to.
 *
 * SPDX-License-Identifier: MIT
 */
#define _GNU_SOURCE /* sched_getaffinity, sched_getcpu, pthread_setaffinity_np, CPU_ALLOC */
#include "base/cpu.h"

#include <errno.h>
#include <sched.h>
#include <string.h>
#if defined(__SSE2__)
#include <xmmintrin.h>
#endif

#include "base/quota.h"
#include "base/status.h"

static const char *const names[GR_CPU_COUNT] = {"ref", "avx2", "avx512"};

gr_cpu gr_cpu_best(void)
{
#if defined(__x86_64__)
    __builtin_cpu_init(); /* asks the processor and the system once per process */
    if (!__builtin_cpu_supports("avx2") || !__builtin_cpu_supports("fma"))
        return GR_CPU_REF;
    if (!__builtin_cpu_supports("avx512f") || !__builtin_cpu_supports("avx512dq") ||
        !__builtin_cpu_supports("avx512bw") || !__builtin_cpu_supports("avx512vl"))
        return GR_CPU_AVX2;
    return GR_CPU_AVX512;
#else
    return GR_CPU_REF;
#endif
}

const char *gr_cpu_name(gr_cpu cpu)
{
    return names[cpu];
}

gradus_status gr_cpu_find(const char *name, gr_cpu *cpu)
{
    size_t found = 0;
    while (found < GR_CPU_COUNT && strcmp(names[found], name) != 0)
        found++;
    if (found == GR_CPU_COUNT)
        return gr_fail(GRADUS_ARGUMENT, "cpu \"%s\": not known: choose ref, avx2 or avx512",
                       name);
    if (found > gr_cpu_best())
        return gr_fail(GRADUS_ARGUMENT,
                       "cpu \"%s\": not on this machine: the best here is %s", name,
                       names[gr_cpu_best()]);
    *cpu = (gr_cpu)found;
    return GRADUS_OK;
}

/* CPUs in this process's affinity mask, or 1 where it cannot be asked. */
static size_t affinity(void)
{
    for (size_t room = CPU_SETSIZE; room <= 1 << 20; room *= 2) {
        cpu_set_t *set = CPU_ALLOC(room);
        if (set == NULL)
            return 1;
        int failed = sched_getaffinity(0, CPU_ALLOC_SIZE(room), set);
        int error = errno;
        size_t count = failed ? 1 : (size_t)CPU_COUNT_S(CPU_ALLOC_SIZE(room), set);
        CPU_FREE(set);
        if (!failed || error != EINVAL) /* EINVAL: the machine has more CPUs than room */
            return count;
    }
    return 1;
}

size_t gr_cpu_threads(void)
{
    size_t allowed = affinity();
    size_t quota = gr_quota_threads("/proc/self/cgroup", "/sys/fs/cgroup");
    size_t threads = quota < allowed ? quota : allowed;
    return threads > 0 ? threads : 1;
}

int gr_cpu_here(void)
{
    return sched_getcpu();
}

void gr_cpu_keep_off(pthread_t thread, int cpu)
{
    cpu_set_t allowed;
    if (cpu < 0 || cpu >= CPU_SETSIZE || sched_getaffinity(0, sizeof allowed, &allowed) != 0)
        return; /* more CPUs than it has room for */
    CPU_CLR((size_t)cpu, &allowed);
    if (CPU_COUNT(&allowed) > 0)
        (void)pthread_setaffinity_np(thread, sizeof allowed, &allowed);
}

#if defined(__SSE2__)

/* MXCSR: no flush-to-zero, no denormals-are-zero, to nearest, no traps. */
unsigned gr_float_enter(void)
{
    unsigned saved = _mm_getcsr();
    _mm_setcsr(0x1f80);
    return saved;
}

void gr_float_leave(unsigned saved)
{
    _mm_setcsr(saved);
}

#elif defined(__aarch64__)

/* FPCR: all zero is what x86's default means, NaN payloads kept. */
unsigned gr_float_enter(void)
{
    uint64_t saved;
    __asm__ volatile("mrs %0, fpcr" : "=r"(saved));
    __asm__ volatile("msr fpcr, %0" : : "r"((uint64_t)0));
    return (unsigned)saved;
}

void gr_float_leave(unsigned saved)
{
    __asm__ volatile("msr fpcr, %0" : : "r"((uint64_t)saved));
}

#else

unsigned gr_float_enter(void)
{
    return 0;
}

void gr_float_leave(unsigned saved)
{
    (void)saved;
}

#endif
