# tests/cli/find.sh - gradus train --learning-rate find
# SPDX-License-Identifier: MIT

. "$(dirname "$0")/lib.sh"

make_table table.csv
what='table.csv --target kind --hidden 8 --epochs 3'

gives 0 'only found' train $what --learning-rate find --dry-run --picture find.svg --json -o no
cp out found.json
says 'rate     0.'
says 'the loss is low from'
check 'a dry run trains nothing' sh -c '! grep -q "^result" err && [ ! -e no ]'
check 'the picture' grep -q '</svg>' find.svg
check 'the suggestion is marked' grep -q 'suggested: 0\.' find.svg
rate=$(sed 's/.*"suggestion":\([0-9.]*\).*/\1/' found.json)
check 'the method has it' grep -qF "\"learning_rate\":$rate," found.json
if has_python; then
    check 'the curve' python3 -c 'import json, sys
found = json.load(open("found.json"))["rate"]
curve, floor = found["curve"], found["floor"]
assert len(curve["rate"]) == len(curve["loss"]) == len(curve["smooth"]) > 50
assert curve["rate"] == sorted(curve["rate"]) and curve["rate"][0] == 1e-6
assert floor[0] < found["suggestion"] < floor[1] and floor[0] in curve["rate"]
assert found["least_loss"] == min(curve["smooth"])'
else
    skip 'the curve' 'python3 is not there'
fi

gives 0 'found and trained' train $what --learning-rate find -o one.gradus
says "rate     $rate found"
says 'result'
gives 0 'the same rate, given' train $what --learning-rate "$rate" -o two.gradus
check 'the same file' cmp -s one.gradus two.gradus
gives 0 'with one thread and plain code' \
    train $what --learning-rate find --threads 1 --cpu ref -o three.gradus
check 'the same file again' cmp -s one.gradus three.gradus

gives 0 'settings' train --learning-rate find --print-config
prints 'learning-rate = find'
gives 0 'settings with the rate' train $what --learning-rate find --print-config
prints "learning-rate = $rate"
gives 0 'a page of the run' train $what --learning-rate find --report run.html -q
check 'it repeats with the rate' grep -q -- "$rate" run.html

refuses 2 '--picture draws what --learning-rate find found' train $what --picture no.svg
refuses 2 'find the rate with --dry-run' train $what --learning-rate find --cv 3
refuses 2 'name the same file: a' train $what --learning-rate find --picture a -o a
refuses 2 'exists already' train $what --learning-rate find --picture find.svg
refuses 2 'both want standard output' train $what --learning-rate find --picture - --json
refuses 2 '"find" is for gradus train' explain --learning-rate find
refuses 2 '"find" is for gradus train' flow table.csv --target kind --learning-rate find
finish
