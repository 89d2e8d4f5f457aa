#!/bin/sh
# tools/defaults.sh [--seeds N] [FLAG ...] - what the default settings reach.
#
# Trains on the tables of docs/design/defaults.md with seeds 1 .. N (5), with no flag but
# those given here, and prints a line of its table for each: mean and deviation of the
# held-out metric (Adult and MNIST: of the official test part), the goal, and seconds.
# GRADUS is the program (build/gradus), GRADUS_DATA the data sets (../shared/data),
# TABLES a list of names where not all are wanted.
#
# SPDX-License-Identifier: MIT
set -eu
cd "$(dirname "$0")/.."
gradus=${GRADUS:-build/gradus}
data=${GRADUS_DATA:-../shared/data}
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
seeds=5
if [ "${1:-}" = --seeds ]; then
    seeds=$2
    shift 2
fi

# The number behind "KEY": inside the object "valid", or in the whole text.
pick() {
    sed -n 's/.*"'"$1"'":\([-+.0-9e]*\).*/\1/p'
}

# NAME METRIC GOAL TEST DATA... : TEST is - for held-out rows, or the arguments of eval
measure() {
    name=$1 metric=$2 goal=$3 test=$4
    shift 4
    case " ${TABLES:-$name} " in *" $name "*) ;; *) return 0 ;; esac
    seed=1
    : > "$folder/values"
    while [ "$seed" -le "$seeds" ]; do
        "$gradus" train "$@" --seed "$seed" --json --log none -o "$folder/m" --force \
            > "$folder/train"
        if [ "$test" = - ]; then
            sed 's/.*"valid":{\([^}]*\)}.*/\1/' "$folder/train" | pick "$metric"
        else
            # shellcheck disable=SC2086  # several arguments in one text
            "$gradus" eval "$folder/m" $test --json --log none | sed 's/"trivial".*//' |
                pick "$metric"
        fi > "$folder/value"
        echo "$(cat "$folder/value") $(pick s < "$folder/train")" >> "$folder/values"
        seed=$((seed + 1))
    done
    awk -v name="$name" -v metric="$metric" -v goal="$goal" '
        { n++; sum += $1; square += $1 * $1; seconds += $2 }
        END {
            mean = sum / n; variance = square / n - mean * mean
            printf "| %s | %s | %s | %.5g ± %.3g | %.1f |\n", name, metric, goal, mean,
                (variance > 0 ? sqrt(variance) : 0), seconds / n
        }' "$folder/values"
}

echo "| table | metric | goal | mean ± deviation of $seeds seeds | seconds |"
echo "|---|---|---|---|---|"
measure california rmse '<= 57700' - \
    "$data/california_housing/housing.csv" --target median_house_value "$@"
measure titanic accuracy '>= 0.78' - \
    "$data/titanic/titanic.csv" --target survived --drop boat,body,name,ticket "$@"
measure wine-white rmse '<= 0.72' - \
    "$data/wine_quality/winequality-white.csv" --target quality "$@"
measure letter accuracy '>= 0.93' - \
    "$data/letter_recognition/letter-recognition.csv" --target lettr "$@"
measure wdbc accuracy '>= 0.95' - \
    "$data/breast_cancer_wisconsin/wdbc.csv" --target diagnosis --drop id "$@"
measure adult accuracy '>= 0.85' "$data/adult/adult_test.csv" \
    "$data/adult/adult_train.csv" --target income "$@"
mnist=$data/mnist
measure mnist accuracy '>= 0.975' \
    "$mnist/t10k-images-idx3-ubyte.gz --labels $mnist/t10k-labels-idx1-ubyte.gz" \
    "$mnist/train-images-idx3-ubyte.gz" --labels "$mnist/train-labels-idx1-ubyte.gz" \
    --hidden 128 --epochs 10 --holdout 0 "$@"

# No goal is set for these; they keep the choice from being made for the others alone.
uci=$data/uci_regression
measure protein rmse - - \
    "$uci/protein-tertiary-structure/data.csv" --target RMSD "$@"
measure kin8nm rmse - - "$uci/kin8nm/data.csv" --target y "$@"
measure power-plant rmse - - "$uci/power-plant/data.csv" --target PE "$@"
measure energy rmse - - "$uci/energy/data.csv" --target heating_load "$@"
measure yacht rmse - - "$uci/yacht/data.csv" --target residuary_resistance "$@"
measure wine-red rmse - - "$uci/wine-quality-red/data.csv" --target quality "$@"
measure iris accuracy - - "$data/iris/iris.csv" --target class "$@"
