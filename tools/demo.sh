#!/bin/sh
# tools/demo.sh - trains on a real table, measures on rows it never saw, says what next.
#
# Usage: tools/demo.sh GRADUS     (the program)
# SPDX-License-Identifier: MIT
set -eu
cd "$(dirname "$0")/.."
gradus=$1
folder=$(dirname "$gradus")/demo
mkdir -p "$folder"

run() {
    echo
    echo "\$ $*"
    "$@" 2>&1
}

cat <<'TEXT'

The Adult table: 48,842 people of the 1994 census, 14 facts about each. Who earns more
than 50,000 dollars a year? Training sees 32,561 of them; 16,281 are the official test.
TEXT
run "$gradus" train examples/data/adult_train.csv.gz --target income \
    -o "$folder/adult.gradus" --force
run "$gradus" eval "$folder/adult.gradus" examples/data/adult_test.csv.gz
cat <<TEXT

To try next:
  $gradus predict $folder/adult.gradus examples/data/adult_test.csv.gz | head
  $gradus inspect $folder/adult.gradus
  $gradus train examples/data/winequality-white.csv --target quality
  $gradus train YOUR.csv --target COLUMN -o your.gradus
  $gradus help train
TEXT
