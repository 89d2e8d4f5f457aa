# tests/cli/landscape.sh - gradus landscape: planes, lines, pictures, verdicts
# SPDX-License-Identifier: MIT

. "$(dirname "$0")/lib.sh"

make_numbers table.csv
run train table.csv --target z --hidden none --epochs 50 -q -o line.gradus
gives 0 'a plane' landscape line.gradus table.csv
prints 'eigenvalues from'
prints 'verdict'
gives 0 'all of it as JSON' landscape line.gradus table.csv --grid 5 --json
for key in rows loss gradient least most verdict gradient_tolerance eigenvalue_tolerance; do
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

refuses 2 '--grid' landscape line.gradus table.csv --grid 1
refuses 2 '--span' landscape line.gradus table.csv --span 0
refuses 4 'table.csv' landscape table.csv table.csv
refuses 2 'no "nothing"' landscape line.gradus table.csv --loss nothing
finish
