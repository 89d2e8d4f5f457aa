# tests/cli/approximate.sh - gradus approximate: networks that are built, and their bounds
# SPDX-License-Identifier: MIT

. "$(dirname "$0")/lib.sh"

classic='sin(x)*x^2 - x^3/30 + x^4/500'
proofs=yes
"$program" --version --verbose | grep -q '^proofs *off' && proofs=no

# number KEY: the first of that name in the JSON object in out.
number()
{
    grep -o "\"$1\":[-+0-9.e]*" out | head -n 1 | cut -d: -f2
}

# at_most A B: numbers
at_most()
{
    awk -v a="$1" -v b="$2" 'BEGIN { exit !(a + 0 <= b + 0) }'
}

# 20,001 points of the example's function, and how far the predictions are from it.
awk 'BEGIN { print "x"; for (i = 0; i <= 20000; i++) printf "%.17g\n", i / 2000 }' >grid.csv
for with in relu sigmoid heaviside; do
    gives 0 "$with" approximate "$classic" --on 0:10 --within 0.01 --with $with --json \
        -o $with.gradus
    bound=$(number bound)
    check "$with: the bound is reached" at_most "$bound" 0.01
    check "$with: nothing larger is found" at_most "$(number measured)" "$bound"
    for key in units layers parameters rounding points within; do
        check "$with: JSON has $key" [ -n "$(number $key)" ]
    done
    proved=true
    [ $proofs = yes ] || proved=false
    check "$with: proved is $proved" grep -q "\"proved\":$proved" out
    gives 0 "$with: an ordinary model" predict $with.gradus grid.csv
    largest=$(paste -d, grid.csv out | awk -F, 'NR > 1 { x = $1
        e = $2 - (sin(x) * x^2 - x^3 / 30 + x^4 / 500)
        e = e < 0 ? -e : e; most = e > most ? e : most } END { printf "%.12g\n", most }')
    check "$with: predictions are within the bound" at_most "$largest" "$bound"
done
gives 0 'it can be inspected' inspect relu.gradus
prints 'regression of f'

gives 0 'units are a limit' approximate "$classic" --on 0:10 --units 50 --json
check 'no more of them' at_most "$(number units)" 50
gives 0 'a construction by name' approximate 'x*x' --on=-1:1 --units 8 --construction cells \
    --json
check 'bumps take two units' [ "$(number units)" -eq 8 ]
prints '"activation":"heaviside"'
gives 0 'the table of others' approximate 'exp(x)' --on 0:1 --within 0.01
prints 'for the same, about:'
prints '  bumps          sigmoid'
prints '  bumps          sigmoid'
check 'constructions of several variables are not among them' [ "$(grep -c tiles out)" -eq 0 ]
prints 'everywhere in the box'

# Several variables: 101 x 101 points of sin(3 x) exp(-y), and the predictions for them.
awk 'BEGIN { print "x,y"; for (i = 0; i <= 100; i++) for (j = 0; j <= 100; j++)
    printf "%.17g,%.17g\n", i / 100, j / 100 }' >plane.csv
for with in relu sigmoid heaviside; do
    gives 0 "$with, two variables" approximate 'sin(3*x)*exp(-y)' --on 0:1,0:1 --within 0.05 \
        --with $with --json -o plane.$with.gradus
    bound=$(number bound)
    check "$with: the bound is reached" at_most "$bound" 0.05
    check "$with: nothing larger is found" at_most "$(number measured)" "$bound"
    check "$with: two hidden layers" [ "$(number layers)" -eq 2 ]
    gives 0 "$with: an ordinary model" predict plane.$with.gradus plane.csv
    largest=$(paste -d, plane.csv out | awk -F, 'NR > 1 { e = $3 - sin(3 * $1) * exp(-$2)
        e = e < 0 ? -e : e; most = e > most ? e : most } END { printf "%.12g\n", most }')
    check "$with: predictions are within the bound" at_most "$largest" "$bound"
    gives 0 "$with, three variables" approximate 'sin(x+y*z)' --on 0:1,0:1,0:1 --within 0.3 \
        --with $with --json
    check "$with: nothing larger is found" at_most "$(number measured)" "$(number bound)"
done
gives 0 'eight variables' approximate 'x1+x2+x3+x4+x5+x6+x7+x8' \
    --on 0:1,0:1,0:1,0:1,0:1,0:1,0:1,0:1 --within 2.1 --with heaviside --json
check 'in 2 pieces of each axis' [ "$(number units)" -eq 280 ]
refuses 2 'take one of: sigmoid-tiles with sigmoid, tiles with heaviside' \
    approximate 'sin(x1*x2*x3*x4)' --on 0:1,0:1,0:1,0:1 --within 1 --with relu

# Polynomials, in depth
gives 0 'x^2' approximate 'x^2' --on 0:1 --construction deep --within 1e-6 --json -o deep.gradus
check 'it is the square network' [ "$(number units)/$(number layers)" = 26/9 ]
check 'its bound is 2^-20' at_most "$(number bound)" 9.5368e-7
check 'nothing larger is found' at_most "$(number measured)" "$(number bound)"
check 'but as much' at_most 9.5367e-7 "$(number measured)"
prints '"construction":"deep"'
prints '"proved":true'
awk 'BEGIN { print "x"; for (i = 0; i <= 8192; i++) printf "%.17g\n", i / 8192 }' >unit.csv
gives 0 'it predicts' predict deep.gradus unit.csv
largest=$(paste -d, unit.csv out | awk -F, 'NR > 1 { e = $2 - $1 ^ 2
    e = e < 0 ? -e : e; most = e > most ? e : most } END { printf "%.12g\n", most }')
check 'within the bound' at_most "$largest" 9.5368e-7
if [ $proofs = yes ]; then
    gives 0 'check error agrees' check error deep.gradus 'x^2' --on 0:1 --within 9.6e-7 \
        --tolerance 1e-3
fi
gives 0 'of three variables' approximate 'x^2*y - 0.1*y^3 + x*y*z - pi' --on=-1:3,2:2.5,-1:1 \
    --construction deep --within 1e-5 --json
check 'within' at_most "$(number bound)" 1e-5
check 'and no error above it' at_most "$(number measured)" "$(number bound)"
gives 0 'of four it is the default' approximate 'x1*x2 - x3*x4/3' --on 0:1,0:1,0:1,-2:1 \
    --within 1e-3 --json
prints '"construction":"deep"'
gives 0 'deep within units' approximate 'x^5' --on=-1:1 --construction deep --units 150 --json
check 'no more of them' at_most "$(number units)" 150
gives 0 'in the table' approximate 'x^3' --on 0:1 --within 1e-4
prints '  deep           relu'
gives 0 'not for others' approximate 'sin(x)' --on 0:1 --within 1e-4
check 'deep is not there' sh -c '! grep -q deep out'
refuses 2 'column 5: "sin(x)": it is no polynomial' approximate 'x - sin(x)' --on 0:1 \
    --within 1e-3 --construction deep
refuses 2 'deep: it takes polynomials only' approximate '1/(1+x)' --on 0:1 --within 1e-3 \
    --construction deep
refuses 2 'rounding of doubles alone' approximate 'x^2' --on 0:1 --within 1e-17 \
    --construction deep

# Points of a table: k straight pieces, k units; extended beyond its ends.
printf 't,v\n0,0\n1,1\n2,2\n3,0\n4,-2\n5,-2\n' >points.csv
gives 0 'points' approximate points.csv --json -o points.gradus
check 'three pieces' [ "$(number units)" -eq 3 ]
prints '"proved":true'
run predict points.gradus points.csv --append
check 'the points themselves' \
    awk -F, 'NR > 1 && ($2 - $3)^2 > 1e-28 { bad = 1 } END { exit bad }' out
gives 0 'a table as a function' approximate points.csv --within 0.1 --with sigmoid --json
check 'within' at_most "$(number bound)" 0.1
refuses 2 'for another one say how near' approximate points.csv --with sigmoid
printf 'a,b,c\n1,2,3\n2,3,4\n' >three.csv
refuses 2 'it takes polynomials only' approximate points.csv --within 1 --construction deep
refuses 3 'two columns' approximate three.csv
printf 'x,y\n1,2\n1,3\n' >twice.csv
refuses 3 'two values of y' approximate twice.csv
printf 'x,y\n1,2\n2,red\n' >red.csv
refuses 3 'red.csv:3: column y has "red"' approximate red.csv

# Pictures
run approximate 'sin(x)' --on 0:6 --units 9 --json --picture one.svg -f
cp out one.json
if has_python; then
    check 'the SVG has the numbers of --json' python3 "$here/picture.py" one.svg one.json
else
    skip 'numbers of the picture' 'no python3'
fi
run approximate 'x*y' --on 0:1,0:1 --units 40 --json --picture maps.svg -f
cp out one.json
check 'of two variables three maps' [ "$(grep -o '"grid":' out | wc -l)" -eq 3 ]
if has_python; then
    check 'with the numbers of --json' python3 "$here/picture.py" maps.svg one.json
else
    skip 'numbers of the maps' 'no python3'
fi
gives 0 'a page' approximate 'sin(x)' --on 0:6 --units 9 --picture one.html
check 'it is a page' grep -q '</html>' one.html
refuses 2 'one.html' approximate 'sin(x)' --on 0:6 --units 9 --picture one.html
refuses 2 'relu.gradus' approximate 'x' --on 0:1 --units 9 -o relu.gradus

for cpu in ref auto; do
    "$program" approximate "$classic" --on 0:10 --units 40 --with sigmoid --cpu $cpu --json \
        -o "net.$cpu" >"said.$cpu"
done
check 'the same network with any instructions' cmp -s net.ref net.auto
sed 's/net.ref/net/' said.ref >one
sed 's/net.auto/net/' said.auto >two
check 'and the same report' cmp -s one two

refuses 2 'this is what is being read' approximate points.csv -o points.csv -f
if [ $proofs = yes ]; then
    refuses 2 'no bound that double can hold' approximate 'exp(x)' --on 700:709 --units 40
    refuses 2 'no bound that double can hold' approximate 'exp(x)' --on 700:709 --units 40 \
        --with sigmoid --construction bumps
fi
refuses 2 'a weight is larger than double can hold' approximate 'x' --on 0:1e-310 --units 2 \
    --with sigmoid
gives 0 'a box up to the largest double' approximate '2.5' --on 0.1:1.7976931348623157e308 \
    --units 2
refuses 2 '--within 1e-300: with "free-knots"' approximate 'sin(x)' --on 0:3 --within 1e-300
refuses 2 'on what box' approximate 'x' --within 0.1
refuses 2 'is not a side' approximate 'x' --on 0-1 --within 0.1
refuses 2 'for 2 variables' approximate 'x + y' --on 0:1 --within 0.1
refuses 2 'give --within or --units' approximate 'x' --on 0:1
refuses 2 '--within' approximate 'x' --on 0:1 --within 0
refuses 2 'take one of: free-knots with relu' approximate 'x' --on 0:1 --within 1 --with tanh
refuses 2 'no "tile' approximate 'x' --on 0:1 --within 1 --construction tile
refuses 2 'column 5' approximate 'x + )' --on 0:1 --within 1
refuses 2 'rounding of doubles alone' approximate 'x + 1' --on 0:1 --within 1e-17
refuses 2 'units is bounded by' approximate 'sin(x)' --on 0:9 --within 1e-3 --units 9
if [ $proofs = yes ]; then
    for f in 1/x 'log(x)' 'tan(2*x)' 'step(x)' 'sqrt(x)'; do
        refuses 2 'expression, column 1' approximate "$f" --on=-1:1 --within 0.1
    done
    gives 0 'a slope without a bound' approximate 'sqrt(x)' --on 0:1 --within 0.001 --json
    prints '"units":26'
else
    skip 'what is refused' 'built without proofs'
fi
finish
