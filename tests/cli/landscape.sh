# tests/cli/landscape.sh - gradus landscape: planes, lines, pictures, verdicts
# SPDX-License-Identifier: MIT

. "$(dirname "$0")/lib.sh"

make_numbers table.csv
run train table.csv --target z --hidden none --epochs 50 -q -o line.gradus
gives 0 'a plane' landscape line.gradus table.csv
prints 'eigenvalues from'
prints 'verdict'
prints 'o: the model'
prints 'along the second direction'
gives 0 'all of it as JSON' landscape line.gradus table.csv --grid 5 --json
for key in rows loss gradient min max verdict gradient_tolerance eigenvalue_tolerance; do
    check "JSON has $key" grep -q "\"$key\":" out
done
check 'a map of 25 values' grep -q '"grid":' out
gives 0 'a line' landscape line.gradus table.csv --grid 5 --line --json
check 'no map' sh -c '! grep -q "\"grid\":" out'
gives 0 'a picture' landscape line.gradus table.csv --grid 5 --picture plane.svg
check 'it is SVG' grep -q '</svg>' plane.svg
refuses 2 'plane.svg' landscape line.gradus table.csv --grid 5 --picture plane.svg
gives 0 'replaced' landscape line.gradus table.csv --grid 5 --picture plane.svg -f

# A network whose units are all dead: no gradient, no curvature.
run train table.csv --target z --epochs 1 --learning-rate 1e-30 --weight-decay 0 -q \
    --network 'dense 4 start=constant value=0 relu output bias=no' -o flat.gradus
gives 0 'dead units' landscape flat.gradus table.csv --grid 3
prints 'plateau'

for cpu in ref auto; do
    "$program" landscape line.gradus table.csv --grid 7 --cpu $cpu --json >"land.$cpu"
done
check 'the same bits with any instructions' cmp -s land.ref land.auto
"$program" landscape line.gradus table.csv --grid 7 --seed 2 --json >land.seed
check 'the seed decides' sh -c '! cmp -s land.seed land.auto'

# The way that training takes.
run landscape table.csv --target z --hidden 4 --epochs 300 --grid 5 --json --picture way.svg
check 'a training' [ "$code" -eq 0 ]
cp out one.json
if has_python; then
    check 'its picture has the numbers of --json' python3 "$here/picture.py" way.svg one.json
    check 'of 301 networks every fourth; shares; the end is the model' python3 -c '
import json
j = json.load(open("one.json"))
epochs = [point["epoch"] for point in j["path"]]
assert epochs == list(range(0, epochs[-1] + 1, 4)) and len(epochs) > 20, epochs
assert 0.5 < sum(j["explained"]) <= 1 and j["explained"][0] > j["explained"][1]
assert j["path"][0]["a"] < 0 and j["path"][0]["loss"] > 2 * j["loss"]
assert j["noise"] > 0 and j["gradient_tolerance"] == 2 * j["noise"]'
else
    skip 'the numbers of a training' 'no python3'
fi
gives 0 'in words' landscape table.csv --target z --hidden 4 --epochs 20 --grid 5
prints 'the plane has'
gives 0 'along a line' landscape table.csv --target z --hidden 4 --epochs 20 --grid 5 --line
prints 'first principal direction'
refuses 2 'needs --target COL' landscape table.csv
refuses 2 'or a model and a table: gradus landscape MODEL DATA' landscape line.gradus
refuses 2 '--epochs changes nothing here' landscape line.gradus table.csv --epochs 3
refuses 2 'is for gradus train' landscape table.csv --target z --learning-rate find
refuses 7 'diverged' landscape table.csv --target z --learning-rate 1e30 --optimizer sgd
gives 0 'a tolerance' landscape line.gradus table.csv --grid 3 --gradient-tolerance 1e9
prints 'verdict  minimum'

refuses 2 '--grid' landscape line.gradus table.csv --grid 1
refuses 2 '--span' landscape line.gradus table.csv --span 0
refuses 4 'table.csv' landscape table.csv table.csv
refuses 2 'no "nothing"' landscape line.gradus table.csv --loss nothing
finish
