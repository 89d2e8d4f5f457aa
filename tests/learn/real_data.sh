#!/bin/sh
# tests/learn/real_data.sh - what the defaults reach on real tables, with no further flag
#
# Held-out results, mean of seeds 1-5, against the least that is good enough. Prints TAP;
# a table that is not there is a skip.
#
# Usage: real_data.sh PROGRAM SOURCE_ROOT       (GRADUS_DATA: the folder of data sets)
# SPDX-License-Identifier: MIT
set -u
program=$1 root=$2
data=${GRADUS_DATA:-$root/../shared/data}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
count=0

say() { # name, yes or no
    count=$((count + 1))
    if [ "$2" = yes ]; then echo "ok $count - $1"; else echo "not ok $count - $1"; fi
}

skip() { # name, what is missing
    count=$((count + 1))
    echo "ok $count - $1 # SKIP $2 is not there"
}

value() { # JSON file, path such as valid.accuracy
    python3 -c 'import json, sys
value = json.load(open(sys.argv[1]))
for key in sys.argv[2].split("."):
    value = value[key]
print(value)' "$1" "$2"
}

# name, metric, comparison and limit in terms of m (the metric's mean) and t (the trivial
# predictor's), file, further flags
reaches() {
    name=$1 metric=$2 condition=$3 file=$4
    shift 4
    if [ ! -f "$file" ]; then
        skip "$name" "$file"
        return
    fi
    values='' trivial=0
    for seed in 1 2 3 4 5; do
        if ! "$program" train "$file" "$@" --seed $seed --json --log none \
            > "$work/json" 2> "$work/err"; then
            sed 's/^/# /' "$work/err"
            say "$name" no
            return
        fi
        values="$values $(value "$work/json" "valid.$metric")"
        trivial=$(value "$work/json" "trivial.$metric")
    done
    verdict=$(python3 -c 'import sys
values = [float(v) for v in sys.argv[2].split()]
m, t = sum(values) / len(values), float(sys.argv[3])
print("yes" if eval(sys.argv[1]) else "no", "%.4f (trivial %.4f)" % (m, t))' \
        "$condition" "$values" "$trivial")
    echo "# $name: $metric${values} mean ${verdict#* }"
    say "$name: $condition" "${verdict%% *}"
}

echo "TAP version 13"
reaches "california housing" rmse "m <= t / 2" \
    "$data/california_housing/housing.csv" --target median_house_value
reaches "titanic" accuracy "m >= 0.78" \
    "$data/titanic/titanic.csv" --target survived --drop boat,body,name,ticket
reaches "wine quality, white" rmse "m <= 0.72" \
    "$data/wine_quality/winequality-white.csv" --target quality
reaches "letter recognition" accuracy "m >= 0.93" \
    "$data/letter_recognition/letter-recognition.csv" --target lettr
reaches "breast cancer" accuracy "m >= 0.95" \
    "$data/breast_cancer_wisconsin/wdbc.csv" --target diagnosis --drop id

# The official test part of Adult, from the tables in the project.
adult=$root/examples/data
"$program" train "$adult/adult_train.csv.gz" --target income -o "$work/adult.gradus" \
    --log none > "$work/out" 2> "$work/err" || sed 's/^/# /' "$work/err"
verdict=no
"$program" eval "$work/adult.gradus" "$adult/adult_test.csv.gz" --json > "$work/json" \
    2> "$work/err" || sed 's/^/# /' "$work/err"
accuracy=$(value "$work/json" accuracy)
echo "# adult: official test accuracy $accuracy"
"$program" eval "$work/adult.gradus" "$adult/adult_test.csv.gz" --min accuracy=0.85 \
    > /dev/null 2>&1 && verdict=yes
say "adult: official test accuracy >= 0.85" $verdict

# MNIST as published.
mnist=$data/mnist
if [ -f "$mnist/train-images-idx3-ubyte.gz" ]; then
    verdict=no
    "$program" train "$mnist/train-images-idx3-ubyte.gz" \
        --labels "$mnist/train-labels-idx1-ubyte.gz" --hidden 128 --epochs 10 --holdout 0 \
        --log none -o "$work/mnist.gradus" > "$work/out" 2> "$work/err" ||
        sed 's/^/# /' "$work/err"
    "$program" eval "$work/mnist.gradus" "$mnist/t10k-images-idx3-ubyte.gz" \
        --labels "$mnist/t10k-labels-idx1-ubyte.gz" --json --min accuracy=0.975 \
        > "$work/json" 2> "$work/err" && verdict=yes
    echo "# mnist: test accuracy $(value "$work/json" accuracy)"
    say "mnist 784-128-10, 10 epochs: test accuracy >= 0.975" $verdict
else
    skip "mnist 784-128-10" "$mnist"
fi
echo "1..$count"
