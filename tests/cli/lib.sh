# tests/cli/lib.sh - what the scripts of this folder share. They are called with the
# program as first argument, print TAP, and begin with
#
#     . "$(dirname "$0")/lib.sh"
#
# Each works in a fresh folder, where `examples` leads to the examples of the source tree.
# After run, the files out and err and $code say what the program did.
#
# SPDX-License-Identifier: MIT

set -u
LC_ALL=C
export LC_ALL
unset NO_COLOR

here=$(cd "$(dirname "$0")" && pwd)
program=$(cd "$(dirname "$1")" && pwd)/$(basename "$1")
root=${GRADUS_SOURCE_ROOT:-$(cd "$here/../.." && pwd)}
if [ ! -x "$program" ]; then
    echo "Bail out! $program is no program"
    exit 1
fi
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work" || exit 1
ln -s "$root/examples" examples

cases=0
failures=0

ok()
{
    cases=$((cases + 1))
    printf 'ok %s - %s\n' $cases "$1"
}

not_ok()
{
    cases=$((cases + 1))
    failures=$((failures + 1))
    printf 'not ok %s - %s\n' $cases "$1"
}

skip()
{
    cases=$((cases + 1))
    printf 'ok %s - %s # SKIP %s\n' $cases "$1" "$2"
}

# listens PROGRAM ARGUMENTS...: runs it so that it hears all signals: a shell starts what runs
# in the background with SIGINT and SIGQUIT ignored, and nohup with SIGHUP. Needs Python.
listens()
{
    exec python3 -c 'import os, signal, sys
signal.signal(signal.SIGINT, signal.SIG_DFL)
signal.signal(signal.SIGQUIT, signal.SIG_DFL)
signal.signal(signal.SIGHUP, signal.SIG_DFL)
os.execv(sys.argv[1], sys.argv[1:])' "$@"
}

# hears PID: waits until it has a handler of SIGTERM, 15.
hears()
{
    tries=0
    until [ $tries -eq 200 ] ||
        grep -q '^SigCgt:.*[4567cdef]...$' "/proc/$1/status" 2>/dev/null; do
        sleep 0.05
        tries=$((tries + 1))
    done
}

# What the last run said, as TAP comments.
tell()
{
    echo "# exit code $code"
    head -c 3000 out | sed 's/^/# out: /'
    head -c 3000 err | sed 's/^/# err: /'
}

finish()
{
    echo "1..$cases"
    [ "$failures" -eq 0 ]
    exit
}

run()
{
    "$program" "$@" >out 2>err </dev/null
    code=$?
}

# check NAME COMMAND...: the command succeeds.
check()
{
    name=$1
    shift
    if "$@"; then
        ok "$name"
    else
        not_ok "$name"
        tell
    fi
}

# gives CODE NAME ARGUMENTS...: exit code.
gives()
{
    want=$1
    name=$2
    shift 2
    run "$@"
    check "$name" [ "$code" -eq "$want" ]
}

# The verbs that the command has, in its order, one a line.
verbs()
{
    "$program" help | sed -n '/^gradus VERB/,/^$/s/^  \([a-z]*\) .*/\1/p'
}

# refuses CODE TEXT ARGUMENTS...: exit code, text on standard error, nothing on standard
# output, and every line of the message is one of ours.
refuses()
{
    want=$1
    text=$2
    shift 2
    run "$@"
    if [ "$code" -eq "$want" ] && grep -qF -- "$text" err && [ ! -s out ]; then
        ok "$want: $text"
    else
        not_ok "$want: $text"
        tell
    fi
}

says()
{
    check "says: $1" grep -qF -- "$1" err
}

prints()
{
    check "prints: $1" grep -qF -- "$1" out
}

# exactly NAME FILE: the text is that of tests/cli/NAME; BLESS=1 writes it anew.
exactly()
{
    if [ -n "${BLESS:-}" ]; then
        cp "$2" "$here/$1"
    fi
    if diff "$here/$1" "$2" >difference 2>&1; then
        ok "text of $1"
    else
        not_ok "text of $1 (make bless accepts it)"
        sed 's/^/# /' difference
    fi
    rm -f difference
}

# The words and lines of a text without what was learned, measured or chosen: every number
# is a 9, every run of blanks a blank.
shape()
{
    sed -e 's/[0-9a-f]\{4\}\(-[0-9a-f]\{4\}\)\{3\}/DIGEST/' -e 's/-*[0-9][0-9.,]*/9/g' \
        -e 's/9 \*/9/' -e 's/   */ /g' -e '/^repeat/,$d' "$1"
}

# A small table with two classes that two numbers and a category tell apart.
make_table()
{
    awk 'BEGIN {
        print "size,weight,colour,kind"
        for (i = 0; i < 120; i++) {
            a = (i * 37) % 100; b = (i * 53) % 89; c = i % 3
            print a "," b / 10 "," substr("redtangum", 3 * c + 1, 3) "," \
                (a + b + 20 * c > 105 ? "big" : "small")
        }
    }' >"$1"
}

# The same inputs with a number to learn.
make_numbers()
{
    awk 'BEGIN {
        print "x,y,z"
        for (i = 0; i < 100; i++) {
            x = (i * 37) % 100; y = (i * 61) % 97
            print x "," y "," 3 * x - 2 * y + 7.5
        }
    }' >"$1"
}

is_model()
{
    "$program" inspect "$1" >/dev/null 2>err
}

has_python()
{
    python3 -c 'pass' 2>/dev/null
}

# Whether the program was built with libgradus_proof.
has_proof()
{
    ! "$program" check error none x --on 0:1 2>&1 </dev/null | grep -q 'without Arb'
}

# Runs a line of a document into out, err and $code. What a lab, or a check of the library,
# printed once, it prints again.
run_line()
{
    kept=kept.$(printf '%s' "$1" | cksum | tr -d ' \n')
    if [ -e "$kept" ]; then
        cp "$kept" out
        code=0
        return
    fi
    sh -c "$1" >out 2>err </dev/null
    code=$?
    case $1 in
    'gradus lab '* | 'gradus check grad --self') [ "$code" -ne 0 ] || cp out "$kept" ;;
    esac
}

# Whether the lines of the file `shown`, where there are any, stand in out, in this order.
compare()
{
    [ -s shown ] || return 0
    want=$((want + $(wc -l <shown)))
    found=$((found + $(awk '
        NR == FNR { line[++n] = $0 ""; next }
        at < n && $0 "" == line[at + 1] { at++ }
        END { if (at < n) print "# not printed: " line[at + 1] >"missing"; print at + 0 }
    ' shown out)))
    if [ -e missing ]; then
        cat missing
        rm missing
    fi
    : >shown
}

# Runs line $1 of a page, if this build can, and checks its exit code.
run_example()
{
    case $1 in
    'gradus check error '*)
        if ! has_proof; then
            compared=false
            skip "$title: $1" 'it was built without Arb'
            return
        fi ;;
    esac
    if [ -n "${uncompared:-}" ] && echo "$1" | grep -qE "$uncompared"; then
        compared=false
    fi
    expected=$(printf '%s' "$1" | sed -n 's/.*# exit \([0-9]*\)$/\1/p')
    run_line "$1"
    check "$title: $1" [ "$code" -eq "${expected:-0}" ]
}

# A page $1: its lines that begin with "$ ", run one after the other in one folder, succeed, or
# exit with N where they end in "# exit N"; one that ends in a backslash goes on. What is shown
# below one is what it prints: each line of it, in this order; "..." stands for others.
run_page()
{
    awk '/^```/ { shown = 0 }
         more { more = sub(/\\$/, ""); sub(/^ */, "")
                printf "%s%s", $0, more ? "" : "\n"; next }
         /^\$ / { shown = 1; more = sub(/\\$/, ""); printf "%s%s", $0, more ? "" : "\n"; next }
         shown && $0 != "..." && $0 != "" { print "> " $0 }' "$1" >page
    title=$(basename "$1") want=0 found=0
    : >shown
    while IFS= read -r line; do
        case $line in
        '$ '*)
            compare
            compared=true
            run_example "${line#??}" ;;
        *) ! $compared || printf '%s\n' "${line#> }" >>shown ;;
        esac
    done <page
    compare
    [ "$want" -eq 0 ] ||
        check "$title: $want lines are what is printed" [ "$found" -eq "$want" ]
}
