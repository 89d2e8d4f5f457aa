# tests/cli/regions.sh - gradus regions: boxes, lines, planes, models, pictures
# SPDX-License-Identifier: MIT

. "$(dirname "$0")/lib.sh"

gives 0 'a plane' regions --network 'dense 8 relu dense 8 relu output' --on -3:3,-2:2 --seed 2
prints 'x1 from -3 to 3, x2 from -2 to 2'
prints '30 activation regions, 30 linear pieces, by 16 units'
prints '1,369 at most'
prints '925 some network has, or more (Serra et al.)'
prints '592 some network has, or more (Montufar et al.)'
prints '137 one layer of as many units at most'
gives 0 'a line' regions --network 'dense 3 relu dense 3 relu output' --inputs 1
prints '16 at most, and some network has them'
gives 0 'all of it as JSON' regions --network 'dense 5 relu output' --json
for key in on regions pieces units least_size most_size exact bounds charts; do
    check "JSON has $key" grep -q "\"$key\":" out
done
check 'its bounds' grep -q \
    '"single":16,"lower":16,"lower_dead":16,"upper":16,"upper_any":16,"on_line":6}' out
gives 0 'leaky-relu' regions --network 'dense 5 leaky-relu output' --json
check 'has no bound of relu' sh -c '! grep -q "\"upper\":" out'
gives 0 'a bound too large' regions --network 'repeat 300 { dense 80 relu } output' \
    --inputs 1 --on 1:2
prints 'more than 1e308 at most'
# Fifty layers take seconds, and are left at once.
gives 0 'fifty layers' regions --network 'repeat 50 { dense 20 relu } output'
prints '1,560 activation regions'
"$program" regions --network 'repeat 70 { dense 30 relu } output' >out 2>err &
sleep 0.5
kill -TERM $!
code=0
wait $! || code=$?
check 'a signal stops the count' [ "$code" -eq 143 ]
check 'and says so' grep -qF 'gradus: stopped on request' err
check 'with no result' [ ! -s out ]

# Points of more inputs.
gives 0 'a line through points' regions --network 'dense 6 relu output' --inputs 3 \
    --through 0,0,0:1,1,1 --on -2:2
prints 'towards the second point from -2 to 2'
gives 0 'a plane through points' regions --network 'dense 6 relu output' --inputs 3 \
    --through 0,0,0:1,1,1:0,1,0 --on -2:2,-1:1
check 'a plane through 0 is cut by all lines' grep -q '12 activation regions' out

# Models: a box in the unit of the column, rows of a table.
make_numbers table.csv
make_table kinds.csv
run train table.csv --target z --hidden 5 --epochs 30 -q -o two.gradus
run regions two.gradus --on 0:100,0:97 --json
check 'columns name the variables' grep -q '"variable":"x","min":0,"max":100' out
size=$(sed 's/.*"most_size":\([0-9]*\).*/\1/' out)
check 'a box in their unit has their area' [ "$size" -gt 400 -a "$size" -le 9700 ]
run regions two.gradus
check 'without a box about the mean' grep -q 'x from -8\.[0-9]* to 108' out
run train kinds.csv --target kind --hidden 6 --epochs 20 -q -o kinds.gradus
gives 0 'rows of a table' regions kinds.gradus kinds.csv --through 1:2:5
prints 'before the s'
gives 0 'a line' regions kinds.gradus kinds.csv --through 1:2 --json
check 'has lengths' grep -q '"least_size":' out

run regions --network 'dense 8 relu output' --json --picture one.svg -f
cp out one.json
check 'a plane is filled by the output' grep -q '"grid":{"label":"output","unit":"1"' out
check 'without a hole' sh -c '! sed "s/.*\"values\"//" out | grep -q null'
check 'in the SVG too' grep -q 'class="plot map"' one.svg
if has_python; then
    check 'the SVG has the numbers of --json' python3 "$here/picture.py" one.svg one.json
else
    skip 'numbers' 'no python3'
fi
refuses 2 'exists already' regions --network 'dense 8 relu output' --picture one.svg
for cpu in ref auto; do
    "$program" regions --network 'dense 9 relu dense 9 relu output' --cpu $cpu --json >"r.$cpu"
done
check 'the same bits with any instructions' cmp -s r.ref r.auto

echo 'dense 2 output' >two.net
two='--network two.net'
refuses 2 'needs one of MODEL and --network' regions
refuses 2 'needs one of MODEL and --network' regions two.gradus --network output
refuses 5 'neither a file nor a description' regions --network relu
check 'with an example of each' grep -qF \
    'a file is "net.txt", a description has blanks, as "dense 8 relu output"' err
refuses 2 '"tanh" is not linear' regions --network 'dense 3 tanh output relu'
refuses 2 'more than 3' regions --network 'dense 8 relu output' --max-regions 3
refuses 2 'name points' regions --network 'dense 3 relu output' --inputs 3
refuses 2 'a point has 3 numbers' regions $two --inputs 3 --through 1,2:1,2,3
refuses 2 'two points make a line' regions $two --through 1,2
refuses 2 'two points make a line' regions $two --through 1,2:1,2:1,2:1,2
refuses 2 'a point has 1 numbers' regions $two --inputs 1 --through 1:2,3
refuses 2 '"x" is not a number' regions $two --through x,2:1,2
refuses 2 '"1" is not a side' regions $two --on 1,2
refuses 2 'larger' regions $two --on 1:1,0:1
refuses 2 '2 sides' regions $two --on 0:1
refuses 2 '1 sides' regions $two --inputs 1 --on 0:1,0:1
refuses 2 '"0:inf" is not a side' regions $two --on 0:inf,0:1
refuses 2 'a table is for --through' regions two.gradus table.csv
refuses 2 'numbered from 1 to 100' regions two.gradus table.csv --through 1:101
refuses 2 'numbered from 1 to 100' regions two.gradus table.csv --through 1:1.5
awk 'NR == 1 || NR % 3 != 0' kinds.csv >colours.csv
run train colours.csv --target kind --keep colour --hidden 3 --epochs 1 -q -o colours.gradus
refuses 2 'are not numbers' regions colours.gradus --on 0:1,0:1
refuses 4 'table.csv' regions table.csv
finish
