/* tests/unit/test_product.c - the product (kernels/product.c, kernels/shallow.c) is its
 * chain of fused multiply-adds, bit by bit.
 *
 * SPDX-License-Identifier: MIT
 */
#include "kernel_check.h"

/* What is asked for, and by how much rows, panels and the rows behind `a` lie apart. */
typedef struct shape {
    size_t rows, panels, depth;
    int by_columns, biased, descends;
    size_t gap, first;
    int rectifies, masked, fetches;
    int sums, turns, keeps; /* the last one: shrink is 1 */
} shape;

/* A product, and where everything stands: a by rows is [rows][depth], by columns it is
 * [depth][first + rows]; b is panels or a matrix, c the other one. */
typedef struct operands {
    const gr_kernels *k;
    gr_product p;
    size_t a_stride;
    array a, b, bias, c, mask;
    array sums, turned; /* empty where they are not asked for */
    const void **row; /* of a */
} operands;

static const double step = -0.3, shrink = 0.97; /* no floats: both are rounded */

static operands operands_new(const gr_kernels *k, const shape *s, int odd)
{
    const size_t width = k->width, a_rows = s->by_columns ? s->depth : s->rows;
    const size_t panel = (s->by_columns ? s->rows : s->depth) * width;
    operands o = {.k = k, .a_stride = s->by_columns ? s->first + s->rows : s->depth};
    o.a_stride += s->gap;
    const size_t row = (s->panels + s->gap) * width, line = panel + s->gap * width;
    o.p = (gr_product){.rows = s->rows, .panels = s->panels, .depth = s->depth,
                       .by_columns = s->by_columns, .first = s->first,
                       .b_stride = s->by_columns ? row : line,
                       .c_stride = s->by_columns ? line : row,
                       .descend = s->descends, .step = step,
                       .shrink = s->keeps ? 1 : shrink, .sums_step = 3 * step,
                       .sums_shrink = s->keeps ? 1 : shrink / 3};
    const size_t b = s->by_columns ? s->depth * row : s->panels * line;
    const size_t c = s->by_columns ? s->panels * line : s->rows * row;
    const size_t a = a_rows * o.a_stride, bias = s->panels * width;
    o.a = odd ? array_odd(k, a) : array_between(k, a, -1, 1);
    o.b = odd ? lines_odd(k, b) : lines_between(k, b, -1, 1);
    o.bias = odd ? lines_odd(k, bias) : lines_between(k, bias, -1, 1);
    o.c = odd ? lines_odd(k, c) : lines_between(k, c, -1, 1);
    o.row = calloc(a_rows + 1, sizeof *o.row);
    assert_non_null(o.row);
    for (size_t i = 0; i < a_rows; i++) /* rows stand anywhere: here the last one first */
        o.row[i] = element(&o.a, (a_rows - 1 - i) * o.a_stride);
    o.p.a = o.row;
    o.p.b = o.b.data;
    o.p.bias = s->biased ? o.bias.data : NULL;
    o.mask = lines_between(k, c, -1, 1); /* a relu's outputs: 0 where they would be below */
    for (size_t i = 0; i < c; i++)
        if (get(&o.mask, i) < 0)
            set(&o.mask, i, 0);
    if (odd && c > 0)
        set(&o.mask, c / 2, NAN);
    o.sums = lines_between(k, s->sums ? bias : 0, -1, 1);
    o.turned = lines_between(k, s->turns ? (s->depth + width - 1) / width * width * bias : 0,
                             -1, 1);
    o.p.rectify = s->rectifies;
    o.p.mask = s->masked ? o.mask.data : NULL;
    if (s->fetches && s->by_columns) {
        o.p.ahead = o.row;
        o.p.ahead_first = s->first;
        o.p.b_next = 2 * width;
        o.p.soon[0] = o.p.soon[1] = o.c.data;
        o.p.soon_stride = o.p.c_stride;
    }
    o.p.reach = s->fetches && !s->by_columns ? 640 : 0;
    return o;
}

static void operands_free(operands *o)
{
    array_free(&o->a), array_free(&o->b), array_free(&o->bias), array_free(&o->c);
    array_free(&o->mask), array_free(&o->sums), array_free(&o->turned);
    free(o->row);
}

/* The contract, element by element. */
#define NAIVE(real, fused)                                                              \
    static void naive_##real(const gr_product *p, size_t width)                         \
    {                                                                                   \
        const real *b = p->b, *bias = p->bias;                                          \
        const size_t columns = p->panels * width;                                       \
        real *c = p->c, *sums = p->sums, *turned = p->turned;                           \
        for (size_t j = 0; sums != NULL && j < columns; j++) {                          \
            real sum = 0;                                                               \
            for (size_t l = 0; l < p->depth; l++)                                       \
                sum += b[l * p->b_stride + j];                                          \
            sums[j] = fused((real)p->sums_step, sum, sums[j] * (real)p->sums_shrink);   \
        }                                                                               \
        for (size_t l = 0; turned != NULL && l < (p->depth + width - 1) / width * width; \
             l++)                                                                       \
            for (size_t j = 0; j < columns; j++)                                        \
                turned[(l / width * columns + j) * width + l % width] =                 \
                    l < p->depth ? b[j / width * p->b_stride + l * width + j % width] : 0; \
        for (size_t i = 0; i < p->rows; i++)                                            \
            for (size_t j = 0; j < p->panels * width; j++) {                            \
                const size_t panel = j / width, lane = j % width;                       \
                real sum = bias != NULL ? bias[j] : 0;                                  \
                for (size_t l = 0; l < p->depth; l++) {                                 \
                    const real *row = p->by_columns ? (const real *)p->a[l] + p->first  \
                                                    : p->a[i];                          \
                    sum = fused(row[p->by_columns ? i : l],                             \
                                b[p->by_columns ? l * p->b_stride + j                   \
                                                : panel * p->b_stride + l * width +     \
                                                      lane],                            \
                                sum);                                                   \
                }                                                                       \
                const size_t at = p->by_columns ? panel * p->c_stride + i * width + lane \
                                                : i * p->c_stride + j;                  \
                const real m = p->mask != NULL ? ((const real *)p->mask)[at] : 1;       \
                if (p->rectify)                                                         \
                    sum = sum > 0 || sum != sum ? sum : 0;                              \
                if (p->mask != NULL)                                                    \
                    sum *= m > 0 ? 1 : m != m ? m : 0;                                  \
                c[at] = p->descend                                                      \
                            ? fused((real)p->step, sum, c[at] * (real)p->shrink) : sum; \
            }                                                                           \
    }
NAIVE(float, fmaf)
NAIVE(double, fma)

/* What a product changes: copies of the operands' own. */
typedef struct results {
    array c, sums, turned;
} results;

static results results_new(operands *o)
{
    results r = {array_copy(&o->c), array_copy(&o->sums), array_copy(&o->turned)};
    o->p.c = r.c.data;
    o->p.sums = r.sums.count > 0 ? r.sums.data : NULL;
    o->p.turned = r.turned.count > 0 ? r.turned.data : NULL;
    return r;
}

static void results_free(results *r)
{
    array_free(&r->c), array_free(&r->sums), array_free(&r->turned);
}

static void assert_same_results(const results *expected, const results *r)
{
    assert_same_array(&expected->c, &r->c);
    assert_same_array(&expected->sums, &r->sums);
    assert_same_array(&expected->turned, &r->turned);
}

/* The same product of an A that stands in tiles, from the second one on. */
static void check_tiles(operands *o, const gr_kernels *k, size_t gap, const results *expected)
{
    const size_t T = k->tile, depth = o->p.depth, tile = depth * T + gap;
    array packed = array_odd(k, (o->p.rows / T + 2) * tile);
    const void **row = calloc(depth + 1, sizeof *row);
    const gr_product before = o->p;
    assert_non_null(row);
    for (size_t l = 0; l < depth; l++)
        row[l] = element(&packed, l * T);
    k->pack_tiles(depth, o->p.rows, o->p.a, o->p.first, tile, element(&packed, tile));
    o->p.a = row;
    o->p.tile = o->p.first = tile;
    results r = results_new(o);
    r.c.k = r.sums.k = r.turned.k = k;
    k->product(&o->p);
    assert_same_results(expected, &r);
    results_free(&r);
    o->p = before;
    array_free(&packed);
    free(row);
}

/* All of c is compared: what the product does not own keeps what it had. */
static void check(gradus_precision precision, const shape *s, int odd)
{
    operands o = operands_new(gr_kernels_find(GR_CPU_REF, precision), s, odd);
    results expected = results_new(&o);
    if (o.k->size == 4)
        naive_float(&o.p, o.k->width);
    else
        naive_double(&o.p, o.k->width);
    EACH_CPU(cpu) {
        results r = results_new(&o);
        r.c.k = r.sums.k = r.turned.k = gr_kernels_find(cpu, precision);
        r.c.k->product(&o.p);
        assert_same_results(&expected, &r);
        results_free(&r);
        if (s->by_columns && s->depth > 0 && s->depth <= GR_TILED_STEPS && r.c.k->tile > 0)
            check_tiles(&o, r.c.k, s->gap, &expected);
    }
    results_free(&expected);
    operands_free(&o);
}

/* Both kinds; with and without bias; by rows with and without a relu or the slope of one, by
 * columns with and without descent. What is fetched changes nothing. */
static void check_kinds(gradus_precision precision, shape s)
{
    for (int kind = 0; kind < 16; kind++) {
        s.by_columns = kind & 1;
        s.biased = kind >> 1 & 1;
        s.descends = s.by_columns && (kind >> 2 & 1);
        s.rectifies = !s.by_columns && (kind >> 2 & 1);
        s.masked = !s.by_columns && (kind >> 3 & 1);
        s.fetches = kind >> 3 & 1;
        s.sums = s.descends && s.panels <= 2 && s.rows > 0;
        s.turns = !s.by_columns && s.depth > 0 && s.rows > 0;
        s.keeps = whole_between(0, 1) == 0;
        s.gap = whole_between(0, 2);
        s.first = whole_between(0, 9);
        check(precision, &s, whole_between(0, 1) == 0);
    }
}

/* All heights up to two tiles and more, all widths up to two of the widest tile. */
static void small_products_are_their_chains(void **state)
{
    (void)state;
    static const size_t depths[] = {0, 1, 2, 3, 4, 7, 20};
    EACH_PRECISION(precision)
        for (size_t rows = 0; rows <= 20; rows++)
            for (size_t panels = 0; panels <= 17; panels += panels < 9 ? 1 : 4)
                for (size_t d = 0; d < sizeof depths / sizeof *depths; d++)
                    check_kinds(precision, (shape){.rows = rows, .panels = panels,
                                                   .depth = depths[d]});
}

static void every_depth_is_a_chain(void **state)
{
    (void)state;
    EACH_PRECISION(precision)
        for (size_t depth = 0; depth <= 40; depth++)
            check_kinds(precision, (shape){.rows = whole_between(1, 20),
                                           .panels = whole_between(1, 5), .depth = depth});
}

/* Up to 300 x 300 x 1000, at random. */
static void large_products_are_their_chains(void **state)
{
    (void)state;
    EACH_PRECISION(precision)
        for (int trial = 0; trial < 12; trial++) {
            const size_t width = gr_kernels_find(GR_CPU_REF, precision)->width;
            const shape s = {.rows = whole_between(1, 300),
                             .panels = whole_between(1, 300 / width + 1),
                             .depth = whole_between(100, 1000),
                             .by_columns = trial % 2, .biased = trial / 2 % 2,
                             .descends = trial % 2 && trial / 4 % 2,
                             .rectifies = trial % 4 == 2, .fetches = trial / 4 % 2,
                             .turns = trial % 2 == 0,
                             .gap = (size_t)trial % 3,
                             .first = whole_between(0, 5)};
            check(precision, &s, 0);
        }
}

/* Of a B that no cache near by holds, whose next panels are fetched meanwhile. */
static void products_of_a_large_b_are_their_chains(void **state)
{
    (void)state;
    static const size_t depths[] = {5, 15, 16, 40};
    EACH_PRECISION(precision)
        for (size_t d = 0; d < sizeof depths / sizeof *depths; d++) {
            const shape s = {.rows = 43, .panels = (1 << 20) / (depths[d] * GR_LINE) + 3,
                             .depth = depths[d], .turns = 1};
            check(precision, &s, 0);
        }
}

/* A product of some rows and panels of a larger one. */
static gr_product part_of(const operands *o, array *c, size_t row, size_t rows, size_t panel,
                          size_t panels)
{
    gr_product q = o->p;
    const size_t width = o->k->width;
    q.rows = q.rows - row < rows ? q.rows - row : rows;
    q.panels = q.panels - panel < panels ? q.panels - panel : panels;
    q.bias = element(&o->bias, panel * width);
    q.b = element(&o->b, panel * (q.by_columns ? width : q.b_stride));
    q.c = element(c, q.by_columns ? panel * q.c_stride + row * width
                                  : row * q.c_stride + panel * width);
    if (q.by_columns)
        q.first += row;
    else
        q.a += row;
    return q;
}

/* The chains know nothing of each other: any cut over rows and panels gives the same bits. */
static void cuts_change_no_bit(void **state)
{
    (void)state;
    static const size_t depths[] = {3, 7, 70};
    EACH_PRECISION(precision)
        EACH_CPU(cpu)
            for (int kind = 0; kind < 4; kind++)
                for (size_t rows = 1; rows < 23; rows += 3)
                    for (size_t panels = 1; panels < 11; panels += 2) {
                        const int by_columns = kind & 1;
                        const shape s = {.rows = 23, .panels = 11,
                                         .depth = depths[(rows + panels / 2) % 3],
                                         .by_columns = by_columns, .descends = by_columns,
                                         .biased = kind >> 1, .rectifies = !by_columns};
                        operands o = operands_new(gr_kernels_find(cpu, precision), &s, 0);
                        array whole = array_copy(&o.c), cut = array_copy(&o.c);
                        gr_product all = part_of(&o, &whole, 0, 23, 0, 11);
                        o.k->product(&all);
                        for (size_t i = 0; i < 23; i += rows)
                            for (size_t j = 0; j < 11; j += panels) {
                                gr_product q = part_of(&o, &cut, i, rows, j, panels);
                                o.k->product(&q);
                            }
                        assert_same_array(&whole, &cut);
                        array_free(&whole), array_free(&cut);
                        operands_free(&o);
                    }
}

/* Element (i, j) of c, as the kind has it. */
static double c_at(const operands *o, const array *c, size_t i, size_t j)
{
    const size_t width = o->k->width;
    return get(c, o->p.by_columns ? j / width * o->p.c_stride + i * width + j % width
                                  : i * o->p.c_stride + j);
}

/* A NaN in row i of A, and one in column j of B: that row and that column, nothing else.
 * Infinity times 0 is another one. */
static void nan_and_infinity_pass_through(void **state)
{
    (void)state;
    const size_t rows = 13, panels = 3, depth = 9, i = 7, l = 4;
    EACH_PRECISION(precision)
        EACH_CPU(cpu)
            for (int kind = 0; kind < 4; kind++) {
                const gr_kernels *k = gr_kernels_find(cpu, precision);
                const size_t j = 2 * k->width - 1, columns = panels * k->width;
                const shape s = {.rows = rows, .panels = panels, .depth = depth,
                                 .by_columns = kind & 1, .descends = kind == 3};
                operands o = operands_new(k, &s, 0);
                const size_t a_row = s.by_columns ? depth - 1 - l : rows - 1 - i;
                set(&o.a, a_row * o.a_stride + (s.by_columns ? i : l), NAN);
                set(&o.b, s.by_columns ? (l + 1) * o.p.b_stride + j
                                       : o.p.b_stride + (l + 1) * k->width + k->width - 1,
                    INFINITY);
                for (size_t r = 0; r < rows; r++) /* 0 times infinity in row 0 */
                    set(&o.a, s.by_columns ? (depth - 2 - l) * o.a_stride + r
                                           : (rows - 1 - r) * o.a_stride + l + 1, r > 0);
                o.p.c = o.c.data;
                k->product(&o.p);
                for (size_t r = 0; r < rows; r++)
                    for (size_t c = 0; c < columns; c++) {
                        const double sum = c_at(&o, &o.c, r, c);
                        assert_int_equal(isnan(sum) != 0, r == i || (r == 0 && c == j));
                        assert_int_equal(isinf(sum) != 0, r > 0 && r != i && c == j);
                    }
                operands_free(&o);
            }
}

static void a_product_is_near_the_exact_sum(void **state)
{
    (void)state;
    EACH_PRECISION(precision)
        EACH_CPU(cpu) {
            const shape s = {.rows = 1, .panels = 1, .depth = 300};
            operands o = operands_new(gr_kernels_find(cpu, precision), &s, 0);
            o.p.c = o.c.data;
            o.k->product(&o.p);
            long double sum = 0;
            for (size_t l = 0; l < s.depth; l++)
                sum += (long double)get(&o.a, l) * (long double)get(&o.b, l * o.k->width);
            assert_near((double)sum, get(&o.c, 0), roundings(o.k, (double)s.depth));
            operands_free(&o);
        }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(small_products_are_their_chains),
        cmocka_unit_test(every_depth_is_a_chain),
        cmocka_unit_test(large_products_are_their_chains),
        cmocka_unit_test(products_of_a_large_b_are_their_chains),
        cmocka_unit_test(cuts_change_no_bit),
        cmocka_unit_test(nan_and_infinity_pass_through),
        cmocka_unit_test(a_product_is_near_the_exact_sum),
    };
    return gr_run_tests(tests, sizeof tests / sizeof tests[0]);
}
