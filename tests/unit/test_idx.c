/* tests/unit/test_idx.c - IDX and NPY: every type and order of bytes, labels, damage.
 *
 * SPDX-License-Identifier: MIT
 */
#include "runner.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "data/read.h"
#include "faults.h"

static char folder[] = "/tmp/gradus-idx-XXXXXX";

static void put(const char *path, const void *bytes, size_t count)
{
    unlink(path); /* a new file is written faster than an old one is cut */
    FILE *file = fopen(path, "wb");
    assert_non_null(file);
    assert_int_equal(fwrite(bytes, 1, count, file), count);
    fclose(file);
}

static gradus_data *read_file(const char *path, const char *labels)
{
    gradus_read_options options;
    gradus_data *data;
    gradus_read_defaults(&options);
    options.labels = labels;
    if (gradus_data_read(NULL, path, &options, &data) != GRADUS_OK)
        fail_msg("%s", gradus_error());
    return data;
}

static void fails(const char *path, const char *labels, const char *message)
{
    gradus_read_options options;
    gradus_data *data;
    gradus_read_defaults(&options);
    options.labels = labels;
    assert_int_equal(gradus_data_read(NULL, path, &options, &data), GRADUS_DATA);
    assert_null(data);
    if (strcmp(gradus_error(), message) != 0)
        fail_msg("\"%s\", not \"%s\"", gradus_error(), message);
}

static void holds(const gradus_data *data, size_t rows, size_t columns,
                  const double *expected)
{
    assert_int_equal(gradus_data_rows(data), rows);
    assert_int_equal(gradus_data_columns(data), columns);
    for (size_t i = 0; i < rows; i++)
        for (size_t j = 0; j < columns; j++)
            if (gradus_data_cell(data, i, j) != expected[i * columns + j])
                fail_msg("cell %zu, %zu is %g, not %g", i, j,
                         gradus_data_cell(data, i, j), expected[i * columns + j]);
}

/* The bytes of numbers 1 .. `count` with signs, as cells of `bytes` bytes. */
static size_t put_cells(unsigned char *to, char kind, size_t bytes, bool big,
                        size_t count)
{
    for (size_t i = 0; i < count; i++, to += bytes) {
        double value = (i % 2 ? -1.0 : 1.0) * (double)(i + 1);
        if (kind == 'u')
            value = (double)(i + 1) + (bytes > 1 ? 65000 : 200);
        unsigned char cell[8];
        int64_t whole = (int64_t)value;
        float single = (float)value;
        const void *source = kind != 'f' ? (const void *)&whole
                             : bytes == 4 ? (const void *)&single
                                          : (const void *)&value;
        memcpy(cell, source, bytes); /* the tests run on little-endian machines */
        for (size_t k = 0; k < bytes; k++)
            to[k] = cell[big ? bytes - 1 - k : k];
    }
    return bytes * count;
}

static const double signs[] = {1, -2, 3, -4, 5, -6};

static void every_type_of_idx_is_read(void **state)
{
    (void)state;
    static const struct {
        unsigned char code;
        char kind;
        size_t bytes;
    } types[] = {{0x09, 'i', 1}, {0x0B, 'i', 2}, {0x0C, 'i', 4}, {0x0D, 'f', 4},
                 {0x0E, 'f', 8}};
    for (size_t t = 0; t < sizeof types / sizeof *types; t++) {
        unsigned char bytes[100] = {0, 0, types[t].code, 2, 0, 0, 0, 3, 0, 0, 0, 2};
        size_t count = 12 + put_cells(bytes + 12, types[t].kind, types[t].bytes, true, 6);
        put("x", bytes, count);
        gradus_data *data = read_file("x", NULL);
        holds(data, 3, 2, signs);
        assert_string_equal(data->column[1].name, "p1");
        assert_false(data->image);
        assert_string_equal(data->about.format, "idx");
        assert_int_equal(data->about.rank, 2);
        assert_int_equal(data->about.shape[0], 3);
        assert_int_equal(data->about.bytes, count);
        gradus_data_free(data);
    }
}

static void images_have_labels(void **state)
{
    (void)state;
    static const unsigned char images[] = {0, 0, 8, 3, 0, 0, 0, 2, 0, 0, 0, 2,
                                           0, 0, 0, 2, 0, 255, 1, 2, 3, 4, 5, 6};
    static const unsigned char labels[] = {0, 0, 8, 1, 0, 0, 0, 2, 7, 9};
    static const double expected[] = {0, 255, 1, 2, 7, 3, 4, 5, 6, 9};
    put("x", images, sizeof images);
    put("y", labels, sizeof labels);
    gradus_data *data = read_file("x", "y");
    holds(data, 2, 5, expected);
    assert_true(data->image);
    assert_int_equal(data->label_column, 4);
    assert_int_equal(gradus_data_find(data, "label"), 4);
    gradus_data_free(data);
    data = read_file("y", NULL);
    assert_string_equal(data->column[0].name, "label");
    gradus_data_free(data);
    put("y", "\0\0\x08\x01\0\0\0\x01\x07", 9);
    fails("x", "y", "y: labels for 1 rows, and x has 2: do they belong together?");
    fails("x", "x", "x: 4 columns: labels are one number a row");
    put("y", "a\n1\n2\n", 6);
    fails("x", "y", "y: labels are read from IDX and NPY only");
}

static void damaged_idx_is_refused(void **state)
{
    (void)state;
    unsigned char good[] = {0, 0, 8, 2, 0, 0, 0, 2, 0, 0, 0, 3, 1, 2, 3, 4, 5, 6, 0};
    for (size_t cut = 2; cut < sizeof good - 1; cut++) {
        char expected[100];
        put("x", good, cut);
        snprintf(expected, sizeof expected,
                 cut < 12 ? "x: ends inside its header: fetch or copy it again"
                          : "x: ends in row %d of 2: fetch or copy it again",
                 cut < 15 ? 1 : 2);
        fails("x", NULL, expected);
    }
    put("x", good, sizeof good);
    fails("x", NULL, "x: longer than the 2 rows of 3 cells that its header tells: is it "
                     "damaged?");
    good[2] = 0x0A;
    put("x", good, sizeof good - 1);
    fails("x", NULL,
          "x: starts with two zero bytes, but is no IDX file of rank 1 to 4 (type "
          "0x0a, rank 2): is it another format?");
    good[2] = 8;
    good[7] = 0;
    put("x", good, sizeof good - 1);
    fails("x", NULL, "x: 0 rows of 3 cells: there is nothing in it");
    memset(good + 4, 0xFF, 8);
    put("x", good, sizeof good - 1);
    fails("x", NULL,
          "x: 4294967295 rows of 4294967295 cells: more than 4294967294 rows or "
          "1000000 columns are not read");
    static const unsigned char wraps[] = {0,    0, 8, 4, 0,    0, 0, 1, 0x80, 0,
                                          0,    0, 0x80, 0, 0, 0, 0, 0, 0,    4};
    put("x", wraps, sizeof wraps); /* 2^31 * 2^31 * 4 is 0 in 64 bits */
    fails("x", NULL, "x: 1 rows of 4294967295 cells: more than 4294967294 rows or 1000000 "
                     "columns are not read");
    static const unsigned char huge[] = {0, 0, 0x0E, 2,    0x7F, 0, 0,
                                         0, 0, 0,    0xFF, 0xFF, 1};
    put("x", huge, sizeof huge);
    fails("x", NULL, "x: ends in row 1 of 2130706432: fetch or copy it again");
    static const unsigned char infinite[] = {0, 0, 0x0D, 1, 0,    0, 0, 2, 0x7F,
                                             0xC0, 0, 0, 0x7F, 0x80, 0, 0};
    put("x", infinite, sizeof infinite);
    fails("x", NULL,
          "x: row 2 of column label is infinite: replace it by a number, or by NaN "
          "for a missing value");
}

static size_t npy_header(unsigned char *bytes, int major, const char *literal)
{
    size_t prefix = major == 1 ? 10 : 12, length = strlen(literal);
    memcpy(bytes, "\x93NUMPY", 6);
    bytes[6] = (unsigned char)major;
    bytes[7] = 0;
    memset(bytes + 8, 0, 4);
    bytes[8] = (unsigned char)length;
    bytes[9] = (unsigned char)(length >> 8);
    memcpy(bytes + prefix, literal, length);
    return prefix + length;
}

static void every_type_of_npy_is_read(void **state)
{
    (void)state;
    static const double naturals[] = {201, 202, 203, 204, 205, 206};
    static const double large[] = {65001, 65002, 65003, 65004, 65005, 65006};
    static const char *const types[] = {"|u1", "|i1", "<i2", ">i2", "<u2", ">u2",
                                        "<i4", ">i4", "<u4", ">u4", "<i8", ">i8",
                                        "<f4", ">f4", "<f8", ">f8"};
    for (size_t t = 0; t < sizeof types / sizeof *types; t++)
        for (int major = 1; major <= 3; major++) {
            unsigned char bytes[300];
            char literal[100];
            char kind = types[t][1];
            size_t size = (size_t)(types[t][2] - '0');
            snprintf(literal, sizeof literal,
                     "{'descr': '%s', 'fortran_order': False, 'shape': (3, 2), }   \n",
                     types[t]);
            size_t count = npy_header(bytes, major, literal);
            count += put_cells(bytes + count, kind, size, types[t][0] == '>', 6);
            put("x.npy", bytes, count);
            gradus_data *data = read_file("x.npy", NULL);
            holds(data, 3, 2, kind != 'u' ? signs : size == 1 ? naturals : large);
            assert_string_equal(data->column[1].name, "c2");
            gradus_data_free(data);
        }
}

static void both_orders_and_ranks_of_npy_are_read(void **state)
{
    (void)state;
    static const double turned[] = {1, -4, -2, 5, 3, -6};
    unsigned char bytes[300];
    size_t count =
        npy_header(bytes, 1, "{'shape':(3,2),'fortran_order':True,'descr':'<f8'}\n");
    count += put_cells(bytes + count, 'f', 8, false, 6);
    put("x.npy", bytes, count);
    gradus_data *data = read_file("x.npy", NULL);
    holds(data, 3, 2, turned);
    gradus_data_free(data);
    count = npy_header(bytes, 1,
                       "{'descr': '<f4', 'fortran_order': False, 'shape': (6,), }\n");
    count += put_cells(bytes + count, 'f', 4, false, 6);
    put("x.npy", bytes, count);
    data = read_file("x.npy", NULL);
    holds(data, 6, 1, signs);
    gradus_data_free(data);
    unsigned char labels[300];
    size_t length = npy_header(
        labels, 1, "{'descr': '<i8', 'fortran_order': False, 'shape': (6,), }\n");
    length += put_cells(labels + length, 'i', 8, false, 6);
    put("y.npy", labels, length);
    data = read_file("x.npy", "y.npy");
    assert_int_equal(data->label_column, 1);
    assert_true(gradus_data_cell(data, 5, 1) == -6);
    gradus_data_free(data);
    data = read_file("y.npy", "x.npy"); /* float labels are numbers to learn */
    assert_true(data->label_column == SIZE_MAX);
    gradus_data_free(data);
}

#define STRANGE                                                                    \
    "x.npy: an NPY header that is not as numpy writes it: is it damaged, or an array " \
    "of records?"
static const struct {
    const char *literal, *message;
} damages[] = {
    {"{'descr': '<f8', 'fortran_order': False}", STRANGE},
    {"{'descr': '<f8', 'descr': '<f8', 'shape': (1,)}", STRANGE},
    {"{'descr': '<f8', 'fortran_order': False, 'shape': (1,), 'x': 1}", STRANGE},
    {"{'descr': [('a', '<f8')], 'fortran_order': False, 'shape': (1,)}", STRANGE},
    {"{'descr': '<f8', 'fortran_order': 0, 'shape': (1,)}", STRANGE},
    {"{'descr': '<f8', 'fortran_order': False, 'shape': (-1,)}", STRANGE},
    {"{'descr': '<f8', 'fortran_order': False, 'shape': (1 2)}", STRANGE},
    {"{'descr': '<f8', 'fortran_order': False, 'shape': (9999999999999999999,)}",
     STRANGE},
    {"{'descr': '<f8', 'fortran_order': False, 'shape': (1,)} x", STRANGE},
    {"", STRANGE},
    {"{'descr': '|O', 'fortran_order': False, 'shape': (1,)}",
     "x.npy: cells of type '|O': save it as float64, float32 or an integer type of "
     "at "
     "most 32 bits, or int64"},
    {"{'descr': '|f8', 'fortran_order': False, 'shape': (1,)}",
     "x.npy: cells of type '|f8': save it as float64, float32 or an integer type of "
     "at "
     "most 32 bits, or int64"},
    {"{'descr': '<f8', 'fortran_order': False, 'shape': ()}",
     "x.npy: an array of rank 0: reshape it to (rows, columns)"},
    {"{'descr': '<f8', 'fortran_order': False, 'shape': (1, 2, 3)}",
     "x.npy: an array of rank 3: reshape it to (rows, columns)"},
    {"{'descr': '<f8', 'fortran_order': False, 'shape': (0, 3)}",
     "x.npy: 0 rows of 3 cells: there is nothing in it"},
    {"{'descr': '<f8', 'fortran_order': False, 'shape': (4, 3)}",
     "x.npy: ends in row 1 of 4: fetch or copy it again"},
    {"{'descr': '<f8', 'fortran_order': False, 'shape': (999999999999999999, 3)}",
     "x.npy: 999999999999999999 rows of 3 cells: more than 4294967294 rows or "
     "1000000 "
     "columns are not read"},
};

static void damaged_npy_is_refused(void **state)
{
    (void)state;
    unsigned char bytes[300];
    for (size_t i = 0; i < sizeof damages / sizeof *damages; i++) {
        put("x.npy", bytes, npy_header(bytes, 1, damages[i].literal));
        fails("x.npy", NULL, damages[i].message);
    }
    size_t count = npy_header(bytes, 1, damages[0].literal);
    put("x.npy", bytes, count - 1);
    fails("x.npy", NULL, "x.npy: ends inside its header: fetch or copy it again");
    bytes[6] = 9;
    put("x.npy", bytes, count);
    fails("x.npy", NULL, "x.npy: NPY version 9 is not known: save it with version 1");
    bytes[6] = 2;
    memset(bytes + 8, 0xFF, 4);
    put("x.npy", bytes, count);
    fails("x.npy", NULL, "x.npy: an NPY header of 4294967295 bytes: is it damaged?");
    gradus_read_options options;
    gradus_data *data;
    gradus_read_defaults(&options);
    options.categorical = "c1";
    assert_int_equal(gradus_data_read(NULL, "x.npy", &options, &data), GRADUS_ARGUMENT);
    assert_string_equal(gradus_error(),
                        "x.npy: categorical: npy files have numbers only");
}

static void a_reader_gives_pieces(void **state)
{
    (void)state;
    static const unsigned char images[] = {0, 0, 8, 3, 0, 0, 0, 3, 0, 0, 0, 1, 0, 0, 0, 2,
                                           1, 2, 3, 4, 5, 6};
    static const double first[] = {1, 2, 3, 4}, second[] = {5, 6};
    const gradus_context *context = gr_context_or_default(NULL);
    gr_prep prep = {.context = context, .task = GRADUS_CLASSIFICATION};
    gradus_read_options options;
    gradus_reader *reader;
    gradus_data *data;
    gradus_read_defaults(&options);
    put("x", images, sizeof images);
    assert_int_equal(gr_reader_new(context, "x", &options, &prep, &reader), GRADUS_OK);
    assert_int_equal(gradus_reader_next(reader, 2, &data), GRADUS_OK);
    holds(data, 2, 2, first);
    assert_true(data->image);
    gradus_data_free(data);
    assert_int_equal(gradus_reader_next(reader, 2, &data), GRADUS_OK);
    holds(data, 1, 2, second);
    gradus_data_free(data);
    assert_int_equal(gradus_reader_next(reader, 2, &data), GRADUS_OK);
    assert_null(data);
    gradus_reader_free(reader);
}

static void memory_may_fail_anywhere(void **state)
{
    (void)state;
    static const unsigned char images[] = {0, 0, 8, 3, 0, 0, 0, 1, 0,
                                           0, 0, 1, 0, 0, 0, 2, 1, 2};
    static const unsigned char labels[] = {0, 0, 8, 1, 0, 0, 0, 1, 7};
    faults f;
    gradus_context *context = faults_open(&f);
    gradus_read_options options;
    gradus_read_defaults(&options);
    options.labels = "y";
    put("x", images, sizeof images);
    put("y", labels, sizeof labels);
    for (int kind = FAULT_MEMORY; kind <= FAULT_FILE; kind++)
        for (size_t n = 1;; n++) {
            gradus_data *data;
            faults_arm(&f, n, kind);
            gradus_status status = gradus_data_read(context, "x", &options, &data);
            bool hit = faults_hit(&f);
            faults_arm(&f, 0, FAULT_NONE);
            gradus_data_free(data);
            if (!hit || status == GRADUS_OK) {
                assert_in_range(n, 5, 60);
                break;
            }
            assert_int_equal(status, kind == FAULT_MEMORY ? GRADUS_MEMORY : GRADUS_IO);
        }
    faults_close(&f, context);
}

static void mnist_is_read(void **state)
{
    (void)state;
    char images[600], labels[600];
    const char *root = getenv("GRADUS_DATA");
    snprintf(images, sizeof images, "%s/mnist/t10k-images-idx3-ubyte.gz", root);
    snprintf(labels, sizeof labels, "%s/mnist/t10k-labels-idx1-ubyte.gz", root);
    if (access(images, R_OK) != 0)
        skip();
    gradus_data *data = read_file(images, labels);
    assert_int_equal(gradus_data_rows(data), 10000);
    assert_int_equal(gradus_data_columns(data), 785);
    gradus_column about;
    gradus_data_column(data, 784, &about);
    assert_true(about.min == 0 && about.max == 9);
    assert_true(gradus_data_cell(data, 0, 784) == 7);
    double sum = 0;
    for (size_t j = 0; j < 784; j++)
        sum += gradus_data_cell(data, 0, j);
    assert_true(sum == 18454);
    gradus_data_free(data);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_type_of_idx_is_read),
        cmocka_unit_test(images_have_labels),
        cmocka_unit_test(damaged_idx_is_refused),
        cmocka_unit_test(every_type_of_npy_is_read),
        cmocka_unit_test(both_orders_and_ranks_of_npy_are_read),
        cmocka_unit_test(damaged_npy_is_refused),
        cmocka_unit_test(a_reader_gives_pieces),
        cmocka_unit_test(memory_may_fail_anywhere),
        cmocka_unit_test(mnist_is_read),
    };
    if (mkdtemp(folder) == NULL || chdir(folder) != 0)
        return 99;
    int failed = gr_run_tests(tests, sizeof tests / sizeof tests[0]);
    unlink("x");
    unlink("y");
    unlink("x.npy");
    unlink("y.npy");
    if (chdir("/") == 0)
        rmdir(folder);
    return failed;
}
