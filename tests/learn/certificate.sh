#!/bin/sh
# tests/learn/certificate.sh - what is proved of an error, beside a million points
#
# Trains networks of one and two inputs, encloses their errors, to 1e-6 and to 1e-3, within a
# limit of time, and looks at a million points: none of them has a larger error than what is
# proved, but for the rounding that is told, and the largest comes near to it.
#
# Usage: certificate.sh PROGRAM     SPDX-License-Identifier: MIT
set -u
program=$(cd "$(dirname "$1")" && pwd)/$(basename "$1")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work" || exit 1
count=0

if "$program" check error none x --on 0:1 2>&1 | grep -q 'without Arb'; then
    echo 'ok 1 - certificates # SKIP it was built without Arb'
    echo '1..1'
    exit
fi

number() { # key
    sed -n "s/.*\"$1\":\[*\([-+.0-9e]*\).*/\1/p" found
}

# The million points of a grid, and the function there.
awk 'BEGIN { print "x"; for (i = 0; i < 1000000; i++) printf "%.17g\n", -4 + i * 8 / 999999 }' \
    > grid1
awk 'NR > 1 { printf "%.17g\n", sin($1) * $1 - $1 * $1 / 5 }' grid1 > right1
awk 'BEGIN { print "x,y"; for (i = 0; i < 1000; i++) for (j = 0; j < 1000; j++)
        printf "%.17g,%.17g\n", -2 + i * 4 / 999, -2 + j * 4 / 999 }' > grid2
awk -F, 'NR > 1 { printf "%.17g\n", sin($1) * cos($2) + $1 * $2 / 4 }' grid2 > right2
awk 'BEGIN { print "x,t"; for (i = 0; i <= 500; i++) { x = -4 + i * 8 / 500
        printf "%.17g,%.17g\n", x, sin(x) * x - x * x / 5 } }' > table1
awk 'BEGIN { print "x,y,t"; for (i = 0; i <= 30; i++) for (j = 0; j <= 30; j++) {
        x = -2 + i * 4 / 30; y = -2 + j * 4 / 30
        printf "%.17g,%.17g,%.17g\n", x, y, sin(x) * cos(y) + x * y / 4 } }' > table2

enclose() { # inputs, hidden, activation, precision
    count=$((count + 1))
    name="$1-$(echo "$2" | tr , -)-1 $3 $4"
    if [ "$1" = 1 ]; then
        f='sin(x)*x - x^2/5' box=-4:4 tolerance=1e-6 limit=10
    else
        f='sin(x)*cos(y) + x*y/4' box=-2:2,-2:2 tolerance=1e-3 limit=60
    fi
    "$program" train "table$1" --target t --hidden "$2" --activation "$3" --precision "$4" \
        --learning-rate 0.01 --weight-decay 0 --batch 32 --epochs 300 -q -f -o model &&
    timeout $limit "$program" check error model "$f" --on=$box --tolerance $tolerance \
        --json > found &&
    "$program" predict model "grid$1" -q -f -o seen &&
    tail -n +2 seen | paste -d, - "right$1" | awk -F, -v lower="$(number lower)" \
        -v upper="$(number upper)" -v rounding="$(number rounding)" -v tolerance=$tolerance \
        -v boxes="$(number boxes)" '
        { e = $1 - $2; e = e < 0 ? -e : e; if (e > seen) seen = e }
        END { printf "# at least %.10g, at most %.10g, seen %.10g; rounding %.2g; %d boxes\n",
                  lower, upper, seen, rounding, boxes
              exit !(lower > 0 && upper - lower <= tolerance * upper &&
                     seen <= upper + rounding + 1e-15 &&
                     seen >= (tolerance > 1e-4 ? 0.98 : 0.999) * lower - rounding) }'
    if [ $? -eq 0 ]; then
        echo "ok $count - $name"
    else
        echo "not ok $count - $name"
    fi
}

for activation in tanh sigmoid relu gelu; do
    for hidden in 32 16,16 64,64; do
        enclose 1 $hidden $activation f64
    done
    enclose 1 64,64 $activation f32
    enclose 2 16,16 $activation f64
done
echo "1..$count"
