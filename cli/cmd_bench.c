/*
 * cli/cmd_bench.c - gradus bench: how fast this machine trains and predicts
 *
 * SPDX-License-Identifier: MIT
 */
#include <math.h>

#include "bench.h"
#include "commands.h"
#include "config.h"
#include "message.h"

/* What is left open: a table is short and exact, a sweep and a growth have many points. */
static gradus_status resolve(cli_settings *settings)
{
    const bool many = settings->bench.sweep || settings->bench.growth;

    if (settings->bench.sweep && settings->bench.growth)
        return fail(GRADUS_ARGUMENT, "--sweep and --growth are two things: leave one out");
    if (settings->bench.growth && settings->arguments)
        return fail(GRADUS_ARGUMENT,
                    "--growth has shapes of its own: leave %s out, or --growth",
                    settings->argument[0]);
    if (settings->bench.growth && settings->train.fit.batch)
        return fail(GRADUS_ARGUMENT, "--growth has batches of its own: leave --batch out");
    if (isnan(settings->bench.seconds))
        settings->bench.seconds = many ? 0.1 : 0.5;
    if (settings->bench.repeats == 0)
        settings->bench.repeats = settings->bench.sweep ? 7 : 5;
    return GRADUS_OK;
}

static gradus_status run(bench_machine *machine, cli_report *report)
{
    const cli_settings *settings = machine->settings;
    gradus_status status = settings->bench.sweep    ? bench_sweep_run(machine, report)
                           : settings->bench.growth ? bench_growth_run(machine, report)
                                                    : bench_table_run(machine, report);

    if (report_state(report) != GRADUS_OK)
        return GRADUS_MEMORY;
    if (report->length && settings->json)
        report_print_json(report, stdout);
    else if (report->length && settings->log != LOG_NONE)
        report_print(report, stdout);
    return status;
}

gradus_status cmd_bench(cli_settings *settings)
{
    bench_machine machine = {.settings = settings};
    cli_report report;
    gradus_status status;

    if (settings->print_config) {
        config_print(settings, stdout);
        return GRADUS_OK;
    }
    status = resolve(settings);
    if (status != GRADUS_OK)
        return status;
    report_start(&report);
    status = bench_machine_open(settings, &machine);
    if (status == GRADUS_OK)
        status = run(&machine, &report);
    bench_machine_close(&machine);
    report_free(&report);
    return status;
}
