/*
 * cli/lab_depth.c - why a deep sigmoid network does not learn, and what helps
 *
 * The same table is learned by networks of 64 units a layer: sigmoid in 20 layers, each remedy
 * against vanishing gradients, and residual blocks in 152 layers. All by plain descent on
 * batches of 64 rows for as many epochs, at each of five learning rates, from three seeds;
 * the rate with the best mean counts. Rows 5, 10, 15, ... of the table are held out.
 *
 * SPDX-License-Identifier: MIT
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "lab.h"
#include "message.h"
#include "text.h"

enum { SEEDS = 3, EACH = 5, BATCH = 64, EXAMPLES = 240000, MOST_EPOCHS = 30, LOOKED_AT = 1024 };

static const double rates[] = {0.01, 0.03, 0.1, 0.3, 1};
enum { RATES = sizeof rates / sizeof *rates };

typedef struct dep_way {
    const char *name, *layers, *network;
} dep_way;

static const dep_way ways[] = {
    {"sigmoid", "20", "repeat 19 { dense 64 sigmoid }"},
    {"relu", "20", "repeat 19 { dense 64 start=he relu }"},
    {"tanh", "20", "repeat 19 { dense 64 start=xavier tanh }"},
    {"batchnorm", "20", "repeat 19 { dense 64 batchnorm sigmoid }"},
    {"residual", "20", "dense 64 sigmoid repeat 18 { residual { dense 64 sigmoid } }"},
    {"shallow", "3", "repeat 2 { dense 64 sigmoid }"},
    {"shallow-relu", "3", "repeat 2 { dense 64 relu }"},
    {"deep", "152", "dense 64 repeat 75 { residual { batchnorm relu dense 64 batchnorm relu "
                    "dense 64 start=zeros } } batchnorm relu"},
};
enum { WAYS = sizeof ways / sizeof *ways };

typedef struct dep_data {
    size_t inputs, classes;
    gradus_set train, valid;
    float *x;                   /* rows to train on, then those held out */
    uint32_t *label;
    double commonest;           /* share of the held-out rows of the commonest class */
    double error;               /* its standard error */
} dep_data;

typedef struct dep_result {
    double norm[3];             /* |dW| of the first, middle and last layer at the start */
    double rate, accuracy, deviation;
    size_t diverged;            /* runs of all rates */
} dep_result;

/* ---- data ---- */

static void split(dep_data *data, const gradus_set *set)
{
    const float *x = set->x;
    size_t count[2] = {0}, held = set->rows / EACH, *each, most = 0;

    for (size_t i = 0; i < set->rows; i++) {
        const size_t valid = i % EACH == EACH - 1, at = count[valid]++;
        const size_t row = valid ? set->rows - held + at : at;
        memcpy(data->x + row * data->inputs, x + i * data->inputs,
               data->inputs * sizeof *x);
        data->label[row] = set->label[i];
    }
    data->train = (gradus_set){.rows = count[0], .x = data->x, .label = data->label};
    data->valid = (gradus_set){.rows = held, .x = data->x + count[0] * data->inputs,
                               .label = data->label + count[0]};
    each = calloc(data->classes, sizeof *each);
    for (size_t i = 0; each && i < held; i++)
        most = ++each[data->valid.label[i]] > most ? each[data->valid.label[i]] : most;
    free(each);
    data->commonest = (double)most / (double)held;
    data->error = sqrt(data->commonest * (1 - data->commonest) / (double)held);
}

static gradus_status take_examples(gradus_trainer *trainer, dep_data *data)
{
    const gradus_model *model = gradus_trainer_model(trainer);
    const gradus_set *set = gradus_trainer_set(trainer);
    gradus_model_about about;
    gradus_net_about net;

    gradus_model_describe(model, &about);
    gradus_net_describe(gradus_model_net(model), &net);
    if (about.task != GRADUS_CLASSIFICATION || set->rows < 10 * EACH)
        return fail(GRADUS_ARGUMENT, "depth: it takes a target with classes, and %d rows",
                    10 * EACH);
    data->inputs = net.inputs;
    data->classes = about.classes;
    data->x = malloc(set->rows * data->inputs * sizeof *data->x);
    data->label = malloc(set->rows * sizeof *data->label);
    if (!data->x || !data->label)
        return fail(GRADUS_MEMORY, "out of memory: %zu rows", set->rows);
    split(data, set);
    return GRADUS_OK;
}

static gradus_status read_data(const cli_lab *lab, dep_data *data)
{
    const cli_settings *settings = lab->settings;
    gradus_train_options options = settings->train;
    gradus_data *table = NULL;
    gradus_trainer *trainer = NULL;
    gradus_status status;

    options.target = options.target || !settings->read.labels ? options.target : "label";
    options.task = GRADUS_CLASSIFICATION;
    options.holdout = 0;
    options.hidden = "";
    if (!lab->arguments || !options.target)
        return fail(GRADUS_ARGUMENT, "depth: name a table and its target: gradus lab depth "
                                     "examples/data/iris.csv --target class");
    status = gradus_data_read(lab->context, lab->argument[0], &settings->read, &table);
    if (status == GRADUS_OK)
        status = gradus_trainer_new(lab->context, table, NULL, &options, &trainer);
    status = status == GRADUS_OK ? take_examples(trainer, data) : fail_library(status);
    gradus_trainer_free(trainer);
    gradus_data_free(table);
    return status;
}

/* ---- one network ---- */

static gradus_status new_net(const cli_lab *lab, const dep_data *data, const dep_way *way,
                             uint64_t seed, gradus_net **net)
{
    char text[256];

    snprintf(text, sizeof text, "%s output softmax", way->network);
    return gradus_net_new(lab->context, text, data->inputs, data->classes, GRADUS_FLOAT32,
                          seed, net);
}

static double norm_of(const float *values, size_t count)
{
    double sum = 0;

    for (size_t i = 0; i < count; i++)
        sum += (double)values[i] * (double)values[i];
    return sqrt(sum);
}

/* |dW| of the dense layers of a network, in order. Returns their number. */
static size_t take_norms(const gradus_net *net, const float *gradient, double *norm)
{
    size_t layers = 0;

    for (size_t i = 0; i < gradus_net_tensors(net); i++) {
        gradus_tensor tensor;
        gradus_net_tensor(net, i, &tensor);
        if (tensor.rank == 2)
            norm[layers++] = norm_of(gradient, tensor.rows * tensor.columns);
        gradient += tensor.trained ? tensor.rows * tensor.columns : 0;
    }
    return layers;
}

static gradus_status measure_start(const cli_lab *lab, const dep_data *data,
                                   const dep_way *way, dep_result *result)
{
    gradus_set set = data->train;
    gradus_net *net = NULL;
    gradus_net_about about;
    double loss, norm[256];
    float *gradient = NULL;
    gradus_status status = new_net(lab, data, way, 1, &net);

    set.rows = set.rows < LOOKED_AT ? set.rows : LOOKED_AT;
    if (status == GRADUS_OK) {
        gradus_net_describe(net, &about);
        gradient = malloc(about.parameters * sizeof *gradient);
        status = !gradient ? GRADUS_MEMORY
                           : gradus_net_gradient(net, "cross-entropy", &set, 1, &loss,
                                                 gradient, NULL);
    }
    if (status == GRADUS_OK) {
        const size_t layers = take_norms(net, gradient, norm);
        result->norm[0] = norm[0];
        result->norm[1] = norm[layers / 2];
        result->norm[2] = norm[layers - 1];
    }
    free(gradient);
    gradus_net_free(net);
    return status == GRADUS_OK ? GRADUS_OK : fail_library(status);
}

/* A run that diverges names no class. */
static gradus_status train(const cli_lab *lab, const dep_data *data, const dep_way *way,
                           double rate, uint64_t seed, double *accuracy)
{
    const size_t epochs = (EXAMPLES + data->train.rows - 1) / data->train.rows;
    gradus_fit_options fit =
        lab_fit_options("cross-entropy", rate, epochs < MOST_EPOCHS ? epochs : MOST_EPOCHS);
    gradus_fit_report report;
    gradus_net *net = NULL;
    gradus_status status = new_net(lab, data, way, seed, &net);

    fit.batch = BATCH;
    fit.seed = seed;
    if (status == GRADUS_OK)
        status = gradus_fit(net, &data->train, &data->valid, &fit, &report);
    *accuracy = status == GRADUS_OK ? report.valid.accuracy : 0;
    gradus_net_free(net);
    return status == GRADUS_OK || status == GRADUS_DIVERGED ? status : fail_library(status);
}

static gradus_status study(const cli_lab *lab, const dep_data *data, const dep_way *way,
                           dep_result *result)
{
    gradus_status status = measure_start(lab, data, way, result);

    result->accuracy = -1;
    result->diverged = 0;
    for (size_t r = 0; r < RATES && status == GRADUS_OK; r++) {
        double accuracy[SEEDS], mean = 0, square = 0;
        for (size_t s = 0; s < SEEDS && status == GRADUS_OK; s++) {
            status = train(lab, data, way, rates[r], s + 1, &accuracy[s]);
            result->diverged += status == GRADUS_DIVERGED;
            status = status == GRADUS_DIVERGED ? GRADUS_OK : status;
            mean += accuracy[s] / SEEDS;
        }
        for (size_t s = 0; s < SEEDS && status == GRADUS_OK; s++)
            square += (accuracy[s] - mean) * (accuracy[s] - mean);
        if (status == GRADUS_OK && mean > result->accuracy) {
            result->accuracy = mean;
            result->deviation = sqrt(square / (SEEDS - 1));
            result->rate = rates[r];
        }
    }
    return status;
}

/* ---- what is told ---- */

static void say(cli_report *report, const dep_way *way, const dep_result *result)
{
    report_row(report, "%-13s%6s  %9.2e %9.2e %9.2e %6g %10s +- %s", way->name, way->layers,
               result->norm[0], result->norm[1], result->norm[2], result->rate,
               text_share(result->accuracy, 2), text_share(result->deviation, 2));
    report_object(report, NULL);
    report_string(report, "method", way->name, NULL);
    report_count(report, "layers", strtoull(way->layers, NULL, 10), NULL);
    report_string(report, "network", way->network, NULL);
    report_number(report, "first_gradient", result->norm[0], 0, NULL);
    report_number(report, "middle_gradient", result->norm[1], 0, NULL);
    report_number(report, "last_gradient", result->norm[2], 0, NULL);
    report_number(report, "learning_rate", result->rate, 0, NULL);
    report_number(report, "accuracy", result->accuracy, 0, NULL);
    report_number(report, "deviation", result->deviation, 0, NULL);
    report_count(report, "diverged", result->diverged, NULL);
    report_close(report);
}

/* The networks that are named; all where none is. */
static gradus_status find_ways(const cli_lab *lab, bool wanted[WAYS])
{
    for (size_t i = 0; i < WAYS; i++)
        wanted[i] = lab->arguments <= 1;
    for (size_t a = 1; a < lab->arguments; a++) {
        cli_nearest near = nearest_start(lab->argument[a]);
        bool found = false;
        for (size_t i = 0; i < WAYS; i++) {
            const bool same = strcmp(lab->argument[a], ways[i].name) == 0;
            nearest_try(&near, ways[i].name);
            wanted[i] = wanted[i] || same;
            found = found || same;
        }
        if (!found)
            return near.best
                       ? fail(GRADUS_ARGUMENT, "depth: no network \"%s\"; did you mean \"%s\"?",
                              lab->argument[a], near.best)
                       : fail(GRADUS_ARGUMENT, "depth: no network \"%s\": without a name all "
                                               "are trained", lab->argument[a]);
    }
    return GRADUS_OK;
}

static gradus_status study_all(cli_lab *lab, const dep_data *data, const bool wanted[WAYS])
{
    const char *names[WAYS];
    cli_chart *chart;
    chart_series *bars;

    figure_start(&lab->figure, "What makes a deep network learn",
                 "Accuracy on held-out rows, best of five learning rates.");
    chart = figure_chart(&lab->figure, NULL);
    chart_axes(chart, "network", "1", "accuracy", "1");
    bars = chart_series_add(chart, CHART_BARS, "");
    report_row(&lab->report, "%-13s%6s  %-29s %6s %10s", "network", "layers",
               "|dW| first, middle, last", "rate", "accuracy");
    report_array(&lab->report, "ways");
    for (size_t i = 0; i < WAYS; i++) {
        dep_result result;
        if (!wanted[i])
            continue;
        const gradus_status status = study(lab, data, &ways[i], &result);
        if (status != GRADUS_OK)
            return status;
        say(&lab->report, &ways[i], &result);
        names[bars->count] = ways[i].name;
        series_point(bars, (double)bars->count, result.accuracy);
    }
    report_close(&lab->report);
    chart_names(chart, &chart->x, names, bars->count);
    report_row(&lab->report, "always the commonest class: %s, standard error %s of %s rows",
               text_share(data->commonest, 2), text_share(data->error, 2),
               text_count(data->valid.rows));
    report_number(&lab->report, "commonest", data->commonest, 0, NULL);
    report_number(&lab->report, "commonest_error", data->error, 0, NULL);
    return GRADUS_OK;
}

gradus_status lab_depth(cli_lab *lab)
{
    dep_data data = {0};
    bool wanted[WAYS];
    gradus_status status = find_ways(lab, wanted);

    if (status == GRADUS_OK)
        status = read_data(lab, &data);
    if (status == GRADUS_OK)
        status = study_all(lab, &data, wanted);
    free(data.label);
    free(data.x);
    return status;
}
