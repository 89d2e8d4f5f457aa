/*
 * cli/picture.c - a figure written to a file, or into the report
 *
 * SPDX-License-Identifier: MIT
 */
#include <string.h>
#include <unistd.h>

#include "chart_draw.h"
#include "message.h"
#include "output.h"
#include "page.h"

void figure_svg(const cli_figure *figure, FILE *stream)
{
    fputs("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n", stream);
    svg_figure(figure, stream, true);
}

void figure_section(const cli_figure *figure, FILE *stream)
{
    fputs("<section>\n<figure>\n", stream);
    svg_figure(figure, stream, false);
    fputs("<figcaption class=\"small\">", stream);
    page_escape(stream, figure->about);
    fputs("</figcaption>\n</figure>\n<details><summary>the numbers</summary>\n", stream);
    for (size_t i = 0; i < figure->charts; i++)
        chart_table(figure->chart[i], stream);
    fputs("</details>\n</section>\n", stream);
}

void figure_page(const cli_figure *figure, FILE *stream)
{
    page_start(stream, figure->title, NULL);
    figure_section(figure, stream);
    page_end(stream);
}

void figure_report(const cli_figure *figure, cli_report *report)
{
    figure_json(figure, report);
    figure_text(figure, report);
}

/* An ending that promises something else than what would be written. */
static bool is_other_format(const char *path)
{
    static const char *const other[] = {".png", ".jpg", ".jpeg", ".gif", ".pdf", ".eps", ".ps"};
    const char *end = strrchr(path, '.');

    for (size_t i = 0; end && i < sizeof other / sizeof *other; i++)
        if (strcmp(end, other[i]) == 0)
            return true;
    return false;
}

gradus_status picture_check(const cli_settings *settings)
{
    if (!settings->picture)
        return GRADUS_OK;
    if (is_other_format(settings->picture))
        return fail(GRADUS_ARGUMENT, "--picture: \"%s\": pictures are SVG or HTML: name it "
                    "so, browsers and Inkscape convert it", settings->picture);
    if (strcmp(settings->picture, "-") == 0 && settings->json)
        return fail(GRADUS_ARGUMENT,
                    "--picture - and --json both want standard output: drop one");
    return output_check(settings->picture, settings->force);
}

bool picture_is_page(const char *path)
{
    const char *end = strrchr(path, '.');

    return end && strcmp(end, ".html") == 0;
}

gradus_status picture_write(const cli_settings *settings, const cli_figure *figure)
{
    const char *path = settings->picture;
    cli_output output;
    gradus_status status = figure_state(figure);

    if (!path || status != GRADUS_OK)
        return status;
    status = output_open(&output, path, settings->force);
    if (status != GRADUS_OK)
        return status;
    if (picture_is_page(path))
        figure_page(figure, output.stream);
    else
        figure_svg(figure, output.stream);
    return output_commit(&output);
}

static bool is_stdout(const char *path)
{
    return path && strcmp(path, "-") == 0;
}

gradus_status picture_tell(const cli_settings *settings, const cli_figure *figure,
                           cli_report *report)
{
    const bool busy = is_stdout(settings->picture) || is_stdout(settings->output);
    gradus_status status = picture_write(settings, figure);

    if (status == GRADUS_OK)
        status = report_state(report);
    if (status != GRADUS_OK)
        return status;
    if (settings->json)
        report_print_json(report, stdout);
    else if (settings->log != LOG_NONE)
        report_print(report, busy ? stderr : stdout);
    return GRADUS_OK;
}
