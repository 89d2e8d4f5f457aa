# tests/cli/config.sh - settings files, and that a run can be repeated from one
# SPDX-License-Identifier: MIT

. "$(dirname "$0")/lib.sh"

digest()
{
    "$program" inspect "$1" --json | sed 's/.*"digest":"\([0-9a-f]*\)".*/\1/'
}

make_table table.csv

for verb in train predict eval bench; do
    gives 0 "defaults of $verb" $verb --print-config
    cp out first
    gives 0 "defaults of $verb are a settings file" $verb --config first --print-config
    check "defaults of $verb come back" cmp -s out first
done

gives 0 'a run' train table.csv --target kind --epochs 3 --hidden 8 -q -o a.gradus
gives 0 'its settings' train table.csv --target kind --epochs 3 --hidden 8 --print-config
cp out run.conf
check 'settings are resolved' grep -q '^learning-rate = [0-9]' run.conf
gives 0 'the run from its settings' train table.csv --config run.conf -q -o b.gradus
check 'equal weights' [ "$(digest a.gradus)" = "$(digest b.gradus)" ]
check 'equal files' cmp -s a.gradus b.gradus
gives 0 'settings of the settings' train table.csv --config run.conf --print-config
check 'settings stay as they are' cmp -s out run.conf
gives 0 'a flag goes before the file' train table.csv --config run.conf --seed 2 -q \
    -o c.gradus
check 'other weights' [ "$(digest a.gradus)" != "$(digest c.gradus)" ]

gives 0 'all that was left open' train table.csv --target kind --print-config
cp out open.conf
gives 0 'an open run' train table.csv --target kind -q -o d.gradus
gives 0 'the same closed' train table.csv --config open.conf -q -o e.gradus
check 'equal weights from what was chosen' cmp -s d.gradus e.gradus

printf '# a network\nrepeat 2 { dense 8 tanh }\n  output softmax # ends\n' >net.txt
gives 0 'a network from a file' train table.csv --target kind --network net.txt \
    --epochs 2 -q -o f.gradus
gives 0 'its settings' train table.csv --target kind --network net.txt --epochs 2 \
    --print-config
cp out net.conf
rm net.txt
gives 0 'its settings hold the network, not the file' \
    train table.csv --config net.conf -q -o g.gradus
check 'equal weights from a description' cmp -s f.gradus g.gradus

refuses 2 'x.conf:2: no setting "hiden"; did you mean "hidden"?' \
    train table.csv --config "$(printf '\nhiden = 3\n' >x.conf; echo x.conf)"
printf 'epochs 3\n' >x.conf
refuses 2 'x.conf:1: no "=": write key = value' train table.csv --config x.conf
printf 'epochs = many\n' >x.conf
refuses 2 'x.conf:1: epochs: "many" is not a whole number' train table.csv --config x.conf
printf 'seed = 1\nseed = 2\n' >x.conf
refuses 2 'x.conf:2: seed: set twice' train table.csv --config x.conf
printf 'missing = "a\n' >x.conf
refuses 2 'x.conf:1: quotes that do not close' train table.csv --config x.conf
printf 'force = maybe\n' >x.conf
refuses 2 'x.conf:1: force: "maybe" is neither yes nor no' train table.csv --config x.conf
printf 'top = 3\n' >x.conf
refuses 2 'x.conf:1: no setting "top"' train table.csv --config x.conf
head -c 100 /dev/zero >x.conf
refuses 2 'x.conf: this is no settings file' train table.csv --config x.conf
refuses 5 'none.conf: No such file' train table.csv --config none.conf

# Values with blanks and quotes come back as they were.
run train --print-config --missing ' ?"\ ' --target '"a,b",c' --delimiter tab
cp out odd.conf
gives 0 'odd values are read again' train --config odd.conf --print-config
check 'odd values come back' cmp -s out odd.conf
check 'lists in quotes' grep -qF 'target = "\"a,b\",c"' out

finish
