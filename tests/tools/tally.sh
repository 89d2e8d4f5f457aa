#!/bin/sh
# tests/tools/tally.sh - cases are added up, and what is not reported counts as failed.
# SPDX-License-Identifier: MIT
. "$(dirname "$0")/../tap.sh"

tally() { # RESULT, TAP...: one program's log
    result=$1
    shift
    printf '{"name": "t", "result": "%s", "stdout": "%s"}\n' "$result" "$*" >> "$work/log"
}

sums_to() { # LINE CODE NAME
    python3 "$root/tools/tally.py" "$work/log" > "$work/out"
    code=$?
    ok "$3: $1" [ "$(tail -n 1 "$work/out")" = "$1" ]
    ok "$3: exit code $2" [ $code -eq "$2" ]
    : > "$work/log"
}

tally OK 'TAP version 13\n1..3\nok 1 - a\nok 2 - b # SKIP why\nok 3\n'
tally OK 'ok 1 - # not a case of its own\n1..1\n'
sums_to "3 passed, 0 failed, 1 skipped" 0 "all well"
tally FAIL '1..2\nok 1 - a\nnot ok 2 - b\n# why\n'
sums_to "1 passed, 1 failed, 0 skipped" 1 "a failure"
tally ERROR '1..5\nok 1 - a\nok 2 - b\n'
sums_to "2 passed, 3 failed, 0 skipped" 1 "a crash"
tally TIMEOUT 'ok 1 - a\n'
sums_to "1 passed, 1 failed, 0 skipped" 1 "no plan"
tally FAIL '1..1\nok 1 - a\n'
sums_to "1 passed, 1 failed, 0 skipped" 1 "a bad exit code"
tally OK 'hello\n'
tally FAIL ''
tally SKIP ''
sums_to "1 passed, 1 failed, 1 skipped" 1 "programs without TAP"
sums_to "0 passed, 0 failed, 0 skipped" 1 "no test at all"
finish
