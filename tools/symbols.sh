#!/bin/sh
# tools/symbols.sh BUILD - what the libraries of a release build show and what they need.
#
#   - libgradus.so shows nothing but gradus_*;
#   - every global name of libgradus.a starts with gradus_ or gr_;
#   - of libm only functions that are exact or correctly rounded are used, so that no
#     number depends on the C library (docs/design/numbers.md).
#
# SPDX-License-Identifier: MIT
set -u
build=$1
exact=" sqrt fma fabs floor ceil rint ldexp frexp "
bad=0

complain() {
    echo "$1"
    bad=1
}

for file in libgradus.so libgradus.a; do
    [ -f "$build/$file" ] || { echo "$build/$file: not there"; exit 2; }
done

for name in $(nm -D --defined-only "$build/libgradus.so" | awk '$2 != "A" { print $NF }' |
    sed 's/@.*//'); do
    case $name in
    gradus_*) ;;
    *) complain "libgradus.so shows $name: only gradus_* is public" ;;
    esac
done

for name in $(nm -g --defined-only "$build/libgradus.a" | awk 'NF == 3 { print $3 }' |
    sort -u); do
    case $name in
    gradus_* | gr_*) ;;
    *) complain "libgradus.a has the global name $name: start it with gr_" ;;
    esac
done

libm=$(${CC:-cc} -print-file-name=libm.so.6)
[ -f "$libm" ] || { echo "libm.so.6: not found"; exit 2; }
functions=" $(nm -D --defined-only "$libm" | awk '{ sub(/@.*/, "", $NF); print $NF }' |
    sort -u | tr '\n' ' ') "
for name in $(nm -u "$build/libgradus.a" | awk '$1 == "U" { print $2 }' | sort -u); do
    case $functions in
    *" $name "*) ;;
    *) continue ;;
    esac
    case $exact in
    *" $name "* | *" ${name%f} "*) ;;
    *) complain "libgradus.a calls $name of libm: use kernels/elementary.h" ;;
    esac
done
exit $bad
