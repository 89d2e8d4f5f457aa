/* base/stream.c - reading a file from front to back, inflating gzip on the way.
 *
 * A gzip file may have several members, one after the other, and zero bytes behind them
 * (RFC 1952; tapes pad with zeros).
 *
 * SPDX-License-Identifier: MIT
 */
#define ZLIB_CONST
#include <limits.h>
#include <stdbool.h>
#include <string.h>
#include <zlib.h>

#include "base/file.h"
#include "base/memory.h"
#include "base/status.h"

enum {
    INPUT = 1 << 16,    /* bytes taken from the file at a time */
    FIRST_ROOM = 1 << 16
};

struct gr_stream {
    const gradus_context *context;
    char *path;
    int handle;
    bool opened, gzip, in_member, at_end;
    z_stream zlib;
    uint64_t taken;         /* from the file */
    unsigned char *input;   /* [INPUT] */
    size_t from, to;        /* what is left in it */
    unsigned char peek[GR_STREAM_PEEK];
    size_t peeked, given;   /* bytes in peek, and those read since */
};

static void *zlib_allocate(void *context, unsigned count, unsigned size)
{
    void *block = NULL;
    if (gr_allocate(context, count, size, "inflating gzip", &block) != GRADUS_OK)
        return NULL;
    return block;
}

static void zlib_release(void *context, void *block)
{
    gr_release(context, block);
}

static gradus_status read_raw(gr_stream *stream, void *bytes, size_t room, size_t *count)
{
    const gradus_files *files = &stream->context->files;
    int64_t got = files->read(stream->handle, bytes, room, files->user);
    if (got < 0)
        return gr_fail_io(stream->path, "read", got,
                          "is the device or the network well?");
    stream->taken += (uint64_t)got;
    *count = (size_t)got;
    return GRADUS_OK;
}

/* Makes input[from .. to) at least `least` bytes long, if the file has them. */
static gradus_status fill(gr_stream *stream, size_t least)
{
    size_t left = stream->to - stream->from;
    memmove(stream->input, stream->input + stream->from, left);
    stream->from = 0;
    stream->to = left;
    while (stream->to < least) {
        size_t count = 0;
        gradus_status status = read_raw(stream, stream->input + stream->to,
                                        INPUT - stream->to, &count);
        if (status != GRADUS_OK)
            return status;
        if (count == 0)
            break;
        stream->to += count;
    }
    return GRADUS_OK;
}

static bool starts_member(const gr_stream *stream)
{
    const unsigned char *p = stream->input + stream->from;
    return stream->to - stream->from >= 2 && p[0] == 0x1f && p[1] == 0x8b;
}

/* Between two members: is there another one? Nothing but zeros may follow the last. */
static gradus_status next_member(gr_stream *stream)
{
    gradus_status status = fill(stream, 2);
    if (status != GRADUS_OK)
        return status;
    if (starts_member(stream)) {
        stream->in_member = true;
        inflateReset(&stream->zlib);
        return GRADUS_OK;
    }
    stream->at_end = true;
    while (stream->to > 0) {
        for (; stream->from < stream->to; stream->from++)
            if (stream->input[stream->from] != 0)
                return gr_fail(GRADUS_DATA,
                               "%s: bytes that are no gzip follow the gzip data: was the "
                               "file put together wrongly?", stream->path);
        status = fill(stream, 1);
        if (status != GRADUS_OK)
            return status;
    }
    return GRADUS_OK;
}

static gradus_status inflate_some(gr_stream *stream, size_t *count)
{
    gradus_status status = GRADUS_OK;
    if (stream->from == stream->to)
        status = fill(stream, 1);
    if (status != GRADUS_OK)
        return status;
    if (stream->to == 0)
        return gr_fail(GRADUS_DATA, "%s: the gzip data end too early, after %llu bytes: "
                       "fetch or copy the file again", stream->path,
                       (unsigned long long)stream->taken);
    z_stream *zlib = &stream->zlib;
    unsigned room = zlib->avail_out;
    zlib->next_in = stream->input + stream->from;
    zlib->avail_in = (unsigned)(stream->to - stream->from);
    int code = inflate(zlib, Z_NO_FLUSH);
    stream->from = stream->to - zlib->avail_in;
    *count += room - zlib->avail_out;
    if (code == Z_STREAM_END)
        stream->in_member = false;
    else if (code == Z_MEM_ERROR)
        return gr_fail(GRADUS_MEMORY, "%s: out of memory while inflating", stream->path);
    else if (code != Z_OK && code != Z_BUF_ERROR)
        return gr_fail(GRADUS_DATA,
                       "%s: broken gzip data before byte %llu (%s): fetch or "
                       "copy the file again",
                       stream->path,
                       (unsigned long long)(stream->taken - (stream->to - stream->from)),
                       zlib->msg != NULL ? zlib->msg : "no reason given");
    return GRADUS_OK;
}

static gradus_status read_gzip(gr_stream *stream, void *bytes, size_t room, size_t *count)
{
    stream->zlib.next_out = bytes;
    stream->zlib.avail_out = room < UINT_MAX ? (unsigned)room : UINT_MAX;
    while (*count == 0 && room > 0 && !stream->at_end) {
        gradus_status status = stream->in_member ? inflate_some(stream, count)
                                                 : next_member(stream);
        if (status != GRADUS_OK)
            return status;
    }
    return GRADUS_OK;
}

gradus_status gr_stream_read(gr_stream *stream, void *bytes, size_t room, size_t *count)
{
    *count = 0;
    size_t held = stream->peeked - stream->given;
    const unsigned char *source = stream->peek + stream->given;
    if (held == 0 && stream->gzip)
        return read_gzip(stream, bytes, room, count);
    if (held == 0 && stream->from == stream->to)
        return read_raw(stream, bytes, room, count);
    if (held == 0) {
        held = stream->to - stream->from;
        source = stream->input + stream->from;
    }
    *count = held < room ? held : room;
    memcpy(bytes, source, *count);
    *(stream->given < stream->peeked ? &stream->given : &stream->from) += *count;
    return GRADUS_OK;
}

gradus_status gr_stream_peek(gr_stream *stream, const unsigned char **bytes,
                             size_t *count)
{
    size_t total = 0, got = 1;
    bool line = false; /* whoever sends line by line may wait for an answer */
    while (stream->peeked == 0 && total < GR_STREAM_PEEK && got > 0 && !line) {
        gradus_status status = gr_stream_read(stream, stream->peek + total,
                                              GR_STREAM_PEEK - total, &got);
        if (status != GRADUS_OK)
            return status;
        line = memchr(stream->peek + total, '\n', got) != NULL;
        total += got;
    }
    stream->peeked += total;
    *bytes = stream->peek;
    *count = stream->peeked;
    return GRADUS_OK;
}

static gradus_status open_handle(gr_stream *stream)
{
    const gradus_files *files = &stream->context->files;
    if (files->kind(stream->path, files->user) == GRADUS_FILE_FOLDER)
        return gr_fail(GRADUS_IO, "%s: is a folder: name a file in it", stream->path);
    int handle = files->open(stream->path, GRADUS_FILE_READ, files->user);
    if (handle < 0)
        return gr_fail_io(stream->path, "open", handle, "check its name and rights");
    stream->handle = handle;
    stream->opened = true;
    return GRADUS_OK;
}

gradus_status gr_stream_open(const gradus_context *context, const char *path,
                             gr_stream **out)
{
    gradus_status status;
    gr_stream *stream = NULL;
    *out = NULL;
    GR_TRY(gr_allocate(context, 1, sizeof *stream, "a stream", &stream));
    stream->context = context;
    GR_TRY(gr_allocate(context, INPUT, 1, "a stream", &stream->input));
    GR_TRY(gr_copy_text(context, path, strlen(path), &stream->path));
    GR_TRY(open_handle(stream));
    GR_TRY(fill(stream, 2));
    if (starts_member(stream)) {
        stream->zlib.zalloc = zlib_allocate;
        stream->zlib.zfree = zlib_release;
        stream->zlib.opaque = (void *)(uintptr_t)context;
        enum { GZIP_ONLY = 16 };
        if (inflateInit2(&stream->zlib, GZIP_ONLY + MAX_WBITS) != Z_OK)
            GR_TRY(gr_fail(GRADUS_MEMORY, "%s: out of memory for inflating", path));
        stream->gzip = stream->in_member = true;
    }
    *out = stream;
    stream = NULL;
done:
    gr_stream_close(stream);
    return status;
}

uint64_t gr_stream_bytes(const gr_stream *stream)
{
    return stream->taken;
}

const char *gr_stream_path(const gr_stream *stream)
{
    return stream->path;
}

void gr_stream_close(gr_stream *stream)
{
    if (stream == NULL)
        return;
    const gradus_context *context = stream->context;
    if (stream->gzip)
        inflateEnd(&stream->zlib);
    if (stream->opened)
        context->files.close(stream->handle, context->files.user);
    gr_release(context, stream->input);
    gr_release(context, stream->path);
    gr_release(context, stream);
}

gradus_status gr_file_read(const gradus_context *context, const char *path,
                           uint64_t limit, char **bytes, size_t *count)
{
    gradus_status status;
    gr_stream *stream = NULL;
    char *block = NULL;
    size_t used = 0, room = 0, got = 1;
    *bytes = NULL;
    *count = 0;
    GR_TRY(gr_stream_open(context, path, &stream));
    while (got > 0) {
        if (used + 1 >= room) { /* one byte is kept for the final 0 */
            size_t more = room == 0              ? FIRST_ROOM
                          : room <= SIZE_MAX / 2 ? 2 * room
                                                 : SIZE_MAX;
            GR_TRY(gr_resize(context, room, more, 1, path, &block));
            room = more;
        }
        GR_TRY(gr_stream_read(stream, block + used, room - used - 1, &got));
        used += got;
        if (used > limit)
            GR_TRY(gr_fail(GRADUS_DATA,
                           "%s: longer than %llu bytes: is it the right file?", path,
                           (unsigned long long)limit));
    }
    block[used] = 0;
    *bytes = block;
    *count = used;
    block = NULL;
done:
    gr_release(context, block);
    gr_stream_close(stream);
    return status;
}
