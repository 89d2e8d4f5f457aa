/* tests/unit/test_narrow.c - few outputs: the same chains, with rows in the lanes; backward,
 * with inputs in them.
 *
 * SPDX-License-Identifier: MIT
 */
#include <stdbool.h>

#include "kernel_check.h"

/* Rows stand anywhere: here the last one first, `gap` elements apart. */
typedef struct operands {
    gr_narrow p;
    array x, w, bias, z;
    const void **row;
} operands;

static operands operands_new(const gr_kernels *k, size_t rows, size_t outputs, size_t depth,
                             int odd)
{
    const size_t gap = whole_between(0, 3), panels = (depth + k->width - 1) / k->width;
    const size_t x = rows * (depth + gap), w = panels * outputs * k->width;
    operands o = {.p = {.rows = rows, .outputs = outputs, .depth = depth,
                        .z_stride = outputs + gap}};
    o.x = odd ? array_odd(k, x) : array_between(k, x, -1, 1);
    o.w = odd ? lines_odd(k, w) : lines_between(k, w, -1, 1);
    o.bias = odd ? lines_odd(k, outputs) : lines_between(k, outputs, -1, 1);
    o.z = array_between(k, rows * o.p.z_stride, -1, 1);
    o.row = calloc(rows + 1, sizeof *o.row);
    assert_non_null(o.row);
    for (size_t i = 0; i < rows; i++)
        o.row[i] = element(&o.x, (rows - 1 - i) * (depth + gap));
    o.p.x = o.row;
    o.p.w = o.w.data;
    o.p.bias = whole_between(0, 2) > 0 ? o.bias.data : NULL;
    return o;
}

static void operands_free(operands *o)
{
    array_free(&o->x), array_free(&o->w), array_free(&o->bias), array_free(&o->z);
    free(o->row);
}

/* The contract, element by element. */
#define NAIVE(real, fused)                                                                 \
    static void naive_##real(const gr_narrow *p, size_t width, real *z)                    \
    {                                                                                      \
        const real *w = p->w, *bias = p->bias;                                             \
        for (size_t i = 0; i < p->rows; i++)                                               \
            for (size_t j = 0; j < p->outputs; j++) {                                      \
                const real *x = p->x[i];                                                   \
                real sum = bias != NULL ? bias[j] : 0;                                     \
                for (size_t k = 0; k < p->depth; k++)                                      \
                    sum = fused(w[(k / width * p->outputs + j) * width + k % width], x[k], \
                                sum);                                                      \
                z[i * p->z_stride + j] = sum;                                              \
            }                                                                              \
    }
NAIVE(float, fmaf)
NAIVE(double, fma)

static void check(gradus_precision precision, operands *o)
{
    array expected = array_copy(&o->z);
    const size_t width = gr_kernels_find(GR_CPU_REF, precision)->width;
    if (precision == GRADUS_FLOAT32)
        naive_float(&o->p, width, (float *)(void *)expected.data);
    else
        naive_double(&o->p, width, (double *)(void *)expected.data);
    EACH_CPU(cpu) {
        array z = array_copy(&o->z);
        z.k = gr_kernels_find(cpu, precision);
        o->p.z = z.data;
        z.k->narrow(&o->p);
        assert_same_array(&expected, &z);
        array_free(&z);
    }
    array_free(&expected);
}

/* One row, some, and more than two groups of lanes; depths about the lanes and beyond. */
static void every_shape_is_its_chains(void **state)
{
    (void)state;
    static const size_t depths[] = {0, 1, 2, 3, 4, 7, 8, 9, 15, 16, 17, 31, 40, 64, 100};
    EACH_PRECISION(precision)
        for (size_t rows = 0; rows <= 70; rows++)
            for (size_t outputs = 1; outputs <= GR_NARROW; outputs++)
                for (size_t d = 0; d < sizeof depths / sizeof *depths; d++) {
                    operands o = operands_new(gr_kernels_find(GR_CPU_REF, precision), rows,
                                              outputs, depths[d], whole_between(0, 1) == 0);
                    check(precision, &o);
                    operands_free(&o);
                }
}

/* A chain starts at the bias, not at 0: a bias of -0 stays one. */
static void a_bias_of_minus_zero_is_kept(void **state)
{
    (void)state;
    static const size_t rows[] = {1, 5, 40};
    EACH_PRECISION(precision)
        for (size_t r = 0; r < sizeof rows / sizeof *rows; r++) {
            operands o = operands_new(gr_kernels_find(GR_CPU_REF, precision), rows[r], 2, 0, 0);
            set(&o.bias, 0, -0.0), set(&o.bias, 1, -0.0);
            o.p.bias = o.bias.data;
            check(precision, &o);
            operands_free(&o);
        }
}

/* ---- gradients ---- */

typedef struct gradient_shape {
    size_t rows, outputs, panels;
    bool odd, masked;
} gradient_shape;

static size_t weight_index(const gr_kernels *k, const gradient_shape *s, size_t j, size_t o)
{
    return (j / k->width * s->outputs + o) * k->width + j % k->width;
}

/* The contract: dx(i, j) and dw(j, o); dz backwards. */
static void gradients_expected(const gr_kernels *k, const gradient_shape *s, const array *dz,
                               const array *x, const array *w, array *dx, array *dw)
{
    for (size_t j = 0; j < s->panels * k->width; j++) {
        for (size_t i = 0; i < s->rows; i++) {
            double sum = 0;
            for (size_t o = 0; o < s->outputs; o++)
                sum = fused(k, get_at(dz, s->rows - 1 - i, o),
                            get(w, weight_index(k, s, j, o)), sum);
            const double a = get_at(x, i, j), slope = a > 0 ? 1 : a <= 0 ? 0 : a;
            set_at(dx, i, j, s->masked ? rounded(k, sum * slope) : sum);
        }
        for (size_t o = 0; o < s->outputs; o++) {
            double sum = 0;
            for (size_t i = 0; i < s->rows; i++)
                sum = fused(k, get_at(dz, s->rows - 1 - i, o), get_at(x, i, j), sum);
            set(dw, weight_index(k, s, j, o), sum);
        }
    }
}

/* Either gradient by itself, and both at once. */
static void check_gradients(gradus_precision precision, const gradient_shape *s)
{
    const gr_kernels *ref = gr_kernels_find(GR_CPU_REF, precision);
    const size_t columns = s->panels * ref->width;
    array dz = matrix_odd(ref, s->rows, s->outputs), x = matrix_odd(ref, s->rows, columns);
    array w = lines_odd(ref, columns * s->outputs), dw = array_copy(&w), dx = array_copy(&x);
    const void **row = calloc(s->rows + 1, sizeof *row);
    assert_non_null(row);
    if (!s->odd)
        fill_between(dz, -1, 1), fill_between(w, -1, 1), fill_between(x, -1, 1);
    for (size_t i = 0; i < s->rows * columns && s->masked; i++) /* outputs of a relu */
        if (get_at(&x, i / columns, i % columns) <= 0)
            set_at(&x, i / columns, i % columns, 0);
    for (size_t i = 0; i < s->rows; i++)
        row[i] = element(&dz, (s->rows - 1 - i) * dz.stride);
    gradients_expected(ref, s, &dz, &x, &w, &dx, &dw);
    EACH_CPU(cpu)
        for (int asked = 1; asked <= 3; asked++) {
            const gr_kernels *k = gr_kernels_find(cpu, precision);
            array got_dx = matrix_odd(k, s->rows, columns), got_dw = lines_odd(k, w.count);
            array same_dx = array_copy(&got_dx), same_dw = array_copy(&got_dw);
            const gr_narrow_gradient p = {
                .rows = s->rows, .outputs = s->outputs, .panels = s->panels, .dz = row,
                .x = x.data, .stride = x.stride, .masked = s->masked, .w = w.data,
                .dx = asked & 1 ? got_dx.data : NULL, .dw = asked & 2 ? got_dw.data : NULL};
            k->narrow_gradient(&p);
            assert_same_array(asked & 1 ? &dx : &same_dx, &got_dx);
            assert_same_array(asked & 2 ? &dw : &same_dw, &got_dw);
            array_free(&got_dx), array_free(&got_dw);
            array_free(&same_dx), array_free(&same_dw);
        }
    array_free(&dz), array_free(&x), array_free(&w), array_free(&dx), array_free(&dw);
    free(row);
}

/* Panels about those that are worked at once. */
static void every_gradient_is_its_chains(void **state)
{
    (void)state;
    static const size_t rows[] = {0, 1, 2, 3, 10, 33};
    EACH_PRECISION(precision)
        for (size_t r = 0; r < sizeof rows / sizeof *rows; r++)
            for (size_t outputs = 1; outputs <= GR_NARROW; outputs++)
                for (size_t panels = 1; panels <= 9; panels++)
                    for (int kind = 0; kind < 4; kind++)
                        check_gradients(precision,
                                        &(gradient_shape){rows[r], outputs, panels,
                                                          kind & 1, kind >> 1});
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_shape_is_its_chains),
        cmocka_unit_test(a_bias_of_minus_zero_is_kept),
        cmocka_unit_test(every_gradient_is_its_chains),
    };
    return gr_run_tests(tests, sizeof tests / sizeof tests[0]);
}
