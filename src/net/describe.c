/*
 * net/describe.c - network descriptions: from text to a builder, from a net to text
 *
 * The language is a list of words (see gradus_net_new in gradus.h). A word `key=value`
 * belongs to the item before it. `repeat N { ... }` is expanded while reading.
 *
 * SPDX-License-Identifier: MIT
 */
#include <ctype.h>
#include <math.h>
#include <string.h>

#include "base/memory.h"
#include "base/status.h"
#include "net/build.h"
#include "net/layer.h"
#include "net/lists.h"

enum { MOST_NESTING = 16, MOST_WORDS = 1 << 22 };

typedef struct word {
    const char *text;
    size_t length;
} word;

typedef struct parser {
    gradus_builder *builder;
    const char *at, *start;
    size_t outputs;
    size_t depth;     /* of braces */
    size_t words;     /* read so far: bounds the work that nested repeats can ask for */
    bool ended;       /* `output` was read */
    bool located;     /* the failure's message says where */
} parser;

static bool is(word w, const char *text)
{
    return w.length == strlen(text) && memcmp(w.text, text, w.length) == 0;
}

static size_t line_of(const parser *p, word w)
{
    size_t line = 1;
    for (const char *c = p->start; c < w.text; c++)
        line += *c == '\n';
    return line;
}

static void refuse(parser *p, word w, const char *why)
{
    if (!gr_builder_ok(p->builder))
        return;
    const int length = w.length > 60 ? 60 : (int)w.length;
    gr_builder_fail(p->builder,
                    gr_fail(GRADUS_ARGUMENT, "network description, line %zu: \"%.*s\": %s",
                            line_of(p, w), length, w.text, why));
    p->located = true;
}

/* Says where the item stands that the builder refused. */
static void locate(parser *p, word w)
{
    if (gr_builder_ok(p->builder) || p->located)
        return;
    gr_fail_at(GRADUS_ARGUMENT, "network description, line %zu", line_of(p, w));
    gr_builder_keep_message(p->builder);
    p->located = true;
}

/* The next word, of length 0 at the end; braces are words of their own. */
static word peek(parser *p)
{
    for (;; p->at++) {
        if (*p->at == '#')
            p->at += strcspn(p->at, "\n");
        if (*p->at == '\0' || !isspace((unsigned char)*p->at))
            break;
    }
    word w = {p->at, 0};
    if (*p->at == '{' || *p->at == '}')
        w.length = 1;
    else
        w.length = strcspn(p->at, " \t\r\n\v\f{}#");
    return w;
}

static word next(parser *p)
{
    const word w = peek(p);
    p->at += w.length;
    if (++p->words > MOST_WORDS)
        refuse(p, w, "the description repeats too much");
    return w;
}

static bool read_number(word w, double *value)
{
    return gradus_number_read(w.text, w.length, value) && isfinite(*value);
}

static size_t read_count(parser *p)
{
    double value = 0;
    const word w = next(p);
    if (!read_number(w, &value) || value < 1 || value > 1e9 || value != floor(value))
        refuse(p, w, "a whole number from 1 on is needed here");
    return gr_builder_ok(p->builder) ? (size_t)value : 1;
}

/* A setting `key=value` that follows the item, if one does: its value. */
static bool setting(parser *p, const char *key, word *value)
{
    const word w = peek(p);
    const size_t length = strlen(key);
    if (w.length <= length || memcmp(w.text, key, length) != 0 || w.text[length] != '=')
        return false;
    next(p);
    *value = (word){w.text + length + 1, w.length - length - 1};
    return true;
}

static bool number_setting(parser *p, const char *key, double *value)
{
    word w;
    if (!setting(p, key, &w))
        return false;
    if (!read_number(w, value))
        refuse(p, w, "a number is needed here");
    return true;
}

/* dense N | output, with its settings */
static void read_dense(parser *p, bool is_output)
{
    const size_t units = is_output ? p->outputs : read_count(p);
    gradus_dense_options options = {.sd = 1};
    char start[16] = "";
    word w;
    for (bool more = true; more && gr_builder_ok(p->builder);) {
        const word at = peek(p);
        more = number_setting(p, "sd", &options.sd) ||
               number_setting(p, "value", &options.value);
        if (options.sd == 0)
            refuse(p, at, "sd must be above 0: start=zeros makes all weights 0");
        if (!more && setting(p, "bias", &w)) {
            more = true;
            if (!is(w, "yes") && !is(w, "no"))
                refuse(p, w, "bias is yes or no");
            options.no_bias = is(w, "no");
        }
        if (!more && setting(p, "start", &w)) {
            more = true;
            if (w.length >= sizeof start)
                refuse(p, w, "there is no such initialisation");
            else
                memcpy(start, w.text, w.length), start[w.length] = '\0';
            options.start = start;
        }
    }
    gr_builder_dense(p->builder, units, &options, is_output);
}

static void read_items(parser *p);

static void read_block(parser *p)
{
    const word open = next(p);
    if (!is(open, "{"))
        refuse(p, open, "a { is needed here");
    if (++p->depth > MOST_NESTING)
        refuse(p, open, "blocks are nested too deeply");
    read_items(p);
    p->depth--;
    const word close = next(p);
    if (!is(close, "}"))
        refuse(p, open, "this { has no }");
}

static void read_residual(parser *p)
{
    double scale = 1;
    number_setting(p, "scale", &scale);
    gradus_builder_residual_begin(p->builder, scale);
    read_block(p);
    gradus_builder_residual_end(p->builder);
}

static void read_repeat(parser *p)
{
    size_t times = read_count(p);
    const char *body = p->at;
    while (times-- > 0 && gr_builder_ok(p->builder)) {
        p->at = body;
        read_block(p);
    }
}

static void read_activation(parser *p, word w)
{
    char name[64];
    double alpha = NAN;
    if (w.length >= sizeof name) {
        refuse(p, w, "there is no such item");
        return;
    }
    memcpy(name, w.text, w.length);
    name[w.length] = '\0';
    number_setting(p, "alpha", &alpha);
    gradus_builder_activation(p->builder, name, alpha);
}

static void read_dropout(parser *p)
{
    double rate = -1;
    const word value = next(p);
    if (!read_number(value, &rate))
        refuse(p, value, "dropout takes a rate from 0 to below 1");
    gradus_builder_dropout(p->builder, rate);
}

static void read_item(parser *p, word w)
{
    if (p->ended && (is(w, "dense") || is(w, "output")))
        refuse(p, w, "no dense layer may follow the output");
    else if (is(w, "dense") || is(w, "output"))
        read_dense(p, p->ended = is(w, "output"));
    else if (is(w, "batchnorm"))
        gradus_builder_batchnorm(p->builder);
    else if (is(w, "dropout"))
        read_dropout(p);
    else if (is(w, "residual"))
        read_residual(p);
    else if (is(w, "repeat"))
        read_repeat(p);
    else
        read_activation(p, w);
}

static void read_items(parser *p)
{
    while (gr_builder_ok(p->builder)) {
        const word w = peek(p);
        if (w.length == 0 || is(w, "}"))
            return;
        next(p);
        read_item(p, w);
        locate(p, w);
    }
}

/* Builds what the builder's input and the description say; frees the builder. */
static gradus_status build(gradus_builder *builder, const gr_net_shape *shape, uint64_t seed,
                           gradus_net **net)
{
    parser p = {.builder = builder, .at = shape->description, .start = shape->description,
                .outputs = shape->outputs};
    read_items(&p);
    if (is(peek(&p), "}"))
        refuse(&p, peek(&p), "this } has no {");
    gradus_net *made;
    gradus_status status = gradus_builder_finish(builder, shape->precision, seed, &made);
    if (status != GRADUS_OK)
        return status;
    if (gr_net_outputs(made) != shape->outputs) {
        status = gr_fail(GRADUS_ARGUMENT, "network description: the last layer has %zu "
                         "units, but there are %zu outputs: end it with \"output\"",
                         gr_net_outputs(made), shape->outputs);
        gradus_net_free(made);
        return status;
    }
    *net = made;
    return GRADUS_OK;
}

gradus_status gradus_net_new(const gradus_context *context, const char *description,
                             size_t inputs, size_t outputs, gradus_precision precision,
                             uint64_t seed, gradus_net **net)
{
    const gr_net_shape shape = {description, inputs, outputs, precision};
    gradus_builder *builder;
    *net = NULL;
    gradus_status status = gradus_builder_new(context, inputs, &builder);
    return status == GRADUS_OK ? build(builder, &shape, seed, net) : status;
}

gradus_status gr_net_new_blank(const gradus_context *context, const gr_net_shape *shape,
                               size_t most_values, gradus_net **net)
{
    gradus_builder *builder;
    *net = NULL;
    gradus_status status = gradus_builder_new(context, shape->inputs, &builder);
    if (status != GRADUS_OK)
        return status;
    gr_builder_blank(builder, strlen(shape->description) + 1, most_values);
    return build(builder, shape, 0, net);
}

gradus_status gr_net_ending(const gradus_context *context, const char *description,
                            gr_ending *ending)
{
    gradus_builder *builder;
    gradus_status status = gradus_builder_new(context, 1, &builder);
    if (status != GRADUS_OK)
        return status;
    parser p = {.builder = builder, .at = description, .start = description, .outputs = 1};
    read_items(&p);
    if (!gr_builder_ok(builder)) {
        gradus_net *none;
        return gradus_builder_finish(builder, GRADUS_FLOAT32, 0, &none);
    }
    const gr_node *last = gr_builder_last(builder);
    ending->has_output = p.ended;
    ending->activation = last != NULL && last->type == &gr_layer_activation
                             ? last->activation : SIZE_MAX;
    gr_builder_free(builder);
    return GRADUS_OK;
}

/* ---- from a net to text ---- */

static gradus_status write_indent(gr_text *text, size_t depth)
{
    gradus_status status = GRADUS_OK;
    for (size_t i = 0; i < depth && status == GRADUS_OK; i++)
        status = gr_text_add(text, "  ");
    return status;
}

/* For each node the residual blocks whose branch begins there, outermost first: the block
 * that ends last. Lists: of[n] is the first, next[end] the one after it; 0 ends a list. */
typedef struct blocks {
    size_t *of, *next;
} blocks;

static gradus_status find_blocks(const gradus_net *net, blocks *b)
{
    gradus_status status;
    GR_TRY(gr_allocate(net->context, net->nodes, sizeof *b->of, "blocks", &b->of));
    GR_TRY(gr_allocate(net->context, net->nodes, sizeof *b->next, "blocks", &b->next));
    for (size_t end = 1; end < net->nodes; end++) {
        if (net->node[end].type != &gr_layer_add)
            continue;
        b->next[end] = b->of[net->node[end].block];
        b->of[net->node[end].block] = end;
    }
done:
    return status;
}

static gradus_status write_opening(const gr_node *add, size_t depth, gr_text *text)
{
    gradus_status status;
    GR_TRY(write_indent(text, depth));
    GR_TRY(gr_text_add(text, "residual"));
    if (add->scale != 1) {
        char number[GRADUS_NUMBER_LENGTH];
        gradus_number_write(add->scale, number);
        GR_TRY(gr_text_add(text, " scale=%s", number));
    }
    GR_TRY(gr_text_add(text, " {\n"));
done:
    return status;
}

gradus_status gr_net_write_text(gradus_net *net)
{
    gradus_status status;
    gr_text text = {.context = net->context};
    blocks b = {0};
    size_t depth = 0;
    GR_TRY(find_blocks(net, &b));
    for (size_t n = 1; n < net->nodes; n++) {
        const gr_node *node = &net->node[n];
        for (size_t end = b.of[n]; end > 0; end = b.next[end])
            GR_TRY(write_opening(&net->node[end], depth++, &text));
        if (node->projection)
            continue;
        if (node->type == &gr_layer_add)
            depth--;
        GR_TRY(write_indent(&text, depth));
        GR_TRY(node->type->write(net, node, &text));
        GR_TRY(gr_text_add(&text, "\n"));
    }
    GR_TRY(gr_resize(net->context, text.room, text.length + 1, 1, "text", &text.text));
    net->text = text.text;
    text.text = NULL;
done:
    gr_release(net->context, text.text);
    gr_release(net->context, b.next);
    gr_release(net->context, b.of);
    return status;
}
