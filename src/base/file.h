/*
 * base/file.h - reading streams (gzip included) and writing files that never break
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef GR_BASE_FILE_H
#define GR_BASE_FILE_H

#include "base/context.h"

/* The operating system's files, and the path "-"; what a context has by default. */
extern const gradus_files gr_files_system;

/* "path: action: text of the code: remedy"; `code` is minus an errno. Returns IO. */
gradus_status gr_fail_io(const char *path, const char *action, int64_t code,
                         const char *remedy);

/* ---- reading ---- */

typedef struct gr_stream gr_stream;

/* Opens a path ("-": standard input); gzip is recognised by its first bytes and inflated
 * (also of several members). Errors   IO (also for a folder), MEMORY. */
GRADUS_CHECKED gradus_status gr_stream_open(const gradus_context *context,
                                            const char *path, gr_stream **stream);
/* The first bytes without taking them: GR_STREAM_PEEK of them, fewer in a shorter file, or
 * where a pipe gave a whole line. Only before the first read. Errors as for reading. */
enum { GR_STREAM_PEEK = 64 };
GRADUS_CHECKED gradus_status gr_stream_peek(gr_stream *stream,
                                            const unsigned char **bytes, size_t *count);
/* Up to `room` bytes; *count is 0 at the end only. Errors   IO; DATA: broken gzip. */
GRADUS_CHECKED gradus_status gr_stream_read(gr_stream *stream, void *bytes, size_t room,
                                            size_t *count);
uint64_t gr_stream_bytes(const gr_stream *stream); /* taken from the file so far */
const char *gr_stream_path(const gr_stream *stream);
void gr_stream_close(gr_stream *stream);

/* A whole file (inflated) of at most `limit` bytes; a 0 follows the last one, so that
 * text is a string. Errors   IO; MEMORY; DATA: longer than `limit`, broken gzip. */
GRADUS_CHECKED gradus_status gr_file_read(const gradus_context *context, const char *path,
                                          uint64_t limit, char **bytes, size_t *count);

/* ---- writing ---- */

/*
 * A file that appears whole or not at all: a temporary file in the same folder, synced,
 * renamed over the old one, folder synced. A target that is no regular file (a device, a
 * pipe, "-") is written in place. Every call is checked.
 */
typedef struct gr_writer gr_writer;
GRADUS_CHECKED gradus_status gr_writer_open(const gradus_context *context,
                                            const char *path, gr_writer **writer);
GRADUS_CHECKED gradus_status gr_writer_write(gr_writer *writer, const void *bytes,
                                             size_t count);
/* Commits and frees the writer. On failure the temporary file is gone, the old intact. */
GRADUS_CHECKED gradus_status gr_writer_commit(gr_writer *writer);
void gr_writer_cancel(gr_writer *writer); /* NULL is fine */

#endif
