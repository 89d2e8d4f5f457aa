/*
 * tests/unit/test_metric.c - metrics against scikit-learn and against brute force
 *
 * Numbers by tools/golden_metrics.py.
 *
 * SPDX-License-Identifier: MIT
 */
#include "train/metric.h"

#include <math.h>
#include <string.h>

#include "runner.h"

#define assert_near(got, wanted) \
    assert_true(fabs((got) - (wanted)) <= 1e-15 * (1 + fabs(wanted)))

static const double binary[10] = {0.1, 0.4, 0.35, 0.8, 0.4, 0.5, 0.9, 0.2, 0.65, 0.4};
static const uint32_t binary_label[10] = {0, 0, 1, 1, 1, 0, 1, 0, 1, 0};

static const double three[8][3] = {
    {0.7, 0.2, 0.1},    {0.1, 0.8, 0.1},     {0.3, 0.3, 0.4}, {0.4, 0.4, 0.2},
    {0.25, 0.5, 0.25},  {0.05, 0.15, 0.8},   {0.6, 0.1, 0.3}, {0.2, 0.2, 0.6},
};
static const uint32_t three_label[8] = {0, 1, 2, 1, 0, 2, 2, 1};

/* -log p of the right class; logs by Python's math.log */
static const double binary_loss[10] = {
    0.10536051565782628, 0.51082562376599072, 1.0498221244986778,  0.22314355131420971,
    0.916290731874155,   0.69314718055994529, 0.10536051565782628, 0.22314355131420971,
    0.43078291609245423, 0.51082562376599072,
};

static void single_output_agrees_with_scikit_learn(void **state)
{
    (void)state;
    gr_metric_input in = {.rows = 10, .outputs = 1, .stride = 1, .prediction = binary,
                          .label = binary_label, .loss = binary_loss};
    double scratch[20];
    gradus_metrics got;

    gr_metrics(&in, scratch, &got);
    assert_int_equal(got.rows, 10);
    assert_near(got.loss, 0.47687023345012858);
    assert_near(got.loss_error, 0.1042093693223374);
    assert_near(got.accuracy, 0.8);
    assert_near(got.auc, 0.8);
    assert_near(got.brier, 0.1575);
    assert_near(got.ece, 0.16);
    assert_true(isnan(got.rmse) && isnan(got.mae) && isnan(got.r2));
}

static void two_outputs_are_one(void **state)
{
    (void)state;
    double pair[10][2], scratch[20];
    gradus_metrics one, two;

    for (size_t i = 0; i < 10; i++) {
        pair[i][0] = 1 - binary[i];
        pair[i][1] = binary[i];
    }
    gr_metric_input in = {.rows = 10, .outputs = 1, .stride = 1, .prediction = binary,
                          .label = binary_label};
    gr_metrics(&in, scratch, &one);
    in.outputs = in.stride = 2;
    in.prediction = pair[0];
    gr_metrics(&in, scratch, &two);

    assert_true(one.auc == two.auc && one.brier == two.brier && one.ece == two.ece);
    assert_true(isnan(two.loss) && isnan(two.loss_error));
    /* row 5, p = 1/2, is of the first class, as the first of two equal outputs is */
    assert_near(one.accuracy, 0.8);
    assert_near(two.accuracy, 0.8);
}

static void weights_count_in_the_loss_only(void **state)
{
    (void)state;
    static const double weight[10] = {1, 2, 0.5, 1, 3, 1, 0, 1, 0.25, 4};
    gr_metric_input in = {.rows = 10, .outputs = 1, .stride = 1, .prediction = binary,
                          .label = binary_label, .loss = binary_loss, .weight = weight};
    double scratch[20];
    gradus_metrics got;

    gr_metrics(&in, scratch, &got);
    assert_near(got.loss, 0.55936200206087661);
    assert_near(got.loss_error, 0.10010011517406453);
    assert_near(got.accuracy, 0.8);
    assert_near(got.auc, 0.8);
}

static void three_classes_agree_with_scikit_learn(void **state)
{
    (void)state;
    gr_metric_input in = {.rows = 8, .outputs = 3, .stride = 3, .prediction = three[0],
                          .label = three_label};
    double scratch[16];
    gradus_metrics got;

    gr_metrics(&in, scratch, &got);
    assert_near(got.accuracy, 0.5);
    assert_near(got.auc, 0.7944444444444444);
    assert_near(got.brier, 0.5175);
    assert_near(got.ece, 0.325);
}

static void regression_agrees_with_scikit_learn(void **state)
{
    (void)state;
    static const double p[5][2] = {{1.5, 10}, {2.25, -3}, {0.5, 7}, {4, 2.5}, {3.125, 0}};
    static const double y[5][2] = {{1, 12}, {2, -4}, {1, 5}, {3.5, 2}, {4, 1}};
    gr_metric_input in = {.rows = 5, .outputs = 2, .stride = 2, .prediction = p[0],
                          .target = y[0]};
    double scratch[10];
    gradus_metrics got, scaled;

    gr_metrics(&in, scratch, &got);
    assert_near(got.rmse, 0.99679361634187047);
    assert_near(got.mae, 0.9125);
    assert_near(got.r2, 0.8619145099017218);
    assert_true(isnan(got.accuracy) && isnan(got.auc));

    /* the same numbers, as a net that learned (y - 3) / 2 and (y + 1) * 4 sees them */
    double ps[5][2], ys[5][2];
    const double scale[2] = {0.5, 4};
    for (size_t i = 0; i < 5; i++) {
        ps[i][0] = (p[i][0] - 3) * 0.5, ys[i][0] = (y[i][0] - 3) * 0.5;
        ps[i][1] = (p[i][1] + 1) * 4, ys[i][1] = (y[i][1] + 1) * 4;
    }
    in.prediction = ps[0], in.target = ys[0], in.scale = scale;
    gr_metrics(&in, scratch, &scaled);
    assert_near(scaled.rmse, got.rmse);
    assert_near(scaled.mae, got.mae);
    assert_near(scaled.r2, got.r2);
}

/* The trivial predictor: one prediction for all rows. */
static void constant_prediction_has_auc_one_half(void **state)
{
    (void)state;
    static const double shares[3] = {0.25, 0.5, 0.25};
    static const double mean[2] = {2, 3};
    static const double y[3][2] = {{1, 3}, {2, 3}, {3, 3}};
    double scratch[16];
    gradus_metrics got;

    gr_metric_input in = {.rows = 8, .outputs = 3, .stride = 0, .prediction = shares,
                          .label = three_label};
    gr_metrics(&in, scratch, &got);
    assert_near(got.accuracy, 3.0 / 8);
    assert_near(got.auc, 0.5);

    in = (gr_metric_input){.rows = 3, .outputs = 2, .stride = 0, .prediction = mean,
                           .target = y[0]};
    gr_metrics(&in, scratch, &got);
    assert_near(got.rmse, sqrt(2.0 / 3) / 2);
    assert_true(isnan(got.r2)); /* the second target does not vary */
}

/* Rank formula by its definition, on numbers with many ties and both signs. */
static void auc_counts_pairs(void **state)
{
    (void)state;
    enum { ROWS = 700 };
    static double p[ROWS], scratch[2 * ROWS];
    static uint32_t label[ROWS];
    uint32_t random = 1;
    uint64_t twice = 0, pairs = 0;

    for (size_t i = 0; i < ROWS; i++) {
        random = random * 1664525 + 1013904223;
        p[i] = ldexp((double)(random >> 24) - 100, (int)(random >> 20 & 3) - 30);
        label[i] = (random >> 10 & 255) < 80;
    }
    for (size_t i = 0; i < ROWS; i++)
        for (size_t j = 0; j < ROWS; j++)
            if (label[i] == 1 && label[j] == 0) {
                twice += p[i] > p[j] ? 2 : p[i] == p[j];
                pairs++;
            }
    gr_metric_input in = {.rows = ROWS, .outputs = 1, .stride = 1, .prediction = p,
                          .label = label};
    assert_true(gr_auc(&in, scratch) == (double)twice / (2 * (double)pairs));
}

static void auc_needs_two_classes(void **state)
{
    (void)state;
    static const uint32_t all_one[8] = {1, 1, 1, 1, 1, 1, 1, 1};
    static const uint32_t no_third[8] = {0, 1, 0, 1, 0, 1, 0, 1};
    double scratch[16];
    gr_metric_input in = {.rows = 8, .outputs = 3, .stride = 3, .prediction = three[0],
                          .label = all_one};

    assert_true(isnan(gr_auc(&in, scratch)));
    in.label = no_third; /* mean over the two classes that are there */
    assert_near(gr_auc(&in, scratch), 0.734375);
}

static void confusion_counts_rows(void **state)
{
    (void)state;
    gr_metric_input in = {.rows = 8, .outputs = 3, .stride = 3, .prediction = three[0],
                          .label = three_label};
    static const size_t wanted[9] = {1, 1, 0, 1, 1, 1, 1, 0, 2};
    size_t counts[9];

    gr_confusion(&in, 3, counts);
    assert_memory_equal(counts, wanted, sizeof wanted);

    static const size_t wanted_binary[4] = {5, 0, 2, 3};
    in = (gr_metric_input){.rows = 10, .outputs = 1, .stride = 1, .prediction = binary,
                           .label = binary_label};
    gr_confusion(&in, 2, counts);
    assert_memory_equal(counts, wanted_binary, sizeof wanted_binary);
}

static void best_f1_agrees_with_scikit_learn(void **state)
{
    (void)state;
    gr_metric_input in = {.rows = 10, .outputs = 1, .stride = 1, .prediction = binary,
                          .label = binary_label};
    double scratch[20], threshold, f1;

    gr_best_f1(&in, scratch, &threshold, &f1);
    assert_near(f1, 0.76923076923076927);
    assert_near(threshold, 0.35);

    static const uint32_t none[10] = {0};
    in.label = none;
    gr_best_f1(&in, scratch, &threshold, &f1);
    assert_true(isnan(f1) && isnan(threshold));
}

static void nan_in_gives_nan_out(void **state)
{
    (void)state;
    double p[10], scratch[20];
    gradus_metrics got;

    memcpy(p, binary, sizeof p);
    p[7] = NAN;
    gr_metric_input in = {.rows = 10, .outputs = 1, .stride = 1, .prediction = p,
                          .label = binary_label, .loss = binary_loss};
    gr_metrics(&in, scratch, &got);
    assert_int_equal(got.rows, 10);
    assert_true(isnan(got.loss) && isnan(got.accuracy) && isnan(got.auc));
    in.rows = 0;
    gr_metrics(&in, scratch, &got);
    assert_true(got.rows == 0 && isnan(got.loss));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(single_output_agrees_with_scikit_learn),
        cmocka_unit_test(two_outputs_are_one),
        cmocka_unit_test(weights_count_in_the_loss_only),
        cmocka_unit_test(three_classes_agree_with_scikit_learn),
        cmocka_unit_test(regression_agrees_with_scikit_learn),
        cmocka_unit_test(constant_prediction_has_auc_one_half),
        cmocka_unit_test(auc_counts_pairs),
        cmocka_unit_test(auc_needs_two_classes),
        cmocka_unit_test(confusion_counts_rows),
        cmocka_unit_test(best_f1_agrees_with_scikit_learn),
        cmocka_unit_test(nan_in_gives_nan_out),
    };
    return gr_run_tests(tests, sizeof tests / sizeof tests[0]);
}
