/*
 * tests/unit/regions_nets.h - nets whose regions are counted, and another way to count them
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef GR_TESTS_REGIONS_NETS_H
#define GR_TESTS_REGIONS_NETS_H

#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/random.h"
#include "gradus.h"

enum { MOST_UNITS = 64, MOST_WEIGHTS = 1024, MOST_PATTERNS = 4096 };

static inline double draw(uint64_t seed, uint32_t row, uint32_t i)
{
    return 2 * gr_random_uniform((gr_key){seed, GR_PURPOSE_SPLIT, 9}, row, i) - 1;
}

static inline gradus_net *new_net(const char *text, size_t inputs, size_t outputs,
                                  uint64_t seed)
{
    gradus_net *net;
    assert_int_equal(gradus_net_new(NULL, text, inputs, outputs, GRADUS_FLOAT64, seed, &net),
                     GRADUS_OK);
    return net;
}

/* Biases, and whatever has rank 1, become numbers from -size to size. */
static inline void draw_biases(gradus_net *net, uint64_t seed, double size)
{
    for (size_t i = 0; i < gradus_net_tensors(net); i++) {
        gradus_tensor tensor;
        double values[MOST_WEIGHTS];
        gradus_net_tensor(net, i, &tensor);
        if (tensor.rank != 1)
            continue;
        for (size_t j = 0; j < tensor.columns; j++)
            values[j] = size * draw(seed, (uint32_t)i, (uint32_t)j) +
                        (strstr(tensor.name, "variance") ? 1.5 * size : 0);
        gradus_net_set(net, i, values);
    }
}

static inline gradus_regions *count_on(const gradus_net *net, size_t variables, double least,
                                       double most)
{
    const gradus_slice slice = {.variables = variables, .min = {least, least},
                                .max = {most, most}};
    gradus_regions *regions;
    if (gradus_regions_new(net, &slice, NULL, &regions) != GRADUS_OK)
        fail_msg("%s", gradus_error());
    return regions;
}

static inline gradus_regions_about count(const gradus_net *net, size_t variables, double least,
                                         double most)
{
    gradus_regions *regions = count_on(net, variables, least, most);
    gradus_regions_about about;
    gradus_regions_describe(regions, &about);
    gradus_regions_free(regions);
    return about;
}

/* ---- another way: from region to region, by patterns, in long double ---- */

/* A plain net with two inputs: dense layers with relu behind all but the last. */
typedef struct plain_net {
    size_t layers, units, width[8];
    double weight[8][MOST_WEIGHTS], bias[8][MOST_UNITS];
} plain_net;

static inline void read_plain(const gradus_net *net, plain_net *to)
{
    *to = (plain_net){0};
    for (size_t i = 0; i + 1 < gradus_net_tensors(net); i += 2) {
        gradus_tensor tensor;
        gradus_net_tensor(net, i, &tensor);
        to->width[to->layers] = tensor.rows;
        gradus_net_get(net, i, to->weight[to->layers]);
        gradus_net_get(net, i + 1, to->bias[to->layers++]);
    }
    to->layers--; /* the output's is none that bends */
    for (size_t l = 0; l < to->layers; l++)
        to->units += to->width[l];
}

/* z of all units at a point, and, where `map` is given, the lines they are there. */
static inline void pass_plain(const plain_net *net, const long double x[2], long double *z,
                              long double (*map)[3])
{
    long double a[MOST_UNITS][3] = {{1, 0, 0}, {0, 1, 0}}, next[MOST_UNITS][3];
    size_t inputs = 2, first = 0;
    for (size_t l = 0; l < net->layers; l++) {
        for (size_t j = 0; j < net->width[l]; j++) {
            for (size_t k = 0; k < 3; k++) {
                next[j][k] = k == 2 ? net->bias[l][j] : 0;
                for (size_t i = 0; i < inputs; i++)
                    next[j][k] += net->weight[l][j * inputs + i] * a[i][k];
            }
            z[first + j] = next[j][0] * x[0] + next[j][1] * x[1] + next[j][2];
            if (map != NULL)
                memcpy(map[first + j], next[j], sizeof *map);
        }
        for (size_t j = 0; j < net->width[l]; j++)
            for (size_t k = 0; k < 3; k++)
                a[j][k] = z[first + j] > 0 ? next[j][k] : 0;
        inputs = net->width[l];
        first += inputs;
    }
}

typedef struct pattern_list {
    size_t count;
    uint64_t pattern[MOST_PATTERNS];
    long double inside[MOST_PATTERNS][2];
} pattern_list;

static inline uint64_t pattern_at(const plain_net *net, const long double x[2])
{
    long double z[MOST_UNITS];
    uint64_t pattern = 0;
    pass_plain(net, x, z, NULL);
    for (size_t i = 0; i < net->units; i++)
        pattern |= (uint64_t)(z[i] > 0) << i;
    return pattern;
}

static inline void add_pattern(const plain_net *net, const long double x[2],
                               pattern_list *list)
{
    const uint64_t pattern = pattern_at(net, x);
    for (size_t i = 0; i < list->count; i++)
        if (list->pattern[i] == pattern)
            return;
    assert_true(list->count < MOST_PATTERNS);
    list->pattern[list->count] = pattern;
    memcpy(list->inside[list->count++], x, 2 * sizeof *x);
}

/* The corners of the region around a point: of all pairs of lines those that no line cuts
 * off. Steps to both sides of each corner's lines find the regions around it. */
static inline void look_around(const plain_net *net, size_t region, long double box,
                               pattern_list *list)
{
    long double z[MOST_UNITS], map[MOST_UNITS + 4][3];
    size_t lines = net->units;
    pass_plain(net, list->inside[region], z, map);
    for (size_t i = 0; i < lines; i++)
        for (size_t k = 0; k < 3 && z[i] <= 0; k++)
            map[i][k] = -map[i][k];
    for (size_t i = 0; i < 4; i++, lines++) {
        map[lines][0] = i == 0 ? 1 : i == 1 ? -1 : 0;
        map[lines][1] = i == 2 ? 1 : i == 3 ? -1 : 0;
        map[lines][2] = box;
    }
    for (size_t a = 0; a < lines; a++)
        for (size_t b = a + 1; b < lines; b++) {
            const long double w = map[a][0] * map[b][1] - map[a][1] * map[b][0];
            const long double x = (map[a][1] * map[b][2] - map[a][2] * map[b][1]) / w;
            const long double y = (map[a][2] * map[b][0] - map[a][0] * map[b][2]) / w;
            bool inside = fabsl(w) > 1e-18L;
            for (size_t c = 0; inside && c < lines; c++)
                inside = c == a || c == b ||
                         map[c][0] * x + map[c][1] * y + map[c][2] > -1e-15L;
            for (int i = 0; inside && i < 64; i++) {
                const long double step = 1e-11L * (1 + (i & 1) * 50);
                const long double at[2] = {x + step * cosl(0.1L * (long double)i),
                                           y + step * sinl(0.1L * (long double)i)};
                if (fabsl(at[0]) < box && fabsl(at[1]) < box)
                    add_pattern(net, at, list);
            }
        }
}

/* Patterns on the box, from one in its middle on. */
static inline void find_patterns(const gradus_net *net, double box, pattern_list *list)
{
    static plain_net plain;
    const long double start[2] = {0.0123L, 0.0321L};
    read_plain(net, &plain);
    list->count = 0;
    add_pattern(&plain, start, list);
    for (size_t i = 0; i < list->count; i++)
        look_around(&plain, i, box, list);
}

/* ---- nets that are built ---- */

/*
 * On a line, n >= 3 units that make n + 1 pieces, on each of which the whole of [0, 1] is run
 * through: slopes 3, -3, 1, -2, 2, -2, ... from [0, T] on, the third unit facing left. Every
 * layer does so to what the layer before it makes.
 */
static inline gradus_net *zigzag_net(size_t n, size_t layers)
{
    char text[200] = "";
    double slope[17] = {3, -3, 1}, knot[17], jump[17], length = 2.0 / 3 + 1, end, shift;
    double w[17 * 17], b[17];
    for (size_t k = 3; k <= n; k++)
        slope[k] = k % 2 == 1 ? -2 : 2;
    for (size_t k = 0; k < n; k++) {
        knot[k] = k == 0 ? 1.0 / 3 : k == 1 ? 2.0 / 3 : k == 2 ? length : knot[k - 1] + 0.5;
        jump[k] = slope[k + 1] - slope[k];
    }
    end = knot[n - 1] + 0.5;
    shift = -jump[2] * knot[2];
    for (size_t l = 0; l < layers; l++)
        snprintf(text + strlen(text), 20, "dense %zu relu ", n);
    strcat(text, "output");
    gradus_net *net = new_net(text, 1, 1, 1);
    for (size_t l = 0; l <= layers; l++) {
        const size_t inputs = l == 0 ? 1 : n, units = l == layers ? 1 : n;
        for (size_t j = 0; j < units; j++) {
            const double face = l < layers && j == 2 ? -1 : 1;
            const double scale = l == layers ? 1 : end;
            for (size_t i = 0; i < inputs; i++)
                w[j * inputs + i] = face * scale * (l == 0 ? 1 : jump[i]);
            b[j] = face * ((l == 0 ? 0 : scale * shift) - (l == layers ? 0 : knot[j]));
        }
        gradus_net_set(net, 2 * l, w);
        gradus_net_set(net, 2 * l + 1, b);
    }
    return net;
}

#endif
