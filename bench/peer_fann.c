/*
 * bench/peer_fann.c - FANN, as one of the tools of `make bench-peers`
 *
 * FANN has neither relu nor softmax: the piecewise linear activation and the sigmoid, its
 * cheapest ones, stand in for them. It is trained by batches or row by row, whichever is
 * faster. Batches are views of shuffled rows, so that no row is copied.
 *
 * SPDX-License-Identifier: MIT
 */
#include <floatfann.h>
#include <stdlib.h>
#include <string.h>

#include "peer.h"

static const peer_case *at;
static struct fann *net;
static struct fann_train_data view; /* of the rows of a step */
static float **input, **output;     /* of all rows, in the order of this epoch */
static uint32_t *order;
static size_t next;

static const char *about(void)
{
    return "FANN 2.2.0";
}

/* ---- what the driver asks for ---- */

static void reorder(void)
{
    peer_shuffle(order, at->rows);
    for (size_t i = 0; i < at->rows; i++) {
        input[i] = at->x + order[i] * at->width[0];
        output[i] = at->y + order[i] * at->width[at->layers];
    }
    next = 0;
}

static size_t train_rows(void)
{
    return at->batch;
}

static void train(size_t steps)
{
    for (size_t i = 0; i < steps; i++, next += at->batch) {
        if (next == at->rows)
            reorder();
        view.input = input + next;
        view.output = output + next;
        fann_train_epoch(net, &view);
    }
}

/* Not all of them, which would take minutes in the largest case. */
static size_t infer_rows(void)
{
    return at->batch > 64 ? at->batch : 64;
}

static void infer(size_t passes)
{
    static volatile float kept;

    for (size_t pass = 0; pass < passes; pass++)
        for (size_t i = 0; i < infer_rows(); i++)
            kept = *fann_run(net, at->x + i * at->width[0]);
    (void)kept;
}

/* ---- a case ---- */

static enum fann_activationfunc_enum activation(const char *name)
{
    return strcmp(name, "relu") == 0 ? FANN_LINEAR_PIECE
         : strcmp(name, "none") == 0 ? FANN_LINEAR
                                     : FANN_SIGMOID;
}

static double time_steps(enum fann_train_enum kind)
{
    size_t steps = 0;
    double from;

    fann_set_training_algorithm(net, kind);
    train(1);
    from = peer_clock();
    do
        train(1);
    while (++steps < 1000 && peer_clock() - from < 0.1);
    return (peer_clock() - from) / (double)steps;
}

static void close(void)
{
    if (net)
        fann_destroy(net);
    free(input);
    free(output);
    free(order);
}

static const char *open(const peer_case *opened, size_t threads, double rate)
{
    unsigned width[PEER_WIDTHS];

    if (threads > 1)
        return "FANN runs on one thread";
    close();
    at = opened;
    for (size_t i = 0; i <= at->layers; i++)
        width[i] = (unsigned)at->width[i];
    net = fann_create_standard_array((unsigned)at->layers + 1, width);
    if (!net)
        return "FANN cannot make this network";
    fann_set_activation_function_hidden(net, activation(at->hidden));
    fann_set_activation_function_output(net, activation(at->last));
    fann_set_train_error_function(net, FANN_ERRORFUNC_LINEAR);
    fann_set_learning_rate(net, (float)rate);
    view = (struct fann_train_data){.num_data = (unsigned)at->batch, .num_input = width[0],
                                    .num_output = width[at->layers]};
    input = peer_allocate(at->rows * sizeof *input);
    output = peer_allocate(at->rows * sizeof *output);
    order = peer_allocate(at->rows * sizeof *order);
    for (size_t i = 0; i < at->rows; i++)
        order[i] = (uint32_t)i;
    reorder();
    if (time_steps(FANN_TRAIN_INCREMENTAL) < time_steps(FANN_TRAIN_BATCH))
        fann_set_training_algorithm(net, FANN_TRAIN_INCREMENTAL);
    return NULL;
}

int main(int count, char **arguments)
{
    return peer_main(count, arguments, &(peer_tool){about, open, train_rows, train, infer_rows,
                                                    infer, NULL});
}
