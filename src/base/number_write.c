/* base/number_write.c - the shortest decimal text that reads back to the same number
 *
 * Source: R. Giulietti, "The Schubfach way to render doubles", 2020. One routine serves
 * both precisions; with the wider table a float is only rounded more carefully.
 *
 * SPDX-License-Identifier: MIT
 */
#include <string.h>

#include "base/number.h"

typedef struct decimal { /* digits * 10^exponent */
    uint64_t digits;
    int exponent;
} decimal;

/* floor(g * c / 2^128), its last bit set where that was not exact ("round to odd") */
static uint64_t scale_to_odd(gr_power g, uint64_t c)
{
    gr_power low = gr_multiply(g.low, c), high = gr_multiply(g.high, c);
    uint64_t rest = high.low + low.high;
    return (high.high + (rest < low.high)) | (rest > 1);
}

/*
 * The shortest decimal in the interval of reals that round to c 2^q, and the nearest to
 * it among those. `narrow`: c is the first of its binade, so the gap below is half as
 * wide. In units of 10^k / 4, with k such that the interval holds at least one multiple
 * of 10^k and at most one of 10^(k+1):
 *
 *     below = (c - 1/2 or 1/4) 2^q,  here = c 2^q,  above = (c + 1/2) 2^q
 */
static decimal shortest(uint64_t c, int q, bool narrow)
{
    uint64_t odd = c & 1; /* the ends of the interval round to c only when it is even */
    int k = gr_floor_shift(q * 1262611 - (narrow ? 524031 : 0), 22);
    int h = q + gr_log2_of_power(-k) + 1;
    gr_power g = gr_powers[-k - GR_POWER_LEAST];
    uint64_t below = scale_to_odd(g, (4 * c - 2 + narrow) << h) + odd;
    uint64_t here = scale_to_odd(g, 4 * c << h);
    uint64_t above = scale_to_odd(g, (4 * c + 2) << h) - odd;
    uint64_t s = here / 4, tens = s / 10;
    if (s >= 10) {
        bool down = below <= 40 * tens, up = 40 * tens + 40 <= above;
        if (down != up)
            return (decimal){tens + up, k + 1};
    }
    bool down = below <= 4 * s, up = 4 * s + 4 <= above;
    if (down == up)
        up = here > 4 * s + 2 || (here == 4 * s + 2 && (s & 1));
    return (decimal){s + up, k};
}

/* Fixed notation for 1e-4 <= |x| < 1e16, else "d.ddde-5"; returns the end of the text. */
static char *format(decimal x, char *text)
{
    char digits[20];
    int count = 0;
    while (x.digits % 10 == 0) {
        x.digits /= 10;
        x.exponent++;
    }
    for (uint64_t rest = x.digits; rest != 0; rest /= 10)
        digits[19 - count++] = (char)('0' + rest % 10);
    const char *first = digits + 20 - count;
    int lead = x.exponent + count - 1; /* exponent of the first digit */
    bool fixed = -4 <= lead && lead < 16;
    int whole = fixed ? lead + 1 : 1;  /* digits before the point */
    if (whole <= 0)
        *text++ = '0';
    for (int i = 0; i < whole; i++)
        *text++ = (char)(i < count ? first[i] : '0');
    if (whole < count)
        *text++ = '.';
    for (int i = whole; i < count; i++)
        *text++ = (char)(i < 0 ? '0' : first[i]);
    if (fixed)
        return text;
    *text++ = 'e';
    if (lead < 0)
        *text++ = '-';
    lead = lead < 0 ? -lead : lead;
    for (int unit = lead >= 100 ? 100 : lead >= 10 ? 10 : 1; unit > 0; unit /= 10)
        *text++ = (char)('0' + lead / unit % 10);
    return text;
}

/* `fraction` bits wide, exponent e as stored; the least exponent of a last place is q */
static size_t write(bool negative, uint64_t fraction, int e, int width, int least,
                    char *text)
{
    char *end = text;
    if (negative)
        *end++ = '-';
    if (fraction == 0 && e == 0) {
        *end++ = '0';
    } else {
        uint64_t hidden = (uint64_t)1 << width;
        uint64_t c = e == 0 ? fraction : fraction | hidden;
        int q = least + (e == 0 ? 0 : e - 1);
        if (-width <= q && q <= 0 && (c & (((uint64_t)1 << -q) - 1)) == 0)
            end = format((decimal){c >> -q, 0}, end); /* an integer below 2^53, or 2^24 */
        else
            end = format(shortest(c, q, fraction == 0 && e > 1), end);
    }
    *end = 0;
    return (size_t)(end - text);
}

static size_t write_special(bool negative, bool nan, char *text)
{
    const char *word = nan ? "nan" : negative ? "-inf" : "inf";
    memcpy(text, word, strlen(word) + 1);
    return strlen(word);
}

size_t gradus_number_write(double number, char text[GRADUS_NUMBER_LENGTH])
{
    uint64_t bits;
    memcpy(&bits, &number, sizeof bits);
    uint64_t fraction = bits & 0xFFFFFFFFFFFFF;
    int e = (int)(bits >> 52 & 0x7FF);
    if (e == 0x7FF)
        return write_special(bits >> 63, fraction != 0, text);
    return write(bits >> 63, fraction, e, 52, -1074, text);
}

size_t gradus_number_write_float(float number, char text[GRADUS_NUMBER_LENGTH])
{
    uint32_t bits;
    memcpy(&bits, &number, sizeof bits);
    uint32_t fraction = bits & 0x7FFFFF;
    int e = (int)(bits >> 23 & 0xFF);
    if (e == 0xFF)
        return write_special(bits >> 31, fraction != 0, text);
    return write(bits >> 31, fraction, e, 23, -149, text);
}
