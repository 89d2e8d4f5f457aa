#!/bin/sh
# tests/learn/rate_search.sh - --learning-rate find beside the best of 12 rates
#
# Trains 5 epochs with each rate of a grid from 0.0001 to 1, even on the axis of log rate,
# and with the rate that was found; prints held-out losses, and that of the found rate as a
# share of the best one, which is to be 1.05 at most. The rule of the search was chosen on the
# first three tables; the last one played no part. Prints TAP; what is not there is a skip.
#
# Usage: rate_search.sh PROGRAM SOURCE_ROOT     (GRADUS_DATA: the folder of data sets)
# SPDX-License-Identifier: MIT
set -u
program=$1 root=$2
data=${GRADUS_DATA:-$root/../shared/data}
grid='0.0001 0.00023 0.00053 0.0012 0.0028 0.0066 0.015 0.035 0.081 0.19 0.43 1'
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
count=0

# Learning rate and held-out loss of a run, "RATE inf" where it diverges.
loss_of() { # rate, file, flags
    rate=$1
    shift
    "$program" train "$@" --learning-rate "$rate" --epochs 5 --json --log none \
        > "$work/json" 2> "$work/err" || { echo "$rate inf"; return; }
    python3 -c 'import json, sys
run = json.load(open(sys.argv[1]))
print(run["method"]["learning_rate"], run["valid"]["loss"])' "$work/json"
}

near_best() { # name, file, flags
    name=$1
    shift
    count=$((count + 1))
    if [ ! -f "$1" ]; then
        echo "ok $count - $name # SKIP $1 is not there"
        return
    fi
    for seed in 1 2 3; do
        for rate in $grid; do
            loss_of "$rate" "$@" --seed $seed
        done > "$work/grid"
        loss_of find "$@" --seed $seed > "$work/found"
        python3 -c 'import sys
runs = [tuple(map(float, line.split())) for line in open(sys.argv[1])]
rate, loss = map(float, open(sys.argv[2]).read().split())
best = min(runs, key=lambda run: run[1])
print("# %s, seed %s: losses %s" % (*sys.argv[3:5], " ".join("%.4f" % run[1] for run in runs)))
print("# best %.4f at %g; found %g: %.4f, %.3f of the best"
      % (best[1], best[0], rate, loss, loss / best[1]))
sys.exit(loss > 1.05 * best[1])' "$work/grid" "$work/found" "$name" $seed || echo fails
    done > "$work/told"
    grep '^#' "$work/told"
    if [ "$(grep -c '^# best' "$work/told")" -eq 3 ] && ! grep -q fails "$work/told"; then
        echo "ok $count - $name: at most 1.05 times the loss of the best of 12 rates"
    else
        echo "not ok $count - $name: at most 1.05 times the loss of the best of 12 rates"
    fi
}

echo "TAP version 13"
echo "# rates: $grid"
near_best "adult" "$root/examples/data/adult_train.csv.gz" --target income
near_best "california housing" "$data/california_housing/housing.csv" \
    --target median_house_value
near_best "letter recognition" "$data/letter_recognition/letter-recognition.csv" \
    --target lettr
near_best "wine quality, white" "$root/examples/data/winequality-white.csv" --target quality
echo "1..$count"
