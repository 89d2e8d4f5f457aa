/* tests/unit/test_number.c - numbers as text, against strtod, long arithmetic, and back
 *
 * SPDX-License-Identifier: MIT
 */
#include "runner.h"

#include <locale.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/number.h"

static uint64_t bits_of(double x)
{
    uint64_t bits;
    memcpy(&bits, &x, sizeof bits);
    return bits;
}

static double double_of(uint64_t bits)
{
    double x;
    memcpy(&x, &bits, sizeof x);
    return x;
}

static uint64_t next_random(uint64_t *state) /* splitmix64 */
{
    uint64_t z = *state += 0x9E3779B97F4A7C15;
    z = (z ^ z >> 30) * 0xBF58476D1CE4E5B9;
    z = (z ^ z >> 27) * 0x94D049BB133111EB;
    return z ^ z >> 31;
}

static void reads_as(const char *text, double expected)
{
    double x = 12345;
    if (!gradus_number_read(text, strlen(text), &x))
        fail_msg("\"%s\" is refused", text);
    if (bits_of(x) != bits_of(expected) && !(isnan(x) && isnan(expected)))
        fail_msg("\"%.60s\" is read as %a, not %a", text, x, expected);
}

static void reads_like_strtod(const char *text)
{
    reads_as(text, strtod(text, NULL));
}

static void writes_as(double x, const char *expected)
{
    char text[GRADUS_NUMBER_LENGTH];
    size_t length = gradus_number_write(x, text);
    assert_string_equal(text, expected);
    assert_int_equal(length, strlen(expected));
}

static void numbers_are_read(void **state)
{
    (void)state;
    static const char *const texts[] = {
        "0", "-0", "+1", "1.", ".5", "-.5", "007", "1e5", "1E+5", "1e-5", "3.14159",
        "1e22", "1e23", "123456789012345678", "9007199254740993", "9007199254740992.5",
        "9007199254740993.00000000000000000000000000000000000", "0.1", "1e-323", "5e-324",
        "2.4703282292062327e-324", "2.4703282292062328e-324", "1.7976931348623157e308",
        "1.7976931348623158e308", "1.7976931348623159e308", "2.2250738585072011e-308",
        "2.2250738585072014e-308", "1e-400", "1e400", "1e99999999999999999999999",
        "1e-99999999999999999999999", "0e99999999999999999999",
        "6929495644600919.5", "3.2378839133029012895883524125015321748630094840e-319",
        "8.41e21", "9.5e-999999", "179769313486231580793e289", "100000000000000000000000",
        "00000000000000000000000000000000000000001", "0.00000000000000000000000000000001",
    };
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        reads_like_strtod(texts[i]);
    reads_as("inf", INFINITY);
    reads_as("-Infinity", -INFINITY);
    reads_as("+INF", INFINITY);
    reads_as("NaN", NAN);
    reads_as("-nan", NAN);
}

static void other_texts_are_refused(void **state)
{
    (void)state;
    static const char *const texts[] = {
        "",
        "+",
        "-",
        ".",
        "e5",
        ".e5",
        "1e",
        "1e+",
        "1e5x",
        "0x10",
        "0x1p3",
        "1_000",
        "1,5",
        " 1",
        "1 ",
        "--1",
        "+-1",
        "1..2",
        "1.2.3",
        "\342\210\2221", /* a typographic minus */
        "\xEF\xBC\x91",
        "1d5",
        "infinit",
        "infinityy",
        "in",
        "nana",
        "nan(1)",
        "na",
        "1e5.0",
        "4O",
        "i",
        "1\n",
    };
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        double x = 7;
        if (gradus_number_read(texts[i], strlen(texts[i]), &x))
            fail_msg("\"%s\" is read as %g", texts[i], x);
        assert_true(x == 7);
    }
    double x;
    assert_false(gradus_number_read("1\0", 2, &x));
    assert_true(gr_number_read("1,5", 3, ',', &x) && x == 1.5);
    assert_false(gr_number_read("1.5", 3, ',', &x));
}

/* The middle of two doubles, a hair below and above it, in full length. */
static void middles_go_to_the_even_one(void **state)
{
    (void)state;
    uint64_t seed = 1;
    static char text[1200];
    for (int i = 0; i < 3000; i++) {
        uint64_t bits = next_random(&seed) >> 1;
        if (i % 3 == 0)
            bits &=
                (uint64_t)0x800FFFFFFFFFFFFF >> 1; /* subnormal, or the least normal */
        if (bits >> 52 >= 0x7FE)
            continue;
        int e = (int)(bits >> 52);
        uint64_t m = (bits & 0xFFFFFFFFFFFFF) | (e != 0 ? (uint64_t)1 << 52 : 0);
        /* (2m + 1) 2^q is exact in a long double wherever that has 64 bits */
        long double middle = ldexpl((long double)(2 * m + 1), (e != 0 ? e : 1) - 1076);
        if (middle != ldexpl((long double)m, (e != 0 ? e : 1) - 1075))
            snprintf(text, sizeof text, "%.1100Lg", middle);
        else
            continue;
        reads_as(text, double_of(bits + (bits & 1)));
        size_t length = strlen(text);
        if (strchr(text, '.') != NULL && strchr(text, 'e') == NULL) {
            strcpy(text + length, "00000000000000000000001");
            reads_as(text, double_of(bits + 1));
            strcpy(text + length, "00000000000000000000000");
            reads_as(text, double_of(bits + (bits & 1)));
        }
        reads_like_strtod(text);
    }
}

static void random_texts_are_read_like_strtod(void **state)
{
    (void)state;
    uint64_t seed = 2;
    for (int i = 0; i < 400000; i++) {
        char text[64], digits[40];
        uint64_t r = next_random(&seed);
        int count = 1 + (int)(r % 24), exponent = (int)(r >> 32) % 700 - 350;
        for (int j = 0; j < count; j++)
            digits[j] = (char)('0' + next_random(&seed) % 10);
        digits[count] = 0;
        int whole = (int)((r >> 20) % (unsigned)(count + 1));
        if (i % 2)
            exponent = exponent % 30;
        snprintf(text, sizeof text, "%s%.*s.%se%d", r >> 63 ? "-" : "", whole, digits,
                 digits + whole, exponent);
        reads_like_strtod(text);
    }
}

static void doubles_come_back(void **state)
{
    (void)state;
    uint64_t seed = 3;
    for (int i = 0; i < 1000000; i++) {
        uint64_t bits = next_random(&seed);
        if (i % 4 == 1)
            bits &= (uint64_t)0x800FFFFFFFFFFFFF; /* subnormal */
        if (i % 4 == 2)
            bits = bits_of((double)(int64_t)bits / 1024);
        if (i % 4 == 3)
            bits &= ~(uint64_t)0 << (i / 4 % 53); /* few bits, and powers of two */
        double x = double_of(bits), y;
        if (isnan(x))
            continue;
        char text[GRADUS_NUMBER_LENGTH];
        size_t length = gradus_number_write(x, text);
        assert_true(length < GRADUS_NUMBER_LENGTH && text[length] == 0);
        assert_true(gradus_number_read(text, length, &y));
        if (bits_of(y) != bits)
            fail_msg("%a is written as %s, which is %a", x, text, y);
    }
}

static void floats_come_back(void **state)
{
    (void)state;
    uint64_t seed = 4;
    for (int i = 0; i < 1000000; i++) {
        uint32_t bits = (uint32_t)next_random(&seed), back;
        if (i % 4 == 1)
            bits &= 0x807FFFFF;
        if (i % 4 == 2)
            bits &= ~(uint32_t)0 << (i / 4 % 24);
        float x, y;
        memcpy(&x, &bits, sizeof x);
        if (isnan(x))
            continue;
        char text[GRADUS_NUMBER_LENGTH];
        gradus_number_write_float(x, text);
        y = strtof(text, NULL);
        memcpy(&back, &y, sizeof y);
        if (back != bits)
            fail_msg("%a is written as %s, which is %a", (double)x, text, (double)y);
    }
}

static int digits_in(const char *text)
{
    int count = 0, zeros = 0;
    for (; *text != 0 && *text != 'e'; text++)
        if (*text >= '0' && *text <= '9' && (count > 0 || *text != '0')) {
            count++;
            zeros = *text == '0' ? zeros + 1 : 0;
        }
    return count - zeros;
}

/* No shorter text exists, and of the shortest ones it is the nearest. */
static void texts_are_shortest_and_nearest(void **state)
{
    (void)state;
    uint64_t seed = 5;
    for (int i = 0; i < 60000; i++) {
        uint64_t bits = next_random(&seed);
        double x = double_of(bits);
        if (i % 2)
            x = (double)(int64_t)(bits >> 20) * 0.001;
        if (i % 5 == 0)
            x = ldexp(1, (int)(bits % 2000) - 1000);
        if (!isfinite(x) || x == 0)
            continue;
        char text[GRADUS_NUMBER_LENGTH], other[40];
        gradus_number_write(x, text);
        int digits = digits_in(text);
        assert_in_range(digits, 1, 17);
        if (digits > 1) {
            snprintf(other, sizeof other, "%.*e", digits - 2, x);
            if (strtod(other, NULL) == x)
                fail_msg("%s is shorter than %s", other, text);
        }
        snprintf(other, sizeof other, "%.*e", digits - 1, x);
        if (strtod(other, NULL) == x) /* the nearest of that length, so it must be ours */
            assert_true(strtod(other, NULL) == strtod(text, NULL)
                        && digits_in(other) == digits);
    }
}

static void notation_is_plain(void **state)
{
    (void)state;
    writes_as(0, "0");
    writes_as(-0.0, "-0");
    writes_as(1, "1");
    writes_as(-100, "-100");
    writes_as(0.1, "0.1");
    writes_as(0.0001, "0.0001");
    writes_as(0.00001, "1e-5");
    writes_as(0.000012345, "1.2345e-5");
    writes_as(123456.789, "123456.789");
    writes_as(9007199254740992, "9007199254740992");
    writes_as(1e15, "1000000000000000");
    writes_as(1e16, "1e16");
    writes_as(1e22, "1e22");
    writes_as(1e23, "1e23");
    writes_as(5e-324, "5e-324");
    writes_as(-1.7976931348623157e308, "-1.7976931348623157e308");
    writes_as(2.2250738585072014e-308, "2.2250738585072014e-308");
    writes_as(9.5367431640625e-07, "9.5367431640625e-7");
    writes_as(2.9802322387695312e-08, "2.9802322387695312e-8");
    writes_as(1.0 / 3, "0.3333333333333333");
    writes_as(INFINITY, "inf");
    writes_as(-INFINITY, "-inf");
    writes_as(NAN, "nan");
    char text[GRADUS_NUMBER_LENGTH];
    assert_int_equal(gradus_number_write_float(0.1f, text), 3);
    assert_string_equal(text, "0.1");
    gradus_number_write_float(16777216, text);
    assert_string_equal(text, "16777216");
    gradus_number_write_float(3.4028235e38f, text);
    assert_string_equal(text, "3.4028235e38");
    gradus_number_write_float(1e-45f, text);
    assert_string_equal(text, "1e-45");
}

/* ---- the table, by long arithmetic: bytes, the lowest first ---- */

enum { BYTES = 320 };

static void multiply(uint8_t *x, unsigned factor)
{
    unsigned carry = 0;
    for (int i = 0; i < BYTES; i++) {
        carry += x[i] * factor;
        x[i] = (uint8_t)carry;
        carry >>= 8;
    }
}

static unsigned divide(uint8_t *x, unsigned divisor) /* returns the rest */
{
    unsigned rest = 0;
    for (int i = BYTES; i-- > 0;) {
        rest = rest << 8 | x[i];
        x[i] = (uint8_t)(rest / divisor);
        rest %= divisor;
    }
    return rest;
}

static int top_bit(const uint8_t *x)
{
    for (int i = 8 * BYTES; i-- > 0;)
        if (x[i / 8] >> i % 8 & 1)
            return i;
    return -1;
}

/* The 128 highest bits of x, rounded up where anything is left. */
static gr_power top_bits(const uint8_t *x, bool rest)
{
    gr_power g = {0, 0};
    int top = top_bit(x);
    for (int i = top; i > top - 128; i--) {
        g.high = g.high << 1 | g.low >> 63;
        g.low = g.low << 1 | (i >= 0 ? x[i / 8] >> i % 8 & 1 : 0);
    }
    for (int i = top - 128; i >= 0; i--)
        rest |= x[i / 8] >> i % 8 & 1;
    g.low += rest;
    g.high += rest && g.low == 0;
    return g;
}

/* Powers of five have the same leading bits. 5^-k: 2^2400 divided by 5 k times. */
static void table_of_powers_is_right(void **state)
{
    (void)state;
    uint8_t x[BYTES] = {1};
    for (int k = 0; k <= GR_POWER_MOST; k++) {
        gr_power g = top_bits(x, false);
        assert_true(memcmp(&g, &gr_powers[k - GR_POWER_LEAST], sizeof g) == 0);
        assert_int_equal(gr_log2_of_power(k), top_bit(x) + k);
        multiply(x, 5);
    }
    memset(x, 0, sizeof x);
    x[300] = 1;
    bool rest = false;
    for (int k = -1; k >= GR_POWER_LEAST; k--) {
        rest |= divide(x, 5) != 0;
        gr_power g = top_bits(x, rest);
        assert_true(memcmp(&g, &gr_powers[k - GR_POWER_LEAST], sizeof g) == 0);
        assert_int_equal(gr_log2_of_power(k), top_bit(x) - 2400 + k);
    }
}

static void a_comma_locale_changes_nothing(void **state)
{
    (void)state;
    static const char *const names[] = {"de_DE.UTF-8", "de_DE.utf8", "fr_FR.UTF-8",
                                        "de_DE"};
    const char *set = NULL;
    for (size_t i = 0; i < sizeof names / sizeof *names && set == NULL; i++)
        set = setlocale(LC_ALL, names[i]);
    if (set == NULL)
        skip();
    writes_as(1.5, "1.5");
    reads_as("1.5", 1.5);
    reads_as("9007199254740993.0000000000000000000000001", 9007199254740994);
    double x;
    assert_false(gradus_number_read("1,5", 3, &x));
    setlocale(LC_ALL, "C");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(numbers_are_read),
        cmocka_unit_test(other_texts_are_refused),
        cmocka_unit_test(middles_go_to_the_even_one),
        cmocka_unit_test(random_texts_are_read_like_strtod),
        cmocka_unit_test(doubles_come_back),
        cmocka_unit_test(floats_come_back),
        cmocka_unit_test(texts_are_shortest_and_nearest),
        cmocka_unit_test(notation_is_plain),
        cmocka_unit_test(table_of_powers_is_right),
        cmocka_unit_test(a_comma_locale_changes_nothing),
    };
    return gr_run_tests(tests, sizeof tests / sizeof tests[0]);
}
