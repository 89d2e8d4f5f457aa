#!/bin/sh
# tools/symbols.sh BUILD - what the libraries of a release build show and what they need.
#
#   - libgradus.so, and libgradus_proof.so where it is built, show nothing but gradus_*;
#   - every global name of libgradus.a, and of libgradus_proof.a, starts with gradus_ or gr_;
#   - libgradus_proof uses public functions of libgradus only;
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

proof=
[ ! -f "$build/libgradus_proof.a" ] || proof=libgradus_proof

for library in libgradus $proof; do
    for name in $(nm -D --defined-only "$build/$library.so" |
        awk '$2 != "A" { print $NF }' | sed 's/@.*//'); do
        case $name in
        gradus_*) ;;
        *) complain "$library.so shows $name: only gradus_* is public" ;;
        esac
    done
    for name in $(nm -g --defined-only "$build/$library.a" | awk 'NF == 3 { print $3 }' |
        sort -u); do
        case $name in
        gradus_* | gr_*) ;;
        *) complain "$library.a has the global name $name: start it with gr_" ;;
        esac
    done
done

if [ -n "$proof" ]; then
    own=" $(nm -g --defined-only "$build/$proof.a" | awk 'NF == 3 { print $3 }' | tr '\n' ' ') "
    for name in $(nm -u "$build/$proof.a" | awk '$1 == "U" && $2 ~ /^gr_/ { print $2 }' |
        sort -u); do
        case $own in
        *" $name "*) ;;
        *) complain "$proof.a calls $name: of libgradus only what is public" ;;
        esac
    done
fi

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
