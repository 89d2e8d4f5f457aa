/*
 * tests/unit/test_certify.c - the largest error of a network is enclosed
 *
 * SPDX-License-Identifier: MIT
 */
#include "certify_check.h"

#include "faults.h"

enum { LOOKS = 200000 };

/* Biases that put the kinks of units all over the box. */
static void disturb(gradus_net *net)
{
    double values[4096];
    for (size_t i = 0; i < gradus_net_tensors(net); i++) {
        gradus_tensor about;
        gradus_net_tensor(net, i, &about);
        assert_true(about.rows * about.columns <= 4096);
        gradus_net_get(net, i, values);
        for (size_t k = 0; about.rank == 1 && k < about.columns; k++)
            values[k] += 0.25 * (double)((5 * k + i) % 9) - 0.9 * about.trained;
        gradus_net_set(net, i, values);
    }
}

/* The error at a point, in double. */
static double error_at(const subject *s, const double *x, void *scratch)
{
    const gradus_function *f = gradus_proof_function(s->proof);
    double y;
    gradus_net_forward(s->net, x, 1, &y, scratch);
    return fabs(f->value(x, f->user) - y);
}

static double largest_seen(const subject *s)
{
    void *scratch = aligned_alloc(64, (gradus_net_scratch(s->net) + 63) / 64 * 64);
    const double side = floor(pow(LOOKS, 1 / (double)s->inputs)) - 1;
    double most = 0, at[3] = {0, 0, 0};
    while (at[s->inputs - 1] <= side) {
        double x[3];
        for (size_t i = 0; i < s->inputs; i++)
            x[i] = s->box[i].min + (s->box[i].max - s->box[i].min) * (at[i] / side);
        most = fmax(most, error_at(s, x, scratch));
        at[0]++;
        for (size_t i = 0; i + 1 < s->inputs && at[i] > side; i++) {
            at[i] = 0;
            at[i + 1]++;
        }
    }
    free(scratch);
    return most;
}

/* What is enclosed is no smaller than any error seen, and is reached at the point told. */
static void assert_encloses(const subject *s, double tolerance, const char *what)
{
    const gradus_certificate c = certify(s, tolerance, 0);
    const double seen = largest_seen(s), slack = c.rounding + 1e-14;
    void *scratch = aligned_alloc(64, (gradus_net_scratch(s->net) + 63) / 64 * 64);
    const double there = error_at(s, c.where, scratch);
    free(scratch);
    if (!(c.reached && c.upper - c.lower <= tolerance * c.upper))
        fail_msg("%s: not reached: %g to %g", what, c.lower, c.upper);
    if (!(seen <= c.upper + slack && there >= c.lower - slack && there <= c.upper + slack))
        fail_msg("%s: [%.17g, %.17g], seen %.17g, at the point %.17g", what, c.lower, c.upper,
                 seen, there);
    /* a grid comes near to the largest error, unless it stands at a kink or a jump */
    if (!(seen >= c.lower * (s->inputs == 1 ? 0.999 : s->inputs == 2 ? 0.97 : 0.8)))
        fail_msg("%s: at least %.17g, seen only %.17g", what, c.lower, seen);
    assert_true(fabs(fabs(c.f - c.net) - there) <= slack);
}

static void every_activation_in_one_variable(void **state)
{
    (void)state;
    const char *name;
    for (size_t i = 0; (name = gradus_activation_name(i)) != NULL; i++) {
        char text[128];
        if (strcmp(name, "heaviside") == 0)
            continue; /* below */
        snprintf(text, sizeof text, "dense 12 %s dense 9 %s output", name, name);
        gradus_net *net = new_net(text, 1, GRADUS_FLOAT64);
        disturb(net);
        subject s = subject_of(net, "sin(3*x) + x/2", 1, -2, 2);
        assert_encloses(&s, 1e-6, text);
        close_subject(&s);
    }
}

static void every_kind_of_layer_in_two_variables(void **state)
{
    (void)state;
    static const char *const texts[] = {
        "dense 8 tanh dense 8 tanh output", "dense 8 relu dense 8 relu output",
        "batchnorm dense 8 batchnorm silu dropout 0.5 output tanh",
        "residual scale=0.5 { dense 7 sigmoid dense 2 } residual { dense 3 } elu output",
    };
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        gradus_net *net = new_net(texts[i], 2, GRADUS_FLOAT64);
        disturb(net);
        subject s = subject_of(net, "sin(x) * cos(2*y) + x*y/4", 2, -1.5, 1.5);
        assert_encloses(&s, 1e-3, texts[i]);
        close_subject(&s);
    }
}

static void three_variables(void **state)
{
    (void)state;
    static const char *const texts[] = {"dense 6 tanh output", "dense 5 relu output"};
    for (size_t i = 0; i < 2; i++) {
        gradus_net *net = new_net(texts[i], 3, GRADUS_FLOAT64);
        disturb(net);
        subject s = subject_of(net, "x*y - exp(-z^2)", 3, -1, 1);
        assert_encloses(&s, 1e-2, texts[i]);
        close_subject(&s);
    }
}

/* ---- models ---- */

static gradus_model *trained(const char *csv, const char *scaling)
{
    gradus_read_options read;
    gradus_train_options options;
    gradus_data *data;
    gradus_trainer *trainer;
    gradus_model *model = NULL;
    FILE *file = fopen("test_certify.csv", "w");
    assert_non_null(file);
    fputs(csv, file);
    fclose(file);
    gradus_read_defaults(&read);
    gradus_train_defaults(&options);
    options.target = "t";
    options.network = "dense 6 tanh output";
    options.task = GRADUS_REGRESSION;
    options.holdout = 0;
    options.scaling = strcmp(scaling, "robust") == 0 ? GRADUS_SCALING_ROBUST
                                                     : GRADUS_SCALING_STANDARD;
    options.fit.epochs = 30;
    assert_int_equal(gradus_data_read(NULL, "test_certify.csv", &read, &data), GRADUS_OK);
    if (gradus_trainer_new(NULL, data, NULL, &options, &trainer) != GRADUS_OK ||
        gradus_trainer_run(trainer, NULL) != GRADUS_OK ||
        gradus_model_save(gradus_trainer_model(trainer), "test_certify.model") != GRADUS_OK ||
        gradus_model_load(NULL, "test_certify.model", &model) != GRADUS_OK)
        fail_msg("%s", gradus_error());
    gradus_trainer_free(trainer);
    gradus_data_free(data);
    remove("test_certify.csv");
    remove("test_certify.model");
    return model;
}

/* Scaling, clipping, marks of missing values and the target's scale are part of the net. */
static void models_are_in_the_users_unit(void **state)
{
    (void)state;
    static const char *const scalings[] = {"standard", "robust"};
    for (int k = 0; k < 2; k++) {
        gradus_model *model = trained("a,t\n10,120\n11,125\n,121\n14,140\n19,155\n21,150\n"
                                      "25,130\n30,100\n90,90\n", scalings[k]);
        subject s = subject_of(NULL, "100 + x", 1, 8, 95);
        gradus_certificate c;
        gradus_predictor *predictor;
        if (gradus_certificate_model(NULL, model, gradus_proof_function(s.proof), s.box, NULL,
                                     &c) != GRADUS_OK)
            fail_msg("%s", gradus_error());
        assert_int_equal(gradus_predictor_new(model, &predictor), GRADUS_OK);
        double most = 0, y;
        for (int i = 0; i <= LOOKS; i++) {
            const gradus_cell cell = {.number = 8 + 87.0 * i / LOOKS};
            gradus_predictor_row(predictor, &cell, &y);
            most = fmax(most, fabs(100 + cell.number - y));
        }
        assert_true(c.reached && c.rounding > 1e-7 && c.rounding < 1e-2);
        assert_true(most <= c.upper + c.rounding && most >= c.lower - c.rounding);
        gradus_predictor_free(predictor);
        gradus_model_free(model);
        close_subject(&s);
    }
}

/* ---- what is refused, and what runs out ---- */

static void assert_refused(gradus_net *net, const char *text, size_t inputs, const char *why)
{
    gradus_certificate c;
    subject s = subject_of(net, text, inputs, 0, 1);
    assert_int_equal(gradus_certificate_net(NULL, net, gradus_proof_function(s.proof), s.box,
                                            NULL, &c), GRADUS_ARGUMENT);
    if (strstr(gradus_error(), why) == NULL)
        fail_msg("\"%s\" does not say \"%s\"", gradus_error(), why);
    close_subject(&s);
}

static double twice(double z, void *user) { (void)user; return 2 * z; }
static double two(double z, void *user) { (void)z, (void)user; return 2; }

static void what_is_no_function_of_numbers(void **state)
{
    (void)state;
    gradus_net *net;
    gradus_context *context;
    const gradus_activation own = {"twice", twice, two, NULL};
    gradus_certificate c;
    assert_refused(new_net("dense 1", 4, GRADUS_FLOAT64), "x", 4, "4 inputs");
    assert_refused(new_net("dense 1", 2, GRADUS_FLOAT64), "x", 1, "1 variables");
    assert_int_equal(gradus_net_new(NULL, "dense 2", 1, 2, GRADUS_FLOAT32, 1, &net), GRADUS_OK);
    assert_refused(net, "x", 1, "2 outputs");
    assert_int_equal(gradus_context_new(NULL, &context), GRADUS_OK);
    assert_int_equal(gradus_context_add_activation(context, &own), GRADUS_OK);
    assert_int_equal(gradus_net_new(context, "dense 2 twice output", 1, 1, GRADUS_FLOAT32, 1,
                                    &net), GRADUS_OK);
    assert_refused(net, "x", 1, "twice");
    gradus_context_free(context);

    subject s = subject_of(new_net("dense 1", 1, GRADUS_FLOAT64), "x", 1, 0, 1);
    gradus_function f = *gradus_proof_function(s.proof);
    gradus_certificate_options options;
    gradus_certificate_defaults(&options);
    options.tolerance = 0;
    assert_int_equal(gradus_certificate_net(NULL, s.net, &f, s.box, &options, &c),
                     GRADUS_ARGUMENT);
    const gradus_interval inside_out = {1, 0};
    assert_int_equal(gradus_certificate_net(NULL, s.net, &f, &inside_out, NULL, &c),
                     GRADUS_ARGUMENT);
    f.enclose = NULL;
    assert_int_equal(gradus_certificate_net(NULL, s.net, &f, s.box, NULL, &c), GRADUS_ARGUMENT);
    close_subject(&s);
}

/* e^(e^(900 x)), and a sum of numbers that are too large. */
static void what_has_no_bound(void **state)
{
    (void)state;
    gradus_net *net = new_net("dense 1 exp dense 1 exp output", 1, GRADUS_FLOAT64);
    set_all(net, (double[]){900}, (double[]){0}, (double[]){1}, 0);
    assert_refused(net, "x", 1, "near (");
    net = new_net("dense 1", 1, GRADUS_FLOAT64);
    gradus_net_set(net, 0, (double[]){1e308});
    gradus_net_set(net, 1, (double[]){1e308});
    assert_refused(net, "x", 1, "near (");
}

/* With few boxes the interval is wide, and true. */
static void boxes_run_out(void **state)
{
    (void)state;
    subject s = subject_of(squares(64), "x^2", 1, 0, 1);
    const gradus_certificate c = certify(&s, 1e-6, 50);
    const double exact = 0.25 / (64 * 64);
    assert_true(!c.reached && c.lower <= exact && c.upper >= exact && c.boxes <= 51);
    close_subject(&s);
}

static void every_failed_allocation_is_told(void **state)
{
    (void)state;
    faults f;
    gradus_context *context = faults_open(&f);
    subject s = subject_of(new_net("dense 4 batchnorm tanh dense 3 elu output", 1,
                                   GRADUS_FLOAT32), "x^2", 1, 0, 1);
    for (size_t n = 1;; n++) {
        gradus_certificate c;
        faults_arm(&f, n, FAULT_MEMORY);
        const gradus_status status = gradus_certificate_net(
            context, s.net, gradus_proof_function(s.proof), s.box, NULL, &c);
        if (!faults_hit(&f)) {
            assert_int_equal(status, GRADUS_OK);
            assert_true(n > 15);
            break;
        }
        assert_int_equal(status, GRADUS_MEMORY);
    }
    close_subject(&s);
    faults_close(&f, context);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_activation_in_one_variable),
        cmocka_unit_test(every_kind_of_layer_in_two_variables),
        cmocka_unit_test(three_variables),
        cmocka_unit_test(models_are_in_the_users_unit),
        cmocka_unit_test(what_is_no_function_of_numbers),
        cmocka_unit_test(what_has_no_bound),
        cmocka_unit_test(boxes_run_out),
        cmocka_unit_test(every_failed_allocation_is_told),
    };
    return gr_run_tests(tests, sizeof tests / sizeof *tests);
}
