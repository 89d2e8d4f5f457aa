/*
 * train/metric_rank.c - metrics that rank rows: area under the ROC curve, best F1
 *
 * The rows of a class and the others are sorted apart and then merged, so that ranks are
 * exact counts and equal predictions need no rule.
 *
 * SPDX-License-Identifier: MIT
 */
#include <math.h>
#include <string.h>

#include "train/metric.h"

/* Unsigned integers in the order of the doubles: a negative number's bits are turned
 * over, a positive one's sign bit is set. */
static uint64_t key_of(double x)
{
    uint64_t bits;

    memcpy(&bits, &x, sizeof bits);
    return bits >> 63 ? ~bits : bits | (uint64_t)1 << 63;
}

/* Ascending, byte by byte from the lowest. A byte that all keys share is passed over:
 * of numbers that were floats that is at least three of eight. */
static void sort(double *x, size_t count, double *spare)
{
    size_t place[8][256] = {{0}};
    double *from = x, *to = spare;

    for (size_t i = 0; i < count; i++)
        for (size_t byte = 0; byte < 8; byte++)
            place[byte][key_of(x[i]) >> (8 * byte) & 255]++;

    for (size_t byte = 0; byte < 8; byte++) {
        size_t *next = place[byte];
        if (count == 0 || next[key_of(x[0]) >> (8 * byte) & 255] == count)
            continue;
        for (size_t digit = 0, before = 0; digit < 256; digit++) {
            size_t here = next[digit];
            next[digit] = before;
            before += here;
        }
        for (size_t i = 0; i < count; i++)
            to[next[key_of(from[i]) >> (8 * byte) & 255]++] = from[i];
        double *swap = from;
        from = to;
        to = swap;
    }
    if (from != x)
        memcpy(x, from, count * sizeof *x);
}

typedef struct ranking {
    const double *others, *own; /* sorted probabilities of the class */
    size_t other_count, own_count;
} ranking;

/* Probabilities of class k, of rows of other classes and of its own, sorted apart. */
static ranking rank_class(const gr_metric_input *in, size_t k, double *scratch)
{
    size_t front = 0, back = in->rows;
    size_t output = in->outputs == 1 ? 0 : k; /* a single output is the second class */

    for (size_t i = 0; i < in->rows; i++) {
        double p = in->prediction[i * in->stride + output];
        if (in->label[i] == k)
            scratch[--back] = p;
        else
            scratch[front++] = p;
    }
    sort(scratch, front, scratch + in->rows);
    sort(scratch + front, in->rows - front, scratch + in->rows);
    return (ranking){scratch, scratch + front, front, in->rows - front};
}

/* sum over own rows (others below + half the others equal) / (own * others) */
static double area(const ranking *rank)
{
    uint64_t twice = 0;
    size_t below = 0, upto = 0;

    for (size_t i = 0; i < rank->own_count; i++) {
        double p = rank->own[i];
        while (below < rank->other_count && rank->others[below] < p)
            below++;
        while (upto < rank->other_count && rank->others[upto] <= p)
            upto++;
        twice += below + upto;
    }
    return (double)twice / (2 * (double)rank->own_count * (double)rank->other_count);
}

double gr_auc(const gr_metric_input *in, double *scratch)
{
    if (in->outputs <= 2) {
        ranking rank = rank_class(in, 1, scratch);
        return rank.own_count == 0 || rank.other_count == 0 ? NAN : area(&rank);
    }
    double sum = 0;
    size_t classes = 0;
    for (size_t k = 0; k < in->outputs; k++) {
        ranking rank = rank_class(in, k, scratch);
        if (rank.own_count == 0 || rank.other_count == 0)
            continue;
        sum += area(&rank);
        classes++;
    }
    return classes == 0 ? NAN : sum / (double)classes;
}

void gr_best_f1(const gr_metric_input *in, double *scratch, double *threshold,
                double *f1)
{
    ranking rank = rank_class(in, 1, scratch);
    size_t own = 0, others = 0; /* with p >= t, from the largest t down */

    *threshold = *f1 = NAN;
    while (own < rank.own_count) {
        double t = rank.own[rank.own_count - 1 - own];
        while (own < rank.own_count && rank.own[rank.own_count - 1 - own] >= t)
            own++;
        while (others < rank.other_count
               && rank.others[rank.other_count - 1 - others] >= t)
            others++;
        /* TP = own, FP = others, FN = own_count - own */
        double score = 2 * (double)own / (double)(rank.own_count + own + others);
        if (!(score <= *f1)) {
            *f1 = score;
            *threshold = t;
        }
    }
}
