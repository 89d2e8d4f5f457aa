/* tests/faults.h - a context whose memory and files fail at a chosen call.
 *
 *     faults faults;
 *     gradus_context *context = faults_open(&faults);
 *     for (size_t n = 1; ; n++) {
 *         faults_arm(&faults, n, FAULT_MEMORY);
 *         status = work(context);
 *         if (!faults_hit(&faults)) break;     the work is done in fewer than n calls
 *         ... status must be MEMORY ...
 *     }
 *     faults_close(&faults, context);          asserts that nothing is left allocated
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef GR_TESTS_FAULTS_H
#define GR_TESTS_FAULTS_H

#include <errno.h>
#include <stdlib.h>

#include "base/file.h"
#include "gradus.h"

typedef enum fault_kind { FAULT_NONE, FAULT_MEMORY, FAULT_FILE } fault_kind;

typedef struct faults {
    fault_kind kind;
    size_t calls, fail_at; /* the call that fails, from 1 */
    int once; /* 1: only that call; 0: also all later ones but close, remove */
    int hit;
    size_t piece;          /* files move at most this many bytes a call; 0: no limit */
    long blocks, handles;  /* in use */
} faults;

static int fault_now(faults *f, fault_kind kind)
{
    if (f->kind != kind)
        return 0;
    f->calls++;
    int now = f->once ? f->calls == f->fail_at : f->calls >= f->fail_at;
    f->hit |= now;
    return now;
}

static void *fault_allocate(size_t bytes, void *user)
{
    faults *f = user;
    void *block = fault_now(f, FAULT_MEMORY) ? NULL : malloc(bytes);
    f->blocks += block != NULL;
    return block;
}

static void *fault_resize(void *block, size_t bytes, void *user)
{
    return fault_now(user, FAULT_MEMORY) ? NULL : realloc(block, bytes);
}

static void fault_release(void *block, void *user)
{
    ((faults *)user)->blocks -= block != NULL;
    free(block);
}

static size_t fault_piece(const faults *f, size_t count)
{
    return f->piece != 0 && f->piece < count ? f->piece : count;
}

static int fault_open(const char *path, gradus_file_mode mode, void *user)
{
    faults *f = user;
    if (fault_now(f, FAULT_FILE))
        return -EACCES;
    int handle = gr_files_system.open(path, mode, NULL);
    f->handles += handle >= 0;
    return handle;
}

static int64_t fault_read(int handle, void *bytes, size_t count, void *user)
{
    if (fault_now(user, FAULT_FILE))
        return -EIO;
    return gr_files_system.read(handle, bytes, fault_piece(user, count), NULL);
}

static int64_t fault_write(int handle, const void *bytes, size_t count, void *user)
{
    if (fault_now(user, FAULT_FILE))
        return -ENOSPC;
    return gr_files_system.write(handle, bytes, fault_piece(user, count), NULL);
}

static int fault_sync(int handle, void *user)
{
    return fault_now(user, FAULT_FILE) ? -EIO : gr_files_system.sync(handle, NULL);
}

static int fault_close(int handle, void *user) /* the handle is gone in either case */
{
    faults *f = user;
    f->handles--;
    int status = gr_files_system.close(handle, NULL);
    return fault_now(f, FAULT_FILE) ? -EDQUOT : status;
}

static int fault_rename(const char *from, const char *to, void *user)
{
    return fault_now(user, FAULT_FILE) ? -EXDEV : gr_files_system.rename(from, to, NULL);
}

static int fault_remove(const char *path, void *user) /* never fails: it cleans up */
{
    (void)user;
    return gr_files_system.remove(path, NULL);
}

static int fault_sync_folder(const char *path, void *user)
{
    return fault_now(user, FAULT_FILE) ? -EIO : gr_files_system.sync_folder(path, NULL);
}

static int fault_kind_of(const char *path, void *user)
{
    return fault_now(user, FAULT_FILE) ? -ENOTDIR : gr_files_system.kind(path, NULL);
}

static gradus_context *faults_open(faults *f)
{
    *f = (faults){0};
    gradus_memory memory = {fault_allocate, fault_resize, fault_release, f};
    gradus_files files = {
        fault_open,   fault_read,   fault_write,       fault_sync,    fault_close,
        fault_rename, fault_remove, fault_sync_folder, fault_kind_of, f};
    gradus_context_options options;
    gradus_context_defaults(&options);
    options.memory = &memory;
    options.files = &files;
    gradus_context *context = NULL;
    assert_int_equal(gradus_context_new(&options, &context), GRADUS_OK);
    return context;
}

static inline void faults_arm(faults *f, size_t fail_at, int kind)
{
    f->kind = (fault_kind)kind;
    f->fail_at = fail_at;
    f->calls = 0;
    f->hit = 0;
}

static inline int faults_hit(const faults *f)
{
    return f->hit;
}

static void faults_close(faults *f, gradus_context *context)
{
    f->kind = FAULT_NONE;
    gradus_context_free(context);
    assert_int_equal(f->blocks, 0);
    assert_int_equal(f->handles, 0);
}

#endif
