/* tests/unit/test_model_forged.c - model files that lie, in spite of a right check.
 *
 * SPDX-License-Identifier: MIT
 */
#include <stdio.h>
#include <stdlib.h>

#include "base/random.h"
#include "models.h"

/* A sealed file with the tensors of `file` and another text. */
static gr_safetensors with_text(const gr_safetensors *file, const char *text)
{
    gr_safetensors other = {.context = file->context, .precision = file->precision};
    assert_int_equal(gr_copy_text(file->context, text, strlen(text), &other.text),
                     GRADUS_OK);
    for (size_t t = 0; t < file->tensors; t++)
        assert_int_equal(gr_safetensors_add(&other, file->tensor[t].name,
                                            file->tensor[t].rank, file->tensor[t].shape),
                         GRADUS_OK);
    assert_int_equal(gr_safetensors_layout(&other), GRADUS_OK);
    for (size_t t = 0; t < file->tensors; t++)
        memcpy(other.tensor[t].values, file->tensor[t].values,
               file->tensor[t].count * gr_safetensors_width(file));
    return other;
}

/* The text with the first `old` replaced by `new`. */
static char *replaced(const char *text, const char *old, const char *new)
{
    static char changed[1 << 16];
    const char *place = strstr(text, old);
    if (place == NULL)
        fail_msg("the text has no %s", old);
    snprintf(changed, sizeof changed, "%.*s%s%s", (int)(place - text), text, new,
             place + strlen(old));
    return changed;
}

/* The largest block asked for, of memory whose `user` is a size_t. */
static void *watched_allocate(size_t bytes, void *user)
{
    size_t *largest = user;
    *largest = bytes > *largest ? bytes : *largest;
    return malloc(bytes);
}

static void *watched_resize(void *block, size_t bytes, void *user)
{
    size_t *largest = user;
    *largest = bytes > *largest ? bytes : *largest;
    return realloc(block, bytes);
}

static void watched_release(void *block, void *user)
{
    (void)user;
    free(block);
}

/* Refused with `message`, and without asking for more memory than the file justifies. */
static void expect_refused(gr_safetensors *file, const char *message)
{
    size_t largest = 0;
    gradus_memory memory = {watched_allocate, watched_resize, watched_release, &largest};
    gradus_context_options options;
    gradus_context *context;
    gradus_model *model;
    gradus_context_defaults(&options);
    options.memory = &memory;
    assert_int_equal(gradus_context_new(&options, &context), GRADUS_OK);
    assert_int_equal(gr_safetensors_seal(file), GRADUS_OK);
    gradus_status status = unpack_into(context, file->bytes, file->size, &model);
    gradus_context_free(context);
    assert_null(model);
    assert_in_range(largest, 1, 64 * file->size);
    if (status != GRADUS_MODEL || strstr(gradus_error(), "m.gradus: byte ") == NULL ||
        strstr(gradus_error(), message) == NULL)
        fail_msg("status %d, %s; expected %s", (int)status, gradus_error(), message);
    gr_safetensors_free(file);
}

typedef struct forgery {
    const char *old, *new, *message;
} forgery;

static void expect_forgeries(gradus_task task, const forgery *cases, size_t count)
{
    gradus_model *model = example(NULL, task, GRADUS_FLOAT32);
    gr_safetensors file = pack(model);
    for (size_t i = 0; i < count; i++) {
        gr_safetensors other = with_text(&file, replaced(file.text, cases[i].old,
                                                         cases[i].new));
        expect_refused(&other, cases[i].message);
    }
    gr_safetensors_free(&file);
    gradus_model_free(model);
}

static const forgery descriptions[] = {
    {"{\"version\":1", "{\"version\":2", "belongs here"},
    {"{\"version\":1", "[{\"version\":1", "belongs"},
    {"{\"version\":1", "{\"version\":1,\"version\":1", "\"task\" belongs"},
    {"{\"version\":1", "{ \"version\":1", "belongs"},
    {"classification", "ranking", "\"classification\" or \"regression\""},
    {"classification", "regression", "\"center\" belongs"},
    {"\"cross-entropy\"", "\"\"", "name of a loss"},
    {"cross-entropy", "cross-entropy-cross-entropy-cross", "name of a loss"},
    {"\"delta\":1", "\"delta\":0", "greater than 0"},
    {"\"delta\":1", "\"delta\":-1", "greater than 0"},
    {"float32", "float64", "same precision"},
    {"float32", "float16", "\"float32\" or \"float64\""},
    {"\"inputs\":7", "\"inputs\":8", "7 inputs"},
    {"\"inputs\":7", "\"inputs\":-7", "whole number"},
    {"\"inputs\":7", "\"inputs\":7.0", "belongs"},
    {"\"inputs\":7", "\"inputs\":99999999999999999999", "too large"},
    {"\"outputs\":2", "\"outputs\":3", "2 outputs"},
    {"dense 5", "dense 6", "more than 146 parameters"},
    {"dense 5", "dense 4", "no tensor like"},
    {"dense 5", "dense 0", "whole number from 1"},
    {"dense 5", "dense  5", "spells"},
    {"dense 5", "den-se 5", "den-se"},
    {"dense 5", "dense 1000000000000", "whole number from 1"},
    {"dense 5", "dense 200000000 dense 200000000", "more than 146 parameters"},
    {"dropout 0.25", "repeat 1000000 { relu }", "layers"},
    {"dropout 0.25", "repeat 1000 { repeat 1000 { repeat 1000 { relu } } }",
     "layers"},
    {"dropout 0.25", "dropout 0.250", "spells"},
    {"output\\n", "output\\nrelu\\n\\u0001", "network description"},
    {"\"columns\":[", "\"columns\":[],\"more\":[", "one column or more"},
    {"\"kind\":\"number\"", "\"kind\":\"category\"", "\"values\" belongs"},
    {"\"kind\":\"number\"", "\"kind\":\"text\"", "\"number\" or \"category\""},
    {"\"center\":38.6", "\"center\":null", "finite number"},
    {"\"center\":38.6", "\"center\":1e999", "finite number"},
    {"\"center\":38.6", "\"center\":NaN", "finite number"},
    {"\"center\":38.6", "\"center\":\"38.6\"", "finite number"},
    {"\"center\":38.6", "\"center\":38.60", "spells"},
    {"\"center\":38.6", "\"center\":+38.6", ""},
    {"\"center\":38.6", "\"center\":38.6,\"x\":1", "\"scale\" belongs"},
    {"\"center\":38.6,", "", "\"center\" belongs"},
    {"\"clip\":false", "\"clip\":0", "false or true"},
    {"\"female\"", "\"male\"", "twice"},
    {"\"female\"", "\"f\\u00e9\"", "escape"},
    {"\"female\"", "{}", "'\"' belongs here"},
    {"\\udcfa", "\\udcc3\\udca9", "spells"},
    {"{\"name\":\"y\"}", "{\"name\":\"y\"},{\"name\":\"z\"}", "one target"},
    {"[{\"name\":\"y\"}]", "[]", "one target"},
    {"\"share\":0.25", "\"share\":1.25", "between 0 and 1"},
    {"\"share\":0.25", "\"share\":-0.25", "between 0 and 1"},
    {"{\"name\":\">50K\",\"share\":0.25}", "{\"name\":\"<=50K\",\"share\":0.25}",
     "twice"},
    {",{\"name\":\">50K\",\"share\":0.25}", "", "two classes or more"},
    {"\"rows\":39074", "\"rows\":3.9e4", "belongs"},
    {"\"brier\":null", "\"brier\":nul", "finite number"},
    {"\"brier\":null,", "", "\"brier\" belongs"},
    {"\"digest\":\"", "\"digest\":\"0", "the digest of the weights is"},
    {"\"digest\"", "\"digest\":\"\",\"digest\"", "'}' belongs here"},
};

static void forged_descriptions_are_refused(void **state)
{
    (void)state;
    expect_forgeries(GRADUS_CLASSIFICATION, descriptions, GR_COUNT(descriptions));
}

static void forged_regressions_are_refused(void **state)
{
    (void)state;
    static const forgery cases[] = {
        {"\"center\":100.25,\"scale\":0.125", "\"center\":100.25,\"scale\":0",
         "is not 0"},
        {"\"center\":100.25,\"scale\":0.125", "\"scale\":0.125", "\"center\" belongs"},
        {"\"mean\":101.5", "\"mean\":null", "finite number"},
        {"\"classes\":[]", "\"classes\":[{\"name\":\"a\",\"share\":1}]",
         "regression none"},
        {"\"settings\":null", "\"settings\":0", "belongs here"},
    };
    expect_forgeries(GRADUS_REGRESSION, cases, GR_COUNT(cases));
}

static void one_output_is_enough_for_two_classes(void **state)
{
    (void)state;
    for (int classes = 2; classes < 4; classes++) {
        gradus_model *model = example(NULL, GRADUS_CLASSIFICATION, GRADUS_FLOAT32);
        gradus_net_free(model->net);
        assert_int_equal(gradus_net_new(model->context, "output sigmoid",
                                        model->prep->width, 1, GRADUS_FLOAT32, 7,
                                        &model->net), GRADUS_OK);
        if (classes == 3) {
            add_value(model->prep, &model->prep->classes, "more");
            assert_int_equal(gr_resize(model->context, 2, 3, sizeof(double), "a test",
                                       &model->prep->class_share), GRADUS_OK);
        }
        gr_safetensors file = pack(model);
        assert_int_equal(unpack(file.bytes, file.size),
                         classes == 2 ? GRADUS_OK : GRADUS_MODEL);
        gr_safetensors_free(&file);
        gradus_model_free(model);
    }
}

static void forged_tensors_are_refused(void **state)
{
    (void)state;
    gradus_model *model = example(NULL, GRADUS_REGRESSION, GRADUS_FLOAT64);
    gr_safetensors file = pack(model), other;
    const size_t two[2] = {1, 1};

    other = with_text(&file, file.text);
    ((double *)other.tensor[0].values)[3] = NAN;
    expect_refused(&other, "not finite");

    other = with_text(&file, file.text);
    ((double *)other.tensor[1].values)[0] = -INFINITY;
    expect_refused(&other, "not finite");

    other = with_text(&file, file.text);
    ((double *)other.tensor[0].values)[3] += 0.001;
    expect_refused(&other, "the digest of the weights is");

    char *name = file.tensor[1].name, kept = name[0];
    name[0] = '9';
    other = with_text(&file, file.text);
    expect_refused(&other, "no tensor like \"9");
    name[0] = kept;

    size_t *shape = file.tensor[0].shape, rows = shape[0];
    shape[0] = shape[1], shape[1] = rows;
    other = with_text(&file, file.text);
    expect_refused(&other, "no tensor like");
    shape[1] = shape[0], shape[0] = rows;

    file.tensors--;
    other = with_text(&file, file.text);
    expect_refused(&other, "more than");
    file.tensors++;

    assert_int_equal(gr_safetensors_add(&file, "more", 2, two), GRADUS_OK);
    file.tensor[file.tensors - 1].values = &rows;
    file.tensor[file.tensors - 1].count = 1;
    other = with_text(&file, file.text);
    expect_refused(&other, "the network has");

    gr_safetensors_free(&file);
    gradus_model_free(model);
}

/* Overwrites a random piece of a text with another of its pieces, or with a byte. */
static void disturb(char *text, uint64_t row)
{
    const gr_key key = {.seed = 1, .purpose = GR_PURPOSE_START};
    size_t length = strlen(text);
    size_t to = (size_t)gr_random_below(key, row, 0, length);
    size_t from = (size_t)gr_random_below(key, row, 2, length);
    size_t count = 1 + (size_t)gr_random_below(key, row, 4, 8);
    size_t room = length - (to > from ? to : from);
    if (gr_random_below(key, row, 6, 2) == 0)
        memmove(text + to, text + from, count < room ? count : room);
    else
        text[to] = (char)(' ' + gr_random_below(key, row, 8, 95));
}

static void what_is_accepted_is_written_the_same(void **state)
{
    (void)state;
    enum { TRIES = 5000 };
    gradus_model *model = example(NULL, GRADUS_CLASSIFICATION, GRADUS_FLOAT32), *loaded;
    gr_safetensors file = pack(model);
    size_t accepted = 0;
    for (uint64_t i = 0; i < TRIES; i++) {
        char *text = replaced(file.text, "{", "{");
        disturb(text, i);
        gr_safetensors other = with_text(&file, text);
        assert_int_equal(gr_safetensors_seal(&other), GRADUS_OK);
        gradus_status status = unpack_into(model->context, other.bytes, other.size,
                                           &loaded);
        if (status == GRADUS_OK) {
            gr_safetensors again = pack(loaded);
            assert_int_equal(again.size, other.size);
            assert_memory_equal(again.bytes, other.bytes, other.size);
            gr_safetensors_free(&again);
            accepted++;
        } else {
            assert_int_equal(status, GRADUS_MODEL);
        }
        gradus_model_free(loaded);
        gr_safetensors_free(&other);
    }
    assert_in_range(accepted, 50, TRIES / 2); /* names and numbers may be others */
    gr_safetensors_free(&file);
    gradus_model_free(model);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(forged_descriptions_are_refused),
        cmocka_unit_test(forged_regressions_are_refused),
        cmocka_unit_test(one_output_is_enough_for_two_classes),
        cmocka_unit_test(forged_tensors_are_refused),
        cmocka_unit_test(what_is_accepted_is_written_the_same),
    };
    return gr_run_tests(tests, GR_COUNT(tests));
}
