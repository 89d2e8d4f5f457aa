/* base/number.c - decimal text to the nearest double
 *
 * Three ways, the first that is certain wins:
 *   1 up to 2^53 and a power of ten up to 22: both exact, so one operation rounds once
 *   2 first 19 digits times a 128-bit power of ten, from below and from above; the two
 *     round to the same double but for about one text in 10^16
 *   3 long integers: is the text above or below the middle of two doubles?
 * Sources: Clinger 1990 (1, 3); Lemire, "Number parsing at a gigabyte per second" (2).
 *
 * SPDX-License-Identifier: MIT
 */
#include "base/number.h"

#include <math.h>
#include <string.h>

enum {
    KEPT = 19,   /* decimal digits that a uint64_t always holds */
    DIGITS = 800,/* the middle of two doubles has at most 767; one more says "above" */
    WORDS = 136  /* for DIGITS digits times 2^1075, and for 2^54 times 10^1144 */
};

typedef struct decimal {
    uint64_t w;         /* the first KEPT digits behind leading zeros */
    int64_t exponent;   /* the text is w * 10^exponent, and what was cut */
    bool cut;           /* digits other than 0 follow those in w */
    const char *digits; /* [digits, end): with at most one point */
    const char *end;
} decimal;

static bool is_digit(char c)
{
    return (unsigned char)(c - '0') < 10;
}

/* Any number of digits with at most one point; the first of them stands at p. */
static const char *read_many_digits(const char *p, const char *end, char point,
                                    decimal *x)
{
    bool after_point = false;
    int kept = 0;
    for (; p < end && (is_digit(*p) || (*p == point && !after_point)); p++) {
        if (*p == point) {
            after_point = true;
        } else if (kept < KEPT) {
            x->w = 10 * x->w + (uint64_t)(*p - '0');
            kept += x->w != 0;
            x->exponent -= after_point;
        } else {
            x->cut |= *p != '0';
            x->exponent += !after_point;
        }
    }
    return p;
}

/* Returns what follows the digits, or NULL where there are none. */
static const char *read_digits(const char *start, const char *end, char point, decimal *x)
{
    const char *p = start, *after_point = NULL;
    if (end - start <= KEPT) { /* nearly all: no count of digits is needed */
        uint64_t w = 0;
        for (; p < end; p++) {
            unsigned digit = (unsigned char)(*p - '0');
            if (digit <= 9)
                w = 10 * w + digit;
            else if (*p == point && after_point == NULL)
                after_point = p + 1;
            else
                break;
        }
        x->w = w;
        x->exponent = after_point != NULL ? after_point - p : 0;
    } else {
        p = read_many_digits(start, end, point, x);
    }
    x->digits = start;
    x->end = p;
    return p - start > 1 || (p > start && *start != point) ? p : NULL;
}

/* e [+-] digits, added to x->exponent. Far beyond any double it need not be exact. */
static const char *read_exponent(const char *p, const char *end, decimal *x)
{
    if (p == end || (*p | 32) != 'e')
        return p;
    p++;
    bool negative = p < end && *p == '-';
    p += p < end && (*p == '-' || *p == '+');
    if (p == end) /* "1e", "1e+" */
        return NULL;
    int64_t exponent = 0;
    for (; p < end && is_digit(*p); p++)
        if (exponent < INT64_MAX / 100)
            exponent = 10 * exponent + (*p - '0');
    x->exponent += negative ? -exponent : exponent;
    return p;
}

/* The double nearest to (high 2^128 + middle 2^64 + low) 2^exponent, as bits. */
static uint64_t round_product(uint64_t high, uint64_t middle, uint64_t low, int exponent)
{
    if (high >> 63 == 0) {
        high = high << 1 | middle >> 63;
        middle = middle << 1 | low >> 63;
        low <<= 1;
        exponent--;
    }
    int power = exponent + 191; /* 2^power <= value < 2^(power + 1) */
    if (power > 1023)
        return (uint64_t)0x7FF << 52;
    int drop = power >= -1022 ? 11 : 11 - 1022 - power; /* bits below the last place */
    if (drop > 64)
        return 0;
    uint64_t significand = drop < 64 ? high >> drop : 0;
    uint64_t rest = drop < 64 ? high << (64 - drop) : high, half = (uint64_t)1 << 63;
    bool sticky = (middle | low) != 0;
    significand += rest > half || (rest == half && (sticky || (significand & 1)));
    if (power < -1022)
        return significand;
    /* the hidden bit adds 1 to the exponent, and so does a carry */
    return ((uint64_t)(power + 1022) << 52) + significand;
}

/* w 10^k rounded; `below`: with a power that is too small by less than 2^-127 of it */
static uint64_t round_scaled(uint64_t w, int k, bool below)
{
    gr_power g = gr_powers[k - GR_POWER_LEAST];
    if (below) {
        g.high -= g.low == 0;
        g.low--;
    }
    int shift = 0;
    while (w >> 63 == 0) {
        w <<= 1;
        shift++;
    }
    gr_power low = gr_multiply(w, g.low), high = gr_multiply(w, g.high);
    uint64_t middle = high.low + low.high;
    return round_product(high.high + (middle < low.high), middle, low.low,
                         gr_log2_of_power(k) - 127 - shift);
}

/* ---- long integers: word[0] is the lowest ---- */

typedef struct big {
    size_t count;
    uint32_t word[WORDS];
} big;

static void big_multiply_add(big *x, uint32_t factor, uint32_t carry)
{
    uint64_t sum = carry;
    for (size_t i = 0; i < x->count; i++) {
        sum += (uint64_t)x->word[i] * factor;
        x->word[i] = (uint32_t)sum;
        sum >>= 32;
    }
    if (sum != 0)
        x->word[x->count++] = (uint32_t)sum;
}

static void big_times_power(big *x, int64_t power_of_ten)
{
    for (; power_of_ten >= 9; power_of_ten -= 9)
        big_multiply_add(x, 1000000000, 0);
    for (; power_of_ten > 0; power_of_ten--)
        big_multiply_add(x, 10, 0);
}

static void big_shift(big *x, int bits)
{
    for (; bits >= 31; bits -= 31)
        big_multiply_add(x, (uint32_t)1 << 31, 0);
    big_multiply_add(x, (uint32_t)1 << bits, 0);
}

static int big_compare(const big *x, const big *y)
{
    if (x->count != y->count)
        return x->count < y->count ? -1 : 1;
    for (size_t i = x->count; i-- > 0;)
        if (x->word[i] != y->word[i])
            return x->word[i] < y->word[i] ? -1 : 1;
    return 0;
}

/* Sign of text - (the middle of the double `bits` and the next one). */
static int compare_to_middle(const decimal *x, uint64_t bits)
{
    big left = {0}, right = {0};
    int count = 0, kept = 0;
    const char *p = x->digits, *end = x->end;
    for (uint64_t w = x->w; w != 0; w /= 10)
        kept++;
    while (!is_digit(*p) || *p == '0')
        p++;
    while (!is_digit(end[-1]) || end[-1] == '0')
        end--;
    for (; p < end && count <= DIGITS; p++)
        if (is_digit(*p))
            big_multiply_add(&left, 10, count++ < DIGITS ? (uint32_t)(*p - '0') : 1);
    int64_t exponent = x->exponent + kept - count;
    uint64_t m = bits & 0xFFFFFFFFFFFFF;
    int e = (int)(bits >> 52), q = e == 0 ? -1074 : e - 1075;
    m = 2 * (e == 0 ? m : m | (uint64_t)1 << 52) + 1; /* the middle is m 2^(q-1) */
    right.word[0] = (uint32_t)m;
    right.word[1] = (uint32_t)(m >> 32);
    right.count = right.word[1] != 0 ? 2 : 1;
    big_times_power(exponent < 0 ? &right : &left, exponent < 0 ? -exponent : exponent);
    big_shift(q < 1 ? &left : &right, q < 1 ? 1 - q : q - 1);
    return big_compare(&left, &right);
}

/* ---- the three ways ---- */

static double magnitude(const decimal *x)
{
    static const double power[] = {1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,
                                   1e8,  1e9,  1e10, 1e11, 1e12, 1e13, 1e14, 1e15,
                                   1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22};
    int64_t k = x->exponent;
    if (x->w <= (uint64_t)1 << 53 && !x->cut && -22 <= k && k <= 22)
        return k < 0 ? (double)x->w / power[-k] : (double)x->w * power[k];
    uint64_t bits = 0;
    if (k > 308) {
        bits = (uint64_t)0x7FF << 52;
    } else if (k >= GR_POWER_LEAST) { /* below, w 10^k < 10^-324 rounds to 0 */
        bits = round_scaled(x->w, (int)k, k < 0 || k > 55);
        uint64_t most = round_scaled(x->w + x->cut, (int)k, false);
        for (; bits < most; bits++) {
            int side = compare_to_middle(x, bits);
            if (side < 0 || (side == 0 && bits % 2 == 0))
                break;
        }
    }
    double number;
    memcpy(&number, &bits, sizeof number);
    return number;
}

/* inf, infinity and nan in any case; 0 where the text is none of them */
static double read_word(const char *text, size_t length)
{
    static const char infinity[] = "infinity", nan[] = "nan";
    const char *word = length > 0 && (*text | 32) == 'n' ? nan : infinity;
    if (length != 3 && (length != 8 || word == nan))
        return 0;
    for (size_t i = 0; i < length; i++)
        if ((text[i] | 32) != word[i])
            return 0;
    return word == nan ? NAN : INFINITY;
}

bool gr_number_read(const char *text, size_t length, char point, double *number)
{
    const char *end = text + length;
    bool negative = length > 0 && *text == '-';
    text += length > 0 && (*text == '-' || *text == '+');
    decimal x = {0};
    double value;
    const char *p = read_digits(text, end, point, &x);
    if (p == NULL) {
        value = read_word(text, (size_t)(end - text));
        if (value == 0)
            return false;
    } else {
        if (read_exponent(p, end, &x) != end)
            return false;
        value = x.w == 0 ? 0 : magnitude(&x);
    }
    *number = negative ? -value : value;
    return true;
}

int gradus_number_read(const char *text, size_t length, double *number)
{
    return gr_number_read(text, length, '.', number);
}
