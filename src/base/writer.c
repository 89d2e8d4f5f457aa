/* base/writer.c - a file that appears whole or not at all.
 *
 * The bytes go to PATH.tmp0 (or tmp1, ... where another writer's file stands), which is
 * synced and renamed over PATH. What is no regular file is written in place.
 *
 * SPDX-License-Identifier: MIT
 */
#include <errno.h>
#include <stdbool.h>
#include <string.h>

#include "base/file.h"
#include "base/memory.h"
#include "base/status.h"

enum {
    BUFFER = 1 << 16,
    TEMPORARIES = 100 /* names tried */
};

struct gr_writer {
    const gradus_context *context;
    char *path;
    gr_text temporary;  /* its name; empty where the target is written in place */
    int handle;
    bool opened, created;
    char *buffer;       /* [BUFFER] */
    size_t used;
};

static gradus_status fail(const gr_writer *writer, const char *action, int64_t code)
{
    return gr_fail_io(writer->path, action, code,
                      writer->temporary.length > 0
                          ? "nothing was changed; free some space or name another place"
                          : "the output is not complete");
}

static gradus_status open_temporary(gr_writer *writer)
{
    const gradus_files *files = &writer->context->files;
    int handle = -EEXIST;
    for (int i = 0; i < TEMPORARIES && handle == -EEXIST; i++) {
        writer->temporary.length = 0;
        gradus_status status =
            gr_text_add(&writer->temporary, "%s.tmp%d", writer->path, i);
        if (status != GRADUS_OK)
            return status;
        handle = files->open(writer->temporary.text, GRADUS_FILE_CREATE, files->user);
    }
    if (handle < 0)
        return gr_fail_io(writer->temporary.text, "create", handle,
                          handle == -EEXIST ? "remove the old temporary files"
                                            : "check the folder and its rights");
    writer->handle = handle;
    writer->opened = writer->created = true;
    return GRADUS_OK;
}

static gradus_status open_target(gr_writer *writer)
{
    const gradus_files *files = &writer->context->files;
    int kind = files->kind(writer->path, files->user);
    if (kind < 0)
        return gr_fail_io(writer->path, "look up", kind,
                          "check the folder and its rights");
    if (kind == GRADUS_FILE_FOLDER)
        return gr_fail(GRADUS_IO, "%s: is a folder: name a file in it", writer->path);
    if (kind != GRADUS_FILE_OTHER)
        return open_temporary(writer);
    writer->handle = files->open(writer->path, GRADUS_FILE_WRITE, files->user);
    if (writer->handle < 0)
        return gr_fail_io(writer->path, "open", writer->handle, "check its rights");
    writer->opened = true;
    return GRADUS_OK;
}

static gradus_status write_all(gr_writer *writer, const char *bytes, size_t count)
{
    const gradus_files *files = &writer->context->files;
    while (count > 0) {
        int64_t put = files->write(writer->handle, bytes, count, files->user);
        if (put <= 0) /* 0 would be tried for ever */
            return fail(writer, "write", put < 0 ? put : -EIO);
        bytes += put;
        count -= (size_t)put;
    }
    return GRADUS_OK;
}

static gradus_status flush(gr_writer *writer)
{
    size_t count = writer->used;
    writer->used = 0;
    return write_all(writer, writer->buffer, count);
}

gradus_status gr_writer_write(gr_writer *writer, const void *bytes, size_t count)
{
    if (count > BUFFER - writer->used) {
        gradus_status status = flush(writer);
        if (status != GRADUS_OK)
            return status;
    }
    if (count > BUFFER)
        return write_all(writer, bytes, count);
    if (count > 0)
        memcpy(writer->buffer + writer->used, bytes, count);
    writer->used += count;
    return GRADUS_OK;
}

gradus_status gr_writer_open(const gradus_context *context, const char *path,
                             gr_writer **out)
{
    gradus_status status;
    gr_writer *writer = NULL;
    *out = NULL;
    GR_TRY(gr_allocate(context, 1, sizeof *writer, "a writer", &writer));
    writer->context = writer->temporary.context = context;
    GR_TRY(gr_allocate(context, BUFFER, 1, "a writer", &writer->buffer));
    GR_TRY(gr_copy_text(context, path, strlen(path), &writer->path));
    GR_TRY(open_target(writer));
    *out = writer;
    writer = NULL;
done:
    gr_writer_cancel(writer);
    return status;
}

static gradus_status close_handle(gr_writer *writer)
{
    const gradus_files *files = &writer->context->files;
    writer->opened = false;
    int code = files->close(writer->handle, files->user);
    return code < 0 ? fail(writer, "close", code) : GRADUS_OK;
}

gradus_status gr_writer_commit(gr_writer *writer)
{
    gradus_status status;
    const gradus_files *files = &writer->context->files;
    const char *temporary = writer->temporary.text;
    GR_TRY(flush(writer));
    if (writer->created) {
        int code = files->sync(writer->handle, files->user);
        GR_TRY(code < 0 ? fail(writer, "sync", code) : GRADUS_OK);
    }
    GR_TRY(close_handle(writer));
    if (writer->created) {
        int code = files->rename(temporary, writer->path, files->user);
        GR_TRY(code < 0 ? fail(writer, "rename", code) : GRADUS_OK);
        writer->created = false;
        code = files->sync_folder(writer->path, files->user);
        GR_TRY(code < 0 ? gr_fail_io(writer->path, "sync the folder of", code,
                                     "the file is complete, but may not survive a crash")
                        : GRADUS_OK);
    }
done:
    gr_writer_cancel(writer);
    return status;
}

void gr_writer_cancel(gr_writer *writer)
{
    if (writer == NULL)
        return;
    const gradus_context *context = writer->context;
    const gradus_files *files = &context->files;
    if (writer->opened)
        files->close(writer->handle, files->user);
    if (writer->created)
        files->remove(writer->temporary.text, files->user);
    gr_release(context, writer->temporary.text);
    gr_release(context, writer->buffer);
    gr_release(context, writer->path);
    gr_release(context, writer);
}
