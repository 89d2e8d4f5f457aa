/*
 * tests/unit/test_net.c - descriptions, the builder, tensors, initialisations
 *
 * SPDX-License-Identifier: MIT
 */
#include "runner.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "gradus.h"

#include "faults.h"

static gradus_net *new_net(const char *text, size_t inputs, size_t outputs)
{
    gradus_net *net;
    if (gradus_net_new(NULL, text, inputs, outputs, GRADUS_FLOAT64, 1, &net) != GRADUS_OK)
        fail_msg("\"%s\": %s", text, gradus_error());
    return net;
}

static void descriptions_have_one_canonical_form(void **state)
{
    (void)state;
    static const char *const cases[][2] = {
        {"dense 4 relu output softmax", "dense 4\nrelu\noutput\nsoftmax\n"},
        {"  dense 4 # hidden\n\trelu\r\noutput", "dense 4\nrelu\noutput\n"},
        {"dense 4 bias=no start=normal sd=0.5 elu alpha=0.5 dense 3",
         "dense 4 bias=no start=normal sd=0.5\nelu alpha=0.5\ndense 3\n"},
        {"dense 4 start=constant value=-2 leaky-relu alpha=0.01 output",
         "dense 4 start=constant value=-2\nleaky-relu\noutput\n"},
        {"repeat 2{residual scale=0.5{dense 5 relu}}output",
         "residual scale=0.5 {\n  dense 5\n  relu\n}\n"
         "residual scale=0.5 {\n  dense 5\n  relu\n}\noutput\n"},
        {"residual { residual { dense 5 batchnorm relu } dropout 0.25 } output",
         "residual {\n  residual {\n    dense 5\n    batchnorm\n    relu\n  }\n"
         "  dropout 0.25\n}\noutput\n"},
        {"residual { dense 2 } residual { dense 2 residual { dense 2 } } output",
         "residual {\n  dense 2\n}\nresidual {\n  dense 2\n  residual {\n    dense 2\n"
         "  }\n}\noutput\n"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        gradus_net *net = new_net(cases[i][0], 2, 3), *again;
        assert_string_equal(gradus_net_text(net), cases[i][1]);
        again = new_net(gradus_net_text(net), 2, 3);
        assert_string_equal(gradus_net_text(again), cases[i][1]);
        uint64_t digest, digest_again;
        assert_int_equal(gradus_net_digest(net, &digest), GRADUS_OK);
        assert_int_equal(gradus_net_digest(again, &digest_again), GRADUS_OK);
        assert_int_equal(digest, digest_again);
        gradus_net_free(again);
        gradus_net_free(net);
    }
}

static void bad_descriptions_name_the_word(void **state)
{
    (void)state;
    static const char *const cases[][2] = {
        {"", "no layer"},
        {"dense", "whole number"},
        {"dense 0", "whole number"},
        {"dense 1.5", "whole number"},
        {"dense -3", "whole number"},
        {"dense 1e99", "whole number"},
        {"dense 4 rleu output", "did you mean \"relu\""},
        {"dense 4 relu\nxyzzyx output", "line 2"},
        {"dense 4 bias=maybe output", "yes or no"},
        {"dense 4 start=xaver output", "did you mean \"xavier\""},
        {"dense 4 sd=x output", "a number"},
        {"dense 4 relu alpha=2 output", "alpha"},
        {"dropout output", "rate"},
        {"dropout 1 output", "rate"},
        {"dropout -0.1 output", "rate"},
        {"residual { dense 3 output", "no }"},
        {"residual dense 3 }", "{"},
        {"dense 3 }", "no {"},
        {"residual { } output", "empty"},
        {"residual scale=x { dense 3 } output", "a number"},
        {"repeat 0 { dense 3 } output", "whole number"},
        {"output dense 3", "follow the output"},
        {"dense 4", "4 units, but there are 3 outputs"},
        {"repeat 100000 { repeat 100000 { relu } } output", "more than"},
        {"a-word-that-is-much-longer-than-the-name-of-any-activation-could-reasonably-be",
         "no such item"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        gradus_net *net = (gradus_net *)1;
        if (gradus_net_new(NULL, cases[i][0], 2, 3, GRADUS_FLOAT32, 1, &net) !=
            GRADUS_ARGUMENT)
            fail_msg("accepted: %s", cases[i][0]);
        assert_null(net);
        if (strstr(gradus_error(), cases[i][1]) == NULL)
            fail_msg("\"%s\" gave: %s", cases[i][0], gradus_error());
    }
}

static void the_builder_and_the_text_make_the_same_net(void **state)
{
    (void)state;
    gradus_builder *b;
    gradus_net *built, *read;
    uint64_t one, two;
    const gradus_dense_options plain = {.no_bias = 1, .start = "he"};
    assert_int_equal(gradus_builder_new(NULL, 3, &b), GRADUS_OK);
    gradus_builder_dense(b, 8, &plain);
    gradus_builder_batchnorm(b);
    gradus_builder_activation(b, "elu", 0.5);
    gradus_builder_residual_begin(b, 0.1);
    gradus_builder_dense(b, 6, NULL);
    gradus_builder_activation(b, "tanh", NAN);
    gradus_builder_residual_end(b);
    gradus_builder_dropout(b, 0.2);
    gradus_builder_dense(b, 2, NULL);
    assert_int_equal(gradus_builder_finish(b, GRADUS_FLOAT64, 1, &built), GRADUS_OK);
    read = new_net("dense 8 bias=no start=he batchnorm elu alpha=0.5 "
                   "residual scale=0.1 { dense 6 tanh } dropout 0.2 dense 2", 3, 2);
    assert_string_equal(gradus_net_text(built), gradus_net_text(read));
    assert_int_equal(gradus_net_digest(built, &one), GRADUS_OK);
    assert_int_equal(gradus_net_digest(read, &two), GRADUS_OK);
    assert_int_equal(one, two);
    gradus_net_free(built);
    gradus_net_free(read);
}

static void tensors_are_named_and_shaped(void **state)
{
    (void)state;
    static const gradus_tensor expected[] = {
        {"1.weight", 2, 4, 3, 1}, {"1.bias", 1, 1, 4, 1},     {"2.scale", 1, 1, 4, 1},
        {"2.shift", 1, 1, 4, 1},  {"2.mean", 1, 1, 4, 0},     {"2.variance", 1, 1, 4, 0},
        {"3.weight", 2, 5, 4, 1}, {"3.bias", 1, 1, 5, 1},     {"4.weight", 2, 5, 4, 1},
        {"5.weight", 2, 2, 5, 1}, {"5.bias", 1, 1, 2, 1},
    };
    gradus_net *net = new_net("dense 4 batchnorm relu residual { dense 5 } output", 3, 2);
    assert_int_equal(gradus_net_tensors(net), sizeof expected / sizeof *expected);
    for (size_t i = 0; i < gradus_net_tensors(net); i++) {
        gradus_tensor found;
        gradus_net_tensor(net, i, &found);
        assert_string_equal(found.name, expected[i].name);
        assert_int_equal(found.rank, expected[i].rank);
        assert_int_equal(found.rows, expected[i].rows);
        assert_int_equal(found.columns, expected[i].columns);
        assert_int_equal(found.trained, expected[i].trained);
    }
    double w[12], back[12];
    for (int i = 0; i < 12; i++)
        w[i] = i;
    gradus_net_set(net, 0, w);
    gradus_net_get(net, 0, back);
    assert_memory_equal(w, back, sizeof w);
    gradus_net_free(net);
}

/* ---- initialisations ---- */

enum { IN = 200, OUT = 100 };

static void weights_of(const char *start, double *w, uint64_t seed)
{
    char text[64];
    gradus_net *net;
    snprintf(text, sizeof text, "output start=%s sd=0.3 value=0.7", start);
    assert_int_equal(gradus_net_new(NULL, text, IN, OUT, GRADUS_FLOAT64, seed, &net),
                     GRADUS_OK);
    gradus_net_get(net, 0, w);
    gradus_net_free(net);
}

static void initial_weights_have_their_moments(void **state)
{
    (void)state;
    static double w[IN * OUT];
    const struct {
        const char *name;
        double variance;
    } cases[] = {
        {"normal", 0.09},
        {"xavier", 2.0 / (IN + OUT)},
        {"xavier-uniform", 2.0 / (IN + OUT)},
        {"lecun", 1.0 / IN},
        {"he", 2.0 / IN},
        {"he-uniform", 2.0 / IN},
        {"orthogonal", 1.0 / IN},
    };
    for (size_t c = 0; c < sizeof cases / sizeof *cases; c++) {
        double sum = 0, squares = 0;
        weights_of(cases[c].name, w, 1);
        for (size_t i = 0; i < IN * OUT; i++) {
            sum += w[i];
            squares += w[i] * w[i];
        }
        /* 20,000 draws: the mean is off by sd / 141, the variance by 1 % (one sigma) */
        assert_true(fabs(sum / (IN * OUT)) < 4 * sqrt(cases[c].variance) / 141);
        assert_true(fabs(squares / (IN * OUT) / cases[c].variance - 1) < 0.04);
    }
    weights_of("constant", w, 1);
    assert_true(w[0] == 0.7 && w[IN * OUT - 1] == 0.7);
    weights_of("zeros", w, 1);
    assert_true(w[0] == 0 && w[IN * OUT - 1] == 0);
}

static void orthogonal_rows_are_orthonormal(void **state)
{
    (void)state;
    static double w[IN * OUT];
    weights_of("orthogonal", w, 1);
    for (size_t a = 0; a < OUT; a++)
        for (size_t b = 0; b <= a; b++) {
            double dot = 0;
            for (size_t l = 0; l < IN; l++)
                dot += w[a * IN + l] * w[b * IN + l];
            assert_true(fabs(dot - (a == b)) < 1e-14);
        }
}

static void the_start_follows_the_activation(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        double variance;
    } cases[] = {
        {"dense 100 relu dense 1", 2.0 / IN},
        {"dense 100 batchnorm relu dense 1", 2.0 / IN},
        {"dense 100 dropout 0.1 relu dense 1", 2.0 / IN},
        {"dense 100 tanh dense 1", 2.0 / (IN + OUT)},
        {"dense 100 selu dense 1", 1.0 / IN},
        {"dense 100 dense 1", 2.0 / (IN + OUT)},
    };
    for (size_t c = 0; c < sizeof cases / sizeof *cases; c++) {
        static double w[IN * OUT];
        double squares = 0;
        gradus_net *net = new_net(cases[c].text, IN, 1);
        gradus_net_get(net, 0, w);
        for (size_t i = 0; i < IN * OUT; i++)
            squares += w[i] * w[i];
        assert_true(fabs(squares / (IN * OUT) / cases[c].variance - 1) < 0.04);
        gradus_net_free(net);
    }
}

static void a_builder_keeps_its_first_message(void **state)
{
    (void)state;
    gradus_builder *b;
    gradus_net *net;
    assert_int_equal(gradus_builder_new(NULL, 3, &b), GRADUS_OK);
    gradus_builder_activation(b, "nope", NAN);
    assert_int_equal(gradus_net_new(NULL, "foo", 1, 1, GRADUS_FLOAT32, 1, &net),
                     GRADUS_ARGUMENT);
    assert_int_equal(gradus_builder_finish(b, GRADUS_FLOAT32, 1, &net), GRADUS_ARGUMENT);
    assert_non_null(strstr(gradus_error(), "\"nope\""));
    assert_int_equal(gradus_net_new(NULL, "output", 1, 1, (gradus_precision)77, 1, &net),
                     GRADUS_ARGUMENT);
}

static double twice(double z, void *user)
{
    (void)user;
    return 2 * z;
}

static double square_loss(const double *output, const double *target, size_t outputs,
                          double *gradient, void *user)
{
    (void)outputs;
    (void)user;
    gradient[0] = output[0] - target[0];
    return gradient[0] * gradient[0] / 2;
}

static void the_librarys_names_are_taken(void **state)
{
    (void)state;
    static const char *const taken[] = {"relu", "mse", "dense", "repeat"};
    gradus_context *context;
    assert_int_equal(gradus_context_new(NULL, &context), GRADUS_OK);
    for (size_t i = 0; i < sizeof taken / sizeof *taken; i++) {
        const gradus_activation activation = {taken[i], twice, twice, NULL};
        const gradus_loss loss = {taken[i], square_loss, NULL};
        assert_int_equal(gradus_context_add_activation(context, &activation),
                         GRADUS_ARGUMENT);
        assert_int_equal(gradus_context_add_loss(context, &loss), GRADUS_ARGUMENT);
    }
    const gradus_activation no_slope = {"mine", twice, NULL, NULL};
    assert_int_equal(gradus_context_add_activation(context, &no_slope), GRADUS_ARGUMENT);
    gradus_context_free(context);
}

static void a_copy_is_independent(void **state)
{
    (void)state;
    gradus_net *net = new_net("dense 4 batchnorm relu output", 3, 2), *copy;
    uint64_t before, after;
    double w[12] = {0};
    assert_int_equal(gradus_net_copy(net, &copy), GRADUS_OK);
    assert_int_equal(gradus_net_digest(copy, &before), GRADUS_OK);
    gradus_net_set(net, 0, w);
    gradus_net_free(net);
    assert_int_equal(gradus_net_digest(copy, &after), GRADUS_OK);
    assert_int_equal(before, after);
    gradus_net_free(copy);
}

/* Each allocation that fails is told. */
static void memory_that_is_missing_is_named(void **state)
{
    (void)state;
    faults fault;
    gradus_context *context = faults_open(&fault);
    for (size_t n = 1;; n++) {
        gradus_net *net;
        faults_arm(&fault, n, FAULT_MEMORY);
        const gradus_status status = gradus_net_new(context, "dense 3 relu output", 2, 1,
                                                    GRADUS_FLOAT32, 1, &net);
        if (!faults_hit(&fault)) {
            assert_true(n > 3);
            gradus_net_free(net);
            break;
        }
        assert_int_equal(status, GRADUS_MEMORY);
        assert_non_null(strstr(gradus_error(), "out of memory"));
    }
    faults_close(&fault, context);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(memory_that_is_missing_is_named),
        cmocka_unit_test(descriptions_have_one_canonical_form),
        cmocka_unit_test(bad_descriptions_name_the_word),
        cmocka_unit_test(the_builder_and_the_text_make_the_same_net),
        cmocka_unit_test(tensors_are_named_and_shaped),
        cmocka_unit_test(initial_weights_have_their_moments),
        cmocka_unit_test(orthogonal_rows_are_orthonormal),
        cmocka_unit_test(the_start_follows_the_activation),
        cmocka_unit_test(a_builder_keeps_its_first_message),
        cmocka_unit_test(the_librarys_names_are_taken),
        cmocka_unit_test(a_copy_is_independent),
    };
    return gr_run_tests(tests, sizeof tests / sizeof tests[0]);
}
