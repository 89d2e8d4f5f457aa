# tests/cli/documents.sh - every command line of the help texts and of documents
# Usage: documents.sh GRADUS [PART]: the pages of one part (meson.build), or all of them.
# SPDX-License-Identifier: MIT

. "$(dirname "$0")/lib.sh"
part=${2:-}

# The part of a page. Pages that show the same lab stand together, so that it runs once.
part_of()
{
    case ${1#"$root"/} in
    help) echo help ;;
    docs/commands/lab.md) echo labs ;;
    docs/commands/*) echo commands ;;
    README.md | docs/tour.md | docs/math/descent.md | docs/math/losses.md | \
        docs/math/depth-theorems.md | docs/math/universal-approximation.md) echo tour ;;
    *) echo labs ;;
    esac
}

wanted()
{
    [ -z "$part" ] || [ "$part" = "$(part_of "$1")" ]
}

if [ ! -e examples/data/iris.csv ]; then
    skip 'documents' 'examples/data is not there'
    finish
fi
mkdir bin
ln -s "$program" bin/gradus
PATH=$work/bin:$PATH
export PATH

if wanted help; then
    for verb in $(verbs); do
        gradus $verb --help | sed -n '/^Examples/,$p' | sed -n 's/^  //p'
    done >lines
    check 'two examples for each verb' [ "$(wc -l <lines)" -eq $((2 * $(verbs | wc -l))) ]
    sed 's/^/$ /' lines >help
    run_page help
    rm -f ./*.gradus
fi

# Bounds are others where they are not proved: what these print is not compared then.
if gradus --version --verbose | grep -q '^proofs *off'; then
    uncompared='^gradus (approximate|lab (training|polynomial|tiles))'
fi
for page in "$root"/README.md "$root"/docs/tour.md "$root"/docs/commands/*.md \
    "$root"/docs/math/*.md; do
    wanted "$page" || continue
    check "$(basename "$page") has examples" grep -q '^\$ ' "$page"
    run_page "$page"
    rm -f ./*.gradus ./*.csv ./*.conf ./*.txt ./*.html ./*.svg
done

check "part '$part' has pages" [ "$cases" -gt 0 ]
finish
