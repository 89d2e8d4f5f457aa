/*
 * cli/output.c - where results go: standard output, or a file that appears whole
 *
 * SPDX-License-Identifier: MIT
 */
#include "output.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "message.h"
#include "stop.h"

static bool is_stdout(const char *path)
{
    return !path || strcmp(path, "-") == 0;
}

/* The folder a path lies in, as a path with a final "/." ; NULL out of memory. */
static char *folder_of(const char *path)
{
    const char *slash = strrchr(path, '/');
    size_t length = slash ? (size_t)(slash - path) + 1 : 0;
    char *folder = malloc(length + 2);

    if (folder) {
        memcpy(folder, path, length);
        memcpy(folder + length, ".", 2);
    }
    return folder;
}

static gradus_status out_of_memory(void)
{
    return fail(GRADUS_MEMORY, "out of memory: a path");
}

/* Less than the 255 bytes of most file systems: a temporary file has a longer name. */
enum { MOST_NAME = 240 };

gradus_status output_check(const char *path, bool force)
{
    struct stat about;
    char *folder;
    gradus_status status = GRADUS_OK;

    if (is_stdout(path))
        return GRADUS_OK;
    if (lstat(path, &about) == 0 && S_ISLNK(about.st_mode) &&
        (stat(path, &about) != 0 || S_ISREG(about.st_mode)))
        return fail(GRADUS_ARGUMENT, "%s: is a symbolic link: name the file itself", path);
    if (strlen(strrchr(path, '/') ? strrchr(path, '/') : path) > MOST_NAME)
        return fail(GRADUS_ARGUMENT, "%s: the name is too long: %d bytes are possible",
                    path, MOST_NAME);
    if (stat(path, &about) == 0) {
        if (S_ISDIR(about.st_mode))
            return fail(GRADUS_IO, "%s: is a folder: name a file in it", path);
        if (!S_ISREG(about.st_mode))
            return GRADUS_OK; /* devices and pipes are written in place */
        if (!force)
            return fail(GRADUS_ARGUMENT,
                        "%s: exists already: name another file, or --force replaces it",
                        path);
    }
    folder = folder_of(path);
    if (!folder)
        return out_of_memory();
    if (access(folder, W_OK | X_OK) != 0)
        status = fail(GRADUS_IO, "%s: cannot be written: %s: nothing was done", path,
                      strerror(errno));
    free(folder);
    return status;
}

/* A new file beside the one that will be replaced, so that a rename can do it. */
static gradus_status open_temporary(cli_output *output)
{
    size_t length = strlen(output->path);
    gradus_status status;
    mode_t mask = umask(0);
    int handle;

    umask(mask);
    output->temporary = malloc(length + 8);
    if (!output->temporary)
        return out_of_memory();
    memcpy(output->temporary, output->path, length);
    memcpy(output->temporary + length, ".XXXXXX", 8);
    handle = stop_mkstemp(output->temporary);
    if (handle < 0) {
        status = fail(GRADUS_IO, "%s: %s", output->path, strerror(errno));
        free(output->temporary);
        output->temporary = NULL;
        return status;
    }
    output->stream = fdopen(handle, "wb");
    /* mkstemp gives 0600; a result is as readable as any file the user makes. */
    if (output->stream && fchmod(handle, 0666 & ~mask) == 0)
        return GRADUS_OK;
    status = fail(GRADUS_IO, "%s: %s", output->path, strerror(errno));
    if (!output->stream)
        close(handle);
    output_cancel(output);
    return status;
}

gradus_status output_open(cli_output *output, const char *path, bool force)
{
    struct stat about;
    gradus_status status = output_check(path, force);

    *output = (cli_output){.stream = stdout};
    if (status != GRADUS_OK || is_stdout(path))
        return status;
    *output = (cli_output){.path = path};
    if (stat(path, &about) != 0 || S_ISREG(about.st_mode))
        return open_temporary(output);
    output->stream = fopen(path, "wb");
    return output->stream ? GRADUS_OK
                          : fail(GRADUS_IO, "%s: %s", path, strerror(errno));
}

static gradus_status write_failed(const cli_output *output, int code)
{
    return fail(GRADUS_IO, "%s: %s%s", output->path ? output->path : "standard output",
                code ? strerror(code) : "could not be written",
                output->temporary ? ": what stood there before is untouched" : "");
}

gradus_status output_state(const cli_output *output)
{
    return ferror(output->stream) ? write_failed(output, errno) : GRADUS_OK;
}

void output_cancel(cli_output *output)
{
    if (output->path && output->stream)
        fclose(output->stream);
    if (output->temporary)
        stop_files()->remove(output->temporary, NULL);
    free(output->temporary);
    *output = (cli_output){.stream = NULL};
}

/* A new name lasts only when its folder reached the disk; some file systems cannot. */
static int sync_folder(const char *path)
{
    char *folder = folder_of(path);
    int handle = folder ? open(folder, O_RDONLY | O_DIRECTORY) : -1;
    int failed = handle < 0 || (fsync(handle) != 0 && errno != EINVAL);

    if (handle >= 0)
        close(handle);
    free(folder);
    return failed;
}

gradus_status output_commit(cli_output *output)
{
    FILE *stream = output->stream;
    bool failed = ferror(stream) != 0;
    int code = 0;
    gradus_status status;

    if (fflush(stream) != 0 || (output->temporary && fsync(fileno(stream)) != 0))
        code = errno;
    if (!output->path)
        return failed || code ? write_failed(output, code) : GRADUS_OK;
    output->stream = NULL;
    if (fclose(stream) != 0 && !code)
        code = errno;
    if (!failed && !code && output->temporary)
        code = -stop_files()->rename(output->temporary, output->path, NULL);
    if (failed || code) {
        status = write_failed(output, code);
        output_cancel(output);
        return status;
    }
    status = output->temporary && sync_folder(output->path) != 0
                 ? fail(GRADUS_IO, "%s: its folder could not be synced: %s", output->path,
                        strerror(errno))
                 : GRADUS_OK;
    free(output->temporary);
    *output = (cli_output){.stream = NULL};
    return status;
}

gradus_status output_finish(bool quiet)
{
    errno = 0;
    bool failed = fflush(stdout) != 0 || ferror(stdout);

    if ((fclose(stdout) != 0 || failed) && !quiet)
        return fail(GRADUS_IO, "standard output: %s",
                    errno ? strerror(errno) : "could not be written");
    return GRADUS_OK;
}
