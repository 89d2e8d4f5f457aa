# tests/cli/arguments.sh - the command line: what is taken and what is refused
# SPDX-License-Identifier: MIT

. "$(dirname "$0")/lib.sh"

make_table table.csv

refuses 2 'no verb "trian"; did you mean "train"?' trian table.csv
refuses 2 'no verb "learn": gradus help lists them' learn
refuses 2 'table.csv: a file, not a verb' table.csv
refuses 2 'train needs a file' train
refuses 2 'for example: gradus train' train --target kind
refuses 2 'eval needs two files' eval model
refuses 2 '"c" is one too many: gradus predict MODEL [DATA|-] [-o FILE]' predict a b c
refuses 2 'no flag --epohcs; did you mean --epochs?' train table.csv --epohcs 3
refuses 2 'no flag --epohcs; did you mean --epochs?' train table.csv --epohcs=3
refuses 2 'no flag -x: gradus train --help lists them' train table.csv -x
refuses 2 'no flag -ofile' train table.csv -ofile
refuses 2 '--append is no flag of gradus train, but of: predict' train t --append
refuses 2 '--target needs a value: --target COL' train table.csv --target
refuses 2 '--target needs a value: --target COL' train table.csv --target --json
refuses 2 '--json takes no value' train table.csv --target kind --json=yes
refuses 2 '--epochs is said twice, 2 and 3: leave one out' \
    train table.csv --target kind --epochs 2 --epochs 3
refuses 2 'train needs --target COL' train table.csv

for number in 0 -1 1.5 1e99 3x '' ' 3' 0x10 nan inf; do
    refuses 2 "--epochs: \"$number\" is not a whole number from 1" \
        train table.csv --target kind "--epochs=$number"
done
for number in 1 -0.1 ten 1e; do
    refuses 2 "--dropout: \"$number\" is not a number from 0, below 1" \
        train table.csv --target kind --dropout "$number"
done
refuses 2 '--learning-rate: "0" is not a number above 0' \
    train table.csv --target kind --learning-rate 0
refuses 2 '--seed: "18446744073709551616" is not a whole number' \
    train table.csv --target kind --seed 18446744073709551616
refuses 2 '--seed: "1.0" is not a whole number' train table.csv --target kind --seed 1.0
refuses 2 '--activation: no "rellu"; did you mean "relu"?' \
    train table.csv --target kind --activation rellu
refuses 2 '--optimizer: no "zzzzzz": gradus help optimizer has the list' \
    train table.csv --target kind --optimizer zzzzzz
refuses 2 '--task: "regression" is none of auto|class|regress' \
    train table.csv --target kind --task regression
refuses 2 '--delimiter: ";;" is not one character' train t --target kind --delimiter ';;'
refuses 2 '--cv makes no model, --output asks for one' \
    train table.csv --target kind --cv 3 -o m.gradus
refuses 2 '--cv 1: at least 2 parts' train table.csv --target kind --cv 1
refuses 2 '--network says all of the network, --hidden too' \
    train table.csv --target kind --network 'dense 4 relu output' --hidden 4
refuses 5 '--network net.txt: neither a file nor a description' \
    train table.csv --target kind --network net.txt
refuses 2 'cpu' train table.csv --target kind --cpu sse9

refuses 2 '--output "": a file without a name' train table.csv --target kind -o ''
refuses 2 '--picture "": a file without a name' flow table.csv --target kind --picture=

awk 'BEGIN { while (n++ < 250) printf "a"; print ",b\n1,2\n3,4" }' >long.csv
refuses 2 'no column "zz": there are columns of long names' train long.csv --target zz

# What a terminal would obey is shown, not sent.
escape=$(printf '\033[2J')
refuses 2 '"\x1b[2J" is not a whole number' train table.csv --target kind --epochs "$escape"

gives 0 'a value behind =' train table.csv --target=kind --epochs=1 -q
gives 0 'flags before and behind the file' train --epochs 1 table.csv -q --target kind
gives 0 'a file behind --' train --epochs 1 --target kind -q -- table.csv
gives 0 'a seed of 64 bits' train table.csv --target kind --epochs 1 -q \
    --seed 18446744073709551615
gives 0 'lists grow' train table.csv --target kind --drop size --drop weight --dry-run
says '1 category'
gives 0 '--help of a verb needs no file' train --help
gives 0 'words for special values' train table.csv --target kind --epochs 2 -q \
    --batch all --hidden none --learning-rate auto --weight-decay auto

finish
