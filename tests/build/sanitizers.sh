#!/bin/sh
# tests/build/sanitizers.sh - the unit tests and a training run under AddressSanitizer and
# UndefinedBehaviorSanitizer. Builds in BUILD/sanitizers, which stays for the next time.
# SPDX-License-Identifier: MIT
. "$(dirname "$0")/../tap.sh"

folder=$build/sanitizers
set_up() {
    [ -f "$folder/build.ninja" ] || meson setup "$folder" "$root" -Dtests=enabled \
        --buildtype debugoptimized -Db_sanitize=address,undefined -Db_lundef=false \
        -Dwerror=false # gcc's warnings are for code without the sanitizers' calls
}

ok "sets up" set_up
ok "builds" ninja -C "$folder"
UBSAN_OPTIONS=halt_on_error=1:print_stacktrace=1
export UBSAN_OPTIONS
meson test -C "$folder" --suite unit > "$work/log" 2>&1
log=$folder/meson-logs/testlog.json
python3 -c 'import json, sys
for line in open(sys.argv[1]):
    test = json.loads(line)
    print(test["result"], test["name"])' "$log" > "$work/results"
ok "the unit tests ran" [ -s "$work/results" ]
while read -r result name; do
    ok "unit test $name" [ "$result" = OK ]
done < "$work/results"
ok "a training run" "$folder/gradus" train "$root/examples/data/iris.csv" --target class \
    --epochs 2 --threads 2 -o "$work/m.gradus"
ok "a prediction" "$folder/gradus" predict "$work/m.gradus" "$root/examples/data/iris.csv"
finish
