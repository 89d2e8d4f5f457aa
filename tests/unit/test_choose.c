/*
 * tests/unit/test_choose.c - settings, loss and network that a trainer chooses
 *
 * SPDX-License-Identifier: MIT
 */
#include "runner.h"

#include "trainers.h"

static void settings_left_open_are_resolved(void **state)
{
    (void)state;
    gradus_data *data = flower_table(100);
    char target[] = "kind";
    gradus_train_options options = options_for(target);
    gradus_trainer *trainer = plan(data, &options);
    const gradus_train_options *used = gradus_trainer_options(trainer);

    target[0] = 'x'; /* the trainer has its own copy */
    assert_string_equal(used->target, "kind");
    assert_string_equal(used->fit.loss, "cross-entropy");
    assert_string_equal(used->activation, "relu");
    assert_non_null(used->hidden);
    assert_true(used->fit.epochs > 0 && used->fit.batch > 0);
    assert_true(used->fit.learning_rate > 0 && used->fit.weight_decay >= 0);
    assert_true(used->holdout == 0.2);
    gradus_trainer_free(trainer);
    gradus_data_free(data);
}

static void usual_settings_go_by_the_rows(void **state)
{
    (void)state;
    static const struct {
        size_t rows;
        const char *hidden;
        size_t batch, epochs, patience;
    } cases[] = {
        {2, "128,128", 2, 6400, 1280},     {512, "128,128", 16, 200, 40},
        {513, "128,128", 32, 377, 75},     {8192, "128,128", 64, 50, 20},
        {32768, "128,128", 128, 25, 20},   {32769, "256,256", 256, 50, 20},
        {10000000, "256,256", 512, 10, 20},
    };
    const gradus_context *context = gr_context_or_default(NULL);

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const gr_sizes sizes = {.train_rows = cases[i].rows, .inputs = 5, .outputs = 1};
        gradus_train_options defaults = options_for("t"), options;
        assert_int_equal(gr_options_copy(context, &defaults, &options), GRADUS_OK);
        assert_int_equal(gr_choose_settings(context, &sizes, &options), GRADUS_OK);
        assert_string_equal(options.hidden, cases[i].hidden);
        assert_int_equal(options.fit.batch, cases[i].batch);
        assert_int_equal(options.fit.epochs, cases[i].epochs);
        assert_int_equal(options.fit.patience, cases[i].patience);
        assert_true(options.fit.learning_rate == 0.003 && options.fit.weight_decay == 0.1);
        gr_options_free(context, &options);
    }
}

static void given_settings_stay(void **state)
{
    (void)state;
    const gradus_context *context = gr_context_or_default(NULL);
    const gr_sizes sizes = {.train_rows = 100, .inputs = 5, .outputs = 1};
    gradus_train_options given = options_for("t"), options;

    given.hidden = "";
    given.activation = "tanh";
    given.fit.optimizer = "momentum";
    given.fit.weight_decay = 0.5;
    given.fit.batch = SIZE_MAX;
    given.fit.epochs = 3;
    given.fit.patience = 2;
    assert_int_equal(gr_options_copy(context, &given, &options), GRADUS_OK);
    assert_int_equal(gr_choose_settings(context, &sizes, &options), GRADUS_OK);
    assert_string_equal(options.hidden, "");
    assert_string_equal(options.activation, "tanh");
    assert_true(options.fit.learning_rate == 0.01); /* the optimiser's own */
    assert_true(options.fit.weight_decay == 0.5);
    assert_int_equal(options.fit.batch, 100);
    assert_int_equal(options.fit.epochs, 3);
    assert_int_equal(options.fit.patience, 2);
    gr_options_free(context, &options);
}

static const char *net_text(const gradus_trainer *trainer)
{
    return gradus_net_text(trainer->model->net);
}

static void network_is_made_of_the_short_settings(void **state)
{
    (void)state;
    gradus_data *data = flower_table(100);
    gradus_train_options options = options_for("kind");
    gradus_net *wanted;
    gradus_net_about about;

    options.hidden = "7, 5";
    options.activation = "tanh";
    options.batchnorm = 1;
    options.dropout = 0.25;
    options.start = "lecun";
    gradus_trainer *trainer = plan(data, &options);
    gradus_net_describe(trainer->model->net, &about);
    const char *text = "dense 7 start=lecun batchnorm tanh dropout 0.25 "
                       "dense 5 start=lecun batchnorm tanh dropout 0.25 "
                       "output start=lecun softmax";
    assert_int_equal(gradus_net_new(NULL, text, about.inputs, 2, GRADUS_FLOAT32, 1,
                                    &wanted), GRADUS_OK);
    assert_string_equal(net_text(trainer), gradus_net_text(wanted));
    gradus_net_free(wanted);
    gradus_trainer_free(trainer);
    gradus_data_free(data);
}

static void widths_are_checked(void **state)
{
    (void)state;
    static const char *const wrong[] = {"64,x", "0", "64,", ",64", "-3", "6 4", "1e3",
                                        "99999999999999999999"};
    gradus_train_options options = options_for("t");

    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        options.hidden = wrong[i];
        refuse("x,t\n1,a\n2,b\n3,a\n4,b\n5,b\n6,a\n", &options, GRADUS_ARGUMENT,
               "hidden");
    }
}

static void network_text_gets_its_end(void **state)
{
    (void)state;
    static const struct {
        const char *network, *loss, *ends, *used;
        size_t outputs;
    } cases[] = {
        {"dense 4 relu repeat 1{ output }", NULL, "softmax", "cross-entropy", 2},
        {"residual{ output }", NULL, "softmax", "cross-entropy", 2},
        {"dense 4 relu output batchnorm", NULL, "softmax", "cross-entropy", 2},
        {"dense 4 relu output", NULL, "softmax", "cross-entropy", 2},
        {"dense 4 relu output bias=no # end", NULL, "softmax", "cross-entropy", 2},
        {"dense 4 relu output softmax", NULL, "softmax", "cross-entropy", 2},
        {"dense 4 relu output sigmoid", NULL, "sigmoid", "binary-cross-entropy", 1},
        {"dense 4 relu output", "binary-cross-entropy", "sigmoid", "binary-cross-entropy", 1},
    };
    gradus_data *data = flower_table(60);

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        gradus_train_options options = options_for("kind");
        gradus_net_about about;
        options.network = cases[i].network;
        options.fit.loss = cases[i].loss;
        gradus_trainer *trainer = plan(data, &options);
        gradus_net_describe(trainer->model->net, &about);
        assert_int_equal(about.outputs, cases[i].outputs);
        assert_string_equal(trainer->options.fit.loss, cases[i].used);
        assert_string_equal(trainer->model->loss, cases[i].used);
        assert_non_null(strstr(net_text(trainer), cases[i].ends));
        gradus_trainer_free(trainer);
    }
    gradus_data_free(data);
}

static void loss_fits_the_task(void **state)
{
    (void)state;
    const char *classes = "x,t\n1,a\n2,b\n3,c\n4,a\n5,b\n6,c\n7,a\n8,b\n9,c\n";
    gradus_train_options options = options_for("t");

    options.holdout = 0;
    options.fit.loss = "mse";
    refuse(classes, &options, GRADUS_ARGUMENT, "for regression");
    options.fit.loss = "binary-cross-entropy";
    refuse(classes, &options, GRADUS_ARGUMENT, "for two classes");
    options.fit.loss = NULL;
    options.network = "dense 3 softmax";
    refuse(classes, &options, GRADUS_ARGUMENT, "no item \"output\"");
    options.network = "dense 4 output tanh";
    refuse(classes, &options, GRADUS_ARGUMENT, "need probabilities");
    options.network = "dense 4 rleu output";
    refuse(classes, &options, GRADUS_ARGUMENT, "did you mean \"relu\"");
    options.network = NULL;
    options.fit.loss = "cross-entropie";
    refuse(classes, &options, GRADUS_ARGUMENT, "cross-entropy");
    options.fit.loss = "poisson";
    refuse("x,t\n1,4\n2,0\n3,-1\n", &options, GRADUS_DATA, "below 0");
    options.class_weight = "balanced";
    refuse("x,t\n1,4\n2,0\n3,1\n", &options, GRADUS_ARGUMENT, "class-weight");
}

static void counts_are_not_scaled(void **state)
{
    (void)state;
    gradus_data *data = table_of(NULL, "x,t\n1,4\n2,0\n3,1\n4,11\n");
    gradus_train_options options = options_for("t");

    options.holdout = 0;
    options.fit.loss = "poisson";
    gradus_trainer *trainer = plan(data, &options);
    const gr_prep_target *target = &trainer->model->prep->target[0];
    assert_true(target->center == 0 && target->scale == 1 && target->mean == 4);
    assert_non_null(strstr(net_text(trainer), "exp"));
    gradus_trainer_free(trainer);
    gradus_data_free(data);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(settings_left_open_are_resolved),
        cmocka_unit_test(usual_settings_go_by_the_rows),
        cmocka_unit_test(given_settings_stay),
        cmocka_unit_test(network_is_made_of_the_short_settings),
        cmocka_unit_test(widths_are_checked),
        cmocka_unit_test(network_text_gets_its_end),
        cmocka_unit_test(loss_fits_the_task),
        cmocka_unit_test(counts_are_not_scaled),
    };
    return gr_run_tests(tests, sizeof tests / sizeof tests[0]);
}
