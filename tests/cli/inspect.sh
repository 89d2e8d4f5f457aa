# tests/cli/inspect.sh - gradus inspect: models and tables explained
# SPDX-License-Identifier: MIT

. "$(dirname "$0")/lib.sh"

make_table table.csv
"$program" train table.csv --target kind --epochs 3 --hidden 8 --seed 7 -q -o m.gradus

gives 0 'a model' inspect m.gradus
shape out >shaped
exactly inspect_model.out shaped
prints '66 weights'
prints '5 -> 8 relu -> 2 softmax'
prints '56 multiply-adds a row; a gradient costs 2.29 times that'
gives 0 'json' inspect m.gradus --json
for key in format task inputs layers parameters multiply_adds gradient_cost depth width \
    digest valid settings network; do
    check "json has $key" grep -q "\"$key\":" out
done
check 'the digest is 16 digits' grep -q '"digest":"[0-9a-f]\{16\}"' out

# The line "repeat" gives the same weights.
again=$("$program" inspect m.gradus | sed -n '/^repeat/,$p' | sed 's/^repeat//; s/\\$//' |
    tr -d '\n' | sed 's/^ *gradus train DATA/train table.csv/')
check 'the command names the seed' sh -c 'echo "$1" | grep -q -- "--seed 7"' - "$again"
eval "\"$program\" $again -q -o again.gradus"
check 'the model can be made again' cmp -s m.gradus again.gradus

"$program" train table.csv --target kind --epochs 1 -q -o r.gradus --network \
    'dense 16 relu residual { batchnorm dense 16 relu } residual scale=0.5 { dense 4 tanh }
     output softmax'
gives 0 'residual blocks' inspect r.gradus
prints 'projection'
prints '    dense 16'
check 'parameters add up' awk '/^layers/ { on = 1; next } /^cost/ { on = 0 }
    on { gsub(",", ""); for (i = NF; i > 0; i--) if ($i ~ /^[0-9]+$/) { sum += $i; break } }
    / weights$/ { sub(/.*; /, ""); gsub(",", ""); want = $1 }
    END { exit !(want > 0 && sum == want) }' out

gives 0 'a table' inspect table.csv
exactly inspect_table.out out
# A pipe gives its bytes once: none of them may go into the question what it is.
mkfifo named
cat table.csv >named &
writer=$!
timeout 20 "$program" inspect named >out 2>err
code=$?
kill $writer 2>/dev/null
wait $writer 2>/dev/null
exactly inspect_table.out out
gives 0 'a table as json' inspect table.csv --json
if has_python; then
    check 'json is JSON' sh -c 'python3 -m json.tool <out >/dev/null'
else
    skip 'json is JSON' 'python3 is not installed'
fi
awk 'BEGIN { print "n,same,empty,half,id"
    for (i = 0; i < 40; i++) print i + 1 ",3,," (i % 3 ? "" : i) ",x" i "y" }' >odd.csv
gives 0 'what is suspicious' inspect odd.csv
prints 'counts the rows, so an id to --drop: n'
prints 'the same value in every row: same'
prints 'no values at all: empty'
prints 'missing in more than half of the rows: half'
prints 'nearly all values differ, so an id or a name to --drop: id'
check 'numbers tell that the header is one' sh -c '! grep -q "taken as a header" out'
printf 'a;b;c;d\n1,5;1,2,3;x;1.5\n-2,25;1,2,3;y;2.5\n3;2,2,2;1,5;3.5\n' >comma.csv
gives 0 'decimal commas, and a number with a point' inspect comma.csv
check 'of that column only' grep -q 'with a decimal comma, which --decimal , reads: a$' out
gives 0 'read as they are meant' inspect comma.csv --decimal ,
check 'nothing to say about them' sh -c '! grep -q "decimal comma" out'
printf 'red,round\ntan,long\ngum,flat\n' >texts.csv
gives 0 'nothing but texts' inspect texts.csv
prints 'the first row is taken as a header; --no-header if it is data'
gives 0 'nothing but texts, as json' inspect texts.csv --json
prints '"what":"the first row is taken as a header'
gives 0 'without a header' inspect texts.csv --no-header
check 'there is nothing to say' sh -c '! grep -q "taken as a header" out'

# An image file of 3 pictures of 2 x 2, and an array of 3 x 2 numbers.
printf '\000\000\010\003\000\000\000\003\000\000\000\002\000\000\000\002abcdefghijkl' >i.idx
gives 0 'an IDX file' inspect i.idx
prints '3 x 2 x 2'
head="{'descr': '<f4', 'fortran_order': False, 'shape': (3, 2), }"
printf '\223NUMPY\001\000v\000%-117s\n' "$head" >a.npy
printf '\000\000\200\077\000\000\000\100\000\000\100\100' >>a.npy
printf '\000\000\200\100\000\000\240\100\000\000\300\100' >>a.npy
gives 0 'an NPY file' inspect a.npy
prints '3 x 2'
printf '\000\000\010\001\000\000\000\003\000\001\000' >l.idx
gives 0 'IDX files to learn from' train i.idx --labels l.idx --epochs 2 --holdout 0 --hidden 2 \
    -q -o i.gradus
gives 0 'IDX files to predict' predict i.gradus i.idx
check 'a row for each picture' [ "$(wc -l <out)" -eq 4 ]
gives 0 'IDX files to measure on' eval i.gradus i.idx --labels l.idx --json
prints '"accuracy"'

printf 'a\033[2Jb,c\n1,2\n3,4\n' >terminal.csv
gives 0 'names that move a terminal' inspect terminal.csv
check 'are shown, not sent' sh -c '! grep -q "$(printf "\033")" out'
prints 'a\x1b[2Jb'

finish
