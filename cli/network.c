/*
 * cli/network.c - networks as text
 *
 * SPDX-License-Identifier: MIT
 */
#include "network.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "message.h"
#include "text.h"

enum { LONGEST = 1 << 20 };

/* ---- reading a description ---- */

/* In place: comments go, and blanks and line ends become one blank. */
static void flatten(char *text)
{
    char *to = text;

    for (const char *from = text; *from;) {
        if (*from == '#') {
            from += strcspn(from, "\n");
        } else if (strchr(" \t\r\n", *from)) {
            if (to > text && to[-1] != ' ')
                *to++ = ' ';
            from++;
        } else {
            *to++ = *from++;
        }
    }
    while (to > text && to[-1] == ' ')
        to--;
    *to = 0;
}

static gradus_status read_file(cli_settings *settings, FILE *file, const char *path,
                               char **text)
{
    char *room = malloc(LONGEST);
    size_t count = room ? fread(room, 1, LONGEST, file) : 0;
    gradus_status status = GRADUS_OK;

    if (!room)
        status = fail(GRADUS_MEMORY, "out of memory: %d bytes for %s", LONGEST, path);
    else if (ferror(file))
        status = fail(GRADUS_IO, "%s: %s", path, strerror(errno));
    else if (count == LONGEST || memchr(room, 0, count))
        status = fail(GRADUS_ARGUMENT,
                      "%s: is no description of a network: \"dense 64 "
                      "relu output softmax\" is one",
                      path);
    else if (!(*text = settings_copy(settings, room, count)))
        status = GRADUS_MEMORY;
    free(room);
    return status;
}

gradus_status network_read(cli_settings *settings)
{
    const char *value = settings->train.network;
    char *text = NULL;
    FILE *file;
    gradus_status status = GRADUS_OK;

    if (!value)
        return GRADUS_OK;
    file = fopen(value, "rb");
    if (file) {
        status = read_file(settings, file, value, &text);
        fclose(file);
    } else if (strpbrk(value, " \n")) {
        text = settings_copy(settings, value, strlen(value));
        status = text ? GRADUS_OK : GRADUS_MEMORY;
    } else if (errno == ENOENT) {
        status = fail(GRADUS_IO, "--network %s: neither a file nor a description: a file is "
                      "\"net.txt\", a description has blanks, as \"dense 8 relu output\"",
                      value);
    } else {
        status = fail(GRADUS_IO, "--network %s: %s", value, strerror(errno));
    }
    if (status != GRADUS_OK)
        return status;
    flatten(text);
    settings->train.network = text;
    return GRADUS_OK;
}

/* ---- one line ---- */

/* The next word of a description, and what it begins with. */
static bool next_word(const char **at, char *word, size_t room)
{
    size_t length;

    *at += strspn(*at, " \n");
    length = strcspn(*at, " \n");
    snprintf(word, room, "%.*s", (int)length, *at);
    *at += length;
    return length > 0;
}

void network_say(cli_report *report, const gradus_net *net)
{
    gradus_net_about about;
    const char *at = gradus_net_text(net);
    char word[64];
    char *flat = strdup(at);

    gradus_net_describe(net, &about);
    report_count(report, "inputs", about.inputs, "");
    while (next_word(&at, word, sizeof word)) {
        if (strcmp(word, "dense") == 0 && next_word(&at, word, sizeof word))
            report_say(report, " -> %s", word);
        else if (strcmp(word, "output") == 0)
            report_say(report, " -> %zu", about.outputs);
        else
            report_say(report, " %s", word);
    }
    report_say(report, "; ");
    report_count(report, "parameters", about.parameters,
                 about.precision == GRADUS_FLOAT64 ? " weights, f64" : " weights");
    report_count(report, "outputs", about.outputs, NULL);
    report_string(report, "precision", about.precision == GRADUS_FLOAT64 ? "f64" : "f32",
                  NULL);
    if (flat) {
        flatten(flat);
        report_string(report, "network", flat, NULL);
    }
    report->failed = report->failed || !flat;
    free(flat);
}

/* ---- the graph ---- */

/* The tensors of the layer with this number: "3.weight", "3.bias", ... */
typedef struct cli_layer {
    size_t rows, columns; /* of the first: [outputs][inputs], or 1 and the width */
    size_t rank;
    size_t parameters;
    double rms; /* root of the mean square of the weights */
} cli_layer;

static double sum_of_squares(const gradus_net *net, size_t tensor, size_t count,
                             bool single, void *room)
{
    double sum = 0;

    gradus_net_get(net, tensor, room);
    for (size_t i = 0; i < count; i++) {
        double w = single ? (double)((float *)room)[i] : ((double *)room)[i];
        sum += w * w;
    }
    return sum;
}

/* From tensor *at on, those of one layer; *at moves behind them. */
static bool next_layer(const gradus_net *net, size_t *at, cli_layer *layer)
{
    gradus_net_about about;
    gradus_tensor tensor;
    size_t number_length;
    char number[32];
    void *room;

    gradus_net_describe(net, &about);
    gradus_net_tensor(net, *at, &tensor);
    number_length = strcspn(tensor.name, ".") + 1;
    snprintf(number, sizeof number, "%.*s", (int)number_length, tensor.name);
    layer->rows = tensor.rows;
    layer->columns = tensor.columns;
    layer->rank = tensor.rank;
    layer->parameters = 0;
    room = malloc(tensor.rows * tensor.columns * sizeof(double) + 1);
    if (!room)
        return false;
    layer->rms = sqrt(sum_of_squares(net, *at, tensor.rows * tensor.columns,
                                     about.precision == GRADUS_FLOAT32, room) /
                      (double)(tensor.rows * tensor.columns));
    free(room);
    do {
        if (tensor.trained)
            layer->parameters += tensor.rows * tensor.columns;
        if (++*at == gradus_net_tensors(net))
            break;
        gradus_net_tensor(net, *at, &tensor);
    } while (strncmp(tensor.name, number, number_length) == 0);
    return true;
}

static void say_layer(cli_report *report, const cli_layer *layer, const char *note)
{
    char shape[64];

    if (layer->rank == 2)
        snprintf(shape, sizeof shape, "%zu x %zu", layer->columns, layer->rows);
    else
        snprintf(shape, sizeof shape, "%zu", layer->columns);
    report_say(report, "%13s %11s   %s%s", shape, text_count(layer->parameters),
               text_fixed(layer->rms, 3), note);
    if (layer->rank == 2) {
        report_count(report, "inputs", layer->columns, NULL);
        report_count(report, "outputs", layer->rows, NULL);
    } else {
        report_count(report, "outputs", layer->columns, NULL);
    }
    report_count(report, "parameters", layer->parameters, NULL);
    report_number(report, "rms", layer->rms, 0, NULL);
}

/* Widths around the residual blocks that are open. */
typedef struct cli_graph {
    size_t width, depth, at, number;
    size_t outside[64];
} cli_graph;

/* Whether the line of a description has tensors, and its effect on width and depth. */
static bool has_tensors(cli_graph *graph, const char *line)
{
    if (strncmp(line, "residual", 8) == 0) {
        graph->outside[graph->depth < 63 ? graph->depth : 63] = graph->width;
        graph->depth++;
        return false;
    }
    if (*line == '}') {
        /* Where the branch changes the width, a dense layer projects its input. */
        graph->depth -= graph->depth > 0;
        return graph->outside[graph->depth < 63 ? graph->depth : 63] != graph->width;
    }
    return strncmp(line, "dense", 5) == 0 || strncmp(line, "output", 6) == 0 ||
           strncmp(line, "batchnorm", 9) == 0;
}

gradus_status network_layers(cli_report *report, const gradus_net *net)
{
    gradus_net_about about;
    cli_graph graph = {.at = 0};
    const char *text = gradus_net_text(net);
    cli_layer layer;

    gradus_net_describe(net, &about);
    graph.width = about.inputs;
    report_row(report, "%-36s%13s %11s   rms", "layers", "shape", "weights");
    report_array(report, "layers");
    while (*text) {
        const char *line = text + strspn(text, " ");
        int length = (int)strcspn(text, "\n"), item = (int)strcspn(line, "\n");
        bool tensors = has_tensors(&graph, line);

        report_row(report, "%9s%-27.*s", "", length, text);
        report_object(report, NULL);
        char *copy = strndup(line, (size_t)item);
        report_string(report, "item", copy ? copy : "", NULL);
        free(copy);
        report_count(report, "depth", graph.depth, NULL);
        if (tensors) {
            if (!next_layer(net, &graph.at, &layer))
                return fail(GRADUS_MEMORY, "out of memory: a layer's weights");
            report_count(report, "number", ++graph.number, NULL);
            say_layer(report, &layer, *line == '}' ? "   projection" : "");
            graph.width = layer.rank == 2 ? layer.rows : layer.columns;
        }
        report_close(report);
        text += length + (text[length] == '\n');
    }
    report_close(report);
    return report_state(report);
}
