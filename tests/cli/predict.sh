# tests/cli/predict.sh - gradus predict: columns, formats, streams
# SPDX-License-Identifier: MIT

. "$(dirname "$0")/lib.sh"

make_table table.csv
make_numbers numbers.csv
"$program" train table.csv --target kind --epochs 10 --hidden 8 -q -o m.gradus
"$program" train numbers.csv --target z --epochs 10 --hidden 8 -q -o n.gradus
"$program" train numbers.csv --target y,z --epochs 2 --hidden 8 -q -o two.gradus
"$program" train table.csv --target colour --epochs 10 --hidden 8 -q -o three.gradus

gives 0 'a table' predict m.gradus table.csv
check 'one row for each' [ "$(wc -l <out)" -eq 121 ]
check 'columns' [ "$(head -1 out)" = 'prediction,p:big,p:small' ]
check 'nothing to say' [ ! -s err ]
check 'probabilities add up to 1' awk -F, 'NR > 1 && ($2 + $3 < 0.999 || $2 + $3 > 1.001) \
    { bad = 1 } END { exit bad }' out
check 'the likelier class is predicted' awk -F, 'NR > 1 && ($2 > $3) != ($1 == "big") \
    { bad = 1 } END { exit bad }' out
cp out whole
check 'from standard input' sh -c '"$0" predict m.gradus <table.csv | cmp -s - whole' "$program"
check 'from -' sh -c '"$0" predict m.gradus - <table.csv | cmp -s - whole' "$program"
check 'compressed' \
    sh -c 'gzip -c table.csv | "$0" predict m.gradus - | cmp -s - whole' "$program"
check 'a row at a time' \
    sh -c '"$0" predict m.gradus --unbuffered <table.csv | cmp -s - whole' "$program"
gives 0 'to a file' predict m.gradus table.csv -o p.csv
check 'the same in a file' cmp -s p.csv whole
check 'a file is readable as others are' [ "$(ls -l p.csv | cut -c1-10)" = \
    "$(ls -l table.csv | cut -c1-10)" ]
gives 0 'any number of threads' predict m.gradus table.csv --threads 3
check 'the same from them' cmp -s out whole
gives 0 'columns in another order, and more of them' predict m.gradus \
    "$(awk -F, '{ print $3 ",x," $2 "," $1 }' table.csv | sed '1s/x/new/' >mixed.csv; \
       echo mixed.csv)"
check 'the same by name' cmp -s out whole

gives 0 'the prediction alone' predict m.gradus table.csv --only prediction
check 'one column' [ "$(head -1 out)" = prediction ]
gives 0 'probabilities alone' predict m.gradus table.csv --only prob
check 'two columns' [ "$(head -1 out)" = 'p:big,p:small' ]
gives 0 'the likeliest classes' predict three.gradus table.csv --top 2
check 'pairs of class and probability' [ "$(head -1 out)" = \
    'prediction,top1,top1:p,top2,top2:p' ]
check 'in falling order' awk -F, 'NR > 1 && ($3 < $5 || $1 != $2) { bad = 1 } \
    END { exit bad }' out
gives 0 'a low threshold' predict m.gradus table.csv --threshold 0 --only prediction
check 'predicts the second class' [ "$(sort -u out | tr '\n' ' ')" = 'prediction small ' ]
refuses 2 '--threshold is for two classes, this model has 3' \
    predict three.gradus table.csv --threshold 0.5
refuses 2 '--top: a regression has no classes' predict n.gradus numbers.csv --top 2
refuses 2 '--only prob: a regression has no probabilities' \
    predict n.gradus numbers.csv --only prob
gives 0 'a regression' predict n.gradus numbers.csv
check 'one column' [ "$(head -1 out)" = prediction ]
gives 0 'two targets' predict two.gradus numbers.csv
check 'a column each' [ "$(head -1 out)" = 'prediction:y,prediction:z' ]

# ---- formats ----

gives 0 'tabs' predict m.gradus table.csv --format tsv
check 'columns between tabs' sh -c 'tr "\t" , <out | cmp -s - whole'
gives 0 'json lines' predict m.gradus table.csv --format jsonl
check 'an object a row' [ "$(wc -l <out)" -eq 120 ]
head -1 out | sed -e 's/:"[a-z]*"/:"KIND"/' -e 's/:[0-9][0-9.e-]*/:P/g' >member
check 'its members' [ "$(cat member)" = '{"prediction":"KIND","p:big":P,"p:small":P}' ]
gives 0 'with the input' predict m.gradus table.csv --append
check 'its columns first' [ "$(head -1 out)" = \
    'size,weight,colour,kind,prediction,p:big,p:small' ]
check 'as they were' sh -c 'cut -d, -f1-4 out | cmp -s - table.csv'

cat >quoted.csv <<'END'
size;"we;ight";colour;note
12;"1,5";red;"said ""no"", twice"
90;"8,0";tan;"two
lines"
55;"2,5";"gum ";
END
cat >quoted_train.csv <<'END'
size;"we;ight";colour;kind
12;"1,5";red;small
90;"8,0";tan;big
13;"1,7";red;small
91;"8,2";tan;big
14;"2,7";red;small
92;"7,2";tan;big
END
"$program" train quoted_train.csv --target kind --decimal , --epochs 1 --holdout 0 -q \
    -o q.gradus
gives 0 'quotes, line ends and decimal commas' predict q.gradus quoted.csv --append \
    --only prediction
sed 's/;small$/;KIND/; s/;big$/;KIND/' out >kinds
exactly predict_append.out kinds
gives 0 'the same as json' predict q.gradus quoted.csv --append --format jsonl \
    --only prediction
sed 's/"prediction":"[a-z]*"/"prediction":"KIND"/' out >kinds
exactly predict_append_json.out kinds
gives 0 'the same with tabs' predict q.gradus quoted.csv --append --decimal , --format tsv \
    --only prediction
check 'cells with line ends stay in quotes' grep -qF '"two' out
refuses 2 'the table has a column "prediction" already' predict m.gradus \
    "$(sed '1s/kind/prediction/' table.csv >again.csv; echo again.csv)" --append
tail -n +2 table.csv >bare.csv
gives 3 'no header, and a model that knows names' predict m.gradus bare.csv --no-header

# ---- rows that are not as they should be ----

sed '3s/tan\|red\|gum/mauve/; 7s/tan\|red\|gum/mauve/' table.csv >unseen.csv
gives 0 'a category never seen' predict m.gradus unseen.csv
says 'colour "mauve" (row 2) and 1 other cell are not among the values the network knows'
sed '9s/tan\|red\|gum/mauve/' table.csv >rare.csv
"$program" train rare.csv --target kind --holdout 0 --epochs 1 -q -o rare.gradus
gives 0 'a category seen once in training' predict rare.gradus rare.csv
says 'colour "mauve" (row 8) is not among the values the network knows (unseen, or too rare'
gives 0 'the table with the category never seen' predict m.gradus unseen.csv
check 'a row for each all the same' [ "$(wc -l <out)" -eq 121 ]
gives 0 'silent when asked' predict m.gradus unseen.csv -q
check 'silent' [ ! -s err ]
sed '5s/,[a-z]*$//' table.csv >ragged.csv
gives 3 'a ragged row' predict m.gradus ragged.csv
says 'ragged.csv:5'
gives 0 'left out when asked' predict m.gradus ragged.csv --on-bad-row skip --rejects bad.csv
says '119 of 120 rows; 1 malformed'
check 'and kept' [ "$(wc -l <bad.csv)" -ge 1 ]
(head -1 table.csv
    for _ in $(seq 60); do tail -n +2 table.csv; echo 1,2; done) >many.csv
gives 0 'bad rows in several pieces' predict m.gradus many.csv --on-bad-row skip
says '7,200 of 7,260 rows; 60 malformed'
head -1 table.csv >header.csv
refuses 3 'header.csv' predict m.gradus header.csv

# ---- a long stream in little memory ----

long_table()
{
    head -1 table.csv
    i=0
    while [ $i -lt 2000 ]; do
        tail -n +2 table.csv
        i=$((i + 1))
    done
}
long_table >long.csv
if sh -c 'ulimit -v 150000 && "$0" --version' "$program" >out 2>err; then
    check '240,000 rows within 150 MB of address space' sh -c \
        'ulimit -v 150000; "$0" predict m.gradus --threads 1 --only prediction <long.csv |
         tail -n +2 | sort | uniq -c | wc -l | grep -qx 2' "$program"
else
    skip '240,000 rows within 150 MB of address space' 'the program needs more to begin with'
fi

# What is malformed goes to a file of its own, and over nothing that is there.
cp examples/data/iris.csv table.csv
gradus_model=rejects.gradus
run train table.csv --target class --epochs 2 --log none -o "$gradus_model"
refuses 2 'this is what is being read' predict "$gradus_model" table.csv --on-bad-row skip \
    --rejects table.csv
check 'the table is untouched' cmp -s table.csv examples/data/iris.csv
refuses 2 'this is what is being read' predict "$gradus_model" table.csv --on-bad-row skip \
    --rejects "$gradus_model"
cp "$gradus_model" whole.gradus
for verb in predict landscape flow explain regions train; do
    set -- "$gradus_model" table.csv
    case $verb in
    predict) flag=-o ;;
    explain) flag=--picture && set -- "$@" --row 1 ;;
    regions) flag=--picture && set -- "$@" --through 1:2 ;;
    train) flag=-o && set -- table.csv --target class --epochs 1 ;;
    *) flag=--picture ;;
    esac
    for over in table.csv ./table.csv "$gradus_model"; do
        [ $verb$over = "train$gradus_model" ] ||
            refuses 2 'this is what is being read' $verb "$@" $flag "$over" --force
    done
done
check 'no table is written over' cmp -s table.csv examples/data/iris.csv
check 'no model is written over' cmp -s "$gradus_model" whole.gradus
echo old >old.csv
refuses 2 'exists already' predict "$gradus_model" table.csv --on-bad-row skip --rejects old.csv
refuses 2 'standard output is for results' predict "$gradus_model" table.csv \
    --on-bad-row skip --rejects -

# A number too large for the net is no header.
printf 'sepal_length,sepal_width,petal_length,petal_width\n1,2,3,1e300\n' >large.csv
run predict "$gradus_model" large.csv
check 'a row that gives no number is no header' grep -q 'nan,nan,nan' out

# Endless input is no model.
refuses 4 '/dev/zero' predict /dev/zero table.csv

# Links are not followed, and not replaced.
ln -s old.csv link.gradus
refuses 2 'symbolic link' train table.csv --target class -o link.gradus --force

finish
