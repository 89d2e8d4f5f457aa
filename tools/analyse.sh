#!/bin/sh
# tools/analyse.sh BUILD [COMPILER ...] - warnings are errors under gcc and clang, or those
# named; cppcheck; shellcheck.
# What is not installed is named and passed over (tools/packages.sh test).
# SPDX-License-Identifier: MIT
set -eu
root=$(cd "$(dirname "$0")/.." && pwd)
build=$1
shift
[ $# -gt 0 ] || set -- gcc clang

for compiler; do
    if ! command -v "$compiler" > /dev/null; then
        echo "analyse: no $compiler"
        continue
    fi
    echo "analyse: $compiler, warnings as errors"
    [ -f "$build/$compiler/build.ninja" ] ||
        CC="$compiler" meson setup "$build/$compiler" "$root" > /dev/null
    ninja -k 0 -C "$build/$compiler" > "$build/$compiler.log" || {
        grep -E '(error|warning|note): |undefined reference' "$build/$compiler.log"
        exit 1
    }
done

if command -v cppcheck > /dev/null; then
    echo "analyse: cppcheck"
    # It takes vectors of the compiler's for arrays that nobody fills.
    vectors=$(grep -l 'kernels/vector.inc' "$root"/src/kernels/*.c | sed 's/^/-i/')
    # shellcheck disable=SC2086
    cppcheck $vectors --quiet --std=c11 --enable=warning,performance,portability \
        --inline-suppr --suppress=missingIncludeSystem --error-exitcode=1 -I "$root/include" \
        -I "$root/src" -I "$root/cli" "$root/src" "$root/cli"
else
    echo "analyse: no cppcheck"
fi

if command -v shellcheck > /dev/null; then
    echo "analyse: shellcheck"
    find "$root/tools" "$root/tests" -name '*.sh' -exec shellcheck --shell=sh \
        --severity=warning --exclude=SC2010,SC2033,SC2034,SC2119,SC2120 --external-sources \
        --source-path=SCRIPTDIR {} +
else
    echo "analyse: no shellcheck"
fi
