# tests/cli/bad_input.sh - every malformed input: one clear message, the right exit code,
# nothing lost
# SPDX-License-Identifier: MIT

. "$(dirname "$0")/lib.sh"

make_table table.csv
run train table.csv --target kind --epochs 3 --hidden 8 -q -o model.gradus
check 'a model to begin with' [ "$code" -eq 0 ]

# ---- rows and cells ----

sed '5s/,[a-z]*$//' table.csv >ragged.csv
refuses 3 'ragged.csv:5' train ragged.csv --target kind
gives 0 'a ragged row can be left out' train ragged.csv --target kind --epochs 1 \
    --on-bad-row skip --rejects rejects.csv
says '1 malformed'
check 'and is kept' [ "$(wc -l <rejects.csv)" -ge 1 ]
sed '7s/$/,extra/' table.csv >long.csv
refuses 3 'long.csv:7' train long.csv --target kind

sed '9s/^[0-9]*/4O/' table.csv >letters.csv
refuses 3 'letters.csv:9:1' train letters.csv --target kind --numeric size
check 'the cell is shown' grep -qF '"4O"' err
gives 0 'inferred, it makes a category' train letters.csv --target kind --epochs 1 --dry-run
gives 3 'at prediction too' predict model.gradus letters.csv
says 'letters.csv:9'
sed '9s/^[0-9]*/inf/; 10s/^[0-9]*/NaN/' table.csv >infinite.csv
gives 3 'an infinite number' train infinite.csv --target kind --epochs 1
says 'inf'
sed '10s/^[0-9]*/NaN/' table.csv >nan.csv
gives 0 'NaN is a missing value' train nan.csv --target kind --epochs 1
says 'rows without a value: "size" 1'

# ---- columns ----

refuses 2 'did you mean "kind"?' train table.csv --target kidn
refuses 2 'did you mean "size"?' train table.csv --target kind --drop siez
refuses 2 'did you mean "colour"?' train table.csv --target kind --group color
refuses 2 'did you mean "weight"?' train table.csv --target kind --numeric wieght
awk -F, 'NR == 1 || /big/' table.csv >one.csv
refuses 3 'kind' train one.csv --target kind
sed '1s/weight/size/' table.csv >twice.csv
gives 3 'two columns of one name' train twice.csv --target kind
says 'size'
awk -F, 'NR == 1 { print "id," $0; next } { print "row" NR "x," $0 }' table.csv >ids.csv
gives 0 'a name per row is noted' train ids.csv --target kind --epochs 1
says 'id'
check 'and --drop is advised' grep -q 'notes.*id\|drop' err
gives 0 'inspect notes it too' inspect ids.csv
prints 'nearly all values differ, so an id or a name'

awk 'BEGIN { for (j = 0; j < 10000; j++) printf "c%d,", j; print "kind"
    for (i = 0; i < 8; i++) { for (j = 0; j < 10000; j++) printf "%d,", (i * j) % 7
        print i % 2 ? "a" : "b" } }' >wide.csv
gives 0 'ten thousand columns' train wide.csv --target kind --epochs 1 --hidden 2
gives 0 'ten thousand columns inspected' inspect wide.csv
check 'and not all of them shown' [ "$(wc -l <out)" -lt 80 ]

# ---- files ----

: >empty.csv
refuses 3 'empty.csv' train empty.csv --target kind
head -1 table.csv >header.csv
refuses 3 'header.csv' train header.csv --target kind
head -2 table.csv >row.csv
gives 3 'one row' train row.csv --target kind
says 'row'
head -c 5000 "$program" >garbage.csv
gives 3 'binary garbage' train garbage.csv --target kind
says 'garbage.csv'
refuses 5 'examples' train examples --target kind
refuses 5 'none.csv' train none.csv --target kind
printf '\037\213\010broken' >broken.csv.gz
gives 3 'a broken gzip file' train broken.csv.gz --target kind
says 'broken.csv.gz'

# ---- models ----

refuses 5 'none.gradus' predict none.gradus table.csv
refuses 4 'table.csv' predict table.csv model.gradus
cut -d, -f2- table.csv >other.csv
refuses 3 'size' predict model.gradus other.csv
refuses 3 'size' eval model.gradus other.csv
cut -d, -f1-3 table.csv >untold.csv
gives 0 'no target is needed to predict' predict model.gradus untold.csv
refuses 3 'kind' eval model.gradus untold.csv
size=$(wc -c <model.gradus)
for bytes in 0 7 8 100 $((size / 2)) $((size - 1)); do
    head -c $bytes model.gradus >cut.gradus
    refuses 4 'cut.gradus' predict cut.gradus table.csv
    refuses 4 'cut.gradus' inspect cut.gradus
done
(cat model.gradus; echo more) >longer.gradus
refuses 4 'longer.gradus' inspect longer.gradus
refuses 5 'examples: is a folder' predict examples table.csv

# ---- output ----

refuses 5 'no/p.csv' predict model.gradus table.csv -o no/p.csv
cp table.csv p.csv
refuses 2 'p.csv: exists already' predict model.gradus table.csv -o p.csv
check 'the old file is untouched' cmp -s p.csv table.csv
gives 3 'a failure behind the first rows' predict model.gradus letters.csv -f -o p.csv
check 'leaves the old file' cmp -s p.csv table.csv
check 'and no temporary one' [ -z "$(ls | grep 'p\.csv\.')" ]
gives 5 'a full disk' predict model.gradus table.csv -o /dev/full
says '/dev/full: No space left on device'

finish
