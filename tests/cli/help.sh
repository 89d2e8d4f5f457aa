# tests/cli/help.sh - the command explains itself, completely
# SPDX-License-Identifier: MIT

. "$(dirname "$0")/lib.sh"

gives 0 'the verbs' help
exactly help.out out
cp out verbs
run
check 'no words at all: the verbs' cmp -s out verbs
run --help
check '--help: the verbs' cmp -s out verbs
gives 0 'help of a verb' help eval
exactly help_eval.out out
cp out verb
run eval --help
check 'the same from the verb itself' cmp -s out verb
run eval -h
check 'the same with -h' cmp -s out verb
gives 0 'what the arguments of bench are' help bench
prints 'mnist128-row'
prints 'A case is xor, table'
gives 0 'help of a flag' help learning-rate
prints 'a flag of gradus train'
gives 0 'choices come from the library' help activation
prints 'leaky-relu'
refuses 2 'no verb or flag "lerning-rate"; did you mean "learning-rate"?' help lerning-rate

gives 0 'version' --version
check 'version is one line' [ "$(wc -l <out)" -eq 1 ]
check 'version by name' grep -q '^gradus [0-9]*\.[0-9]*\.[0-9]*$' out
gives 0 'version with libraries' --version --verbose
prints 'jansson'
check 'proofs, by which library or not' grep -q '^proofs    \(Arb\|FLINT\|off\)' out

# Every flag of every verb, from the table itself, in help, man page and completion.
sed -n 's/^OPTION(.*, "\([a-z0-9-]*\)", .*/\1/p' "$root/cli/options.def" >flags
check 'the table of flags was read' [ "$(wc -l <flags)" -ge 60 ]
for verb in $(verbs); do
    "$program" $verb --help
done >helps 2>&1
"$program" help --man >man.1
check 'the cases of bench in the manual page' grep -q mnist128..row man.1
for shell in bash zsh fish; do
    "$program" help --completion $shell >completion.$shell
done
for verb in $(verbs); do
    [ "$verb" = help ] || "$program" "$verb" --print-config
done >keys
missing=
while read -r flag; do
    dashes=$(echo "$flag" | sed 's/-/\\\\-/g')
    grep -q -- "--$flag\\b" helps || missing="$missing help:$flag"
    grep -q -- "Fl \\\\-$dashes\\b" man.1 || grep -qF -- "Fl \\-$flag" man.1 ||
        missing="$missing man:$flag"
    grep -q -- "--$flag\\b" completion.bash || missing="$missing bash:$flag"
    grep -q -- "--$flag\\b" completion.zsh || missing="$missing zsh:$flag"
    grep -q -- "-l $flag\\b" completion.fish || missing="$missing fish:$flag"
    case $flag in
    config | print-config | help | man | completion) ;;
    *) grep -q "^$flag =" keys || missing="$missing key:$flag" ;;
    esac
done <flags
check "every flag is everywhere$missing" [ -z "$missing" ]

if command -v mandoc >/dev/null; then
    check 'man page has no faults' sh -c 'test -z "$(mandoc -Tlint man.1)"'
else
    skip 'man page has no faults' 'mandoc is not installed'
fi
if command -v bash >/dev/null; then
    check 'bash completion is bash' bash -n completion.bash
    complete_words()
    {
        bash -c '. ./completion.bash; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _gradus
            echo "${COMPREPLY[*]}"' gradus "$@"
    }
    check 'bash completes verbs' [ "$(complete_words gradus tr)" = train ]
    check 'bash completes flags' [ "$(complete_words gradus eval --thr)" = --threads ]
    check 'bash completes values' \
        [ "$(complete_words gradus train --optimizer nes)" = nesterov ]
    check 'bash leaves files alone' [ -z "$(complete_words gradus train tab)" ]
else
    skip 'bash completion' 'bash is not installed'
fi
for shell in zsh fish; do
    if command -v $shell >/dev/null; then
        check "$shell completion is $shell" $shell -n completion.$shell
    else
        skip "$shell completion is $shell" "$shell is not installed"
    fi
done
"$program" lab >>helps
"$program" >>helps
check 'no line of help and of lists is wider than 80' \
    [ "$(awk 'length > 80' helps | wc -l)" -eq 0 ]

finish
