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

for verb in $(verbs); do
    gradus $verb --help | sed -n '/^Examples/,$p' | sed -n 's/^  //p'
done >lines
check 'two examples for each verb' [ "$(wc -l <lines)" -eq $((2 * $(verbs | wc -l))) ]
sed 's/^/$ /' lines >help
run_page help
rm -f ./*.gradus

# Bounds are others where they are not proved: what these print is not compared then.
if gradus --version --verbose | grep -q '^proofs *off'; then
    uncompared='^gradus (approximate|lab (training|polynomial|tiles))'
fi
for page in "$root"/docs/commands/*.md "$root"/docs/tour.md "$root"/docs/math/*.md; do
    case $page in
    */math/*) ;;
    *) check "$(basename "$page") has examples" grep -q '^\$ ' "$page" ;;
    esac
    run_page "$page"
    rm -f ./*.gradus ./*.csv ./*.conf ./*.txt ./*.html ./*.svg
done

finish
