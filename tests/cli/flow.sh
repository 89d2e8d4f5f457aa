# tests/cli/flow.sh - gradus flow: six broken and sound networks, twenty ordinary ones, runs
# that diverge or stall, and what a start does
# SPDX-License-Identifier: MIT

. "$(dirname "$0")/lib.sh"

iris=examples/data/iris.csv
if [ ! -e $iris ]; then
    skip 'flow' 'examples/data is not there'
    finish
fi

# The value of a key, the last of that name: number or text.
value()
{
    sed -n "s/.*\"$1\":\"\{0,1\}\([^\",}]*\).*/\1/p" out
}

# verdict_is NAME VERDICT LAYER ARGUMENTS...
verdict_is()
{
    name=$1 want=$2 layer=$3
    shift 3
    run flow "$@" --json --log none
    [ "$code" -eq 0 ] || tell
    # what stands behind the layers is of the whole
    sed 's/.*\],"verdict"/{"verdict"/' out >whole
    cp whole out
    check "$name: $want, layer $layer" \
        [ "$(value verdict) $(value layer)" = "$want $layer" ]
}

# ---- six prepared networks, before training and as models ----

prepared()
{
    verdict_is "$1 at the start" "$2" "$3" $iris --target class --network "$4"
    # a rate of almost nothing: the model is the start
    run train $iris --target class --network "$4" --epochs 1 --learning-rate 1e-30 \
        --weight-decay 0 -q -f -o prepared.gradus
    verdict_is "$1 as a model" "$2" "$3" prepared.gradus $iris
}

prepared 'twenty layers of sigmoid' vanishing 1 'repeat 20 { dense 32 sigmoid } output softmax'
prepared 'one layer of tiny weights' vanishing 3 \
    'repeat 2 { dense 32 tanh } dense 32 start=normal sd=1e-5 tanh dense 32 tanh output softmax'
prepared 'weights too large' exploding 1 \
    'repeat 20 { dense 64 start=normal sd=1 relu } output softmax'
prepared 'dead units' dead 3 \
    'repeat 2 { dense 9 relu } dense 32 start=constant value=-1 relu output softmax'
prepared 'saturated units' saturated 2 \
    'dense 32 tanh dense 32 start=normal sd=30 tanh dense 32 tanh output softmax'
prepared 'relu with its own start' healthy '' 'repeat 4 { dense 64 relu } output softmax'
prepared 'a residual net of 100 blocks' healthy '' \
    'dense 32 repeat 100 { residual scale=0.01 { dense 32 relu } } output softmax'
prepared 'a residual net that starts large' exploding 1 \
    'dense 32 repeat 100 { residual { dense 32 relu } } output softmax'
prepared 'batch norm before the sigmoid' healthy '' \
    'repeat 20 { dense 32 batchnorm sigmoid } output softmax'

# ---- twenty ordinary networks ----

healthy=0
all=0
ordinary()
{
    data=$1
    target=$2
    shift 2
    for seed in 1 2; do
        run train "$data" --target "$target" --seed $seed --epochs 5 "$@" -q -f -o o.gradus
        run flow o.gradus "$data" --json
        all=$((all + 1))
        if grep -q '\],"verdict":"healthy"' out; then
            healthy=$((healthy + 1))
        else
            tell
        fi
    done
}
wine=examples/data/winequality-white.csv
ordinary $iris class
ordinary $iris class --hidden 32,32,32 --activation tanh
ordinary $iris class --hidden 16 --activation sigmoid
ordinary $iris class --hidden 64,32 --batchnorm
ordinary $iris class --hidden 64,64 --activation selu --dropout 0.2
ordinary $iris class --hidden 32,32 --optimizer sgd --learning-rate 0.1
ordinary $wine quality
ordinary $wine quality --hidden 64,64,64 --activation gelu
ordinary $wine quality --hidden 32,32 --activation elu --loss huber
ordinary $wine alcohol,pH --hidden 48,48 --activation leaky-relu
check "$healthy of $all ordinary networks are healthy" \
    [ "$all" -eq 20 -a "$healthy" -ge 19 ]

# ---- what is measured ----

run flow $iris --target class --hidden 8 --activation tanh --json
check 'JSON is one object on one line' [ "$(wc -l <out)" -eq 1 ]
for key in error error_bound weight weight_gradient spectral update update_ratio \
    activation_moment gradient_moment slope slope_most slope_limit dead saturated \
    input_mean input_deviation underflow; do
    check "JSON has $key" grep -q "\"$key\":" out
done
if has_python; then
    check 'no error signal is above its bound' python3 -c '
import json
layers = json.load(open("out"))["layers"]
assert len(layers) == 2
assert all(l["error"] <= l["error_bound"] * (1 + 1e-6) for l in layers)'
fi
gives 0 'as a table' flow $iris --target class --hidden 8
prints 'healthy: every layer gets'
prints '1 relu'
gives 0 'of many layers the first and last' flow $iris --target class \
    --network 'repeat 40 { dense 8 tanh } output softmax'
prints 'more; -v shows them'
gives 0 'all of them' flow $iris --target class -v \
    --network 'repeat 40 { dense 8 tanh } output softmax'
check 'a row each' [ "$(grep -c '^[0-9]* tanh' out)" -eq 40 ]

deep='repeat 100 { dense 48 sigmoid } output softmax'
gives 0 'a gradient that underflows' flow $iris --target class --network "$deep"
prints 'the gradient of 30 layers is 0 by underflow of single precision:'
gives 0 'in double' flow $iris --target class --network "$deep" --precision f64
check 'it does not' sh -c '! grep -q underflow out'
prints 'e-64'
run train $iris --target class --network "$deep" --epochs 1 -q -f -o deep.gradus
gives 0 'a model of floats' flow deep.gradus $iris
prints 'underflow'
gives 0 'a model of floats, in double' flow deep.gradus $iris --precision f64
check 'it does not' sh -c '! grep -q underflow out'

for cpu in ref auto; do
    "$program" flow $iris --target class --hidden 32,32 --batchnorm --activation gelu \
        --cpu $cpu --json >"flow.$cpu"
    "$program" flow --width 24 --depth 6 --seeds 2 --cpu $cpu --json >"start.$cpu"
done
check 'the same bits with any instructions' cmp -s flow.ref flow.auto
check 'at the start too' cmp -s start.ref start.auto

refuses 2 'flow needs --target COL' flow $iris
refuses 2 'or a model and a table: gradus flow MODEL DATA' flow model.gradus
refuses 2 'no column "clas": did you mean "class"?' flow $iris --target clas
refuses 2 '--output is no flag of gradus flow' flow $iris --target class --output x
refuses 4 'iris.csv' flow $iris $iris
for flag in batch draw epochs patience schedule warmup decay decay-epochs report; do
    refuses 2 "--$flag is no flag of gradus flow, but of: train" flow $iris \
        --target class --$flag 1
done
refuses 2 '--depth changes nothing here, as networks are drawn without' flow $iris \
    --target class --depth 3
refuses 2 '--optimizer changes nothing here, as no table is given' flow --optimizer sgd
refuses 2 '--hidden changes nothing here, as the model has its own' flow deep.gradus $iris \
    --hidden 8

# ---- along training ----

run train $iris --target class --hidden 16,16 --batchnorm --epochs 12 -q -o plain.gradus
gives 0 'watched' train $iris --target class --hidden 16,16 --batchnorm --epochs 12 \
    --watch flow -o watched.gradus
check 'the same bits' cmp -s plain.gradus watched.gradus
says 'before training'
for epoch in 1 2 3 5 10 12; do
    says "after epoch $epoch"
done
check 'and no others' [ "$(grep -c '^after epoch' err)" -eq 6 ]
gives 0 'watched by a program' train $iris --target class --epochs 3 --watch flow --log json
check 'an event each' [ "$(grep -c '"event":"flow"' err)" -eq 4 ]
check 'with the drift' grep -q '"mean_drift":' err
gives 0 'one step an epoch' train $iris --target class --epochs 2 --batch all --watch flow
refuses 2 '--watch follows one network' train $iris --target class --restarts 2 --watch flow
refuses 2 '--watch follows one network' train $iris --target class --cv 3 --watch flow

# ---- runs that go wrong ----

for optimizer in adamw sgd momentum; do
    rm -f diverged.gradus
    gives 7 "$optimizer with rate 1000 diverges" train $iris --target class \
        --optimizer $optimizer --learning-rate 1000 -o diverged.gradus
    check 'epoch, step and layer' \
        grep -q 'diverged in epoch [0-9]*, step [0-9]*: layer [1-3] (dense)' err
    says 'steps are too long: the first one'
    says 'remedy   --learning-rate 0.00'
    check 'the last finite weights are written' is_model diverged.gradus
done
rate=$("$program" train $iris --target class --optimizer sgd --learning-rate 1000 --json \
    2>/dev/null | sed -n 's/.*"safe_rate":\([0-9.e-]*\).*/\1/p')
gives 0 "the rate that is proposed, $rate" train $iris --target class --optimizer sgd \
    --learning-rate "$rate"
run train $iris --target class --learning-rate 1000 --json
check 'diverged, for programs' grep -q '"diverged":{"epoch":1,"step":[0-9]*,"layer":[1-3]}' out
gives 7 'an old file is not replaced' train $iris --target class --learning-rate 1000 -f \
    -o plain.gradus
says 'the previous plain.gradus is untouched'
check 'it is untouched' cmp -s plain.gradus watched.gradus
gives 7 'nothing asked, nothing written' train $iris --target class --learning-rate 1000
says 'nothing was written'
gives 7 'a network that explodes' train $wine --target quality --optimizer sgd \
    --learning-rate 1e-9 --network 'repeat 60 { dense 64 start=normal sd=1 relu } output'
says 'layer '

gives 0 'a network that learns nothing' train $iris --target class --epochs 30 \
    --network 'repeat 20 { dense 16 sigmoid } output softmax'
says 'stalled  no better than the trivial predictor'
says 'vanishing: layer 1 (sigmoid)'
says 'remedy'
awk 'function draw() { s = s * 16807 % 2147483647; return s % 1000 }
    BEGIN { s = 1; print "x,y"; for (i = 0; i < 1000; i++) print draw() "," draw() }' >noise.csv
gives 0 'a table that says nothing' train noise.csv --target y --epochs 25
says 'stalled  no better than the trivial predictor'
says 'flow     healthy'
gives 0 'a short run' train noise.csv --target y --epochs 3
check 'no verdict' sh -c '! grep -q stalled err'
gives 0 'one that learns' train $iris --target class --epochs 30
check 'no verdict' sh -c '! grep -q stalled err'

# ---- starts ----

# near WANT KEY TOLERANCE: the mean of a spread
near()
{
    got=$(sed -n "s/.*\"$2\":{\"mean\":\([^,]*\).*/\1/p" out)
    check "$2 is $got, expected $1 +- $3" \
        awk "BEGIN { d = $got - ($1); exit !(d <= $3 && -d <= $3) }"
}

# What mean-field theory says of log10 of the gradient's norm over L layers, and what
# simulation says of |dW| of the first to the last.
starts()
{
    run flow --width 48 --seeds 3 --precision f64 --json \
        --network "repeat $3 { dense 48 bias=no start=normal sd=$2 $1 }"
    tolerance=$(awk "BEGIN { print 0.5 + 0.03 * $3 }")
    near "$4" input_log10 "$tolerance"
    [ $# -lt 5 ] || near "$5" weight_gradient_log10 "$tolerance"
}
starts sigmoid 0.144338 5 -3.2 -2.5
starts sigmoid 0.144338 10 -6.3 -5.6
starts sigmoid 0.144338 30 -18.9 -18
starts sigmoid 0.144338 100 -62.8 -61.9
starts sigmoid 0.577350 100 -19.8
starts tanh 0.144338 10 -0.57 0.1
starts tanh 0.144338 30 -0.81 0.1
starts tanh 0.144338 100 -1.07 -0.07
starts tanh 0.240563 30 1.27
starts relu 0.204124 10 0 0
starts relu 0.204124 30 0 0.1
starts relu 0.204124 100 -0.07 0.3
starts relu 0.144338 30 -4.5
starts relu 0.083333 10 -3.9 0
starts relu 0.083333 100 -39 0
starts selu 0.144338 100 1.57 1
starts gelu 0.144338 30 -8.7
starts silu 0.204124 100 -14.7
# The table's rows of gelu with variance 2 begin at pre-activations of variance 1.
run flow --width 48 --seeds 3 --precision f64 --json --network 'dense 48 bias=no start=normal
    sd=0.144338 gelu repeat 29 { dense 48 bias=no start=normal sd=0.204124 gelu }'
near -3.6 input_log10 1.4
starts mish 0.144338 30 -6.5

# Variance in is variance out, or is not: docs/math/network.md, fewer and narrower nets.
moments()
{
    want=$1
    name=$2
    shift 2
    run flow "$@" --json
    check "$name" awk -v want="$want" '
        { n = split($0, part, "\"layer\":")
          for (i = 2; i <= n; i++) {
              split(part[i], a, "\"mean\":"); x = a[2] + 0; y = a[3] + 0
              if (i == 2) first = y
              least = i == 2 || x < least ? x : least; most = x > most ? x : most
              low = i == 2 || y < low ? y : low; last = x
          } }
        END {
            if (want == "kept") exit !((least > 0.4) && (most < 2.5) && (low > 0.3))
            if (want == "slow") exit !((last > 0.007) && (last < 0.02) && (first > 0.01))
            if (want == "gone") exit !(last < 1e-9)
            exit !(first < 1e-9)
        }' out
}
moments kept 'relu with he is kept' --activation relu --start he --width 512 --seeds 3
narrow='--width 128 --seeds 5'
moments kept 'linear with xavier is kept' --activation identity --start xavier $narrow
moments slow 'tanh with xavier fades like 1/(2 l)' --activation tanh --start xavier \
    $narrow
moments gone 'relu with 1/fan_in is gone' --activation relu --start lecun $narrow
moments dull 'gradients of sigmoid with xavier are gone' --activation sigmoid \
    --start xavier --precision f64 $narrow
gives 0 'as a table' flow --width 16 --depth 3 --seeds 2
prints 'norm of the gradient at the inputs'
refuses 2 'outputs' flow --width 16 --network 'dense 8 relu'

# ---- pictures ----

# drawn NAME ARGUMENTS...: the numbers of the picture are those of --json
drawn()
{
    name=$1
    shift
    run flow "$@" --json --picture flow.svg -f
    check "$name: a picture" [ "$code" -eq 0 ]
    cp out one.json
    if has_python; then
        check "$name: its numbers" python3 "$here/picture.py" flow.svg one.json
    else
        skip "$name: its numbers" 'no python3'
    fi
}
drawn 'a network before training' $iris --target class
drawn 'a start' --width 16 --depth 3 --seeds 2
refuses 2 'both want standard output' flow $iris --target class --json --picture -
run flow $iris --target class --picture -
check 'a picture on standard output' grep -q '</svg>' out
check 'leaves the report to standard error' grep -q healthy err

finish
