#!/bin/sh
# tests/build/memcheck.sh - training, predicting and evaluating under valgrind: no error,
# nothing lost, nothing left.
# SPDX-License-Identifier: MIT
. "$(dirname "$0")/../tap.sh"

memcheck() {
    valgrind --quiet --error-exitcode=99 --leak-check=full --show-leak-kinds=all \
        --errors-for-leak-kinds=all "$build/gradus" "$@"
}

table=$root/examples/data/iris.csv
if ! command -v valgrind > /dev/null; then
    skip "training" "no valgrind"
elif nm "$build/gradus" 2> /dev/null | grep -q '__asan\|__tsan'; then
    skip "training" "a sanitizer's build"
else
    ok "training" memcheck train "$table" --target class --epochs 3 --threads 2 \
        -o "$work/m.gradus"
    ok "training with the plain kernels" memcheck train "$table" --target class --epochs 2 \
        --cpu ref
    ok "predicting" memcheck predict "$work/m.gradus" "$table"
    ok "evaluating" memcheck eval "$work/m.gradus" "$table"
    ok "inspecting" memcheck inspect "$work/m.gradus"
    echo "a,b" > "$work/bad.csv"
    memcheck train "$work/bad.csv" --target b > "$work/out" 2>&1
    code=$?
    ok "refusing bad input" [ $code -eq 3 ]
fi
finish
