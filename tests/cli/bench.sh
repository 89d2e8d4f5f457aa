# tests/cli/bench.sh - gradus bench: what it says and refuses; how fast it is, is not tested
# SPDX-License-Identifier: MIT

. "$(dirname "$0")/lib.sh"

short='--seconds 0.005 --repeats 2'

gives 0 'a case and a shape' bench xor 3-5-2 $short --threads 2 --cpu ref
check 'nothing on standard error' [ ! -s err ]
shape out | grep -v '^\*' | sed 's/9 %\*/9 %/; s/ *$//' >shaped
exactly bench.out shaped
gives 0 'quiet' bench 3-5-2 $short -q
check 'quiet says nothing' [ ! -s out ]
gives 0 'one thread' bench 3-5-2 $short --threads 1
check 'no other thread to go to' [ "$(grep -c 'round trip' out)" -eq 0 ]
check 'a line for training, one for prediction' [ "$(grep -c '^3-5-2 ' out)" -eq 2 ]
gives 0 'training alone' bench 3-5-2 $short --threads 1 --mode train
check 'one line' [ "$(grep -c '^3-5-2 .*train' out)" -eq "$(grep -c '^3-5-2 ' out)" ]
gives 0 'row by row' bench table-row mnist128-row $short
check 'a line for each' [ "$(grep -c 'infer  *1 ' out)" -eq 2 ]
gives 0 'all rows in a step' bench 3-5-2 $short --batch all --optimizer adam
gives 0 'more rows in a step than there would be' bench 1-1 $short --batch 5000

gives 0 'json' bench 3-5-2 table-row $short --json --precision f64 --cpu ref --threads 2 \
    --batch 16
check 'one line of json' [ "$(wc -l <out)" -eq 1 ]
for key in round_trip_ns case mode precision threads cpu rows_per_s gflops peak_gflops \
    peak_share ns_per_row spread ratio batch rows shape repeats unsteady optimizer; do
    check "json has $key" grep -q "\"$key\":" out
done
if has_python; then
    check 'json: numbers agree' python3 -c '
import json
d = json.load(open("out"))
assert 0 < d["round_trip_ns_least"] <= d["round_trip_ns"] <= d["round_trip_ns_most"] < 1e9
assert d["optimizer"] == "sgd" and d["cpu"] == "ref" and d["precision"] == "f64"
seen = [(c["case"], c["mode"], c["threads"]) for c in d["cases"]]
assert seen == [("3-5-2", "train", 1), ("3-5-2", "train", 2), ("3-5-2", "infer", 1),
                ("3-5-2", "infer", 2), ("table-row", "infer", 1)], seen
work = {"train": 6 * (15 + 10 + 5 + 2) - 2 * 15, "infer": 2 * (15 + 10)}
for c in d["cases"][:4]:
    assert c["shape"] == [3, 5, 2] and c["batch"] == 16 and c["rows"] % 16 == 0
    assert ("ratio" in c) == (c["threads"] == 2) and c["repeats"] == 2
    speed = c["rows_per_s"] * work[c["mode"]] / 1e9
    assert abs(c["gflops"] / speed - 1) < 1e-9
for c in d["cases"]:
    assert c["rows_per_s"] > 0 and 0 < c["peak_share"] < 1 and c["spread"] >= 0
    assert abs(c["rows_per_s"] * c["ns_per_row"] / 1e9 - 1) < 1e-9
    assert c["peak_gflops"] > c["gflops"] > 0'
else
    skip 'json: numbers agree' 'python3 is not installed'
fi

gives 0 'one repetition' bench 3-5-2 --seconds 0.005 --repeats 1 --threads 2 --json
if has_python; then
    check 'the ratio of one round is that of its two times' python3 -c '
import json
c = json.load(open("out"))["cases"]
for one, both in ((c[0], c[1]), (c[2], c[3])):
    assert abs(both["ratio"] * both["ns_per_row"] / one["ns_per_row"] - 1) < 1e-9'
else
    skip 'the ratio of one round' 'python3 is not installed'
fi

run bench --sweep 2-2-1 3-4-5 --threads 2 $short --json
check 'sweep: exit 0 or 1' [ "$code" -le 1 ]
for key in mode threads sweep case batch ns_per_row_one ns_per_row_all ratio \
    ratio_one_again slower noise; do
    check "json of a sweep has $key" grep -q "\"$key\":" out
done
check 'two shapes' [ "$(grep -o '"case"' out | wc -l)" -eq 2 ]
check 'exit 1 where one is slower' \
    [ "$code" -eq "$(grep -c '"slower":[12]' out)" ]
run bench --sweep 2-2-1 --threads 2 $short --mode infer --batch 7
prints 'of 1 shapes are slower on 2 threads'
check 'sweep of predictions' grep -q '^infer ' out
check 'with this batch' grep -q '^2-2-1  *7 ' out

gives 0 'growth' bench --growth --seconds 0.0001 --repeats 1 --json
if has_python; then
    check 'growth: four series, the exponents of the work' python3 -c '
import json, math
d = json.load(open("out"))
g = {s["of"]: s for s in d["growth"]}
assert list(g) == ["width", "depth", "batch", "rows"] and d["threads"] == 1
assert [p["value"] for p in g["width"]["points"]] == [32, 64, 128, 256, 512, 1024]
assert [p["batch"] for p in g["batch"]["points"]] == [1, 4, 16, 64, 256, 1024]
assert all(p["rows"] == p["value"] for p in g["rows"]["points"])
assert all(p["ns_per_row"] > 0 for s in d["growth"] for p in s["points"])
for s in d["growth"]:
    x = [math.log(p["value"]) for p in s["points"]]
    y = [math.log(p["ns_per_row"]) for p in s["points"]]
    u, v = sum(x) / len(x), sum(y) / len(y)
    b = sum((i - u) * (j - v) for i, j in zip(x, y)) / sum((i - u) ** 2 for i in x)
    off = max(abs(math.exp(j - v - b * (i - u)) - 1) for i, j in zip(x, y))
    assert abs(s["exponent"] - b) < 1e-6 and abs(s["off"] - off) < 1e-6
assert 1.9 < g["width"]["work_exponent"] < 2 < g["depth"]["work_exponent"] + 1 < 2.2
assert abs(g["batch"]["work_exponent"]) < 1e-9 and abs(g["rows"]["work_exponent"]) < 1e-9'
else
    skip 'growth: four series, the exponents of the work' 'python3 is not installed'
fi

refuses 2 'no case "mnits128"; did you mean "mnist128"?' bench mnits128
refuses 2 'no case "frobnicate": there are xor, table, ' bench frobnicate
refuses 2 '"0-3": a layer of 0 units' bench 0-3
refuses 2 '"3-0": a layer of 0 units' bench xor 3-0
refuses 2 '"5" has no outputs' bench 5
for text in 1- 2--1 2-x 1,2 2-2x '2-2 '; do
    refuses 2 "bench: \"$text\" is no shape" bench "$text"
done
refuses 2 'no case "": there are' bench ''
refuses 2 'a layer of 12345678901 units' bench 12345678901-1
refuses 2 'more than 64 layers' bench "1$(printf -- '-1%.0s' $(seq 70))"
refuses 2 '1000000-1000000-1: batches of 64 rows take about 32 TB' bench 1000000-1000000-1
refuses 2 'take a smaller shape or batch' bench 999999999-999999999-999999999
refuses 2 'take a smaller shape or batch' bench xor --batch 1000000000000
refuses 2 '--batch: "0" is not a whole number from 1' bench --batch 0
refuses 2 '--seconds: "0" is not a number above 0' bench --seconds 0
refuses 2 '--repeats: "0" is not a whole number from 1' bench --repeats 0
refuses 2 '--mode: "fast" is none of both|train|infer' bench --mode fast
refuses 2 '--target is no flag of gradus bench' bench --target x
refuses 2 '--sweep and --growth are two things' bench --sweep --growth
refuses 2 '--growth has shapes of its own: leave xor out' bench --growth xor
refuses 2 '--growth has batches of its own' bench --growth --batch 4
refuses 2 'compares with one thread' bench --sweep --threads 1
refuses 2 'table-row is for one thread' bench --sweep --threads 2 table-row
refuses 2 'table-row is for predicting' bench table-row --mode train
refuses 2 'cpu "sse9": not known' bench xor --cpu sse9
refuses 2 'has slope 0 everywhere' bench 2-2-1 --activation heaviside $short

# interrupted SIGNAL SECONDS ARGUMENTS...: what is said when a signal comes so late.
interrupted()
{
    signal=$1
    seconds=$2
    shift 2
    $listens "$program" "$@" >out 2>err </dev/null &
    hears $!
    sleep "$seconds"
    kill -s "$signal" $!
    wait $!
    code=$?
}

listens=
if has_python; then
    listens=listens
    begun=$(date +%s)
    interrupted INT 1 bench 4-4-1 --seconds 600
    check 'Ctrl-C while the first repetition lasts: exit 130' [ "$code" -eq 130 ]
    check 'Ctrl-C does not wait for its end' [ $(($(date +%s) - begun)) -lt 6 ]
    says 'stopped on request'
    check 'nothing was measured' [ ! -s out ]
    listens=
else
    skip 'Ctrl-C' 'python3 is not installed'
fi
interrupted TERM 3 bench 4-4-1 --seconds 0.01 --repeats 1000
check 'SIGTERM after some: exit 143' [ "$code" -eq 143 ]
says 'stopped on request'
check 'what was measured is told' [ "$(grep -c '^4-4-1 ' out)" -ge 2 ]

finish
