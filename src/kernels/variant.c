/*
 * kernels/variant.c - the kernels of one precision and instruction set
 *
 * SPDX-License-Identifier: MIT
 */
#include "kernels/real.h"

const gr_kernels GR_NAME(kernels) = {
    .cpu = GR_CPU,
    .precision = GR_REAL_BITS == 32 ? GRADUS_FLOAT32 : GRADUS_FLOAT64,
    .size = sizeof(real),
    .width = GR_LINE / sizeof(real),
    .tile = GR_TILE,
    .lanes = GR_VECTOR_BYTES == GR_LINE ? GR_GROUP_ROWS : 0,
    .abreast_inputs = GR_ABREAST_INPUTS,
    .product = GR_NAME(product),
    .narrow = GR_NAME(narrow),
    .narrow_gradient = GR_NAME(narrow_gradient),
    .input_gradient = GR_NAME(input_gradient),
    .input_gradient_room = GR_NAME(input_gradient_room),
    .abreast = GR_NAME(abreast),
    .single = GR_NAME(single),
    .small_forward = GR_NAME(small_forward),
    .small_backward = GR_NAME(small_backward),
    .pack = GR_NAME(pack),
    .unpack = GR_NAME(unpack),
    .transpose = GR_NAME(transpose),
    .pack_tiles = GR_NAME(pack_tiles),
    .column_sums = GR_NAME(column_sums),
    .activate = GR_NAME(activate),
    .lose = GR_NAME(lose),
    .scale_rows = GR_NAME(scale_rows),
    .add = GR_NAME(add),
    .add_scaled = GR_NAME(add_scaled),
    .scale = GR_NAME(scale),
    .norm_forward = GR_NAME(norm_forward),
    .norm_backward = GR_NAME(norm_backward),
    .norm_infer = GR_NAME(norm_infer),
    .random = GR_NAME(random),
    .dropout = GR_NAME(dropout),
    .update = GR_NAME(update),
    .square_sum = GR_NAME(square_sum),
    .find_not_finite = GR_NAME(find_not_finite),
    .gather = GR_NAME(gather),
    .gather_labels = GR_NAME(gather_labels),
    .from_double = GR_NAME(from_double),
    .to_double = GR_NAME(to_double),
    .peak = GR_NAME(peak),
};
