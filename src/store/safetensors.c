/*
 * store/safetensors.c - the container of model files: layout, seal, parse
 *
 * SPDX-License-Identifier: MIT
 */
#include "store/safetensors.h"

#include <inttypes.h>
#include <string.h>

#include "base/digest.h"
#include "base/status.h"
#include "data/table.h"
#include "store/json.h"

enum { PREFIX = 8 };

static const char before_format[] = "{\"__metadata__\":{\"format\":\"gradus ";
static const char before_check[] = "\",\"check\":\"";
static const char before_text[] = "\",\"gradus\":";

/* The first byte of the check; the format has one digit. */
static const size_t check_start =
    PREFIX + sizeof before_format - 1 + 1 + sizeof before_check - 1;

static const char *dtype(const gr_safetensors *file)
{
    return file->precision == GRADUS_FLOAT64 ? "F64" : "F32";
}

/* Fills tensor->count; false where its bytes cannot be counted or there are none. */
static bool count_values(gr_safetensor *tensor, size_t width)
{
    tensor->count = 1;
    for (size_t k = 0; k < tensor->rank; k++) {
        if (tensor->shape[k] == 0 || tensor->shape[k] > SIZE_MAX / width / tensor->count)
            return false;
        tensor->count *= tensor->shape[k];
    }
    return true;
}

gradus_status gr_safetensors_add(gr_safetensors *file, const char *name, size_t rank,
                                 const size_t *shape)
{
    size_t count = file->tensors, length = strlen(name);
    if (length == 0 || length >= GR_SAFETENSORS_NAME || rank == 0 ||
        rank > GR_SAFETENSORS_RANK || count >= GR_SAFETENSORS_TENSORS)
        return gr_fail(GRADUS_ARGUMENT,
                       "tensor %zu of a file: its name has 1 to %d bytes, "
                       "its rank is 1 to %d, and there are at most %d of them", count + 1,
                       GR_SAFETENSORS_NAME - 1, GR_SAFETENSORS_RANK,
                       GR_SAFETENSORS_TENSORS);
    gradus_status status = gr_json_grow(file->context, count, sizeof *file->tensor,
                                        &file->tensor);
    if (status != GRADUS_OK)
        return status;
    gr_safetensor *tensor = &file->tensor[file->tensors++];
    memset(tensor, 0, sizeof *tensor);
    memcpy(tensor->name, name, length);
    memcpy(tensor->shape, shape, rank * sizeof *shape);
    tensor->rank = rank;
    return GRADUS_OK;
}

void gr_safetensors_free(gr_safetensors *file)
{
    gr_release(file->context, file->text);
    gr_release(file->context, file->tensor);
    gr_release(file->context, file->bytes);
    *file = (gr_safetensors){.context = file->context};
}

/* ---- numbers as bytes: the shifts say the order, whatever the machine's is ---- */

static void store_little_endian(uint64_t value, size_t width, unsigned char *bytes)
{
    for (size_t k = 0; k < width; k++)
        bytes[k] = (unsigned char)(value >> 8 * k);
}

static uint64_t load_little_endian(const unsigned char *bytes, size_t width)
{
    uint64_t value = 0;
    for (size_t k = 0; k < width; k++)
        value |= (uint64_t)bytes[k] << 8 * k;
    return value;
}

static void values_to_file(void *values, size_t count, size_t width)
{
    unsigned char *bytes = values;
    for (size_t i = 0; i < count; i++, bytes += width) {
        uint32_t single = 0;
        uint64_t pattern = 0;
        memcpy(width == 4 ? (void *)&single : (void *)&pattern, bytes, width);
        store_little_endian(width == 4 ? single : pattern, width, bytes);
    }
}

static void values_from_file(void *values, size_t count, size_t width)
{
    unsigned char *bytes = values;
    for (size_t i = 0; i < count; i++, bytes += width) {
        uint64_t pattern = load_little_endian(bytes, width);
        uint32_t single = (uint32_t)pattern;
        memcpy(bytes, width == 4 ? (void *)&single : (void *)&pattern, width);
    }
}

/* ---- writing ---- */

static gradus_status write_tensor(const gr_safetensors *file, const gr_safetensor *tensor,
                                  size_t from, gr_text *head)
{
    gradus_status status;
    GR_TRY(gr_text_add(head, ","));
    GR_TRY(gr_json_add_string(head, NULL, tensor->name));
    GR_TRY(gr_text_add(head, ":{\"dtype\":\"%s\",\"shape\":[", dtype(file)));
    for (size_t k = 0; k < tensor->rank; k++)
        GR_TRY(gr_text_add(head, k == 0 ? "%zu" : ",%zu", tensor->shape[k]));
    GR_TRY(gr_text_add(head, "],\"data_offsets\":[%zu,%zu]}", from,
                       from + tensor->count * gr_safetensors_width(file)));
done:
    return status;
}

/* Everything in front of the values. */
static gradus_status write_head(const gr_safetensors *file, const char *check,
                                gr_text *head)
{
    gradus_status status;
    size_t from = 0;
    GR_TRY(gr_text_add(head, "%*s%s%d%s%.16s%s", PREFIX, "", before_format,
                       GR_SAFETENSORS_FORMAT, before_check, check, before_text));
    GR_TRY(gr_json_add_string(head, NULL, file->text));
    GR_TRY(gr_text_add(head, "}"));
    for (size_t i = 0; i < file->tensors; i++) {
        GR_TRY(write_tensor(file, &file->tensor[i], from, head));
        from += file->tensor[i].count * gr_safetensors_width(file);
    }
    GR_TRY(gr_text_add(head, "}"));
    size_t gap = (size_t)-head->length % GR_SAFETENSORS_ALIGN;
    GR_TRY(gr_text_add(head, "%*s", (int)gap, ""));
    store_little_endian(head->length - PREFIX, PREFIX, (unsigned char *)head->text);
done:
    return status;
}

gradus_status gr_safetensors_layout(gr_safetensors *file)
{
    gradus_status status;
    gr_text head = {.context = file->context};
    size_t width = gr_safetensors_width(file), bytes = 0;
    for (size_t i = 0; i < file->tensors; i++) {
        gr_safetensor *tensor = &file->tensor[i];
        if (!count_values(tensor, width) ||
            tensor->count > (SIZE_MAX / 2 - bytes) / width)
            GR_TRY(gr_fail(GRADUS_ARGUMENT, "tensor \"%s\" of a file: its size cannot be "
                           "counted", tensor->name));
        bytes += tensor->count * width;
    }
    GR_TRY(write_head(file, "0000000000000000", &head));
    if (head.length > PREFIX + GR_SAFETENSORS_HEADER)
        GR_TRY(gr_fail(GRADUS_ARGUMENT,
                       "model: names and categories take %zu bytes, and a "
                       "file holds %d: leave out columns that are different in every row",
                       head.length, GR_SAFETENSORS_HEADER));
    GR_TRY(gr_allocate(file->context, head.length + bytes, 1, "a model file",
                       &file->bytes));
    memcpy(file->bytes, head.text, head.length);
    file->size = head.length + bytes;
    char *values = file->bytes + head.length;
    for (size_t i = 0; i < file->tensors; i++) {
        file->tensor[i].values = values;
        values += file->tensor[i].count * width;
    }
done:
    gr_release(file->context, head.text);
    return status;
}

/* XXH3-64 of the whole file, the check's own digits taken as zeros. */
static gradus_status compute_check(const gr_safetensors *file,
                                   char check[GR_HEX_DIGITS + 1])
{
    gradus_status status;
    gr_digest *digest = NULL;
    size_t rest = check_start + GR_HEX_DIGITS;
    GR_TRY(gr_digest_new(file->context, &digest));
    gr_digest_add(digest, file->bytes, check_start);
    gr_digest_add(digest, "0000000000000000", GR_HEX_DIGITS);
    gr_digest_add(digest, file->bytes + rest, file->size - rest);
    gr_json_hex(gr_digest_value(digest), check);
done:
    gr_digest_free(digest);
    return status;
}

gradus_status gr_safetensors_seal(gr_safetensors *file)
{
    for (size_t i = 0; i < file->tensors; i++)
        values_to_file(file->tensor[i].values, file->tensor[i].count,
                       gr_safetensors_width(file));
    char check[GR_HEX_DIGITS + 1];
    gradus_status status = compute_check(file, check);
    if (status == GRADUS_OK)
        memcpy(file->bytes + check_start, check, GR_HEX_DIGITS);
    return status;
}

/* ---- reading ---- */

typedef struct parser {
    gr_scan scan;           /* over the file, from byte 0 to the end of the header */
    gr_values names;        /* of the tensors so far */
    size_t from;            /* where in the data the next tensor begins */
    size_t data;            /* bytes behind the header */
} parser;

static gradus_status parse_length(parser *p, const gr_safetensors *file)
{
    if (file->size < PREFIX)
        return gr_scan_fail(&p->scan, "a file of %zu bytes is no model", file->size);
    uint64_t length = load_little_endian((const unsigned char *)file->bytes, PREFIX);
    if (file->bytes[PREFIX - 1] >= ' ' && file->bytes[PREFIX - 1] <= '~')
        return gr_scan_fail(&p->scan, "this looks like text, not like a model (MODEL "
                            "stands before DATA)");
    if (length > GR_SAFETENSORS_HEADER)
        return gr_scan_fail(&p->scan, "a header of %" PRIu64 " bytes is longer than %d",
                            length, GR_SAFETENSORS_HEADER);
    if (length > file->size - PREFIX)
        return gr_scan_fail(&p->scan, "a header of %" PRIu64 " bytes does not fit into a "
                            "file of %zu", length, file->size);
    if ((PREFIX + length) % GR_SAFETENSORS_ALIGN != 0)
        return gr_scan_fail(&p->scan, "a header of %" PRIu64 " bytes does not end at a "
                            "multiple of %d", length, GR_SAFETENSORS_ALIGN);
    p->scan.position = PREFIX;
    p->scan.length = PREFIX + (size_t)length;
    p->data = file->size - p->scan.length;
    return GRADUS_OK;
}

static gradus_status parse_metadata(parser *p, gr_safetensors *file)
{
    gradus_status status;
    size_t format, digits;
    GR_TRY(gr_scan_literal(&p->scan, before_format));
    digits = p->scan.position;
    GR_TRY(gr_scan_size(&p->scan, NULL, &format));
    if (format > GR_SAFETENSORS_FORMAT)
        GR_TRY(gr_fail(GRADUS_MODEL,
                       "%s: byte %zu: the file has format %zu, this gradus reads format "
                       "%d: use a newer gradus", p->scan.path, digits, format,
                       GR_SAFETENSORS_FORMAT));
    GR_TRY(gr_scan_literal(&p->scan, before_check));
    if (p->scan.position != check_start || p->scan.length - check_start < GR_HEX_DIGITS)
        GR_TRY(gr_scan_fail(&p->scan, "the check begins at byte %zu", check_start));
    p->scan.position += GR_HEX_DIGITS;
    GR_TRY(gr_scan_literal(&p->scan, before_text));
    file->text_start = p->scan.position + 1;
    GR_TRY(gr_scan_string(&p->scan, NULL, &file->text));
    GR_TRY(gr_scan_literal(&p->scan, "}"));
done:
    return status;
}

static gradus_status parse_precision(parser *p, gr_safetensors *file)
{
    gradus_precision precision;
    if (gr_scan_skip(&p->scan, "F32"))
        precision = GRADUS_FLOAT32;
    else if (gr_scan_skip(&p->scan, "F64"))
        precision = GRADUS_FLOAT64;
    else
        return gr_scan_fail(&p->scan, "F32 or F64 belongs here");
    if (file->tensors > 0 && precision != file->precision)
        return gr_scan_fail(&p->scan, "all tensors have the same dtype");
    file->precision = precision;
    return GRADUS_OK;
}

/* [size,..] of one to three sizes */
static gradus_status parse_shape(parser *p, gr_safetensor *tensor)
{
    gradus_status status;
    GR_TRY(gr_scan_literal(&p->scan, "["));
    do {
        if (tensor->rank == GR_SAFETENSORS_RANK)
            GR_TRY(gr_scan_fail(&p->scan, "a tensor has at most %d dimensions",
                                GR_SAFETENSORS_RANK));
        GR_TRY(gr_scan_size(&p->scan, NULL, &tensor->shape[tensor->rank++]));
    } while (gr_scan_skip(&p->scan, ","));
    GR_TRY(gr_scan_literal(&p->scan, "]"));
done:
    return status;
}

/* The tensor must begin where the one before it ends, and end inside the file. */
static gradus_status check_place(parser *p, gr_safetensor *tensor, size_t width,
                                 const size_t offsets[2])
{
    if (!count_values(tensor, width))
        return gr_scan_fail(&p->scan,
                            "a tensor has at least 1 and fewer than 2^%zu bytes",
                            8 * sizeof(size_t));
    if (offsets[0] != p->from)
        return gr_scan_fail(&p->scan,
                            "a tensor that begins at %zu instead of %zu leaves a "
                            "hole or overlaps", offsets[0], p->from);
    if (tensor->count * width > p->data - p->from)
        return gr_scan_fail(&p->scan,
                            "a tensor of %zu values does not fit into a file of "
                            "%zu bytes", tensor->count, p->scan.length + p->data);
    if (offsets[1] != p->from + tensor->count * width)
        return gr_scan_fail(&p->scan,
                            "a tensor of %zu values from %zu does not end at %zu",
                            tensor->count, p->from, offsets[1]);
    p->from = offsets[1];
    return GRADUS_OK;
}

static gradus_status parse_tensor(parser *p, gr_safetensors *file)
{
    gradus_status status;
    gr_safetensor tensor = {.rank = 0};
    char *name = NULL;
    size_t offsets[2], start = p->scan.position;
    uint32_t code;
    GR_TRY(gr_scan_string(&p->scan, NULL, &name));
    size_t length = strlen(name);
    GR_TRY(gr_values_add(file->context, &p->names, name, length, &code));
    if (code != file->tensors || length == 0 || length >= GR_SAFETENSORS_NAME ||
        file->tensors == GR_SAFETENSORS_TENSORS) {
        p->scan.position = start;
        GR_TRY(gr_scan_fail(&p->scan,
                            "a tensor needs a name of its own, of 1 to %d bytes, "
                            "and there are at most %d tensors", GR_SAFETENSORS_NAME - 1,
                            GR_SAFETENSORS_TENSORS));
    }
    GR_TRY(gr_scan_literal(&p->scan, ":{\"dtype\":\""));
    GR_TRY(parse_precision(p, file));
    GR_TRY(gr_scan_literal(&p->scan, "\",\"shape\":"));
    GR_TRY(parse_shape(p, &tensor));
    GR_TRY(gr_scan_literal(&p->scan, ",\"data_offsets\":["));
    GR_TRY(gr_scan_size(&p->scan, NULL, &offsets[0]));
    GR_TRY(gr_scan_literal(&p->scan, ","));
    GR_TRY(gr_scan_size(&p->scan, NULL, &offsets[1]));
    GR_TRY(check_place(p, &tensor, gr_safetensors_width(file), offsets));
    GR_TRY(gr_scan_literal(&p->scan, "]}"));
    GR_TRY(gr_safetensors_add(file, name, tensor.rank, tensor.shape));
    file->tensor[file->tensors - 1].count = tensor.count;
done:
    gr_release(file->context, name);
    return status;
}

/* Nothing stands in the header but what was read, and every byte is as it was written. */
static gradus_status check_bytes(parser *p, gr_safetensors *file)
{
    gradus_status status;
    gr_text head = {.context = file->context};
    char check[GR_HEX_DIGITS + 1];
    if (p->from != p->data)
        GR_TRY(gr_scan_fail(&p->scan, "the tensors end at byte %zu, the file at %zu",
                            p->scan.length + p->from, file->size));
    GR_TRY(write_head(file, file->bytes + check_start, &head));
    GR_TRY(gr_scan_same(&p->scan, head.text, head.length));
    GR_TRY(compute_check(file, check));
    if (memcmp(check, file->bytes + check_start, GR_HEX_DIGITS) != 0) {
        p->scan.position = check_start;
        GR_TRY(gr_scan_fail(&p->scan, "the check of these bytes is %s", check));
    }
done:
    gr_release(file->context, head.text);
    return status;
}

gradus_status gr_safetensors_parse(gr_safetensors *file, const char *path)
{
    gradus_status status;
    parser p = {.scan = {.context = file->context, .path = path, .text = file->bytes,
                         .length = file->size}};
    GR_TRY(parse_length(&p, file));
    GR_TRY(parse_metadata(&p, file));
    while (gr_scan_skip(&p.scan, ","))
        GR_TRY(parse_tensor(&p, file));
    GR_TRY(gr_scan_literal(&p.scan, "}"));
    GR_TRY(check_bytes(&p, file));
    char *values = file->bytes + p.scan.length;
    for (size_t i = 0; i < file->tensors; i++) {
        gr_safetensor *tensor = &file->tensor[i];
        tensor->values = values;
        values += tensor->count * gr_safetensors_width(file);
        values_from_file(tensor->values, tensor->count, gr_safetensors_width(file));
    }
done:
    gr_values_free(file->context, &p.names);
    return status;
}
