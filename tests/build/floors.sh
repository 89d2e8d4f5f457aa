#!/bin/sh
# tests/build/floors.sh - floors 0 to 3, but for readers of files, and bits.c as one static
# program: for machines without the foreign libraries of the rest.
#
# Usage: floors.sh SOURCE_ROOT COMPILER PROGRAM
# SPDX-License-Identifier: MIT
set -eu
root=$1 compiler=$2 program=$3
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# Of the host's headers only those that are nothing but headers.
mkdir "$work/include"
ln -s /usr/include/Random123 /usr/include/xxhash.h "$work/include"
flags="-std=c11 -O2 -D_POSIX_C_SOURCE=200809L -ffp-contract=off -fno-math-errno
    -fno-trapping-math -I$root/include -I$root/src -isystem $work/include"

compile() { # object, source, further flags
    object=$work/$1.o source=$2
    shift 2
    # shellcheck disable=SC2086
    "$compiler" $flags "$@" -c "$source" -o "$object"
}

for bits in 32 64; do
    for source in "$root"/src/kernels/*.c; do
        name=$(basename "$source" .c)
        [ "$name" = dispatch ] || { [ "$name" = elementary ] && [ $bits = 32 ]; } ||
            compile "kernel_${name}_$bits" "$source" -DGR_REAL_BITS=$bits \
                -DGR_VARIANT=f${bits}_ref -DGR_CPU=GR_CPU_REF -DGR_VECTOR_BYTES=16 \
                -DGR_VECTOR_REGISTERS=16
    done
done
for source in "$root"/src/base/*.c "$root"/src/net/*.c "$root"/src/train/*.c \
    "$root"/src/kernels/dispatch.c; do
    name=$(basename "$source" .c)
    [ "$name" = stream ] || compile "$name" "$source" # it reads gzip
done
compile bits "$root/tests/build/bits.c"
"$compiler" -static "$work"/*.o -o "$program" -lm -lpthread
