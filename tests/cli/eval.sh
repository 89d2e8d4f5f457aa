# tests/cli/eval.sh - gradus eval: metrics and demands on them
# SPDX-License-Identifier: MIT

. "$(dirname "$0")/lib.sh"

make_table table.csv
make_numbers numbers.csv
"$program" train table.csv --target kind --epochs 40 --hidden 8 -q -o m.gradus
"$program" train numbers.csv --target z --epochs 40 --hidden 8 -q -o n.gradus
awk 'BEGIN { print "x,letter"
    for (i = 0; i < 200; i++) printf "%d,%c\n", (i * 7) % 100, 97 + (i * 7) % 100 / 10 }' \
    >letters.csv
"$program" train letters.csv --target letter --epochs 10 --hidden 8 -q -o l.gradus

gives 0 'two classes' eval m.gradus table.csv
check 'nothing on standard error' [ ! -s err ]
shape out >shaped
exactly eval_classes.out shaped
prints 'rows 120 '
gives 0 'a regression' eval n.gradus numbers.csv
shape out >shaped
exactly eval_numbers.out shaped
gives 0 'ten classes' eval l.gradus letters.csv
prints 'most often confused'

gives 0 'json' eval m.gradus table.csv --json
check 'one line' [ "$(wc -l <out)" -eq 1 ]
for key in rows loss loss_error accuracy auc brier ece trivial confusion classes \
    best_threshold; do
    check "json has $key" grep -q "\"$key\":" out
done
check 'no rmse of classes' sh -c '! grep -q rmse out'
if has_python; then
    check 'the confusion matrix and the accuracy agree' python3 -c '
import json
d = json.load(open("out"))
c = d["confusion"]
assert sum(map(sum, c)) == d["rows"] == 120
assert abs((c[0][0] + c[1][1]) / 120 - d["accuracy"]) < 1e-12
assert d["classes"] == ["big", "small"] and 0 <= d["trivial"]["accuracy"] <= 1'
else
    skip 'the confusion matrix and the accuracy agree' 'python3 is not installed'
fi
gives 0 'json of a regression' eval n.gradus numbers.csv --json
for key in rmse mae r2 loss trivial; do
    check "json has $key" grep -q "\"$key\":" out
done
check 'no accuracy of numbers' sh -c '! grep -q accuracy out'

gives 0 'a demand that holds' eval m.gradus table.csv --min accuracy=0.5 -q
check 'quiet' [ ! -s out ]
gives 1 'one that does not' eval m.gradus table.csv --min accuracy=1.01 -q
says 'below 1.01'
gives 1 'one of two' eval m.gradus table.csv --min accuracy=0.5,auc=1.01 -q
gives 1 'one of two flags' eval m.gradus table.csv --min accuracy=0.5 --min auc=1.01 -q
gives 0 'an upper limit' eval n.gradus numbers.csv --max rmse=1e9 -q
gives 1 'an upper limit not kept' eval n.gradus numbers.csv --max rmse=1e-9 -q
gives 2 'a metric that does not apply' eval n.gradus numbers.csv --min accuracy=0.5 -q
says '--min: accuracy does not apply to this model'
gives 2 'an unknown metric' eval m.gradus table.csv --min acuracy=0.5 -q
says 'did you mean "accuracy"?'
gives 2 'no number' eval m.gradus table.csv --min accuracy -q
says 'is not name=number'

sed '2,4s/[a-z]*$/medium/' table.csv >unknown.csv
gives 0 'rows of an unknown class' eval m.gradus unknown.csv
prints '3 rows left out'

finish
