/* base/file.c - the operating system's files behind the door of functions.
 *
 * Calls that a signal interrupts are made again. Handles are POSIX file descriptors.
 *
 * SPDX-License-Identifier: MIT
 */
#include "base/file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/status.h"

/* One call may move at most this much (Linux: 2^31 - 4096). */
enum { MOST_AT_ONCE = 1 << 30 };

static bool is_standard(const char *path)
{
    return strcmp(path, "-") == 0;
}

static int result(int value)
{
    return value < 0 ? -errno : value;
}

static int open_file(const char *path, gradus_file_mode mode, void *user)
{
    static const int flags[] = {
        [GRADUS_FILE_READ] = O_RDONLY,
        [GRADUS_FILE_WRITE] = O_WRONLY | O_TRUNC,
        [GRADUS_FILE_CREATE] = O_WRONLY | O_CREAT | O_EXCL,
    };
    (void)user;
    if (is_standard(path))
        return mode == GRADUS_FILE_READ ? STDIN_FILENO : STDOUT_FILENO;
    int handle;
    do
        handle = open(path, flags[mode] | O_CLOEXEC, 0666);
    while (handle < 0 && errno == EINTR);
    return result(handle);
}

static int64_t read_file(int handle, void *bytes, size_t count, void *user)
{
    (void)user;
    ssize_t got;
    do
        got = read(handle, bytes, count < MOST_AT_ONCE ? count : MOST_AT_ONCE);
    while (got < 0 && errno == EINTR);
    return got < 0 ? -errno : got;
}

static int64_t write_file(int handle, const void *bytes, size_t count, void *user)
{
    (void)user;
    ssize_t put;
    do
        put = write(handle, bytes, count < MOST_AT_ONCE ? count : MOST_AT_ONCE);
    while (put < 0 && errno == EINTR);
    return put < 0 ? -errno : put;
}

static int sync_file(int handle, void *user)
{
    (void)user;
    return result(fsync(handle));
}

/* After EINTR the descriptor is gone on Linux: closing again could close another's. */
static int close_file(int handle, void *user)
{
    (void)user;
    if (handle <= STDERR_FILENO)
        return 0;
    return close(handle) < 0 && errno != EINTR ? -errno : 0;
}

static int rename_file(const char *from, const char *to, void *user)
{
    (void)user;
    return result(rename(from, to));
}

static int remove_file(const char *path, void *user)
{
    (void)user;
    return result(unlink(path));
}

/* Not every file system can sync a folder; those answer EINVAL. */
static int sync_folder(const char *path, void *user)
{
    (void)user;
    char folder[4096];
    const char *slash = strrchr(path, '/');
    size_t length = slash == NULL ? 0 : (size_t)(slash - path);
    if (length >= sizeof folder)
        return -ENAMETOOLONG;
    memcpy(folder, path, length);
    folder[length] = 0;
    const char *name = slash == NULL ? "." : length == 0 ? "/" : folder;
    int handle = open(name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (handle < 0)
        return -errno;
    int status = fsync(handle) < 0 && errno != EINVAL ? -errno : 0;
    close(handle);
    return status;
}

static int kind_of(const char *path, void *user)
{
    (void)user;
    struct stat about;
    if (is_standard(path))
        return GRADUS_FILE_OTHER;
    if (stat(path, &about) < 0)
        return errno == ENOENT ? GRADUS_FILE_MISSING : -errno;
    return S_ISREG(about.st_mode)   ? GRADUS_FILE_REGULAR
           : S_ISDIR(about.st_mode) ? GRADUS_FILE_FOLDER
                                    : GRADUS_FILE_OTHER;
}

const gradus_files gr_files_system = {
    .open = open_file,
    .read = read_file,
    .write = write_file,
    .sync = sync_file,
    .close = close_file,
    .rename = rename_file,
    .remove = remove_file,
    .sync_folder = sync_folder,
    .kind = kind_of,
};

void gradus_files_defaults(gradus_files *files)
{
    *files = gr_files_system;
}

gradus_status gr_fail_io(const char *path, const char *action, int64_t code,
                         const char *remedy)
{
    char text[128];
    if (strerror_r((int)-code, text, sizeof text) != 0)
        snprintf(text, sizeof text, "error %d", (int)-code);
    const char *name = is_standard(path) ? "standard stream" : path;
    return gr_fail(GRADUS_IO, "%s: cannot %s: %s: %s", name, action, text, remedy);
}
