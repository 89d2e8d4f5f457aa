/* base/quota.c - how many CPUs the cgroups of this process may use.
 *
 *     v2  line 0::PATH             mount/PATH/cpu.max  "QUOTA PERIOD" or "max PERIOD"
 *     v1  line N:cpu,cpuacct:PATH  mount/cpu/PATH/cpu.cfs_quota_us, cpu.cfs_period_us
 *
 * Source: Linux, Documentation/admin-guide/cgroup-v2.rst and cgroup-v1/; sched-bwc.rst.
 *
 * SPDX-License-Identifier: MIT
 */
#include "base/quota.h"

#include <stdint.h>
#include <stdio.h>
#include <string.h>

enum { PATH_SIZE = 4096 };

/* The first line of the file folder/name without its end, or 0 where there is none. */
static int read_line(const char *folder, const char *name, char line[PATH_SIZE])
{
    char path[2 * PATH_SIZE];
    if (snprintf(path, sizeof path, "%s/%s", folder, name) >= (int)sizeof path)
        return 0;
    FILE *file = fopen(path, "r");
    if (file == NULL)
        return 0;
    int found = fgets(line, PATH_SIZE, file) != NULL;
    fclose(file);
    if (found)
        line[strcspn(line, "\n")] = 0;
    return found;
}

/* A whole number > 0 at *text, which moves past it and a blank; 0 for anything else. */
static uint64_t take_number(const char **text)
{
    uint64_t number = 0;
    for (; **text >= '0' && **text <= '9' && number < UINT64_MAX / 16; ++*text)
        number = number * 10 + (uint64_t)(**text - '0');
    if (**text == ' ')
        ++*text;
    return number;
}

static size_t cpus(uint64_t quota, uint64_t period)
{
    if (quota == 0 || period == 0)
        return SIZE_MAX;
    return (size_t)(quota / period + (quota % period != 0));
}

static size_t folder_quota(const char *folder)
{
    char line[PATH_SIZE], second[PATH_SIZE];
    const char *text = line, *period = second;
    if (read_line(folder, "cpu.max", line)) {
        uint64_t quota = take_number(&text);
        return cpus(quota, take_number(&text));
    }
    if (read_line(folder, "cpu.cfs_quota_us", line) &&
        read_line(folder, "cpu.cfs_period_us", second))
        return cpus(take_number(&text), take_number(&period));
    return SIZE_MAX;
}

/* The least quota of mount/controller/path and of every folder above it, down to the
 * mount, which is all that a container may see of its own cgroup. */
static size_t least_quota(const char *mount, const char *controller, char *path)
{
    char folder[2 * PATH_SIZE];
    size_t least = SIZE_MAX;
    for (;;) {
        size_t here = SIZE_MAX;
        if (snprintf(folder, sizeof folder, "%s%s%s", mount, controller, path) <
            (int)sizeof folder)
            here = folder_quota(folder);
        least = here < least ? here : least;
        char *slash = strrchr(path, '/');
        if (slash == NULL)
            return least;
        *slash = 0;
    }
}

static int has_word(const char *list, const char *word)
{
    size_t length = strlen(word);
    for (;;) {
        if (strncmp(list, word, length) == 0 &&
            (list[length] == ',' || list[length] == 0))
            return 1;
        list = strchr(list, ',');
        if (list == NULL)
            return 0;
        list++;
    }
}

size_t gr_quota_threads(const char *membership, const char *mount)
{
    char line[PATH_SIZE];
    size_t least = SIZE_MAX;
    FILE *file = fopen(membership, "r");
    while (file != NULL && fgets(line, sizeof line, file) != NULL) {
        line[strcspn(line, "\n")] = 0;
        char *controllers = strchr(line, ':');
        char *path = controllers != NULL ? strchr(controllers + 1, ':') : NULL;
        if (path == NULL)
            continue;
        *path++ = 0;
        controllers++;
        size_t here = SIZE_MAX;
        if (controllers[0] == 0)
            here = least_quota(mount, "", path);
        else if (has_word(controllers, "cpu"))
            here = least_quota(mount, "/cpu", path);
        least = here < least ? here : least;
    }
    if (file != NULL)
        fclose(file);
    return least;
}
