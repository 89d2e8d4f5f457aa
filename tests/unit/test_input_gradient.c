/* tests/unit/test_input_gradient.c - BP2 by a weight as it stands: the chains of the product
 * with its transpose.
 *
 * SPDX-License-Identifier: MIT
 */
#include "kernel_check.h"

typedef struct shape {
    size_t rows, inputs, outputs;
    int odd, masked;
} shape;

/* Element (i, j) by the contract. */
static double expected_at(const gr_kernels *k, const array *dz, const array *w,
                          const array *mask, const shape *s, size_t i, size_t j)
{
    double sum = 0;
    for (size_t o = 0; o < s->outputs; o++)
        sum = fused(k, get_at(dz, s->rows - 1 - i, o),
                    get(w, (o / k->width * s->inputs + j) * k->width + o % k->width), sum);
    if (!s->masked)
        return sum;
    const double m = get_at(mask, i, j);
    return rounded(k, sum * (m > 0 ? 1 : m));
}

/* Rows of dz backwards. What stands beyond its columns, and in w beyond the outputs, decides
 * nothing. */
static void check(gradus_precision precision, const shape *s)
{
    const gr_kernels *ref = gr_kernels_find(GR_CPU_REF, precision);
    const size_t panels = (s->outputs + ref->width - 1) / ref->width;
    array dz = matrix_odd(ref, s->rows, s->outputs);
    array w = lines_odd(ref, panels * s->inputs * ref->width);
    array dx = matrix_odd(ref, s->rows, s->inputs), mask = array_copy(&dx);
    const void **row = calloc(s->rows + 1, sizeof *row);
    assert_non_null(row);
    if (!s->odd)
        fill_between(dz, -1, 1), fill_between(w, -1, 1);
    for (size_t i = 0; i < mask.rows; i++)
        for (size_t j = 0; j < mask.columns; j++)
            set_at(&mask, i, j, s->odd && uniform() < 0.1 ? NAN : fmax(0, between(-1, 1)));
    clear_beyond(&mask);
    for (size_t i = 0; i < s->rows; i++)
        row[i] = element(&dz, (s->rows - 1 - i) * dz.stride);
    for (size_t i = 0; i < s->rows; i++)
        for (size_t j = 0; j < s->inputs; j++)
            set_at(&dx, i, j, expected_at(ref, &dz, &w, &mask, s, i, j));
    EACH_CPU(cpu) {
        const gr_kernels *k = gr_kernels_find(cpu, precision);
        array got = matrix_odd(k, s->rows, s->inputs), before = array_copy(&got);
        array room = lines_odd(k, k->input_gradient_room(s->outputs) / k->size);
        const gr_input_gradient p = {
            .rows = s->rows, .inputs = s->inputs, .outputs = s->outputs, .dz = row,
            .w = w.data, .dx = got.data, .stride = got.stride,
            .mask = s->masked ? mask.data : NULL, .room = room.data};
        k->input_gradient(&p);
        assert_same_array(&dx, &got);
        for (size_t i = 0; i < got.rows; i++)
            for (size_t j = s->inputs; j < got.stride; j++) { /* whole lines, no more */
                const double kept = get_at(&before, i, j), x = get_at(&got, i, j);
                const size_t end = (s->inputs + k->width - 1) / k->width * k->width;
                assert_true(j < end ? x == 0 : x == kept || (isnan(x) && isnan(kept)));
            }
        array_free(&got), array_free(&room), array_free(&before);
    }
    array_free(&dz), array_free(&dx), array_free(&w), array_free(&mask);
    free(row);
}

/* Groups of rows that are full or not, about tiles and chunks of inputs, about panels. */
static void every_shape_is_its_chains(void **state)
{
    (void)state;
    static const size_t rows[] = {1, 2, 7, 8, 16, 17, 31, 33, 63, 64, 65, 130};
    static const size_t inputs[] = {16, 17, 20, 21, 39, 40,  41, 42,
                                    79, 80, 81, 82, 85, 128, 163};
    static const size_t outputs[] = {1, 3, 8, 15, 16, 17, 40, 70};
    EACH_PRECISION(precision)
        for (size_t i = 0; i < sizeof inputs / sizeof *inputs; i++)
            for (size_t r = 0; r < sizeof rows / sizeof *rows; r++) {
                const size_t o = (i + r) % (sizeof outputs / sizeof *outputs);
                for (int kind = 0; kind < 4; kind++)
                    check(precision, &(shape){rows[r], inputs[i], outputs[o], kind & 1,
                                              kind >> 1});
            }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_shape_is_its_chains),
    };
    return gr_run_tests(tests, sizeof tests / sizeof tests[0]);
}
