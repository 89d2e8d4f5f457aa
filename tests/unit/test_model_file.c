/* tests/unit/test_model_file.c - models as files: the same bytes, or MODEL.
 *
 * SPDX-License-Identifier: MIT
 */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
#include <zlib.h>

#include "models.h" /* before faults.h, which asserts */
#include "faults.h"

/* ---- files in a folder of their own ---- */

static char folder[64];

static int make_folder(void **state)
{
    (void)state;
    strcpy(folder, "/tmp/gradus-model-XXXXXX");
    return mkdtemp(folder) == NULL;
}

static size_t count_files(void)
{
    size_t count = 0;
    DIR *files = opendir(folder);
    assert_non_null(files);
    while (readdir(files) != NULL)
        count++;
    closedir(files);
    return count - 2; /* . and .. */
}

static int remove_folder(void **state)
{
    (void)state;
    char path[512];
    DIR *files = opendir(folder);
    for (struct dirent *file; (file = readdir(files)) != NULL;) {
        snprintf(path, sizeof path, "%s/%.200s", folder, file->d_name);
        unlink(path);
    }
    closedir(files);
    return rmdir(folder);
}

static const char *path_of(const char *name)
{
    static char path[128];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    return path;
}

static size_t read_file(const char *path, char *bytes, size_t room)
{
    FILE *file = fopen(path, "rb");
    assert_non_null(file);
    size_t size = fread(bytes, 1, room, file);
    fclose(file);
    return size;
}

static void write_file(const char *path, const char *bytes, size_t size)
{
    FILE *file = fopen(path, "wb");
    assert_non_null(file);
    assert_int_equal(fwrite(bytes, 1, size, file), size);
    assert_int_equal(fclose(file), 0);
}

/* ---- the tests ---- */

static void a_loaded_model_is_saved_to_the_same_bytes(void **state)
{
    (void)state;
    static char first[1 << 16], second[1 << 16];
    for (int variant = 0; variant < 4; variant++) {
        gradus_model *model = example(NULL, variant & 1 ? GRADUS_REGRESSION
                                                        : GRADUS_CLASSIFICATION,
                                      variant & 2 ? GRADUS_FLOAT64 : GRADUS_FLOAT32);
        gradus_model *loaded;
        assert_int_equal(gradus_model_save(model, path_of("a.gradus")), GRADUS_OK);
        assert_int_equal(gradus_model_load(NULL, path_of("a.gradus"), &loaded),
                         GRADUS_OK);
        assert_int_equal(gradus_model_save(loaded, path_of("b.gradus")), GRADUS_OK);
        size_t size = read_file(path_of("a.gradus"), first, sizeof first);
        assert_int_equal(read_file(path_of("b.gradus"), second, sizeof second), size);
        assert_memory_equal(first, second, size);
        gradus_model_about about;
        gradus_model_describe(loaded, &about);
        assert_true(about.bytes == size);
        gradus_model_free(loaded);
        gradus_model_free(model);
    }
    assert_int_equal(count_files(), 2);
}

static void a_loaded_model_says_and_computes_the_same(void **state)
{
    (void)state;
    gradus_model *model = example(NULL, GRADUS_CLASSIFICATION, GRADUS_FLOAT32), *loaded;
    assert_int_equal(gradus_model_save(model, path_of("m.gradus")), GRADUS_OK);
    assert_int_equal(gradus_model_load(NULL, path_of("m.gradus"), &loaded), GRADUS_OK);
    gradus_model_about a, b;
    gradus_model_describe(model, &a);
    gradus_model_describe(loaded, &b);
    assert_int_equal(b.task, GRADUS_CLASSIFICATION);
    assert_int_equal(b.inputs, 4);
    assert_int_equal(b.targets, 1);
    assert_int_equal(b.classes, 2);
    assert_int_equal(b.train_rows, 39074);
    assert_true(a.digest == b.digest && b.digest != 0);
    assert_string_equal(b.settings, "epochs = 50\nname = \"a\\b\"\n");
    assert_string_equal(b.loss, "cross-entropy");
    assert_true(b.valid.accuracy == 0.857);
    assert_true(isnan(b.valid.rmse) && isnan(b.valid.r2));
    assert_string_equal(gradus_model_target(loaded, 0), "y");
    assert_null(gradus_model_target(loaded, 1));
    assert_string_equal(gradus_model_class(loaded, 1), ">50K");
    assert_null(gradus_model_class(loaded, 2));
    assert_string_equal(gradus_model_input_value(loaded, 3, 1), "Per\xfa");
    assert_null(gradus_model_input_value(loaded, 3, 3));
    for (size_t i = 0; i < 4; i++) {
        gradus_model_input x, y;
        gradus_model_input_describe(model, i, &x);
        gradus_model_input_describe(loaded, i, &y);
        assert_string_equal(x.name, y.name);
        assert_int_equal(x.kind, y.kind);
        assert_int_equal(x.values, y.values);
        assert_true(x.center == y.center && x.scale == y.scale && x.fill == y.fill);
        assert_true(x.first == y.first && x.width == y.width);
    }
    float x[16], y[2][2];
    for (size_t i = 0; i < 16; i++)
        x[i] = (float)i - 3.5f;
    void *scratch;
    assert_int_equal(gr_allocate(model->context, gradus_net_scratch(model->net), 1,
                                 "a test", &scratch), GRADUS_OK);
    gradus_net_forward(gradus_model_net(model), x, 1, y[0], scratch);
    gradus_net_forward(gradus_model_net(loaded), x, 1, y[1], scratch);
    assert_memory_equal(y[0], y[1], sizeof y[0]);
    gr_release(model->context, scratch);
    gradus_model_free(loaded);
    gradus_model_free(model);
}

/* y = 1.5 u - 0.25 of one column, as in docs/design/model-file.md. */
static gradus_model *documented_model(void)
{
    gradus_model *model;
    assert_int_equal(gr_model_new(NULL, &model), GRADUS_OK);
    const gradus_context *context = model->context;
    gr_prep *prep;
    assert_int_equal(gr_allocate(context, 1, sizeof *prep, "a test", &prep), GRADUS_OK);
    *prep = (gr_prep){.context = context, .task = GRADUS_REGRESSION, .inputs = 1,
                      .targets = 1};
    model->prep = prep;
    assert_int_equal(gr_copy_text(context, "NA,", 3, &prep->missing), GRADUS_OK);
    assert_int_equal(gr_allocate(context, 1, sizeof *prep->input, "a test", &prep->input),
                     GRADUS_OK);
    assert_int_equal(gr_allocate(context, 1, sizeof *prep->target, "a test",
                                 &prep->target), GRADUS_OK);
    name_input(prep, 0, "x", GRADUS_NUMBER);
    prep->input->center = prep->input->fill = 2;
    prep->input->scale = 0.5;
    assert_int_equal(gr_copy_text(context, "y", 1, &prep->target->name), GRADUS_OK);
    prep->target->center = prep->target->mean = 10;
    prep->target->scale = 0.25;
    assert_int_equal(gr_prep_layout(prep), GRADUS_OK);
    assert_int_equal(gradus_net_new(context, "output", 1, 1, GRADUS_FLOAT32, 1,
                                    &model->net), GRADUS_OK);
    gradus_net_set(model->net, 0, &(float){1.5f});
    gradus_net_set(model->net, 1, &(float){-0.25f});
    strcpy(model->loss, "mse");
    model->train_rows = 3;
    model->valid = (gradus_metrics){0, NAN, NAN, NAN, NAN, NAN, NAN, NAN, NAN, NAN};
    assert_int_equal(gradus_model_note(model, "seed = 1\n"), GRADUS_OK);
    return model;
}

static void the_documented_example_is_written(void **state)
{
    (void)state;
    static char page[1 << 16], path[1024];
    gradus_model *model = documented_model();
    gr_safetensors file = pack(model);
    snprintf(path, sizeof path, "%s/docs/design/model-file.md",
             getenv("GRADUS_SOURCE_ROOT"));
    read_file(path, page, sizeof page - 1);
    assert_int_equal(file.size, 840);
    char *header = file.bytes + 8;
    size_t length = 824;
    while (header[length - 1] == ' ')
        header[--length] = '\0';
    assert_non_null(strstr(page, header));
    gr_safetensors_free(&file);
    gradus_model_free(model);
}

static void every_cut_and_every_flip_is_refused(void **state)
{
    (void)state;
    gradus_model *model = example(NULL, GRADUS_CLASSIFICATION, GRADUS_FLOAT32);
    gr_safetensors file = pack(model);
    assert_in_range(file.size, 2048, 4096);
    for (size_t size = 0; size < file.size; size++)
        assert_int_equal(unpack(file.bytes, size), GRADUS_MODEL);
    for (size_t bit = 0; bit < 8 * file.size; bit++) {
        file.bytes[bit / 8] ^= (char)(1 << bit % 8);
        assert_int_equal(unpack(file.bytes, file.size), GRADUS_MODEL);
        file.bytes[bit / 8] ^= (char)(1 << bit % 8);
    }
    assert_int_equal(unpack(file.bytes, file.size), GRADUS_OK);
    gr_safetensors_free(&file);
    gradus_model_free(model);
}

static void what_could_not_be_loaded_is_not_saved(void **state)
{
    (void)state;
    gradus_model *model = example(NULL, GRADUS_CLASSIFICATION, GRADUS_FLOAT32);
    gr_safetensors file = {.context = model->context};
    model->prep->input[0].scale = INFINITY;
    assert_int_equal(gr_model_pack(model, &file), GRADUS_ARGUMENT);
    assert_non_null(strstr(gradus_error(), "\"scale\" is not finite"));
    gr_safetensors_free(&file);
    model->prep->input[0].scale = 1;
    *(float *)model->net->parameters = NAN;
    assert_int_equal(gr_model_pack(model, &file), GRADUS_ARGUMENT);
    assert_non_null(strstr(gradus_error(), "1.weight is not finite"));
    gr_safetensors_free(&file);
    assert_int_equal(gradus_model_save(model, path_of("m.gradus")), GRADUS_ARGUMENT);
    assert_int_equal(count_files(), 0);
    gradus_model_free(model);
}

static void what_is_no_model_is_refused(void **state)
{
    (void)state;
    gradus_model *model = example(NULL, GRADUS_CLASSIFICATION, GRADUS_FLOAT32), *loaded;
    gr_safetensors file = pack(model);
    write_file(path_of("text.csv"), "a,b,c\n1,2,3\n4,5,6\n", 18);
    write_file(path_of("empty"), "", 0);
    write_file(path_of("cut.gradus"), file.bytes, file.size - 1);
    gzFile packed = gzopen(path_of("m.gradus.gz"), "wb");
    gzwrite(packed, file.bytes, (unsigned)file.size);
    gzclose(packed);
    write_file(path_of("broken.gz"), "\x1f\x8b\x08\0\0\0\0\0\0\x03garbage", 17);
    static const struct {
        const char *name;
        gradus_status status;
        const char *message;
    } cases[] = {
        {"text.csv", GRADUS_MODEL, "looks like text"},
        {"empty", GRADUS_MODEL, "byte 0: a file of 0 bytes"},
        {"cut.gradus", GRADUS_MODEL, "does not fit"},
        {"m.gradus.gz", GRADUS_MODEL, "gunzip"},
        {"broken.gz", GRADUS_MODEL, "gzip"},
        {"missing", GRADUS_IO, "missing"},
        {"", GRADUS_IO, "folder"},
    };
    for (size_t i = 0; i < GR_COUNT(cases); i++) {
        loaded = model;
        gradus_status status = gradus_model_load(NULL, path_of(cases[i].name), &loaded);
        if (status != cases[i].status || strstr(gradus_error(), cases[i].message) == NULL)
            fail_msg("%s: status %d, %s", cases[i].name, (int)status, gradus_error());
        assert_null(loaded);
    }
    gr_safetensors_free(&file);
    gradus_model_free(model);
}

static void a_note_replaces_the_one_before(void **state)
{
    (void)state;
    gradus_model *model = example(NULL, GRADUS_REGRESSION, GRADUS_FLOAT32);
    gradus_model_about about;
    gradus_model_describe(model, &about);
    assert_string_equal(about.settings, "");
    assert_int_equal(gradus_model_note(model, "a = 1\n"), GRADUS_OK);
    assert_int_equal(gradus_model_note(model, "b = 2\n"), GRADUS_OK);
    gradus_model_describe(model, &about);
    assert_string_equal(about.settings, "b = 2\n");
    gradus_model_free(model);
}

static void memory_may_fail_at_every_call(void **state)
{
    (void)state;
    faults f;
    gradus_context *failing = faults_open(&f);
    gradus_model *model = example(failing, GRADUS_CLASSIFICATION,
                                  GRADUS_FLOAT32), *loaded;
    static char old[1 << 16], now[1 << 16];
    assert_int_equal(gradus_model_save(model, path_of("m.gradus")), GRADUS_OK);
    size_t size = read_file(path_of("m.gradus"), old, sizeof old);
    for (size_t n = 1;; n++) {
        faults_arm(&f, n, FAULT_MEMORY);
        gradus_status status = gradus_model_save(model, path_of("m.gradus"));
        if (!faults_hit(&f))
            break;
        assert_int_equal(status, GRADUS_MEMORY);
        assert_int_equal(read_file(path_of("m.gradus"), now, sizeof now), size);
        assert_memory_equal(old, now, size);
        assert_int_equal(count_files(), 1);
    }
    for (size_t n = 1;; n++) {
        faults_arm(&f, n, FAULT_MEMORY);
        gradus_status status = gradus_model_load(failing, path_of("m.gradus"), &loaded);
        if (!faults_hit(&f))
            break;
        assert_int_equal(status, GRADUS_MEMORY);
        assert_null(loaded);
    }
    gradus_model_free(loaded);
    faults_arm(&f, 1, FAULT_MEMORY);
    assert_int_equal(gradus_model_note(model, "x = 1\n"), GRADUS_MEMORY);
    faults_arm(&f, 0, FAULT_NONE);
    gradus_model_about about;
    gradus_model_describe(model, &about);
    assert_string_equal(about.settings, "epochs = 50\nname = \"a\\b\"\n");
    gradus_model_free(model);
    faults_close(&f, failing);
}

/* A file that is there is the old one or, once renamed, the new one; never another. */
static void files_may_fail_at_every_call(void **state)
{
    (void)state;
    faults f;
    gradus_context *failing = faults_open(&f);
    gradus_model *model = example(failing, GRADUS_CLASSIFICATION,
                                  GRADUS_FLOAT32), *loaded;
    static char now[1 << 16];
    gr_safetensors file = pack(model);
    size_t kept = 0, replaced_by = 0;
    for (size_t n = 1;; n++) {
        write_file(path_of("m.gradus"), "the old one", 11);
        faults_arm(&f, n, FAULT_FILE);
        f.piece = 1000;
        gradus_status status = gradus_model_save(model, path_of("m.gradus"));
        if (!faults_hit(&f)) {
            assert_int_equal(status, GRADUS_OK);
            break;
        }
        assert_int_equal(status, GRADUS_IO);
        assert_int_equal(count_files(), 1);
        size_t size = read_file(path_of("m.gradus"), now, sizeof now);
        bool is_old = size == 11 && memcmp(now, "the old one", 11) == 0;
        bool is_new = size == file.size && memcmp(now, file.bytes, size) == 0;
        assert_true(is_old != is_new);
        kept += is_old;
        replaced_by += is_new;
    }
    assert_true(kept >= 5);            /* look up, create, write, sync, close, rename */
    assert_int_equal(replaced_by, 1);  /* the folder's sync */
    for (size_t n = 1;; n++) {
        faults_arm(&f, n, FAULT_FILE);
        f.once = 1;
        gradus_status status = gradus_model_load(failing, path_of("m.gradus"), &loaded);
        bool hit = faults_hit(&f);
        gradus_model_free(loaded);
        if (!hit || status == GRADUS_OK) /* closing what was read may fail */
            break;
        assert_int_equal(status, GRADUS_IO);
    }
    gr_safetensors_free(&file);
    gradus_model_free(model);
    faults_close(&f, failing);
}

#define IN_FOLDER(test) cmocka_unit_test_setup_teardown(test, make_folder, remove_folder)

int main(void)
{
    const struct CMUnitTest tests[] = {
        IN_FOLDER(a_loaded_model_is_saved_to_the_same_bytes),
        IN_FOLDER(a_loaded_model_says_and_computes_the_same),
        cmocka_unit_test(the_documented_example_is_written),
        cmocka_unit_test(every_cut_and_every_flip_is_refused),
        IN_FOLDER(what_could_not_be_loaded_is_not_saved),
        IN_FOLDER(what_is_no_model_is_refused),
        cmocka_unit_test(a_note_replaces_the_one_before),
        IN_FOLDER(memory_may_fail_at_every_call),
        IN_FOLDER(files_may_fail_at_every_call),
    };
    return gr_run_tests(tests, GR_COUNT(tests));
}
