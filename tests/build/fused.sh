#!/bin/sh
# tests/build/fused.sh - no compiler fuses a * b + c by itself (docs/design/numbers.md).
# SPDX-License-Identifier: MIT
. "$(dirname "$0")/../tap.sh"

# The flags of every compilation of the library and the command, one line each.
python3 - "$build" > "$work/flags" <<'PYTHON'
import json, sys
for entry in json.load(open(sys.argv[1] + "/compile_commands.json")):
    if "/src/" in entry["file"] or "/cli/" in entry["file"]:
        print(entry["command"])
PYTHON

ok "the library's compilations are known" [ "$(wc -l < "$work/flags")" -gt 20 ]
ok "every file is compiled with -ffp-contract=off" \
    [ "$(grep -c -- ' -ffp-contract=off ' "$work/flags")" -eq "$(wc -l < "$work/flags")" ]
fails "no flag trades exactness for speed" grep -qE -- \
    '-ffast-math|-Ofast|-funsafe|-fassociative|-march=native|-ffp-contract=(on|fast)' \
    "$work/flags"

cat > "$work/f.c" <<'CODE'
double f(double a, double b, double c);
double f(double a, double b, double c)
{
    return a * b + c;
}
CODE

fuses() { # COMPILER FLAG...: its code for f has a fused instruction
    "$@" -std=c11 -O3 -mfma -S "$work/f.c" -o "$work/f.s" && grep -q vfmadd "$work/f.s"
}

for compiler in gcc clang; do
    if ! command -v $compiler > /dev/null || [ "$(uname -m)" != x86_64 ]; then
        skip "$compiler fuses nothing" "$compiler for x86-64 is not there"
        continue
    fi
    fails "$compiler fuses nothing" fuses $compiler -ffp-contract=off
    ok "$compiler would fuse without the flag" fuses $compiler -ffp-contract=fast
done
finish
