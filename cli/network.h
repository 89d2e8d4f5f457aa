/*
 * cli/network.h - networks as text
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef CLI_NETWORK_H
#define CLI_NETWORK_H

#include "report.h"

/* --network: the text of the file of this name, or the value itself where it has blanks;
 * on one line, without comments.  Errors   IO, ARGUMENT, MEMORY. */
gradus_status network_read(cli_settings *settings);

/* On the line being made: "108 -> 64 relu -> 2 softmax; 11,266 weights". In JSON:
 * network, inputs, outputs, parameters, precision. */
void network_say(cli_report *report, const gradus_net *net);

/* The graph, a line a layer: its shape, its parameters, the size of its weights. */
gradus_status network_layers(cli_report *report, const gradus_net *net);

#endif
