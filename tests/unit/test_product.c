/* tests/unit/test_product.c - the product is its chain of fused multiply-adds, bit by bit.
 *
 * SPDX-License-Identifier: MIT
 */
#include "kernel_check.h"

typedef enum start { START_ZERO, START_BIAS, START_ADD, START_COUNT } start;

static double fused(const gr_kernels *k, double a, double b, double c)
{
    return k->size == 4 ? (double)fmaf((float)a, (float)b, (float)c) : fma(a, b, c);
}

/* p computed as the contract has it, into c */
static void naive(const gr_kernels *k, const gr_product *p, const array *a, const array *b,
                  const array *bias, array *c)
{
    for (size_t i = 0; i < p->m; i++)
        for (size_t j = 0; j < p->n; j++) {
            double sum = p->add ? get(c, i * p->c_row + j) : bias ? get(bias, j) : 0;
            for (size_t l = 0; l < p->depth; l++)
                sum = fused(k, get(a, i * p->a_row + l * p->a_column),
                            get(b, l * p->b_row + j), sum);
            set(c, i * p->c_row + j, sum);
        }
}

/* m x n x depth; rows of b and c are `gap` elements longer than n */
static void check(gradus_precision precision, gr_product p, start from, int columnwise,
                  size_t gap)
{
    const gr_kernels *ref = gr_kernels_find(GR_CPU_REF, precision);
    p.a_row = columnwise ? 1 : p.depth;
    p.a_column = columnwise ? p.m : 1;
    p.b_row = p.c_row = p.n + gap;
    p.add = from == START_ADD;
    array a = array_odd(ref, p.m * p.depth), b = array_odd(ref, p.depth * p.b_row);
    array bias = array_odd(ref, p.n), before = array_odd(ref, p.m * p.c_row);
    if (p.depth > 20 || uniform() < 0.5) { /* half of them without infinities */
        for (size_t i = 0; i < a.count; i++)
            set(&a, i, between(-1, 1));
        for (size_t i = 0; i < b.count; i++)
            set(&b, i, between(-1, 1));
    }
    array expected = array_copy(&before);
    naive(ref, &p, &a, &b, from == START_BIAS ? &bias : NULL, &expected);
    EACH_CPU(cpu) {
        array c = array_copy(&before);
        c.k = gr_kernels_find(cpu, precision);
        p.a = a.data;
        p.b = b.data;
        p.bias = from == START_BIAS ? bias.data : NULL;
        p.c = c.data;
        c.k->product(&p);
        assert_same_array(&expected, &c);
        array_free(&c);
    }
    array_free(&a), array_free(&b), array_free(&bias), array_free(&before);
    array_free(&expected);
}

static void small_products_are_their_chains(void **state)
{
    (void)state;
    EACH_PRECISION(precision)
        for (size_t m = 0; m <= 9; m++)
            for (size_t n = 0; n <= 33; n++)
                for (size_t depth = 0; depth <= 9; depth++)
                    check(precision, (gr_product){.m = m, .n = n, .depth = depth},
                          (start)((m + n + depth) % START_COUNT), (m + depth) % 2, n % 3);
}

static void long_products_are_their_chains(void **state)
{
    (void)state;
    const size_t shapes[][3] = {{1, 1, 1000},  {6, 16, 600},  {7, 16, 600}, {13, 20, 1025},
                                {64, 10, 257}, {40, 50, 256}, {3, 7, 513},  {100, 3, 2}};
    EACH_PRECISION(precision)
        for (size_t s = 0; s < sizeof shapes / sizeof *shapes; s++)
            for (start from = START_ZERO; from < START_COUNT; from++)
                for (int columnwise = 0; columnwise < 2; columnwise++)
                    check(precision,
                          (gr_product){.m = shapes[s][0], .n = shapes[s][1],
                                       .depth = shapes[s][2]},
                          from, columnwise, s % 2 * 5);
}

/* The chains know nothing of each other: any cut over rows or columns, and any cut of the
 * depth that goes on with `add`, gives the same bits. */
static void cuts_change_no_bit(void **state)
{
    (void)state;
    const size_t m = 23, n = 45, depth = 70;
    EACH_PRECISION(precision)
        EACH_CPU(cpu) {
            const gr_kernels *k = gr_kernels_find(cpu, precision);
            array a = array_between(k, m * depth, -1, 1);
            array b = array_between(k, depth * n, -1, 1);
            array bias = array_between(k, n, -1, 1);
            array whole = array_new(k, m * n), cut = array_new(k, m * n);
            gr_product p = {m, n, depth, a.data, depth, 1, b.data, n, bias.data,
                            whole.data, n, 0};
            k->product(&p);
            for (size_t i = 0; i < m; i += 5)
                for (size_t j = 0; j < n; j += 7)
                    for (size_t l = 0; l < depth; l += 32) {
                        gr_product q = p;
                        q.m = m - i < 5 ? m - i : 5;
                        q.n = n - j < 7 ? n - j : 7;
                        q.depth = depth - l < 32 ? depth - l : 32;
                        q.a = (char *)a.data + (i * depth + l) * k->size;
                        q.b = (char *)b.data + (l * n + j) * k->size;
                        q.bias = (char *)bias.data + j * k->size;
                        q.c = (char *)cut.data + (i * n + j) * k->size;
                        q.add = l > 0;
                        k->product(&q);
                    }
            assert_same_array(&whole, &cut);
            array_free(&a), array_free(&b), array_free(&bias);
            array_free(&whole), array_free(&cut);
        }
}

static void a_product_is_near_the_exact_sum(void **state)
{
    (void)state;
    EACH_PRECISION(precision)
        EACH_CPU(cpu) {
            const gr_kernels *k = gr_kernels_find(cpu, precision);
            const size_t depth = 300;
            array a = array_between(k, depth, -1, 1), b = array_between(k, depth, -1, 1);
            array c = array_new(k, 1);
            gr_product p = {1, 1, depth, a.data, depth, 1, b.data, 1, NULL, c.data, 1, 0};
            k->product(&p);
            long double sum = 0;
            for (size_t l = 0; l < depth; l++)
                sum += (long double)get(&a, l) * (long double)get(&b, l);
            assert_near((double)sum, get(&c, 0), roundings(k, (double)depth));
            array_free(&a), array_free(&b), array_free(&c);
        }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(small_products_are_their_chains),
        cmocka_unit_test(long_products_are_their_chains),
        cmocka_unit_test(cuts_change_no_bit),
        cmocka_unit_test(a_product_is_near_the_exact_sum),
    };
    return gr_run_tests(tests, sizeof tests / sizeof tests[0]);
}
