# tests/cli/train.sh - gradus train: what it says, writes and leaves alone
# SPDX-License-Identifier: MIT

. "$(dirname "$0")/lib.sh"

make_table table.csv
make_numbers numbers.csv

# Times and speeds differ from run to run in length too.
timeless()
{
    sed -e 's/read in [0-9.]* s/read in T s/' -e 's/^time     [0-9.]* s;/time     T s;/' \
        -e 's/ *[0-9]* [kM ] *[0-9:]*$//' -e 's/([0-9.]* KB)/(SIZE)/' "$1" >plain
    shape plain
    rm plain
}

gives 0 'a run' train table.csv --target kind --epochs 3 --hidden 8 -o table.gradus
check 'nothing on standard output' [ ! -s out ]
timeless err >told
exactly train_classes.err told
check 'a row an epoch' [ "$(grep -c '^    [123]  ' err)" -eq 3 ]
says '120 rows, 4 columns'
says '96 train, 24 held out (20 %'
check 'a model is there' [ -s table.gradus ]
check 'nothing else was written' \
    [ "$(ls)" = "$(printf 'err\nexamples\nnumbers.csv\nout\ntable.csv\ntable.gradus\ntold')" ]

gives 0 'a regression' train numbers.csv --target z --epochs 3 --hidden 8
timeless err >told
exactly train_numbers.err told
says 'nothing was written; -o FILE keeps the network'

cp table.gradus before
refuses 2 'table.gradus: exists already: name another file, or --force replaces it' \
    train table.csv --target kind --epochs 1 -o table.gradus
check 'the old file is untouched' cmp -s table.gradus before
check 'refused before anything was read' [ "$(wc -l <err)" -eq 1 ]
gives 0 'replaced with --force' train table.csv --target kind --epochs 1 -o table.gradus -f -q
check 'it was replaced' sh -c '! cmp -s table.gradus before'
check 'quiet' [ ! -s err ]
refuses 5 'no/m.gradus: cannot be written' train table.csv --target kind -o no/m.gradus
refuses 5 'examples: is a folder' train table.csv --target kind -o examples
gives 5 'a full disk' train table.csv --target kind --epochs 1 -q -o /dev/full
says '/dev/full'
gives 0 'a model on standard output' train table.csv --target kind --epochs 1 -q -o -
cp out piped.gradus
check 'it is a model' is_model piped.gradus
check 'it is the one a file would hold' cmp -s piped.gradus table.gradus
refuses 2 'both want standard output' train table.csv --target kind --json -o -

gives 0 'a dry run' train table.csv --target kind --dry-run -o dry.gradus
says 'network'
check 'a dry run trains nothing' sh -c '! grep -q epoch.*loss err'
check 'a dry run writes nothing' [ ! -e dry.gradus ]

gives 0 'json' train table.csv --target kind --epochs 3 --json --log none
check 'one line' [ "$(wc -l <out)" -eq 1 ]
for key in task targets train_rows valid_rows network parameters seed best_epoch valid \
    trivial digest accuracy; do
    check "json has $key" grep -q "\"$key\":" out
done
if has_python; then
    check 'json is JSON' sh -c 'python3 -m json.tool <out >/dev/null'
    check 'shares are between 0 and 1' python3 -c '
import json
d = json.load(open("out"))
assert 0 <= d["valid"]["accuracy"] <= 1 and len(d["digest"]) == 16'
else
    skip 'json is JSON' 'python3 is not installed'
    skip 'shares are between 0 and 1' 'python3 is not installed'
fi

gives 0 'a log for machines' train table.csv --target kind --epochs 3 --log json
cp err log1
gives 0 'the log again' train table.csv --target kind --epochs 3 --log json --threads 1
cp err log2
check 'plan, epochs, done' [ "$(grep -c '"event":"epoch"' log1)" -eq 3 ]
check 'the plan comes first' sh -c 'head -1 log1 | grep -q "^{\"event\":\"plan\""'
check 'done comes last' sh -c 'tail -1 log1 | grep -q "^{\"event\":\"done\""'
if has_python; then
    check 'two logs differ in "t" alone' python3 -c '
import json
def lines(name):
    found = [json.loads(line) for line in open(name)]
    for line in found:
        line.pop("t", None)
    return found
assert lines("log1") == lines("log2")'
else
    skip 'two logs differ in "t" alone' 'python3 is not installed'
fi

for threads in 1 2 3 8; do
    run train table.csv --target kind --epochs 3 -q --json --threads $threads
    sed 's/.*"digest":"\([0-9a-f]*\)".*/\1/' out
done >digests
run train table.csv --target kind --epochs 3 -q --json --cpu ref
sed 's/.*"digest":"\([0-9a-f]*\)".*/\1/' out >>digests
check 'equal weights with 1, 2, 3, 8 threads and plain kernels' \
    [ "$(sort -u digests | wc -l)" -eq 1 ]
deep='repeat 30 { residual { batchnorm tanh dense 20 } dropout 0.1 } output softmax'
for every in none auto 1 7; do
    run train table.csv --target kind --epochs 2 --network "$deep" -q --json \
        --checkpoint-activations $every -o deep_$every.gradus
    sed 's/.*"digest":"\([0-9a-f]*\)".*/\1/' out
    "$program" inspect deep_$every.gradus --json |
        sed 's/.*"activation_bytes":\([0-9]*\).*/\1/' >bytes_$every
done >deep_digests
check 'equal weights with checkpoints' [ "$(sort -u deep_digests | wc -l)" -eq 1 ]
check 'checkpoints take less memory' [ $((3 * $(cat bytes_auto))) -lt "$(cat bytes_none)" ]
check 'auto takes the least' sh -c '[ "$(sort -n bytes_* | head -1)" = "$(cat bytes_auto)" ]'
gives 0 'what checkpoints save' train table.csv --target kind --network "$deep" \
    --checkpoint-activations auto --dry-run
says 'for activations, computed twice'
refuses 2 'checkpoint-activations: "0" is not' train table.csv --target kind \
    --checkpoint-activations 0

gives 0 'another seed' train table.csv --target kind --epochs 3 -q --json --seed 2
check 'another seed, other weights' sh -c '! grep -q "$(head -1 digests)" out'

gives 0 'cross-validation' train table.csv --target kind --epochs 5 --cv 3 --json
says 'mean and standard deviation of 3 parts'
check 'three parts' [ "$(grep -o '"loss_error"' out | wc -l)" -ge 3 ]
gives 0 'no rows held out' train table.csv --target kind --epochs 3 --holdout 0
says 'no rows were held out'
gives 0 'rows of a file to validate on' train table.csv --target kind --epochs 3 \
    --valid table.csv
says '120 to validate from table.csv'

# A table to validate on is read as the table to learn from: codes with leading zeros are
# categories there because of one that is no number, and so they are here.
awk 'BEGIN { print "code,x,kind"
    for (i = 0; i < 90; i++) {
        c = i % 3
        print (c ? "0" c : "A7") "," i % 7 "," (c == 1 ? "yes" : "no") } }' >codes.csv
grep -v A7 codes.csv >digits.csv
gives 0 'codes to learn from' train codes.csv --target kind --epochs 30 --hidden 8 --seed 3 \
    --valid codes.csv --json
gives 0 'codes to validate on' train codes.csv --target kind --epochs 30 --hidden 8 --seed 3 \
    --valid digits.csv --json --log none
check 'they are the same codes' grep -q '"valid":{[^}]*"accuracy":1[,.}]' out
sed '2s/,[0-9],/,many,/' codes.csv >many.csv
refuses 3 'many.csv:2:4: "many" is not a number (column x)' train codes.csv --target kind \
    --epochs 1 --valid many.csv
gives 0 'marks of missing values' train codes.csv --target kind --epochs 1 --missing many \
    --valid many.csv
sed '2s/,[0-9],/,/' codes.csv >short.csv
refuses 2 '--rejects is one file' train short.csv --target kind --epochs 1 \
    --on-bad-row skip --rejects rejects.csv --valid short.csv
check 'and no rejects are written' [ ! -e rejects.csv ]

# Images of 2 x 2 and their labels, and others to validate on.
printf '\000\000\010\003\000\000\000\004\000\000\000\002\000\000\000\002' >i.idx
printf 'aaaazzzzbbbbyyyy' >>i.idx
printf '\000\000\010\001\000\000\000\004\000\001\000\001' >l.idx
printf '\000\000\010\003\000\000\000\002\000\000\000\002\000\000\000\002zzzzaaaa' >v.idx
printf '\000\000\010\001\000\000\000\002\001\000' >w.idx
gives 0 'images to validate on' train i.idx --labels l.idx --valid v.idx --valid-labels w.idx \
    --epochs 2 --hidden 2
says '2 to validate from v.idx'
refuses 2 '--valid-labels FILE names those of v.idx' train i.idx --labels l.idx --valid v.idx
refuses 2 '--valid names no table' train i.idx --labels l.idx --valid-labels w.idx

gives 0 'a table of texts' train "$(awk 'BEGIN { print "red,round,apple"
    for (i = 0; i < 60; i++) print (i % 2 ? "tan,long,pear" : "gum,flat,fig") }' >texts.csv
    echo texts.csv)" --target apple --epochs 1
says 'the first row is taken as a header; --no-header if it is data'
gives 0 'without a header' train texts.csv --target c3 --epochs 1 --no-header
check 'there is nothing to say' sh -c '! grep -q "taken as a header" err'
gives 0 'several targets' train numbers.csv --target y,z --epochs 3
says 'y: 0 .. 96'
gives 0 'several starts' train table.csv --target kind --epochs 2 --restarts 2
says 'start   epoch   train loss'
check 'each start has rows of its own' sh -c '[ "$(grep -c "^    [12]       [12] " err)" = 4 ]'
gives 0 'all rows a step' train table.csv --target kind --epochs 2 --batch all
says 'all rows a step'
gives 0 'the task is said, and how to change it' train numbers.csv --target z --epochs 1
says '-> regression (see --task)'
gives 0 'float64' train table.csv --target kind --epochs 1 --precision f64
says 'f64'
gives 0 'every flag of the network' train table.csv --target kind --epochs 2 \
    --hidden 8,8 --activation tanh --batchnorm --dropout 0.1 --start xavier
for optimizer in sgd momentum nesterov rmsprop adam adamw; do
    gives 0 "optimizer $optimizer" train table.csv --target kind --epochs 2 -q \
        --optimizer $optimizer
done
gives 7 'diverged' train numbers.csv --target z --epochs 5 --optimizer sgd \
    --learning-rate 1e6 -o d.gradus
says 'training diverged'
says 'kept '
check 'the last finite weights are written' is_model d.gradus

# Equal rows stay together, whatever stands in a column that is dropped.
awk 'BEGIN {
    print "id,a,b,y"
    for (i = 0; i < 203; i++)
        print i "," i % 7 "," i % 7 * 3 "," (i % 7 > 3 ? "p" : "q")
}' \
    >copies.csv
run train copies.csv --target y --drop id --split content --epochs 1 --json --log none
check 'rows of equal content are held out together' [ $(($(sed \
    's/.*"valid":{"rows":\([0-9]*\).*/\1/' out) % 29)) -eq 0 ]

finish
