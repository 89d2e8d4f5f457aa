#!/bin/sh
# tests/examples.sh - the programs of examples/ run, and learn what they should.
# Usage: examples.sh SOURCE BUILD
# SPDX-License-Identifier: MIT
. "$(dirname "$0")/tap.sh"

iris=$root/examples/data/iris.csv
example() {
    program=$build/examples/example_$1
    shift
    "$program" "$@" > "$work/out" 2>&1 || { cat "$work/out"; false; }
}

ok "xor" example xor
ok "own_activation" example own_activation
ok "train_csv" example train_csv "$iris" class "$work/iris.gradus"
ok "train_csv wrote a model" [ -s "$work/iris.gradus" ]
ok "embed" example embed "$work/iris.gradus" 5.1 3.5 1.4 0.2
ok "embed knows a setosa" grep -q "setosa" "$work/out"
fails "embed without a model" example embed "$work/none.gradus" 1 2 3 4
if [ -f "$build/libgradus_proof.a" ]; then
    ok "proof" example proof
else
    skip "proof" "no libgradus_proof"
fi
finish
