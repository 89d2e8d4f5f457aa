# tests/tap.sh - TAP for shell scripts, which begin with
#
#     . "$(dirname "$0")/../tap.sh"
#
# and get the source folder as $1 and the build folder as $2. $work is a fresh folder.
# SPDX-License-Identifier: MIT
# shellcheck shell=sh

set -u
root=$(cd "$1" && pwd)
build=$(cd "$2" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cases=0
echo "TAP version 13"

# ok NAME COMMAND...: the command succeeds; its output is shown where it does not.
ok() {
    case_name=$1
    shift
    cases=$((cases + 1))
    if "$@" > "$work/.said" 2>&1; then
        echo "ok $cases - $case_name"
    else
        echo "not ok $cases - $case_name"
        tail -n 30 "$work/.said" | sed 's/^/# /'
    fi
}

# fails NAME COMMAND...: the command does not succeed.
fails() {
    failing_name=$1
    shift
    ok "$failing_name" not "$@"
}

not() {
    ! "$@"
}

skip() { # NAME WHY
    cases=$((cases + 1))
    echo "ok $cases - $1 # SKIP $2"
}

finish() {
    echo "1..$cases"
}
