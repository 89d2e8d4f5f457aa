# tests/cli/check.sh - gradus check: a gradient is right, or it is not
# SPDX-License-Identifier: MIT

. "$(dirname "$0")/lib.sh"

net='dense 8 tanh output softmax'

gives 0 'a description' check grad --network "$net"
exactly check_network.out out
gives 0 'as json' check grad --network "$net" --json
for key in right loss rows blocks tensor checked kinks differences dual worst backprop; do
    check "json has $key" grep -q "\"$key\":" out
done
prints '"right":true'
gives 0 'single and double precision are checked in double' \
    check grad --network "$net" --precision f64
gives 0 'every kind of layer' check grad --rows 12 --inputs 3 --outputs 2 --loss huber \
    --network 'batchnorm dense 6 relu dropout 0.2 residual { dense 5 selu dense 6 } output'
printf '# of a file\ndense 5 mish\noutput\n' >net.txt
gives 0 'a description in a file' check grad --network net.txt --outputs 1

# A wrong gradient is found, on both routes, and exit is 1.
for how in sign factor missing transpose; do
    gives 1 "broken: $how" check grad --network "$net" --break $how --json
    prints '"right":false'
    says 'the gradient is wrong'
    gives 1 "broken everywhere: $how" check grad --self --break $how --json
    check "all are found: $how" awk -F'"combinations":' '{
        split($2, a, ","); split($2, b, "\"wrong\":"); split(b[2], c, ",")
        exit !(a[1] > 500 && a[1] == c[1] + 0) }' out
done
check 'the factor is seen as it is' sh -c '
    "$1" check grad --network "$2" --break factor --json 2>/dev/null |
    sed "s/.*\"worst\"//" | awk -F"[:,}]" "{
        r = \$9 / \$11; d = \$9 / \$13
        exit !(r > 1.00099999 && r < 1.00100001 && d > 1.00099999 && d < 1.00100001) }"' \
    - "$program" "$net"

# The library itself, as the document says: the numbers are the same on every machine.
gives 0 'the library' check grad --self
cp out self
sed -n '/^kind  /,/^```/p' "$root/docs/math/backpropagation.md" | sed '$d' >document
check 'docs/math/backpropagation.md has this output' cmp -s self document
prints '580 combinations, 0 wrong'
gives 0 'the library, as json' check grad --self --json
prints '"right":true'
if has_python; then
    check 'every case is below its limit' python3 -c '
import json
d = json.load(open("out"))
assert len(d["cases"]) == d["combinations"] == 580
assert all(c["dual"] < 1e-12 for c in d["cases"])
assert all(c["differences"] < (1e-9 if "xor" in c["kind"] else 1e-7) for c in d["cases"])
assert sum("xor" in c["kind"] for c in d["cases"]) == 40
'
else
    skip 'every case is below its limit' 'python3 is not installed'
fi

# A model and a table.
make_table table.csv
"$program" train table.csv --target kind --epochs 3 --hidden 8 --batchnorm --dropout 0.1 -q \
    -o m.gradus
gives 0 'a model' check grad m.gradus table.csv
prints 'on 16 rows'
gives 0 'a model on more rows' check grad m.gradus table.csv --rows 200
prints 'on 120 rows'
gives 0 'few weights of a tensor' check grad m.gradus table.csv --sample 3 --json
prints '"checked":3'
make_numbers numbers.csv
"$program" train numbers.csv --target z --epochs 3 --loss huber --delta 0.5 --precision f64 \
    -q -o r.gradus
gives 0 'a regression' check grad r.gradus numbers.csv
gives 1 'a regression, broken' check grad r.gradus numbers.csv --break missing

# A unit at its kink is counted.
printf 'a,b,t\n0,0,1\n1,2,3\n2,1,4\n0,1,2\n' >zero.csv
"$program" train zero.csv --target t --network 'dense 3 bias=no relu output' --epochs 1 \
    --holdout 0 --scaling none -q -o z.gradus
gives 0 'a kink' check grad z.gradus zero.csv --loss mse --json
check 'is counted' grep -q '"kinks":[1-9]' out

# What cannot be done.
refuses 2 'check needs a file' check
refuses 2 'what can be checked is grad' check weights
refuses 2 'needs one of MODEL DATA, --network TEXT and --self' check grad
refuses 2 'needs one of MODEL DATA, --network TEXT and --self' check grad --self \
    --network "$net"
refuses 2 'needs a model and a table' check grad m.gradus
refuses 2 'has one output' check grad r.gradus numbers.csv --break transpose
refuses 2 'heaviside' check grad --network 'dense 3 heaviside output'
refuses 2 'no activation' check grad --network 'dense 3 tanhh output'
refuses 3 'kind' check grad m.gradus numbers.csv
refuses 4 'table.csv' check grad table.csv table.csv
refuses 5 'nowhere' check grad m.gradus nowhere.csv

finish
