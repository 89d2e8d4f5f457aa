/* data/read.c - a table from a file of any format, recognised by its first bytes.
 *
 * SPDX-License-Identifier: MIT
 */
#include "data/read.h"

#include <string.h>

#include "base/status.h"

void gradus_read_defaults(gradus_read_options *options)
{
    *options = (gradus_read_options){.decimal = '.'};
}

/* Two control characters that no text has (a cell may hold an escape sequence). */
static bool is_binary(const unsigned char *bytes, size_t count)
{
    size_t controls = 0;
    for (size_t i = 0; i < count; i++)
        controls += bytes[i] < 0x20 && memchr("\t\n\v\f\r\x1b", bytes[i], 6) == NULL;
    return controls > 1;
}

/* Formats that are mistaken for tables, by their first bytes. */
static gradus_status refuse_known(const unsigned char *bytes, size_t count,
                                  const char *path)
{
    static const struct {
        const char *start;
        size_t length;
        const char *what;
    } known[] = {
        {"PK\x03\x04", 4, "a zip archive (a spreadsheet, or npz): save it as CSV or npy"},
        {"\xD0\xCF\x11\xE0", 4, "an old spreadsheet: save it as CSV"},
        {"PAR1", 4, "Parquet: convert it to CSV"},
        {"ARROW1", 6, "Arrow: convert it to CSV"},
        {"\x89PNG", 4, "a picture"},
        {"%PDF", 4, "a PDF document"},
        {"\x28\xB5\x2F\xFD", 4, "compressed by zstd: unpack it"},
        {"\xFD" "7zXZ", 5, "compressed by xz: unpack it"},
        {"BZh", 3, "compressed by bzip2: unpack it"},
        {"\xFF\xFE\0\0", 4, "UTF-32 text: save it as UTF-8"},
        {"\0\0\xFE\xFF", 4, "UTF-32 text: save it as UTF-8"},
        {"\xFF\xFE", 2, "UTF-16 text: save it as UTF-8"},
        {"\xFE\xFF", 2, "UTF-16 text: save it as UTF-8"},
    };
    for (size_t i = 0; i < GR_COUNT(known); i++)
        if (count >= known[i].length &&
            memcmp(bytes, known[i].start, known[i].length) == 0)
            return gr_fail(GRADUS_DATA, "%s: is %s", gr_shown_path(path), known[i].what);
    return GRADUS_OK;
}

static const gr_format formats[] = {
#define READER(name, recognise, read) {name, recognise, read},
#include "data/readers.def"
#undef READER
};

/* Options that not every format has. */
static gradus_status check_options(const gradus_read_options *options, const char *path,
                                   const gr_format *format)
{
    bool csv = format->read == gr_csv_read;
    path = gr_shown_path(path);
    if (csv && options->labels != NULL)
        return gr_fail(GRADUS_ARGUMENT,
                       "%s: labels: a CSV has them in a column, name that", path);
    if (!csv && options->categorical != NULL && *options->categorical != 0)
        return gr_fail(GRADUS_ARGUMENT, "%s: categorical: %s files have numbers only",
                       path, format->name);
    return GRADUS_OK;
}

gradus_status gr_source_open(gr_source *source, const char *path,
                             const gr_format **format)
{
    gradus_status status;
    const unsigned char *bytes;
    size_t count, i = 0;
    GR_TRY(gr_stream_open(source->context, path, &source->stream));
    GR_TRY(gr_stream_peek(source->stream, &bytes, &count));
    GR_TRY(refuse_known(bytes, count, path));
    while (i + 1 < GR_COUNT(formats) && !formats[i].recognise(bytes, count))
        i++;
    *format = &formats[i];
    if ((*format)->read == gr_csv_read && is_binary(bytes, count))
        GR_TRY(gr_fail(GRADUS_DATA, "%s: is no text: is it a binary file?",
                       gr_shown_path(path)));
    GR_TRY(check_options(source->options, path, *format));
done:
    if (status != GRADUS_OK) {
        gr_stream_close(source->stream);
        source->stream = NULL;
    }
    return status;
}

gradus_status gr_data_read(const gradus_context *context, const char *path,
                           const gradus_read_options *options, const gr_prep *prep,
                           gradus_data **data)
{
    gr_source source = {.context = context, .options = options, .prep = prep};
    const gr_format *format;
    *data = NULL;
    gradus_status status = gr_source_open(&source, path, &format);
    return status == GRADUS_OK ? format->read(&source, data) : status;
}

gradus_status gradus_data_read(const gradus_context *context, const char *path,
                               const gradus_read_options *options, gradus_data **data)
{
    gradus_read_options defaults;
    gradus_read_defaults(&defaults);
    options = options != NULL ? options : &defaults;
    const gr_prep *prep = options->model != NULL ? gr_model_prep(options->model) : NULL;
    return gr_data_read(gr_context_or_default(context), path, options, prep, data);
}
