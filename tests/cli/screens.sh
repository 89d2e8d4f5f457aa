# tests/cli/screens.sh - what is printed fits 80 columns, and can be copied
# SPDX-License-Identifier: MIT

. "$(dirname "$0")/lib.sh"

if [ ! -e examples/data/iris.csv ]; then
    skip 'screens' 'examples/data is not there'
    finish
fi
iris=examples/data/iris.csv
wine=examples/data/winequality-white.csv

# Characters, not bytes: what goes on with a character begins with 10 in two bits.
fits()
{
    LC_ALL=C sed 's/[\x80-\xbf]//g' out err | LC_ALL=C awk 'length > 80' >wide
    if [ "$code" -eq 0 ] && [ ! -s wide ]; then
        ok "80 columns: $*"
    else
        not_ok "80 columns: $*"
        sed 's/^/# /' wide
        tell
    fi
}

screen()
{
    run "$@"
    fits "$@"
}

screen train $iris --target class --epochs 9 -o iris.gradus --report iris.html
screen train $wine --target quality --epochs 1 -o wine.gradus
screen train $iris --target class --cv 2 --epochs 2
screen train $iris --target class --epochs 3 --watch flow
for model in iris wine; do
    screen inspect $model.gradus
done
screen eval iris.gradus $iris
screen eval wine.gradus $wine
screen inspect $iris
screen inspect $wine
screen explain
screen explain --example two-stream
screen explain --network 'dense 2 tanh output' --x 0.123456789,-2 --y 0.5
screen flow
screen flow $iris --target class
screen flow iris.gradus $iris
screen check grad --self
screen check grad iris.gradus $iris
screen landscape iris.gradus $iris --grid 9
screen landscape iris.gradus $iris --grid 9 --line
screen regions --network 'dense 4 relu dense 4 relu output' --on=-3:3,-3:3
screen approximate 'sin(x)*x' --on 0:10 --within 0.01
screen approximate 'sin(x)*y' --on 0:3,0:2 --within 0.1
screen bench mnist128 --seconds 0.002
LC_ALL=C.UTF-8
screen regions --network 'dense 4 relu dense 4 relu output' --on=-3:3,-3:3
screen approximate 'sin(x)*y' --on 0:3,0:2 --within 0.1
LC_ALL=C

# A result stands beside that of a guess which knows nothing.
check 'the page of a run names the guess' \
    grep -q 'it is always Iris-[a-z]*, the commonest class' iris.html
check 'and its accuracy' \
    grep -qE '<th>accuracy</th><td>[0-9.]+ %</td><td>33.3 %</td>' iris.html
run train $wine --target quality --epochs 1 --report wine.html
mean=$(sed -n 's/.*always the mean: \([0-9.]*\)).*/\1/p' err)
check 'the mean on the terminal' [ "$mean" = 0.8920 ]
check 'and on the page' \
    grep -qE '<th>RMSE, [a-z ]*</th><td>[0-9.]+</td><td>0.892</td>' wine.html
run eval iris.gradus $iris
prints 'always "Iris-setosa": 33.33 %'
run eval wine.gradus $wine
prints 'always the mean: rmse 0.8'
# The guess is what the rows learned from say, not those that are held out.
{
    echo 'x,g,y'
    for i in 1 2 3 4 5 6 7 8 9 10; do
        for j in 1 2 3 4; do echo "$i.$j,$i,$([ $i -gt 5 ] && echo b || echo a)"; done
    done
} >groups.csv
guesses=
for seed in 1 2 3 4 5 6; do
    run train groups.csv --target y --group g --epochs 1 --seed $seed -f -o groups.gradus
    guess=$(sed -n 's/.*always "\([ab]\)".*/\1/p' err)
    run eval groups.gradus groups.csv
    check "seed $seed: the same guess in train and eval" grep -qF "always \"$guess\"" out
    guesses=$guesses$guess
done
check 'one of either class' sh -c "echo $guesses | grep a | grep -q b"

# The colours of an error part at 0, which is white, and its scale is as long on both sides.
run approximate 'sin(x)*y' --on 0:3,0:2 --within 0.1 --picture maps.svg
check 'orange at one end of the error' grep -q 'fill="#7f3b08"' maps.svg
check 'white in its middle, and as the lowest of the others' \
    [ "$(grep -c 'fill="#f7fbff"' maps.svg)" -eq 6 ]
ink=$(sed -n 's/.*ink: error, from -\([0-9.]*\) (blank) to \([0-9.]*\) (@)/\1 \2/p' out)
check 'from minus to plus the same' [ "${ink% *}" = "${ink#* }" ]

# A name of many columns is cut in a table, not in what programs read.
{
    printf 'a name that is longer than any column of a table is wide,y\n'
    for i in 1 2 3 4 5 6 7 8; do echo "123456789$i,$i"; done
} >long.csv
screen inspect long.csv
prints 'a name that is longer..'
gives 0 'in full in JSON' inspect long.csv --json
prints '"a name that is longer than any column of a table is wide"'

# Commands to go on with stand on lines of their own, whole, as a shell reads them.
gives 0 'a name that a shell would not take' train $iris --target class --epochs 1 \
    -o "it's a rather long name of a file with blanks in it, of more than one line.gradus"
word="'it'\\''s a rather long name of a file with blanks in it, of more than one line.gradus'"
check 'eval on its line' grep -qxF "next     gradus eval $word DATA" err
check 'predict on its line' grep -qxF "         gradus predict $word DATA" err
run train $iris --target class --epochs 2 --weight-decay 0.2 --activation tanh -o repeat.gradus
"$program" inspect repeat.gradus | sed -n '/^repeat/,$p' | sed "1s/^repeat *//; s|DATA|$iris|" \
    >next.txt
check 'it is of several lines' [ "$(wc -l <next.txt)" -gt 1 ]
mkdir bin
ln -s "$program" bin/gradus
(PATH=$work/bin:$PATH && export PATH && sed '$s/$/ -o again.gradus/' next.txt | sh) >out 2>err
code=$?
check 'the command that repeats a run is one' cmp -s repeat.gradus again.gradus

# Decimal commas are found, but in a stream, which is read once, and where they mean no numbers.
{
    echo 'a;b;y'
    for i in 1 2 3 4 5 6 7 8 9 10 11 12; do echo "$((i % 3)),14;2,$((i % 4));$((i % 2))"; done
} >comma.csv
hint='columns that look like numbers with a decimal comma, which --decimal , reads: a, b'
gives 0 'decimal commas as numbers' train comma.csv --target y --epochs 1 -o comma.gradus
check 'which is said' grep -q 'read as with --decimal ,$' err
check 'no hint' sh -c '! grep -q "look like numbers" err'
gives 0 'the model remembers' eval comma.gradus comma.csv
gives 0 'as inspect does' inspect comma.csv
check 'a number' grep -q '^ *a  *number' out
gives 0 'and flow' flow comma.csv --target y
check 'from two numbers' grep -q ' 2 -> ' out
gives 0 'and landscape' landscape comma.csv --target y --epochs 1 --grid 5
check 'which says it' grep -q 'read as with --decimal ,$' err
gives 0 'decimal commas as a target' train comma.csv --target a --task regress --epochs 1
gives 0 'decimal commas that are asked for' train comma.csv --target y --epochs 1 --decimal ,
check 'nothing to say' sh -c '! grep -q "decimal comma" err'
gives 0 'decimal points that are asked for' train comma.csv --target y --epochs 1 --decimal .
check 'a hint' sh -c "tr -s ' \n' ' ' <err | grep -qF '$hint'"
"$program" train - --target y --epochs 1 <comma.csv >out 2>err
check 'a hint from a stream' sh -c "tr -s ' \n' ' ' <err | grep -qF '$hint'"
sed '3s/3,14\|1,14\|2,14\|0,14/1.234,5/' comma.csv >thousands.csv
gives 0 'dots of thousands' train thousands.csv --target y --epochs 1
check 'the column stays a text' sh -c "tr -s ' \n' ' ' <err | grep -qF '$hint'"
refuses 2 "$hint" train thousands.csv --target a --task regress

finish
