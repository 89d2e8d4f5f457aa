#!/bin/sh
# tests/tools/peers.sh - what `make bench-peers` says of times it has measured.
# SPDX-License-Identifier: MIT
. "$(dirname "$0")/../tap.sh"

# Three rounds of one case; the second round is twice as slow for both on one thread.
cat > "$work/peers.json" <<'JSON'
{"machine": "a machine", "about": {"gradus": "gradus 1", "blas": "C 1", "fann": "FANN 1"},
 "cases": {"xor": {"agree": true, "rounds": 3, "modes": {
    "train": {"gradus": {"1": [1e-6, 2e-6, 1e-6], "2": [1e-6, 1e-6, 1e-6]},
              "blas": {"1": [3e-6, 6e-6, 4e-6], "2": [5e-7, 5e-7, 5e-7]},
              "fann": {"1": [8e-6, 1.6e-5, 8e-6]}},
    "infer": {"gradus": {"1": [1e-7, 1e-7, 1e-7], "2": [2e-7, 2e-7, 2e-7]},
              "blas": {"1": [2e-7, 2e-7, 2e-7], "2": [3e-7, 3e-7, 3e-7]}}}}},
 "mnist": {"gradus, a net": [
    {"reached": true, "limit": 60, "seconds": 1.5, "wall": 2.5, "epochs": 2, "accuracy": 0.98},
    {"reached": true, "limit": 60, "seconds": 3.5, "wall": 4.5, "epochs": 3, "accuracy": 0.98},
    {"reached": true, "limit": 60, "seconds": 1.7, "wall": 2.6, "epochs": 2, "accuracy": 0.98}],
    "JAX, a net": [{"reached": true, "limit": 60, "seconds": 3.4, "wall": 3.9, "epochs": 4,
        "accuracy": 0.98}],
    "FANN, a net": [{"reached": false, "limit": 60}]}}
JSON
printf 'before\n<!-- measured: from here -->\nold\n<!-- measured: to here -->\nafter\n' \
    > "$work/page.md"

show() {
    python3 "$root/bench/peers.py" --build "$work" --show "$@" > "$work/out"
}
says() { # NAME LINE
    ok "$1" grep -Fqx -e "$2" "$work/page.md"
}

ok "tables go between a page's marks" show --write "$work/page.md"
ok "what stood there is gone" not grep -q old "$work/page.md"
says "what stands before stays" before
says "what stands after stays" after
says "the machine is named" "Machine: a machine."
says "median times" '| `xor` | 1.00 µs | 4.00 µs | 8.00 µs |'
says "ratios are of the same round" \
    '| `xor` | **3.00** (3.00–3.50) | **8.00** (8.00–8.00) |'
says "more cores: others take their best number of threads, gradus all" \
    '| `xor` | **0.50** (0.50–0.50) | **8.00** (8.00–12.0) |'
says "the fastest of the others" "| \`xor\` | C on OpenBLAS **3.00** (3.00–3.50) | C on \
OpenBLAS **0.50** (0.50–0.50) | C on OpenBLAS **2.00** (2.00–2.00) | C on OpenBLAS \
**1.00** (1.00–1.00) |"
says "MNIST: medians" \
    '| gradus, a net | 1.70 s | 1.50–3.50 | **1.00** | 2.60 s | **1.00** | 2 | 3 of 3 |'
says "MNIST: ratios" \
    '| JAX, a net | 3.40 s | 3.40–3.40 | **2.00** | 3.90 s | **1.50** | 4 | 1 of 1 |'
says "MNIST: not reached" '| FANN, a net | not in 60 s |  |  |  |  |  |  |'
ok "twice gives the same page" show --write "$work/page.md"
ok "with one pair of marks" [ "$(grep -c measured: "$work/page.md")" = 2 ]
finish
