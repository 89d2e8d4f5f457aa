/*
 * store/model_file.c - a model's file: the container around its weights and its JSON
 *
 * SPDX-License-Identifier: MIT
 */
#include <string.h>

#include "base/file.h"
#include "base/memory.h"
#include "base/status.h"
#include "store/model_json.h"

enum { FIRST_ROOM = 1 << 16 }; /* bytes read at first */

/* ---- writing ---- */

static gradus_status add_tensors(const gradus_net *net, gr_safetensors *file)
{
    gradus_status status = GRADUS_OK;
    for (size_t t = 0; t < gradus_net_tensors(net); t++) {
        gradus_tensor tensor;
        gradus_net_tensor(net, t, &tensor);
        size_t shape[2] = {tensor.rows, tensor.columns};
        GR_TRY(gr_safetensors_add(file, tensor.name, tensor.rank,
                                  shape + 2 - tensor.rank));
    }
done:
    return status;
}

gradus_status gr_model_pack(const gradus_model *model, gr_safetensors *file)
{
    gradus_status status;
    const gradus_net *net = model->net;
    gr_text text = {.context = model->context};
    file->precision = net->precision;
    GR_TRY(gr_model_write_json(model, &text));
    file->text = text.text;
    text.text = NULL;
    GR_TRY(add_tensors(net, file));
    GR_TRY(gr_safetensors_layout(file));
    for (size_t t = 0; t < file->tensors; t++) {
        const gr_safetensor *tensor = &file->tensor[t];
        gradus_net_get(net, t, tensor->values);
        if (net->kernels->find_not_finite(tensor->count, tensor->values) != SIZE_MAX)
            GR_TRY(gr_fail(GRADUS_ARGUMENT,
                           "model: tensor %s is not finite, and cannot be "
                           "saved: train with a smaller learning rate", tensor->name));
    }
    GR_TRY(gr_safetensors_seal(file));
done:
    gr_release(model->context, text.text);
    return status;
}

gradus_status gradus_model_save(const gradus_model *model, const char *path)
{
    gradus_status status;
    gr_safetensors file = {.context = model->context};
    gr_writer *writer = NULL;
    GR_TRY(gr_model_pack(model, &file));
    GR_TRY(gr_writer_open(model->context, path, &writer));
    GR_TRY(gr_writer_write(writer, file.bytes, file.size));
    status = gr_writer_commit(writer);
    writer = NULL; /* gone either way */
done:
    gr_writer_cancel(writer);
    gr_safetensors_free(&file);
    return status;
}

/* ---- reading ---- */

/* The net with the file's weights; its tensors must be the file's, one by one. */
static gradus_status set_weights(gr_scan *scan, const gr_safetensors *file,
                                 gradus_net *net)
{
    size_t tensors = gradus_net_tensors(net);
    if (file->tensors != tensors)
        return gr_scan_fail(scan, "the network has %zu tensors, the file %zu", tensors,
                            file->tensors);
    for (size_t t = 0; t < tensors; t++) {
        const gr_safetensor *stored = &file->tensor[t];
        gradus_tensor tensor;
        gradus_net_tensor(net, t, &tensor);
        size_t shape[2] = {tensor.rows, tensor.columns};
        if (strcmp(stored->name, tensor.name) != 0 || stored->rank != tensor.rank ||
            memcmp(stored->shape, shape + 2 - tensor.rank,
                   tensor.rank * sizeof *shape) != 0)
            return gr_scan_fail(scan, "the network has no tensor like \"%s\" here",
                                stored->name);
        if (net->kernels->find_not_finite(stored->count, stored->values) != SIZE_MAX)
            return gr_scan_fail(scan, "tensor \"%s\" has a value that is not finite",
                                stored->name);
        gradus_net_set(net, t, stored->values);
    }
    return GRADUS_OK;
}

/* The description's net must fit columns, targets and tensors. */
static gradus_status check_shape(gr_scan *scan, const gr_safetensors *file,
                                 const gr_prep *prep, const gr_net_shape *shape)
{
    bool classify = prep->task == GRADUS_CLASSIFICATION;
    size_t outputs = classify ? prep->classes.count : prep->targets;
    bool single = outputs == 2 && classify && shape->outputs == 1; /* of class 2 */
    if (shape->precision != file->precision)
        return gr_scan_fail(scan, "tensors and network have the same precision");
    if (shape->inputs == prep->width && (shape->outputs == outputs || single))
        return GRADUS_OK;
    return gr_scan_fail(scan,
                        "columns and targets need a network of %zu inputs and %zu "
                        "outputs, not %zu and %zu", prep->width, outputs, shape->inputs,
                        shape->outputs);
}

static gradus_status build_net(gr_scan *scan, const gr_safetensors *file,
                               const gr_model_facts *facts, gradus_model *model)
{
    gradus_status status;
    char hex[GR_HEX_DIGITS + 1];
    uint64_t digest;
    size_t values = 0;
    GR_TRY(check_shape(scan, file, model->prep, &facts->shape));
    for (size_t t = 0; t < file->tensors; t++)
        values += file->tensor[t].count;
    status = gr_net_new_blank(model->context, &facts->shape, values, &model->net);
    if (status != GRADUS_OK)
        return gr_fail_at(status == GRADUS_MEMORY ? status : GRADUS_MODEL, "%s: byte %zu",
                          scan->path, file->text_start);
    GR_TRY(set_weights(scan, file, model->net));
    GR_TRY(gradus_net_digest(model->net, &digest));
    gr_json_hex(digest, hex);
    if (strcmp(hex, facts->digest) != 0)
        GR_TRY(gr_scan_fail(scan, "the digest of the weights is %s", hex));
done:
    return status;
}

gradus_status gr_model_unpack(gr_safetensors *file, const char *path,
                              gradus_model **model)
{
    gradus_status status;
    gradus_model *loaded = NULL;
    gr_model_facts facts = {.digest = NULL};
    gr_text again = {.context = file->context};
    GR_TRY(gr_safetensors_parse(file, path));
    gr_scan scan = {.context = file->context, .path = path, .text = file->text,
                    .length = strlen(file->text), .start = file->text_start,
                    .quoted = true};
    GR_TRY(gr_model_new(file->context, &loaded));
    GR_TRY(gr_model_read_json(&scan, loaded, &facts));
    GR_TRY(build_net(&scan, file, &facts, loaded));
    GR_TRY(gr_model_write_json(loaded, &again));
    GR_TRY(gr_scan_same(&scan, again.text, again.length));
    loaded->bytes = file->size;
    *model = loaded;
    loaded = NULL;
done:
    gr_release(file->context, again.text);
    gr_release(file->context, facts.network);
    gr_release(file->context, facts.digest);
    gradus_model_free(loaded);
    return status;
}

/* Can this be a model, as far as its first bytes tell? Anything else is not read on. */
static bool begins_well(const gr_safetensors *file)
{
    return file->size < 9 || (file->bytes[8] == '{' && file->bytes[7] == 0);
}

/* The file as it is. A packed one is refused: unpacked it could have any size. */
static gradus_status read_bytes(gr_safetensors *file, const char *path)
{
    gradus_status status;
    gr_stream *stream = NULL;
    size_t room = 0, got = 1;
    GR_TRY(gr_stream_open(file->context, path, &stream));
    while (got > 0 && begins_well(file)) {
        if (file->size == room) {
            size_t more = room == 0 ? FIRST_ROOM : 2 * room;
            GR_TRY(gr_resize(file->context, room, more, 1, "a model file", &file->bytes));
            room = more;
        }
        GR_TRY(gr_stream_read(stream, file->bytes + file->size, room - file->size, &got));
        file->size += got;
        uint64_t taken = gr_stream_bytes(stream);
        if (file->size > taken || (got == 0 && file->size < taken))
            GR_TRY(gr_fail(GRADUS_MODEL,
                           "%s: the model is gzipped: unpack it with gunzip", path));
    }
done:
    gr_stream_close(stream);
    /* DATA: packed, and broken */
    return status == GRADUS_DATA ? GRADUS_MODEL : status;
}

gradus_status gradus_model_load(const gradus_context *context, const char *path,
                                gradus_model **model)
{
    gradus_status status;
    gr_safetensors file = {.context = gr_context_or_default(context)};
    *model = NULL;
    GR_TRY(read_bytes(&file, path));
    GR_TRY(gr_model_unpack(&file, path, model));
done:
    gr_safetensors_free(&file);
    return status;
}
