/*
 * theory/enclose/points.c - elementary functions at one point, enclosed by Arb
 *
 * A ball of Arb holds the result; the doubles around the ball are given on. What would be
 * beyond doubles is not asked of Arb, whose exponents have no limit.
 *
 * SPDX-License-Identifier: MIT
 */
#include "theory/enclose/points.h"

#ifdef GR_FLINT_3
#include <flint/arb.h>
#else
#include <arb.h>
#endif

enum { DIGITS = 80 }; /* binary ones; up to 128 need no memory */

typedef void function(arb_t y, const arb_t x, slong digits);

/* The doubles around a ball. */
static gradus_interval around(const arb_t ball)
{
    gradus_interval y = gr_everything();
    if (!arb_is_finite(ball))
        return y;
    arf_t end;
    arf_init(end);
    arb_get_lbound_arf(end, ball, DIGITS);
    y.min = arf_get_d(end, ARF_RND_FLOOR);
    arb_get_ubound_arf(end, ball, DIGITS);
    y.max = arf_get_d(end, ARF_RND_CEIL);
    arf_clear(end);
    return y;
}

static gradus_interval at(function *f, double x)
{
    arb_t ball;
    arb_init(ball);
    arb_set_d(ball, x);
    f(ball, ball, DIGITS);
    const gradus_interval y = around(ball);
    arb_clear(ball);
    return y;
}

gradus_interval gr_exp_at(double x)
{
    if (x > 710)
        return (gradus_interval){0x1.fffffffffffffp+1023, INFINITY};
    if (x < -746)
        return (gradus_interval){0, x == -INFINITY ? 0 : 0x1p-1074};
    return at(arb_exp, x);
}

gradus_interval gr_log_at(double x)
{
    if (x <= 0)
        return gr_interval_at(-INFINITY);
    return isinf(x) ? gr_interval_at(x) : at(arb_log, x);
}

/* sqrt is rounded to nearest: x - s^2, exactly, says on which side. */
gradus_interval gr_sqrt_at(double x)
{
    const double s = sqrt(x), lost = x >= GR_LOSSY ? fma(-s, s, x) : NAN;
    const bool exact = x == 0 || isinf(x);
    return (gradus_interval){gr_lower(s, lost, exact), gr_upper(s, lost, exact)};
}

static gradus_interval wave_at(function *f, double x)
{
    const gradus_interval all = {-1, 1};
    return isinf(x) ? all : gr_interval_meet(at(f, x), all);
}

gradus_interval gr_sin_at(double x) { return wave_at(arb_sin, x); }
gradus_interval gr_cos_at(double x) { return wave_at(arb_cos, x); }

gradus_interval gr_tan_at(double x)
{
    return isinf(x) ? gr_everything() : at(arb_tan, x);
}

gradus_interval gr_tanh_at(double x)
{
    if (fabs(x) > 20)
        return x > 0 ? (gradus_interval){gr_down(1), 1} : (gradus_interval){-1, -gr_down(1)};
    return at(arb_tanh, x);
}

static void sigmoid(arb_t y, const arb_t x, slong digits)
{
    arb_neg(y, x);
    arb_exp(y, y, digits);
    arb_add_ui(y, y, 1, digits);
    arb_ui_div(y, 1, y, digits);
}

gradus_interval gr_sigmoid_at(double x)
{
    if (x > 40)
        return (gradus_interval){gr_down(1), 1};
    if (x < -746)
        return (gradus_interval){0, 0x1p-1074};
    return at(sigmoid, x);
}

static void bell(arb_t y, const arb_t x, slong digits)
{
    arb_sech(y, x, digits);
    arb_mul(y, y, y, digits);
}

gradus_interval gr_bell_at(double x)
{
    if (fabs(x) > 374) /* 4 e^-2x */
        return (gradus_interval){0, 0x1p-1074};
    return at(bell, x);
}

/* x^c with a size that doubles have, else what is beyond. */
static gradus_interval usual_power(double x, double c)
{
    const gradus_interval size =
        gr_interval_multiply(gr_interval_at(c), gr_log_at(x));
    if (size.max < -740)
        return (gradus_interval){0, 0x1p-1060};
    if (size.min > 708)
        return (gradus_interval){0x1p1020, INFINITY};
    arb_t base, power;
    arb_init(base);
    arb_init(power);
    arb_set_d(base, x);
    arb_set_d(power, c);
    arb_pow(base, base, power, DIGITS);
    const gradus_interval y = around(base);
    arb_clear(power);
    arb_clear(base);
    return y;
}

gradus_interval gr_power_at(double x, double c)
{
    if (c == 0 || x == 1)
        return gr_interval_at(1);
    if (x == 0 || isinf(x))
        return gr_interval_at((c > 0) == (x == 0) ? 0 : INFINITY);
    return usual_power(x, c);
}

/* floor((x / pi - phase) / period), or false where Arb cannot tell */
static bool turns(double x, double phase, int period, double *floors)
{
    arb_t t, pi;
    arb_init(t);
    arb_init(pi);
    arb_set_d(t, x);
    arb_const_pi(pi, 128);
    arb_div(t, t, pi, 128);
    arb_set_d(pi, phase);
    arb_sub(t, t, pi, 128);
    arb_div_si(t, t, period, 128);
    arb_floor(t, t, 128);
    const gradus_interval y = around(t);
    arb_clear(pi);
    arb_clear(t);
    *floors = y.min;
    return y.min == y.max;
}

bool gr_passes(gradus_interval x, double phase, int period)
{
    double first, last;
    if (!(fabs(x.min) <= 0x1p50 && fabs(x.max) <= 0x1p50) ||
        x.max - x.min > 3.2 * period)
        return true;
    return !turns(x.min, phase, period, &first) || !turns(x.max, phase, period, &last) ||
           first != last;
}

/* A copy is needed: Arb reads to the end of a string. Zeros are left to no one, as Arb
 * would compute the power of ten behind them. */
gradus_interval gr_decimal(const char *text, size_t length)
{
    char copy[GRADUS_EXPRESSION_LENGTH + 1];
    double nearest = 0;
    if (!gradus_number_read(text, length, &nearest) || length >= sizeof copy)
        return gr_everything();
    if (nearest == 0)
        return gr_interval_at(0);
    memcpy(copy, text, length);
    copy[length] = 0;
    arb_t ball;
    arb_init(ball);
    const bool read = arb_set_str(ball, copy, DIGITS) == 0;
    const gradus_interval y = read ? around(ball) : gr_everything();
    arb_clear(ball);
    return y;
}

static gradus_interval constant(void (*f)(arb_t, slong))
{
    arb_t ball;
    arb_init(ball);
    f(ball, DIGITS);
    const gradus_interval y = around(ball);
    arb_clear(ball);
    return y;
}

gradus_interval gr_pi(void) { return constant(arb_const_pi); }
gradus_interval gr_e(void) { return constant(arb_const_e); }
