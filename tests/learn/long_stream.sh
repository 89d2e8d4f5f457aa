#!/bin/sh
# tests/learn/long_stream.sh - ten million rows through a pipe, in constant memory
#
# Usage: long_stream.sh PROGRAM SOURCE_ROOT
# SPDX-License-Identifier: MIT
set -u
program=$1 root=$2
rows=10000000
most=100000 # KB
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

echo "TAP version 13"
echo "1..2"
"$program" train "$root/examples/data/iris.csv" --target class --hidden 4 --epochs 5 \
    --log none -o "$work/m.gradus" 2> "$work/err"

{
    echo sepal_length,sepal_width,petal_length,petal_width
    yes 5.1,3.5,1.4,0.2 | head -n $rows
} | python3 -c 'import resource, subprocess, sys
code = subprocess.call(sys.argv[1:])
print(code, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss, file=sys.stderr)' \
    "$program" predict "$work/m.gradus" - --only prediction 2> "$work/said" |
    wc -l > "$work/lines"
read -r code used <<END
$(tail -n 1 "$work/said")
END
echo "# exit code $code, $used KB of memory"
if [ "$(cat "$work/lines")" -eq $((rows + 1)) ] && [ "$code" -eq 0 ]; then
    echo "ok 1 - $rows rows are answered"
else
    echo "not ok 1 - $rows rows are answered"
fi
if [ "$used" -lt $most ]; then
    echo "ok 2 - in less than $most KB"
else
    echo "not ok 2 - in less than $most KB"
fi
