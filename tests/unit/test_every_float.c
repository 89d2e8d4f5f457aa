/* tests/unit/test_every_float.c - activations and logarithms of all 2^32 floats.
 *
 * A block of floats has one sign and exponent. Near zero the reference is the beginning of
 * the Taylor series, far from it the limit, and in between the C library in double. With
 * GRADUS_SLOW in the environment the largest errors are printed.
 *
 * SPDX-License-Identifier: MIT
 */
#include "kernel_check.h"
#include "ulp.h"

#define NAME(name) name##_double
#define C(name) name
typedef double wide;
#include "exact.inc"

enum {
    ELEMENTWISE = GR_ACTIVATION_SOFTMAX, /* softmax, the last one, acts on rows */
    BLOCK = 4096,
    BLOCKS = 1 << 20
};

static const struct activation {
    const char *name;
    double alpha;
} activations[] = {
#define ACTIVATION(id, name, alpha, ...) {name, (double)(float)alpha},
#include "kernels/activations.def"
#undef ACTIVATION
};

#define SCALE 1.0507009873554805
#define SELU 1.7580993408473769 /* times its alpha */
#define BELL 0.3989422804014327 /* 1 / sqrt(2 pi) */
#define LEAK ((double)0.01f)

/* The error in ulp, and c[0] + c[1] z + c[2] z^2 for z < 0 and for z > 0. */
static const struct piece {
    double bound, near[2][3], far[2][3];
} pieces[ELEMENTWISE] = {
    [GR_ACTIVATION_IDENTITY] = {0, {{0, 1}, {0, 1}}, {{0, 1}, {0, 1}}},
    [GR_ACTIVATION_SIGMOID] = {2.5, {{0.5, 0.25}, {0.5, 0.25}}, {{0}, {1}}},
    [GR_ACTIVATION_TANH] = {2, {{0, 1}, {0, 1}}, {{-1}, {1}}},
    [GR_ACTIVATION_RELU] = {0, {{0}, {0, 1}}, {{0}, {0, 1}}},
    [GR_ACTIVATION_LEAKY_RELU] = {0.5, {{0, LEAK}, {0, 1}}, {{0, LEAK}, {0, 1}}},
    [GR_ACTIVATION_ELU] = {1.2, {{0, 1, 0.5}, {0, 1}}, {{-1}, {0, 1}}},
    [GR_ACTIVATION_GELU] = {2.5, {{0, 0.5, BELL}, {0, 0.5, BELL}}, {{0}, {0, 1}}},
    [GR_ACTIVATION_GELU_TANH] = {2.5, {{0, 0.5, BELL}, {0, 0.5, BELL}}, {{0}, {0, 1}}},
    [GR_ACTIVATION_SELU] = {2, {{0, SELU, SELU / 2}, {0, SCALE}}, {{-SELU}, {0, SCALE}}},
    [GR_ACTIVATION_SILU] = {2, {{0, 0.5, 0.25}, {0, 0.5, 0.25}}, {{0}, {0, 1}}},
    [GR_ACTIVATION_MISH] = {2.9, {{0, 0.6, 0.32}, {0, 0.6, 0.32}}, {{0}, {0, 1}}},
    [GR_ACTIVATION_SOFTPLUS] = {2, {{0.6931471805599453, 0.5}, {0.6931471805599453, 0.5}},
                                {{0}, {0, 1}}},
    [GR_ACTIVATION_EXP] = {1.1, {{1, 1, 0.5}, {1, 1, 0.5}}, {{0}, {INFINITY}}},
    [GR_ACTIVATION_HEAVISIDE] = {0, {{0}, {1}}, {{0}, {1}}},
};

static _Alignas(GR_LINE) float z[BLOCK], a[BLOCK];
static double exact[BLOCK], error[BLOCK];
static float nearest[BLOCK]; /* to exact */

static void fill_exact(size_t id)
{
    const float size = fabsf(z[0]);
    if (size >= 0x1p-26F && size < 128) {
        for (size_t i = 0; i < BLOCK; i++)
            exact[i] = exact_double(id, activations[id].alpha, (double)z[i]);
        return;
    }
    const int right = !signbit(z[0]);
    const double *c = size < 128 ? pieces[id].near[right] : pieces[id].far[right];
    for (size_t i = 0; i < BLOCK; i++)
        exact[i] = c[0] + (c[1] + c[2] * (double)z[i]) * (double)z[i];
    if (z[0] == 0) /* is on the left side */
        exact[0] = exact_double(id, activations[id].alpha, 0);
}

/* What rounds to infinity counts as 2^128. */
static double ended(double x)
{
    x = x > 0x1p128 ? 0x1p128 : x;
    return x < -0x1p128 ? -0x1p128 : x;
}

static double from_bits(uint64_t bits)
{
    double x;
    memcpy(&x, &bits, sizeof x);
    return x;
}

static uint64_t to_bits(double x)
{
    uint64_t bits;
    memcpy(&bits, &x, sizeof bits);
    return bits;
}

/* Errors in ulp, as ulp.h has them but in loops that vectorise; the place of the largest. */
static size_t measure(void)
{
    for (size_t i = 0; i < BLOCK; i++) {
        const double e = ended(exact[i]), off = fabs(ended((double)a[i]) - e);
        double power = from_bits(to_bits(e) & UINT64_C(0x7ff0000000000000));
        power = power < 0x1p-126 ? 0x1p-126 : power > 0x1p127 ? 0x1p127 : power;
        /* times 2^23 / power, by exponents: 2069 = 2 * 1023 + 23 */
        const double ulps = off * from_bits((UINT64_C(2069) << 52) - to_bits(power));
        error[i] = ulps == ulps ? ulps : INFINITY;
    }
    size_t worst = 0;
    for (size_t i = 1; i < BLOCK; i++)
        worst = error[i] > error[worst] ? i : worst;
    return worst;
}

/* Most blocks are far from anything that is hard: at most half an ulp, without measuring. */
static int all_nearest(void)
{
    for (size_t i = 0; i < BLOCK; i++)
        nearest[i] = (float)exact[i];
    return memcmp(nearest, a, sizeof a) == 0;
}

static void forward(size_t id)
{
    const gr_kernels *k = gr_kernels_find(gr_cpu_best(), GRADUS_FLOAT32);
    k->activate[id].forward(BLOCK / 16, 16, activations[id].alpha, z, a);
}

static void fill_block(uint32_t block)
{
    for (uint32_t i = 0; i < BLOCK; i++) {
        const uint32_t bits = block * BLOCK + i;
        memcpy(&z[i], &bits, sizeof bits);
    }
}

static void errors_stay_within_their_bounds(void **state)
{
    (void)state;
    double largest[ELEMENTWISE] = {0}, where[ELEMENTWISE] = {0};
    for (uint32_t block = 0; block < BLOCKS; block++) {
        fill_block(block);
        if (!isfinite(z[0]))
            continue;
        for (size_t id = 0; id < ELEMENTWISE; id++) {
            forward(id);
            fill_exact(id);
            if (all_nearest())
                continue;
            const size_t i = measure();
            if (error[i] > largest[id]) {
                largest[id] = error[i];
                where[id] = (double)z[i];
            }
        }
    }
    for (size_t id = 0; id < ELEMENTWISE; id++) {
        if (getenv("GRADUS_SLOW"))
            fprintf(stderr, "%-10s %.3f ulp at %a\n", activations[id].name, largest[id],
                    where[id]);
        if (!(largest[id] <= pieces[id].bound))
            fail_msg("%s(%a) is %.3f ulp off, more than %g", activations[id].name,
                     where[id], largest[id], pieces[id].bound);
    }
}

/* The blocks whose exponent is the last: one infinity of each sign, else NaN. */
static void every_nan_gives_nan(void **state)
{
    (void)state;
    for (uint32_t block = 0; block < BLOCKS; block++) {
        fill_block(block);
        if (isfinite(z[0]))
            continue;
        for (size_t id = 0; id < ELEMENTWISE; id++) {
            forward(id);
            for (size_t i = 0; i < BLOCK; i++)
                if (isnan(z[i]) && !isnan(a[i]))
                    fail_msg("%s of NaN is %a", activations[id].name, (double)a[i]);
        }
    }
}

/* The single-precision logarithms are only seen through losses: with target 1 the plain
 * cross-entropy of p is -log p, with target 0 the binary one is -log(1 - p). */
static void logarithms_stay_within_their_bounds(void **state)
{
    (void)state;
    const gr_kernels *k = gr_kernels_find(gr_cpu_best(), GRADUS_FLOAT32);
    enum { CHUNK = 512, STRIDE = GR_LINE / sizeof(float) }; /* of a matrix of one column */
    static _Alignas(GR_LINE) float p[CHUNK * STRIDE], gradient[CHUNK * STRIDE];
    static float target[CHUNK];
    static double value[CHUNK];
    for (int which = 0; which < 2; which++) {
        const gr_lose *loss = &k->lose[which ? GR_LOSS_BINARY_CROSS_ENTROPY
                                             : GR_LOSS_CROSS_ENTROPY];
        double worst = 0, where = 0;
        for (size_t i = 0; i < CHUNK; i++)
            target[i] = which ? 0 : 1;
        for (uint64_t bits = 0; bits < UINT64_C(1) << 32; bits += CHUNK) {
            for (size_t i = 0; i < CHUNK; i++) {
                const uint32_t low = (uint32_t)(bits + i);
                memcpy(&p[i * STRIDE], &low, sizeof low);
            }
            if (p[0] > 1 ? which : p[0] < 0 && !which)
                continue; /* outside of the domain */
            loss->plain(CHUNK, 1, 0, p, target, value, gradient);
            for (size_t i = 0; i < CHUNK; i++) {
                const double x = (double)p[i * STRIDE];
                const double right = which ? -log1p(-x) : -log(x);
                if ((float)value[i] == (float)right)
                    continue;
                const double ulps = ulp_float((long double)right, value[i]);
                where = ulps > worst ? x : where;
                worst = ulps > worst ? ulps : worst;
            }
        }
        if (getenv("GRADUS_SLOW"))
            fprintf(stderr, "%s float %.3f ulp at %a\n", which ? "log1p" : "log", worst,
                    where);
        if (!(worst <= (which ? 2 : 1)))
            fail_msg("%s(%a) is %.3f ulp off", which ? "log1p" : "log", where, worst);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(errors_stay_within_their_bounds),
        cmocka_unit_test(every_nan_gives_nan),
        cmocka_unit_test(logarithms_stay_within_their_bounds),
    };
    return gr_run_tests(tests, sizeof tests / sizeof tests[0]);
}
