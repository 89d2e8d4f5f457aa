/* tests/unit/test_expression.c - formulas: what they compute, and what is refused.
 *
 * SPDX-License-Identifier: MIT
 */
#include "theory/expression.h"

#include "runner.h"
#include "faults.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static gradus_expression *read_expression(const char *text)
{
    gradus_expression *e = NULL;
    if (gradus_expression_new(NULL, text, &e) != GRADUS_OK)
        fail_msg("%s: %s", text, gradus_error());
    return e;
}

static double value_at(const char *text, double x, double y, double z)
{
    const double at[GRADUS_VARIABLES] = {x, y, z, 4, 5, 6, 7, 8};
    gradus_expression *e = read_expression(text);
    const double value = gradus_expression_value(e, at);
    gradus_expression_free(e);
    return value;
}

static void values_are_those_of_the_formula(void **state)
{
    (void)state;
    const double x = 0.75, y = -1.5, z = 2.25, pi = 3.14159265358979323846;
    const struct {
        const char *text;
        double value;
    } cases[] = {
        {"1", 1}, {" .5 ", 0.5}, {"1.", 1}, {"1e-3", 1e-3}, {"2E+2", 200}, {"x", x},
        {"y", y}, {"z", z}, {"x1", x}, {"x3", z}, {"x8", 8}, {"pi", pi},
        {"e", 2.718281828459045}, {"1+2*3", 7}, {"(1+2)*3", 9}, {"1-2-3", -4}, {"8/4/2", 1},
        {"2^3^2", 512}, {"(2^3)^2", 64}, {"-x^2", -x * x}, {"(-x)^2", x * x},
        {"2^-1", 0.5}, {"2^-x^2", pow(2, -x * x)}, {"--x", x}, {"-+-x", x}, {"2*-3", -6},
        {"x^0", 1}, {"0^0", 1}, {"y^3", y * y * y}, {"y^-2", 1 / (y * y)},
        {"x^0.5", sqrt(x)}, {"x^y", pow(x, y)}, {"0^0.5", 0}, {"sin(x)", sin(x)},
        {"cos(x)", cos(x)}, {"tan(x)", tan(x)}, {"exp(x)", exp(x)}, {"log(x)", log(x)},
        {"sqrt(x)", sqrt(x)}, {"abs(y)", 1.5}, {"tanh(x)", tanh(x)},
        {"sigmoid(x)", 1 / (1 + exp(-x))}, {"relu(x)", x}, {"relu(y)", 0}, {"step(x)", 1},
        {"step(y)", 0}, {"step(0)", 0}, {"min(x, y)", y}, {"max(x,y)", x},
        {"min(max(x,1),y+z)", 0.75}, {"sin(x)*x^2-x^3/30+x^4/500",
                                      sin(x) * x * x - x * x * x / 30 + x * x * x * x / 500},
        {"\t2 *\n( x )", 2 * x}, {"x*e", x * 2.718281828459045}, {"1e2*e", 271.8281828459045},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const double got = value_at(cases[i].text, x, y, z);
        if (!(fabs(got - cases[i].value) <= 4e-16 * (1 + fabs(cases[i].value))))
            fail_msg("%s is %.17g, not %.17g", cases[i].text, got, cases[i].value);
    }
}

static void whole_powers_are_products(void **state)
{
    (void)state;
    for (int i = -40; i <= 40; i++) {
        const double x = i / 8.0;
        assert_true(value_at("x^2", x, 0, 0) == x * x);
        assert_true(value_at("x^3", x, 0, 0) == x * (x * x));
        assert_true(value_at("x^4", x, 0, 0) == (x * x) * (x * x));
    }
    assert_true(value_at("1.5^y", 0, 10, 0) == 57.6650390625);
}

static void outside_of_a_domain_is_no_number(void **state)
{
    (void)state;
    assert_true(isnan(value_at("sqrt(x)", -1, 0, 0)));
    assert_true(isnan(value_at("log(x)", -1, 0, 0)));
    assert_true(isnan(value_at("x^0.5", -1, 0, 0)));
    assert_true(isnan(value_at("min(x, 1)", NAN, 0, 0)));
    assert_true(isnan(value_at("max(1, x)", NAN, 0, 0)));
    assert_true(isnan(value_at("relu(x)", NAN, 0, 0)));
    assert_true(isnan(value_at("step(x)", NAN, 0, 0)));
    assert_true(isnan(value_at("sin(x)", 1e10, 0, 0)));
    assert_true(isinf(value_at("1/x", 0, 0, 0)));
    assert_true(isinf(value_at("exp(x)", 1000, 0, 0)));
    assert_true(value_at("log(x)", 0, 0, 0) == -INFINITY);
}

static void variables_are_counted(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        size_t variables;
    } cases[] = {{"1+1", 0}, {"x", 1}, {"y", 2}, {"x8*x", 8}, {"z+x2", 3}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        gradus_expression *e = read_expression(cases[i].text);
        assert_int_equal(gradus_expression_variables(e), cases[i].variables);
        assert_string_equal(gradus_expression_text(e), cases[i].text);
        gradus_expression_free(e);
    }
}

static void operations_are_in_postfix_order(void **state)
{
    (void)state;
    size_t count;
    gradus_expression *e = read_expression("-2 * sin(x1)^3");
    const gradus_operation *o = gradus_expression_operations(e, &count);
    static const gradus_operator kinds[] = {
        GRADUS_OPERATOR_NUMBER, GRADUS_OPERATOR_NEGATE, GRADUS_OPERATOR_VARIABLE,
        GRADUS_OPERATOR_SIN, GRADUS_OPERATOR_NUMBER, GRADUS_OPERATOR_POWER,
        GRADUS_OPERATOR_MULTIPLY};
    assert_int_equal(count, 7);
    for (size_t i = 0; i < count; i++)
        assert_int_equal(o[i].kind, kinds[i]);
    assert_true(o[0].number == 2 && o[0].first == 1 && o[0].length == 1);
    assert_true(o[3].first == 5 && o[3].length == 7);
    assert_true(o[5].first == 5 && o[5].length == 9);
    assert_true(o[6].first == 0 && o[6].length == 14);
    gradus_expression_free(e);
}

/* Each says in which column, and what is wrong. */
static void what_is_no_expression_is_refused(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        int column;
        const char *what;
    } cases[] = {
        {"", 1, "ends here"}, {"   ", 4, "ends here"}, {"1+", 3, "ends here"},
        {"(x", 3, "\")\" is needed"}, {"x)", 2, "no \"(\""}, {"2x", 2, "2*x"},
        {"x y", 3, "2*x"}, {"x1 x2", 4, "2*x"}, {"foo", 1, "no variable"},
        {"x9", 1, "no variable"}, {"x0", 1, "no variable"}, {"X", 1, "no variable"},
        {"sin", 4, "\"(\" is needed"}, {"sin x", 5, "\"(\" is needed"},
        {"sin()", 5, "is needed here"}, {"sin(x,y)", 6, "\")\" is needed"},
        {"min(x)", 6, "two numbers"}, {"max(x,y,z)", 8, "\")\" is needed"},
        {"*x", 1, "is needed here"}, {"x**2", 3, "is needed here"}, {"x^", 3, "ends here"},
        {"1..2", 1, "no number"}, {".", 1, "no number"}, {"1.2.3", 1, "no number"},
        {"1e999", 1, "large"}, {"x+1e-999", 3, "small"}, {"nan", 1, "no variable"},
        {"inf", 1, "no variable"}, {"NaN+1", 1, "no variable"}, {"1e", 2, "2*x"},
        {"1e+", 2, "2*x"}, {"x & y", 3, "2*x"}, {"@", 1, "is needed here"},
        {"x\x01", 2, "2*x"}, {"x \xe2\x88\x92 1", 3, "2*x"}, {"\xff", 1, "is needed here"},
        {"%n%s", 1, "is needed here"}, {"x;system", 2, "2*x"}, {"0x10", 2, "2*x"},
        {"step", 5, "\"(\" is needed"}, {"pi()", 3, "2*x"}, {"sin(x", 6, "\")\" is needed"},
        {"(((((", 6, "ends here"}, {"()", 2, "is needed here"}, {"1,2", 2, "2*x"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        gradus_expression *e = (gradus_expression *)&cases;
        char where[40];
        snprintf(where, sizeof where, "expression, column %d: ", cases[i].column);
        assert_int_equal(gradus_expression_new(NULL, cases[i].text, &e), GRADUS_ARGUMENT);
        assert_null(e);
        if (strncmp(gradus_error(), where, strlen(where)) != 0 ||
            strstr(gradus_error(), cases[i].what) == NULL)
            fail_msg("\"%s\": \"%s\" is not \"%s... %s\"", cases[i].text, gradus_error(),
                     where, cases[i].what);
    }
}

static char *repeated(const char *open, size_t count, const char *middle, const char *close)
{
    const size_t length = count * (strlen(open) + strlen(close)) + strlen(middle) + 1;
    char *text = calloc(length, 1);
    assert_non_null(text);
    char *at = text;
    for (size_t i = 0; i < count; i++)
        at = memcpy(at, open, strlen(open)), at += strlen(open);
    at = memcpy(at, middle, strlen(middle)), at += strlen(middle);
    for (size_t i = 0; i < count; i++)
        at = memcpy(at, close, strlen(close)), at += strlen(close);
    return text;
}

static gradus_status try_repeated(const char *open, size_t count, const char *middle,
                                  const char *close)
{
    char *text = repeated(open, count, middle, close);
    gradus_expression *e = NULL;
    const gradus_status status = gradus_expression_new(NULL, text, &e);
    if (status == GRADUS_OK)
        assert_true(isfinite(gradus_expression_value(e, (double[GRADUS_VARIABLES]){0.5})));
    gradus_expression_free(e);
    free(text);
    return status;
}

static void hostile_sizes_are_refused(void **state)
{
    (void)state;
    assert_int_equal(try_repeated("(", 99, "x", ")"), GRADUS_OK);
    assert_int_equal(try_repeated("(", 100, "x", ")"), GRADUS_ARGUMENT);
    assert_int_equal(try_repeated("-", 99, "x", ""), GRADUS_OK);
    assert_int_equal(try_repeated("-", 4000, "x", ""), GRADUS_ARGUMENT);
    assert_int_equal(try_repeated("x^", 3000, "x", ""), GRADUS_ARGUMENT);
    assert_int_equal(try_repeated("1+(", 62, "x", ")"), GRADUS_OK);
    assert_int_equal(try_repeated("1+(", 70, "x", ")"), GRADUS_ARGUMENT); /* 71 wait */
    assert_non_null(strstr(gradus_error(), "nest less"));
    assert_int_equal(try_repeated("x^2*sin(", 31, "x", ")"), GRADUS_OK);
    assert_int_equal(try_repeated("", 0, "x", ""), GRADUS_OK);
    assert_int_equal(try_repeated("x+", 2047, "x", ""), GRADUS_OK);
    assert_int_equal(try_repeated("x+", 2048, "x", ""), GRADUS_ARGUMENT);
    assert_non_null(strstr(gradus_error(), "4097 characters"));
}

/* Any bytes are refused or computed, whatever they are. */
static void any_text_is_survived(void **state)
{
    (void)state;
    static const char *const words[] = {"x", "y", "1", "2.5", "(", ")", "+", "-", "*", "/",
                                        "^", "sin(", "min(", ",", " ", "1e", "\xc3", "abs("};
    uint64_t seed = 1;
    int accepted = 0;
    for (int i = 0; i < 20000; i++) {
        char text[200] = "";
        for (int k = 0; k < 12; k++) {
            seed = seed * 6364136223846793005u + 1442695040888963407u;
            if ((seed >> 60) == 0)
                break;
            strcat(text, words[(seed >> 33) % (sizeof words / sizeof *words)]);
        }
        gradus_expression *e = NULL;
        if (gradus_expression_new(NULL, text, &e) != GRADUS_OK)
            continue;
        accepted++;
        gradus_expression_value(e, (double[GRADUS_VARIABLES]){0.5, 0.25});
        gradus_expression_free(e);
    }
    assert_true(accepted > 50);
}

/* All functions at many points, as one number: the same on every machine. */
static void values_are_the_same_bits_everywhere(void **state)
{
    (void)state;
    static const char *const texts[] = {
        "sin(x)", "cos(x)", "tan(x)", "exp(x/9)", "log(abs(x) + 0.1)", "tanh(x)",
        "sqrt(abs(x))", "sigmoid(x)", "abs(x)^0.3", "x^7", "2^x",
        "min(x, sin(9*x))/max(1, x)", "pi*x - e"};
    uint64_t hash = 0xcbf29ce484222325u; /* FNV-1a of the bytes of all values */
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        gradus_expression *e = read_expression(texts[i]);
        for (int k = -2000; k <= 2000; k++) {
            const double x = k / 97.0, value = gradus_expression_value(e, &x);
            uint64_t bits;
            memcpy(&bits, &value, sizeof bits);
            for (int b = 0; b < 64; b += 8)
                hash = (hash ^ (bits >> b & 0xff)) * 0x100000001b3u;
        }
        gradus_expression_free(e);
    }
    assert_true(hash == 0x53780ebb77230f87u);
}

static void out_of_memory_is_told(void **state)
{
    (void)state;
    faults f;
    gradus_context *context = faults_open(&f);
    for (size_t n = 1;; n++) {
        gradus_expression *e = NULL;
        faults_arm(&f, n, FAULT_MEMORY);
        const gradus_status status = gradus_expression_new(context, "sin(x)*x", &e);
        gradus_expression_free(e);
        if (!faults_hit(&f)) {
            assert_int_equal(status, GRADUS_OK);
            assert_true(n > 3);
            break;
        }
        assert_int_equal(status, GRADUS_MEMORY);
        assert_null(e);
    }
    faults_close(&f, context);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(values_are_those_of_the_formula),
        cmocka_unit_test(whole_powers_are_products),
        cmocka_unit_test(outside_of_a_domain_is_no_number),
        cmocka_unit_test(variables_are_counted),
        cmocka_unit_test(operations_are_in_postfix_order),
        cmocka_unit_test(what_is_no_expression_is_refused),
        cmocka_unit_test(hostile_sizes_are_refused),
        cmocka_unit_test(any_text_is_survived),
        cmocka_unit_test(values_are_the_same_bits_everywhere),
        cmocka_unit_test(out_of_memory_is_told),
    };
    return gr_run_tests(tests, sizeof tests / sizeof *tests);
}
