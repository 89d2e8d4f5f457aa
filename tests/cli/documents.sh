# tests/cli/documents.sh - every command line of the help texts and of documents
# SPDX-License-Identifier: MIT

. "$(dirname "$0")/lib.sh"

if [ ! -e examples/data/iris.csv ]; then
    skip 'documents' 'examples/data is not there'
    finish
fi
mkdir bin
ln -s "$program" bin/gradus
PATH=$work/bin:$PATH
export PATH

# Runs the lines of a list, one after the other, in one folder. A line that ends in
# "# exit N" is expected to; all others to succeed.
run_lines()
{
    while IFS= read -r line; do
        want=$(printf '%s' "$line" | sed -n 's/.*# exit \([0-9]*\)$/\1/p')
        sh -c "$line" >out 2>err </dev/null
        code=$?
        check "$2: $line" [ "$code" -eq "${want:-0}" ]
    done <"$1"
}

for verb in train predict eval inspect explain flow landscape check lab bench help; do
    gradus $verb --help | sed -n '/^Examples/,$p' | sed -n 's/^  //p'
done >lines
check 'two examples for each verb' [ "$(wc -l <lines)" -eq 22 ]
run_lines lines help
rm -f ./*.gradus

for page in "$root"/docs/commands/*.md "$root"/docs/tour.md "$root"/docs/math/*.md; do
    # Lines that begin with "$ "; one that ends in a backslash goes on.
    sed -n '/^\$ /{:more
        /\\$/{N
            s/\\\n *//
            bmore
        }
        s/^\$ //p
    }' "$page" >lines
    case $page in
    */math/*) ;;
    *) check "$(basename "$page") has examples" [ -s lines ] ;;
    esac
    run_lines lines "$(basename "$page")"
    shown_lines "$page" '^\\$ gradus (explain|lab)'
    rm -f ./*.gradus ./*.csv ./*.conf ./*.txt ./*.html ./*.svg
done

finish
