# tests/cli/check_error.sh - gradus check error: the largest error of a model is enclosed
# SPDX-License-Identifier: MIT

. "$(dirname "$0")/lib.sh"

refuses 2 'needs a model, a function and where' check error
refuses 2 'needs a model, a function and where' check error m.gradus x
if ! has_proof; then
    refuses 2 'install libflint-dev' check error m.gradus x --on 0:1
    skip 'check error' 'it was built without Arb'
    finish
fi

# number FILE KEY: a number of a JSON object.
number()
{
    sed -n "s/.*\"$2\":\[*\([-+.0-9e]*\).*/\1/p" "$1"
}

# compare EXPRESSION: arithmetic of the numbers in out.
compare()
{
    awk -v lower="$(number out lower)" -v upper="$(number out upper)" \
        -v where="$(number out where)" -v rounding="$(number out rounding)" \
        -v f="$(number out function)" -v net="$(number out network)" "BEGIN { exit !($1) }"
}

# y = x^3 - x, whose sums and products awk has as every machine has them
awk 'BEGIN { print "x,y"
    for (i = 0; i <= 512; i++) { x = i / 128 - 2; printf "%.17g,%.17g\n", x, x * x * x - x }
}' >cubic.csv
"$program" train cubic.csv --target y --hidden 16 --activation tanh --epochs 60 -q -o m.gradus
gives 0 'a model' check error m.gradus 'x^3 - x' --on -2:2
prints 'proved'
refuses 2 'on has 2 sides, the model 1 input: give' check error m.gradus 'x + y' --on 0:1,0:1
gives 0 'as json' check error m.gradus 'x^3 - x' --on -2:2 --json
for key in lower upper proved reached where function network rounding boxes; do
    check "json has $key" grep -q "\"$key\":" out
done
check 'the interval is as narrow as asked' compare 'lower > 0 && upper - lower <= 1e-3 * upper'
check 'the point has that error' compare '(f - net)^2 >= (0.99999 * lower)^2'
gives 0 'to six digits' check error m.gradus 'x^3 - x' --on -2:2 --tolerance 1e-6 --json
cp out fine
check 'the interval is narrower' compare 'upper - lower <= 1e-6 * upper'

# What predict gives at 10001 points stays below, and comes near, but for its rounding.
awk 'BEGIN { print "x"; for (i = 0; i <= 10000; i++) printf "%.17g\n", i / 2500 - 2 }' >grid.csv
"$program" predict m.gradus grid.csv -o seen.csv -q
paste -d, grid.csv seen.csv | awk -F, 'NR > 1 {
    e = $1 * $1 * $1 - $1 - $2; e = e < 0 ? -e : e; if (e > most) most = e }
    END { printf "%.17g\n", most }' >seen
check 'what is predicted agrees' compare \
    "$(cat seen) <= upper + rounding && $(cat seen) >= 0.9999 * lower - rounding"

# --within asks a question.
gives 0 'within 100' check error m.gradus 'x^3 - x' --on -2:2 --within 100
gives 1 'within nothing' check error m.gradus 'x^3 - x' --on -2:2 --within 1e-9
says 'the error is larger than 1e-9, proved'
prints 'proved'
least=$(number fine lower)
gives 1 'between the ends' check error m.gradus 'x^3 - x' --on -2:2 --tolerance 0.5 --boxes 1 \
    --within "$least"1
says 'is not decided'
gives 1 'too few boxes' check error m.gradus 'x^3 - x' --on -2:2 --tolerance 1e-6 --boxes 3
says 'the tolerance 1e-6 was not reached'
gives 0 'one side of the box alone has another error' \
    check error m.gradus 'x^3 - x' --on 0:0.5 --json
check 'which is smaller' compare "upper <= $(number fine upper)"

# Two inputs, with names of their own.
awk 'BEGIN { print "width,height,area"
    for (i = 0; i < 20; i++) for (j = 0; j < 20; j++) print i / 10 "," j / 10 "," i * j / 100
}' >area.csv
"$program" train area.csv --target area --hidden 8,8 --activation gelu --scaling robust \
    --epochs 20 --precision f64 -q -o a.gradus
gives 0 'two inputs' check error a.gradus 'x*y' --on 0:1.9,0:1.9
prints 'x is width, y is height'
prints 'float64'

# What cannot be done.
"$program" train examples/data/iris.csv --target class --epochs 2 -q -o iris.gradus
printf 'a,b,t\n1,u,1\n2,v,2\n3,u,4\n4,v,3\n' >mixed.csv
"$program" train mixed.csv --target t --task regress --epochs 2 --holdout 0 -q -o mixed.gradus
refuses 2 'a side for each' check error m.gradus 'x' --on 0:1,0:1
refuses 2 'is not a side' check error m.gradus 'x' --on 0-1
refuses 2 'is not a side' check error m.gradus 'x' --on 0:1,
refuses 2 'is not a side' check error m.gradus 'x' --on 0:inf
refuses 2 'a larger one' check error m.gradus 'x' --on 1:0
refuses 2 'is wider than the largest double' check error m.gradus 'x' --on=-1e308:1e308
refuses 2 'more than 8 sides' check error m.gradus x --on 0:1,0:1,0:1,0:1,0:1,0:1,0:1,0:1,0:1
refuses 2 'column' check error m.gradus 'x +' --on 0:1
refuses 2 'it has 2 variables' check error m.gradus 'x + y' --on 0:1
refuses 2 '1/x' check error m.gradus '1/x' --on -1:1
refuses 2 'classes' check error iris.gradus 'x' --on 0:1,0:1,0:1,0:1
refuses 2 'categories' check error mixed.gradus 'x' --on 0:1,0:1
refuses 2 'tolerance' check error m.gradus x --on 0:1 --tolerance 0
refuses 2 '--on is for check error' check grad m.gradus cubic.csv --on 0:1
refuses 4 'cubic.csv' check error cubic.csv x --on 0:1
refuses 5 'nowhere' check error nowhere x --on 0:1

finish
