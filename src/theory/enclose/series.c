/*
 * theory/enclose/series.c - smooth activations in double, with errors that are proved
 *
 * On a cell |h| <= H around its centre s is p(h) = c_0 + c_1 h + ... + c_n h^n, c rounded to
 * doubles. With u = 2^-53 and M_k = sum_(i>=k) (i over k) |c_i| H^(i-k), a bound of p^(k)/k!,
 * Horner's rule for p, p' and p''/2 at once,
 *
 *     q = q h + d,   d = d h + p,   p = p h + c_i          i = n ... 0
 *
 * is wrong by at most E_0, E_1, E_2 of rounding(), and h = z - centre itself, where it is
 * rounded, by u H. What Taylor's formula leaves out is at most
 * |s^(n+1)| / (n+1)! (n+1 over k) H^(n+1-k), by the series of the whole cell as a ball.
 *
 * Beyond 64 every function but clip is a line, to within 2^-60 with its first three
 * derivatives: what is left is a polynomial times e^-|z| (docs/math/certificate.md).
 *
 * SPDX-License-Identifier: MIT
 */
#include "theory/enclose/series.h"

#include <math.h>

#include "gradus_proof.h"
#include "theory/enclose/smooth.h"
#include "theory/enclose/upward.h"

enum { DEGREE = 11, CELLS = 4096, PRECISION = 128 };
static const double edge = 64, width = 0x1p-5, half = 0x1p-6, unit = 0x1p-53;
static const double slack = 1.001; /* cells overlap: which one z is in is found by rounding */

typedef struct cell {
    double c[DEGREE + 1];
    double error[3];
} cell;

struct gr_series {
    const gradus_context *context;
    gr_smooth function;
    cell cell[CELLS];
    gradus_interval range[2 * CELLS][4]; /* of node i: of 2i and 2i + 1; CELLS + i: a cell */
};

/* s on the left and right of the table: first + second z, to within the last */
static const double lines[GR_SMOOTH_COUNT][2][3] = {
    [GR_SMOOTH_SIGMOID] = {{0, 0, 0x1p-60}, {1, 0, 0x1p-60}},
    [GR_SMOOTH_TANH] = {{-1, 0, 0x1p-60}, {1, 0, 0x1p-60}},
    [GR_SMOOTH_SOFTPLUS] = {{0, 0, 0x1p-60}, {0, 1, 0x1p-60}},
    [GR_SMOOTH_GELU] = {{0, 0, 0x1p-60}, {0, 1, 0x1p-60}},
    [GR_SMOOTH_GELU_TANH] = {{0, 0, 0x1p-60}, {0, 1, 0x1p-60}},
    [GR_SMOOTH_SILU] = {{0, 0, 0x1p-60}, {0, 1, 0x1p-60}},
    [GR_SMOOTH_MISH] = {{0, 0, 0x1p-60}, {0, 1, 0x1p-60}},
    [GR_SMOOTH_EXP] = {{0, 0, 0x1p-60}, {0, 0, INFINITY}},
    [GR_SMOOTH_EXPM1] = {{-1, 0, 0x1p-60}, {0, 0, INFINITY}},
    [GR_SMOOTH_CLIP] = {{-3, 0, 0x1p-8}, {3, 0, 0x1p-8}},
};

/* ---- the table ---- */

static double above(const arb_t x)
{
    arf_t bound;
    arf_init(bound);
    arb_get_ubound_arf(bound, x, PRECISION);
    const double result = arf_get_d(bound, ARF_RND_CEIL);
    arf_clear(bound);
    return isnan(result) ? INFINITY : result;
}

static double below(const arb_t x)
{
    arf_t bound;
    arf_init(bound);
    arb_get_lbound_arf(bound, x, PRECISION);
    const double result = arf_get_d(bound, ARF_RND_FLOOR);
    arf_clear(bound);
    return isnan(result) ? -INFINITY : result;
}

/* |x| at most */
static double size_of(const arb_t x) { return gr_greater(above(x), -below(x)); }

/* i over k, k <= 3 */
static double choose(int i, int k)
{
    double product = 1;
    for (int j = 1; j <= k; j++)
        product = product * (i - k + j) / j;
    return product;
}

/* M_k */
static double magnitude(const cell *at, int k)
{
    double sum = 0;
    for (int i = DEGREE; i >= k; i--)
        sum = sum * half + choose(i, k) * fabs(at->c[i]);
    return sum;
}

/* E_k <- H E_k + E_(k-1) + u (H |before| + |after|), the values of Horner's rule bounded by
 * what they are for |c_i| and H; twice, for what is of second order and for this loop */
static void rounding(const cell *at, double error[3])
{
    double bound[3] = {0, 0, 0}, E[3] = {0, 0, 0};
    for (int i = DEGREE; i >= 0; i--) {
        for (int k = 2; k >= 0; k--) {
            const double before = half * bound[k];
            bound[k] = before + (k > 0 ? bound[k - 1] : fabs(at->c[i]));
            E[k] = half * E[k] + (k > 0 ? E[k - 1] : 0) + unit * (before + bound[k]);
        }
    }
    for (int k = 0; k < 3; k++)
        error[k] = 2 * (E[k] + (k + 1) * unit * half * magnitude(at, k + 1)) + 0x1p-1000;
}

/* What the doubles c, and the terms beyond the last, take from p^(k)/k!. */
static void truncation(const cell *at, arb_srcptr terms, const arb_t beyond, double error[3])
{
    arb_t difference;
    arb_init(difference);
    for (int k = 0; k < 3; k++) {
        double sum = choose(DEGREE + 1, k) * size_of(beyond);
        for (int i = DEGREE; i >= k; i--) {
            arb_set_d(difference, at->c[i]);
            arb_sub(difference, difference, terms + i, PRECISION);
            sum = sum * half + choose(i, k) * size_of(difference);
        }
        error[k] += slack * sum;
    }
    arb_clear(difference);
}

static void fill_cell(gr_series *series, int index)
{
    cell *at = &series->cell[index];
    arb_t centre, whole;
    arb_ptr terms = _arb_vec_init(DEGREE + 2), spread = _arb_vec_init(DEGREE + 2);
    arb_init(centre);
    arb_init(whole);
    arb_set_d(centre, -edge + (index + 0.5) * width);
    arb_set(whole, centre);
    mag_set_d(arb_radref(whole), slack * half);
    gr_smooth_series(terms, series->function, centre, DEGREE + 1, PRECISION);
    gr_smooth_series(spread, series->function, whole, DEGREE + 2, PRECISION);
    for (int i = 0; i <= DEGREE; i++)
        at->c[i] = arf_get_d(arb_midref(terms + i), ARF_RND_NEAR);
    rounding(at, at->error);
    truncation(at, terms, spread + DEGREE + 1, at->error);
    for (int k = 0; k < 4; k++) {
        arb_mul_ui(spread + k, spread + k, k == 3 ? 6 : k == 2 ? 2 : 1, PRECISION);
        series->range[CELLS + index][k] =
            (gradus_interval){below(spread + k), above(spread + k)};
    }
    _arb_vec_clear(spread, DEGREE + 2);
    _arb_vec_clear(terms, DEGREE + 2);
    arb_clear(whole);
    arb_clear(centre);
}

static void join(gradus_interval *into, gradus_interval other)
{
    into->min = gr_smaller(into->min, other.min);
    into->max = gr_greater(into->max, other.max);
}

gradus_status gr_series_new(const gradus_context *context, gr_smooth function,
                            gr_series **made)
{
    gr_series *series;
    const gradus_status status =
        gradus_memory_allocate(context, 1, sizeof *series, "an activation's table", made);
    if (status != GRADUS_OK)
        return status;
    series = *made;
    series->context = context;
    series->function = function;
    for (int i = 0; i < CELLS; i++)
        fill_cell(series, i);
    for (int i = CELLS - 1; i > 0; i--)
        for (int k = 0; k < 4; k++) {
            series->range[i][k] = series->range[2 * i][k];
            join(&series->range[i][k], series->range[2 * i + 1][k]);
        }
    return GRADUS_OK;
}

void gr_series_free(gr_series *series)
{
    if (series != NULL)
        gradus_memory_release(series->context, series);
}

/* ---- its use ---- */

static int cell_of(double z)
{
    const int index = (int)((z + edge) / width);
    return index < 0 ? 0 : index < CELLS ? index : CELLS - 1;
}

static void beyond(const double line[3], double z, double value[3], double error[3])
{
    value[0] = line[0] + line[1] * z;
    value[1] = line[1];
    value[2] = 0;
    for (int k = 0; k < 3; k++)
        error[k] = line[2];
}

void gr_series_at(const gr_series *series, double z, double value[3], double error[3])
{
    if (!(fabs(z) <= edge)) {
        beyond(lines[series->function][z > 0], z, value, error);
        return;
    }
    const int index = cell_of(z);
    const cell *at = &series->cell[index];
    const double h = z - (-edge + (index + 0.5) * width);
    double p = at->c[DEGREE], d = 0, q = 0;
    for (int i = DEGREE - 1; i >= 0; i--) {
        q = q * h + d;
        d = d * h + p;
        p = p * h + at->c[i];
    }
    value[0] = p, value[1] = d, value[2] = q;
    for (int k = 0; k < 3; k++)
        error[k] = at->error[k];
}

const double *gr_series_line(const gr_series *series, double middle, double most)
{
    const double *line = lines[series->function][middle > 0];
    return fabs(middle) > edge + most && line[2] < 0x1p-50 ? line : NULL;
}

static gradus_interval around(double from, double to, double error)
{
    const double wider = error + 4 * unit * (fabs(from) + fabs(to));
    return (gradus_interval){gr_smaller(from, to) - wider, gr_greater(from, to) + wider};
}

static void join_line(const double line[3], double from, double to, gradus_interval range[4])
{
    const double a = line[0] + line[1] * from, b = line[0] + line[1] * to;
    join(&range[0], around(a, b, line[2]));
    join(&range[1], around(line[1], line[1], line[2]));
    join(&range[2], around(0, 0, line[2]));
    join(&range[3], around(0, 0, line[2]));
}

void gr_series_range(const gr_series *series, double least, double most,
                     gradus_interval range[4])
{
    for (int k = 0; k < 4; k++)
        range[k] = (gradus_interval){INFINITY, -INFINITY};
    if (!(least >= -edge))
        join_line(lines[series->function][0], least, gr_smaller(most, -edge), range);
    if (!(most <= edge))
        join_line(lines[series->function][1], gr_greater(least, edge), most, range);
    if (most < -edge || least > edge)
        return;
    int i = cell_of(least) + CELLS, j = cell_of(most) + CELLS + 1;
    for (; i < j; i /= 2, j /= 2) {
        if (i % 2 == 1)
            for (int k = 0; k < 4; k++)
                join(&range[k], series->range[i][k]);
        i += i % 2;
        if (j % 2 == 1)
            for (int k = 0; k < 4; k++)
                join(&range[k], series->range[j - 1][k]);
    }
}
