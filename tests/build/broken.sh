#!/bin/sh
# tests/build/broken.sh - the gradient check finds every derivative of the library that is
# broken: wrong sign, 0.1 % too large, a term missing, that of another one (broken.edits says
# where, broken.c looks). Takes 30 s.
# SPDX-License-Identifier: MIT
. "$(dirname "$0")/../tap.sh"

here=$root/tests/build
cp -r "$root/src" "$work/src"
files=$(sed -n 's/^\([a-z_/]*\.c\) @ .*/\1/p' "$here/broken.edits" | sort -u)

# -fno-strict-aliasing, as spoiled arrays are seen as doubles.
flags="-std=c11 -O1 -ffp-contract=off -fno-strict-aliasing -w -D_POSIX_C_SOURCE=200809L
    -I$root/include -I$work/src -I$here"
kernel="-fno-math-errno -fno-trapping-math -DGR_REAL_BITS=64 -DGR_VARIANT=f64_ref
    -DGR_CPU=GR_CPU_REF -DGR_VECTOR_BYTES=16 -DGR_VECTOR_REGISTERS=16"

build_broken() {
    for file in $files; do
        awk -v name="$file" -f "$here/broken.awk" "$here/broken.edits" "$root/src/$file" \
            > "$work/src/$file" || return 1
        object=$work/$(echo "$file" | tr / _).o
        case $file in
        kernels/*) more=$kernel ;;
        *) more= ;;
        esac
        # shellcheck disable=SC2086
        ${CC:-cc} $flags $more -include "$here/broken.h" -c "$work/src/$file" -o "$object" ||
            return 1
    done
    # shellcheck disable=SC2086
    ${CC:-cc} $flags "$here/broken.c" "$work"/*.o "$build/libgradus.a" -lz -lm -lpthread \
        -o "$work/broken"
}

ok 'switches are put into copies of the sources' build_broken
ok 'nothing is wrong where nothing is broken' \
    sh -c '"$1" > "$2"' - "$work/broken" "$work/list"
ok 'all derivatives were tried' [ "$(sort -u "$work/list" | wc -l)" -ge 150 ]
while read -r verdict derivative way; do
    ok "$derivative: $way" [ "$verdict" = found ]
done < "$work/list"
finish
