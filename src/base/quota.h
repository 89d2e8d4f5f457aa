/*
 * base/quota.h - how many CPUs the cgroups of this process may use
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef GR_BASE_QUOTA_H
#define GR_BASE_QUOTA_H

#include <stddef.h>

/*
 * The least quota among a process's cgroups and all that contain them, in whole CPUs
 * rounded up, or SIZE_MAX where there is none. `membership` is the process's list of
 * cgroups (/proc/self/cgroup), `mount` where their file system is (/sys/fs/cgroup).
 */
size_t gr_quota_threads(const char *membership, const char *mount);

#endif
