# tests/cli/explain.sh - gradus explain: the 2-2-1 network by hand, models, pages
# SPDX-License-Identifier: MIT

. "$(dirname "$0")/lib.sh"

gives 0 'the network by hand' explain
exactly explain.out out

# near NAME EXPRESSION VALUE: to 1e-12, of the JSON object j in out
near()
{
    if ! has_python; then
        skip "$1" 'no python3'
        return
    fi
    python3 -c 'import json, sys
j = json.load(open("out"))
sys.exit(not abs(eval(sys.argv[1]) - float(sys.argv[2])) <= 1e-12)' "$2" "$3" 2>err
    code=$?
    check "$1" [ $code -eq 0 ]
}

gives 0 'json' explain --json
near 'h1' 'j["units"]["h1"]["value"]' 0.58
near 'h2' 'j["units"]["h2"]["value"]' 0.66
near 'y' 'j["output"][0]' 0.1802
near 'loss' 'j["loss"]' 0.33603602
near 'delta' 'j["delta"][0]' -0.8198
i=0
for gradient in -0.229544 -0.344316 -0.245940 -0.368910 -0.475484 -0.541068; do
    i=$((i + 1))
    near "gradient of w$i" "j['weights']['w$i']['gradient']" $gradient
    near "its path" "j['weights']['w$i']['paths'][0]['product']" $gradient
done
i=0
for new in 0.1329544 0.1544316 0.234594 0.116891 0.1875484 0.2041068; do
    i=$((i + 1))
    near "new w$i" "j['weights']['w$i']['new']" $new
done
near 'output after the step' 'j["after"]["output"][0]' 0.30410017360904
near 'loss after the step' 'j["after"]["loss"]' 0.24213828418548
near 'factors multiply' \
    '__import__("math").prod(f["value"] for f in j["weights"]["w1"]["paths"][0]["factors"])' \
    -0.229544

gives 0 'w5 = -0.14' explain --weights w5=-0.14 --json
near 'output' 'j["output"][0]' 0.0178
gives 0 'target 0' explain --y 0 --json
near 'loss' 'j["loss"]' 0.01623602
gives 0 'a dead output unit' explain --weights w5=-1,w6=-1 --json
near 'every gradient is 0' 'sum(abs(w["gradient"]) for w in j["weights"].values())' 0
check 'the gate is named' grep -qF '"shut":["y"]' out
check 'no minus zero' sh -c '! grep -qE -- "-0[,}\]]|-0\.0[,}]" out'
gives 0 'two streams' explain --example two-stream --json
near 'five factors' 'len(j["weights"]["w1"]["paths"][0]["factors"])' 5
near 'four paths' 'j["weights"]["w1"]["path_count"]' 4

# All numbers may be given at once, and one weight be looked at.
gives 0 'a network of words' explain --network 'dense 2 tanh output softmax' --x 1,-2 \
    --y 0,1 --weights 0.1,0.2,0.3,0.4,0,0,0.5,0.6,0.7,0.8,0.1,-0.1 --chain 2,1,2 --json
near 'one weight' 'len(j["weights"])' 1
near 'by its place' 'j["weights"]["w6"]["value"]' 0.6
near 'p - y' 'sum(j["delta"])' 0

# A logarithm of 0 or below has no gradient to explain.
refuses 2 'the loss is not finite: end the network' explain \
    --network 'dense 2 relu' --x 1,2 --y 0,1 --weights -1,-1,-1,-1,0,0 --loss cross-entropy

# The rows of a table, as the model's network sees them.
make_table table.csv
"$program" train table.csv --target kind --epochs 3 --hidden 3 -q -o m.gradus
gives 0 'a model and a row' explain m.gradus table.csv --row 7 --picture m.html
prints 'row 7 of table.csv'
check 'the page is there' [ -s m.html ]
refuses 2 'm.html: exists' explain m.gradus table.csv --picture m.html
gives 0 'the page again' explain m.gradus table.csv --row 7 --picture m.html --force --json

# Every number of the page is one of the JSON's, and what is seen of it is that, rounded.
same_numbers()
{
    if ! has_python; then
        skip "$1" 'no python3'
        return
    fi
    python3 - "$2" 2>err <<'END'
import json, re, sys
numbers = set()
def walk(value):
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        numbers.add(float(value))
    for part in value.values() if isinstance(value, dict) else \
            value if isinstance(value, list) else []:
        walk(part)
walk(json.load(open("out")))
page = open(sys.argv[1], encoding="utf-8").read()
found = re.findall(r'<(data|tspan) (?:data-)?value="([^"]*)">([^<]*)<', page)
wrong = [f for f in found if float(f[1]) not in numbers or
         float(f[2].replace("\u2212", "-")) !=
         float("%.*g" % (10 if f[0] == "data" else 4, float(f[1])))]
body = re.sub(r"<style>.*?</style>|<code>.*?</code>|<[^>]*>", " ",
              re.sub(r"<(data|tspan).*?</\1>", " ", page, flags=re.S), flags=re.S)
loose = re.findall(r"(?<![\w.#&])-?\d+\.\d+", body)
print(wrong[:3], loose[:3], file=open("err", "w"))
sys.exit(bool(wrong or loose or len(found) < 30))
END
    code=$?
    check "$1" [ $code -eq 0 ]
}
same_numbers 'numbers of the page of a model' m.html
gives 0 'the page of the example' explain --picture e.html --json
same_numbers 'numbers of the page of the example' e.html
check 'the page loads nothing' sh -c '! grep -qE "<script|src=|href=|url\(|@import" e.html'
if has_python; then
    python3 -c 'import sys, xml.dom.minidom as m, re
m.parseString(re.search("<svg.*?</svg>", open("e.html", encoding="utf-8").read(), re.S)[0])'
    check 'the drawing is well-formed' [ $? -eq 0 ]
fi

# What is too much, and what is wrong.
gives 0 'sums only' explain --network 'repeat 8 { dense 6 tanh } output' --x 1 --y 1 --chain w1
prints 'the sum over 279,936 paths'
prints 'sums only: these are more than 4096 paths'
gives 0 'paths past counting' explain --network 'repeat 90 { dense 2 tanh } output' --x 1 \
    --y 1 --chain w1
prints 'more paths than can be counted'
refuses 2 '159993 weights are more than' \
    explain --network 'dense 400 relu dense 396 output' --x 1 --y 1
refuses 2 'too large to draw' explain --network 'dense 99 output' --x 1 --y 1 --picture big.html
refuses 2 'of m.gradus a row is explained' explain m.gradus
refuses 2 'the model has one' explain m.gradus table.csv --network 'dense 2 output'
refuses 2 '--x 2,3 --y 1' explain --network 'dense 2 output'
refuses 2 '--x: 2 numbers are needed, not 3' explain --x 1,2,3
refuses 2 '--y: "a" is not a number' explain --y a
refuses 2 'no weight "w7": they are called w1 to w6' explain --weights w7=1
refuses 2 'the network has 6 weights, and 2 are given' explain --weights 1,2
refuses 2 '"w1=x" is not a number' explain --weights w1=x
refuses 2 '--chain: no weight "w0"' explain --chain w0
refuses 2 'row 121: the table has 120 rows' explain m.gradus table.csv --row 121
refuses 2 'no flag --page' explain --page e2.html
refuses 2 'both want standard output' explain --picture - --json
gives 0 'a drawing' explain --picture step.svg
check 'is an SVG' grep -q '^<svg ' step.svg
gives 0 'to standard output' explain --picture -
check 'the same' cmp -s out step.svg
says 'dloss/dw6 = dloss/dy'
if has_python; then
    python3 -c 'import xml.dom.minidom as m; m.parse("step.svg")' 2>err
    check 'well-formed' [ $? -eq 0 ]
fi
refuses 2 'the network has no weights' explain --network 'relu tanh' --x 1 --y 1 --chain w1
gives 0 'no weights' explain --network 'relu tanh' --x 1 --y 1
gives 0 'a deep chain' explain --network 'repeat 600 { dense 1 tanh }' --x 1 --y 1 --chain w1
refuses 2 'heaviside' explain --network 'dense 2 heaviside output' --x 1 --y 1

finish
