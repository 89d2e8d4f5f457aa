/* tests/unit/test_file.c - reading, inflating, and writing whole or not at all.
 *
 * SPDX-License-Identifier: MIT
 */
#include "runner.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

#include "base/memory.h"
#include "faults.h"

static char folder[] = "/tmp/gradus-file-XXXXXX";
static char path_buffer[8][300];

static const char *in_folder(const char *name)
{
    static int next;
    char *path = path_buffer[next++ % 8];
    snprintf(path, sizeof path_buffer[0], "%s/%s", folder, name);
    return path;
}

static void put(const char *path, const void *bytes, size_t count)
{
    unlink(path); /* a new file is written faster than an old one is cut */
    FILE *file = fopen(path, "wb");
    assert_non_null(file);
    assert_int_equal(fwrite(bytes, 1, count, file), count);
    fclose(file);
}

static void holds(const char *path, const char *expected)
{
    char text[256] = {0};
    FILE *file = fopen(path, "rb");
    assert_non_null(file);
    size_t count = fread(text, 1, sizeof text - 1, file);
    fclose(file);
    assert_int_equal(count, strlen(expected));
    assert_string_equal(text, expected);
}

static size_t files_in_folder(void)
{
    size_t count = 0;
    DIR *listing = opendir(folder);
    assert_non_null(listing);
    for (struct dirent *entry; (entry = readdir(listing)) != NULL;)
        count += entry->d_name[0] != '.';
    closedir(listing);
    return count;
}

static size_t gzip(const void *bytes, size_t count, unsigned char *out, size_t room)
{
    z_stream zlib = {0};
    assert_int_equal(deflateInit2(&zlib, 6, Z_DEFLATED, 16 + 15, 8, 0), Z_OK);
    zlib.next_in = (unsigned char *)(uintptr_t)bytes;
    zlib.avail_in = (unsigned)count;
    zlib.next_out = out;
    zlib.avail_out = (unsigned)room;
    assert_int_equal(deflate(&zlib, Z_FINISH), Z_STREAM_END);
    deflateEnd(&zlib);
    return room - zlib.avail_out;
}

static gradus_status read_whole(const gradus_context *context, const char *path,
                                char *text, size_t room)
{
    char *bytes;
    size_t count;
    gradus_status status = gr_file_read(context, path, room - 1, &bytes, &count);
    if (status != GRADUS_OK) {
        assert_null(bytes);
        return status;
    }
    assert_int_equal(bytes[count], 0);
    memcpy(text, bytes, count + 1);
    gr_release(context, bytes);
    return GRADUS_OK;
}

static void reads(const char *path, const char *expected)
{
    char text[256];
    const gradus_context *context = gr_context_or_default(NULL);
    assert_int_equal(read_whole(context, path, text, sizeof text), GRADUS_OK);
    assert_string_equal(text, expected);
}

static void refuses(const char *path, gradus_status expected, const char *message)
{
    char text[256];
    const gradus_context *context = gr_context_or_default(NULL);
    assert_int_equal(read_whole(context, path, text, sizeof text), expected);
    if (strstr(gradus_error(), message) == NULL)
        fail_msg("\"%s\" does not say \"%s\"", gradus_error(), message);
}

static void plain_files_are_read(void **state)
{
    (void)state;
    put(in_folder("plain"), "one\ntwo", 7);
    reads(in_folder("plain"), "one\ntwo");
    put(in_folder("empty"), "", 0);
    reads(in_folder("empty"), "");
    put(in_folder("short"), "\x1f", 1);
    reads(in_folder("short"), "\x1f");
}

static void gzip_is_inflated(void **state)
{
    (void)state;
    unsigned char bytes[1024];
    size_t count = gzip("hello ", 6, bytes, sizeof bytes);
    count += gzip("", 0, bytes + count, sizeof bytes - count);
    count += gzip("world", 5, bytes + count, sizeof bytes - count);
    put(in_folder("a.gz"), bytes, count);
    reads(in_folder("a.gz"), "hello world");
    memset(bytes + count, 0, 100);
    put(in_folder("a.gz"), bytes, count + 100);
    reads(in_folder("a.gz"), "hello world");
    bytes[count + 50] = 'x';
    put(in_folder("a.gz"), bytes, count + 100);
    refuses(in_folder("a.gz"), GRADUS_DATA, "a.gz: bytes that are no gzip follow");
    for (size_t cut = 2; cut < count; cut++) { /* at the end of a member it is complete */
        char text[64];
        put(in_folder("a.gz"), bytes, cut);
        gradus_status status =
            read_whole(gr_context_or_default(NULL), in_folder("a.gz"), text, sizeof text);
        if (status == GRADUS_OK)
            assert_string_equal(text, "hello ");
        else
            assert_int_equal(status, GRADUS_DATA);
    }
    refuses(in_folder("a.gz"), GRADUS_DATA, "the gzip data end too early");
    bytes[12] ^= 0x55;
    put(in_folder("a.gz"), bytes, count);
    refuses(in_folder("a.gz"), GRADUS_DATA, "broken gzip data");
}

static void what_cannot_be_read_is_named(void **state)
{
    (void)state;
    refuses(in_folder("none"), GRADUS_IO, "none: cannot open: No such file or directory");
    refuses(folder, GRADUS_IO, "is a folder: name a file in it");
    char text[300];
    memset(text, 'x', sizeof text);
    put(in_folder("long"), text, sizeof text);
    refuses(in_folder("long"), GRADUS_DATA, "longer than 255 bytes");
}

static void peeking_takes_nothing(void **state)
{
    (void)state;
    char text[200];
    for (size_t i = 0; i < sizeof text; i++)
        text[i] = (char)('a' + i % 26);
    put(in_folder("p"), text, sizeof text);
    for (size_t length = 0; length < sizeof text; length += 50) {
        gr_stream *stream;
        const unsigned char *bytes;
        char got[200];
        size_t count, total = 0;
        put(in_folder("p"), text, length);
        assert_int_equal(
            gr_stream_open(gr_context_or_default(NULL), in_folder("p"), &stream),
            GRADUS_OK);
        for (int i = 0; i < 2; i++) {
            assert_int_equal(gr_stream_peek(stream, &bytes, &count), GRADUS_OK);
            assert_int_equal(count, length < GR_STREAM_PEEK ? length : GR_STREAM_PEEK);
            assert_memory_equal(bytes, text, count);
        }
        do {
            assert_int_equal(gr_stream_read(stream, got + total, 7, &count), GRADUS_OK);
            total += count;
        } while (count > 0);
        assert_int_equal(total, length);
        assert_memory_equal(got, text, length);
        assert_int_equal(gr_stream_bytes(stream), length);
        gr_stream_close(stream);
    }
}

static gradus_status write_file(const gradus_context *context, const char *path,
                                const char *first, const char *second)
{
    gr_writer *writer;
    gradus_status status = gr_writer_open(context, path, &writer);
    if (status == GRADUS_OK)
        status = gr_writer_write(writer, first, strlen(first));
    if (status == GRADUS_OK)
        status = gr_writer_write(writer, second, strlen(second));
    if (status == GRADUS_OK)
        return gr_writer_commit(writer);
    gr_writer_cancel(writer);
    return status;
}

static void files_appear_whole(void **state)
{
    (void)state;
    const gradus_context *context = gr_context_or_default(NULL);
    const char *path = in_folder("new");
    size_t before = files_in_folder();
    gr_writer *writer;
    assert_int_equal(gr_writer_open(context, path, &writer), GRADUS_OK);
    assert_int_equal(gr_writer_write(writer, "abc", 3), GRADUS_OK);
    assert_int_not_equal(access(path, F_OK), 0);
    assert_int_equal(gr_writer_commit(writer), GRADUS_OK);
    holds(path, "abc");
    assert_int_equal(write_file(context, path, "", ""), GRADUS_OK);
    holds(path, "");
    put(in_folder("new.tmp0"), "another's", 9);
    assert_int_equal(write_file(context, path, "x", "y"), GRADUS_OK);
    holds(path, "xy");
    holds(in_folder("new.tmp0"), "another's");
    unlink(in_folder("new.tmp0"));
    assert_int_equal(gr_writer_open(context, path, &writer), GRADUS_OK);
    gr_writer_cancel(writer);
    gr_writer_cancel(NULL);
    holds(path, "xy");
    assert_int_equal(files_in_folder(), before + 1);
}

static void big_pieces_are_written(void **state)
{
    (void)state;
    enum { SIZE = 300000 };
    char *text = malloc(SIZE);
    assert_non_null(text);
    for (size_t i = 0; i < SIZE; i++)
        text[i] = (char)(i * 31 % 251);
    faults f;
    gradus_context *context = faults_open(&f);
    f.piece = 777; /* short reads and writes */
    gr_writer *writer;
    assert_int_equal(gr_writer_open(context, in_folder("big"), &writer), GRADUS_OK);
    for (size_t at = 0, step = 1; at < SIZE; at += step, step = step * 2 % 262139 + 1) {
        step = step < SIZE - at ? step : SIZE - at;
        assert_int_equal(gr_writer_write(writer, text + at, step), GRADUS_OK);
    }
    assert_int_equal(gr_writer_commit(writer), GRADUS_OK);
    char *back;
    size_t count;
    assert_int_equal(gr_file_read(context, in_folder("big"), SIZE, &back, &count),
                     GRADUS_OK);
    assert_int_equal(count, SIZE);
    assert_memory_equal(back, text, SIZE);
    gr_release(context, back);
    faults_close(&f, context);
    free(text);
}

static void devices_are_written_in_place(void **state)
{
    (void)state;
    const gradus_context *context = gr_context_or_default(NULL);
    assert_int_equal(write_file(context, "/dev/null", "abc", ""), GRADUS_OK);
    assert_int_equal(write_file(context, "/dev/full", "abc", ""), GRADUS_IO);
    assert_non_null(strstr(gradus_error(), "/dev/full: cannot write: No space left"));
    assert_int_equal(write_file(context, folder, "abc", ""), GRADUS_IO);
    assert_non_null(strstr(gradus_error(), "is a folder"));
    assert_int_equal(write_file(context, in_folder("no/such"), "abc", ""), GRADUS_IO);
    assert_non_null(strstr(gradus_error(), "No such file"));
    assert_int_equal(write_file(context, in_folder("plain/x"), "abc", ""), GRADUS_IO);
    assert_non_null(strstr(gradus_error(), "Not a directory"));
}

static void every_failure_leaves_the_old_file(void **state)
{
    (void)state;
    faults f;
    gradus_context *context = faults_open(&f);
    const char *path = in_folder("kept");
    size_t before = files_in_folder() + 1, failures = 0;
    for (int kind = FAULT_MEMORY; kind <= FAULT_FILE; kind++)
        for (f.once = 0; f.once <= 1; f.once++)
            for (size_t n = 1; n < 100; n++) {
                put(path, "old", 3);
                faults_arm(&f, n, kind);
                gradus_status status = write_file(context, path, "new", "");
                int hit = faults_hit(&f);
                faults_arm(&f, 0, FAULT_NONE);
                assert_int_equal(files_in_folder(), before);
                if (!hit) {
                    assert_int_equal(status, GRADUS_OK);
                    holds(path, "new");
                    break;
                }
                failures++;
                assert_int_equal(status,
                                 kind == FAULT_MEMORY ? GRADUS_MEMORY : GRADUS_IO);
                if (strstr(gradus_error(), "sync the folder") != NULL)
                    holds(path, "new");
                else
                    holds(path, "old");
            }
    assert_in_range(failures, 20, 40);
    faults_close(&f, context);
}

static void every_failure_of_reading_is_reported(void **state)
{
    (void)state;
    faults f;
    gradus_context *context = faults_open(&f);
    unsigned char bytes[200];
    size_t count = gzip("some text", 9, bytes, sizeof bytes);
    put(in_folder("r.gz"), bytes, count);
    size_t failures = 0;
    for (int kind = FAULT_MEMORY; kind <= FAULT_FILE; kind++)
        for (size_t n = 1; n < 100; n++) {
            char text[64];
            f.piece = 9;
            faults_arm(&f, n, kind);
            gradus_status status =
                read_whole(context, in_folder("r.gz"), text, sizeof text);
            if (!faults_hit(&f) ||
                status == GRADUS_OK) { /* closing what was read may fail */
                assert_string_equal(text, "some text");
                break;
            }
            failures++;
            assert_int_equal(status, kind == FAULT_MEMORY ? GRADUS_MEMORY : GRADUS_IO);
        }
    assert_in_range(failures, 10, 40);
    faults_close(&f, context);
}

static int opened;

static int open_and_count(const char *path, gradus_file_mode mode, void *user)
{
    opened++;
    return gr_files_system.open(path, mode, user);
}

static void a_function_can_stand_before_the_systems(void **state)
{
    (void)state;
    gradus_files files;
    gradus_files_defaults(&files);
    assert_true(files.open == gr_files_system.open && files.kind == gr_files_system.kind);
    files.open = open_and_count;
    gradus_context *context;
    assert_int_equal(gradus_context_new(&(gradus_context_options){.files = &files}, &context),
                     GRADUS_OK);
    gr_writer *writer;
    assert_int_equal(gr_writer_open(context, in_folder("counted"), &writer), GRADUS_OK);
    assert_int_equal(gr_writer_write(writer, "abc", 3), GRADUS_OK);
    assert_int_equal(gr_writer_commit(writer), GRADUS_OK);
    holds(in_folder("counted"), "abc");
    assert_int_equal(opened, 1);
    gradus_context_free(context);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(plain_files_are_read),
        cmocka_unit_test(gzip_is_inflated),
        cmocka_unit_test(what_cannot_be_read_is_named),
        cmocka_unit_test(peeking_takes_nothing),
        cmocka_unit_test(files_appear_whole),
        cmocka_unit_test(big_pieces_are_written),
        cmocka_unit_test(devices_are_written_in_place),
        cmocka_unit_test(every_failure_leaves_the_old_file),
        cmocka_unit_test(every_failure_of_reading_is_reported),
        cmocka_unit_test(a_function_can_stand_before_the_systems),
    };
    if (mkdtemp(folder) == NULL)
        return 99;
    int failed = gr_run_tests(tests, sizeof tests / sizeof tests[0]);
    DIR *listing = opendir(folder);
    for (struct dirent *entry; listing != NULL && (entry = readdir(listing)) != NULL;)
        unlink(in_folder(entry->d_name));
    closedir(listing);
    rmdir(folder);
    return failed;
}
