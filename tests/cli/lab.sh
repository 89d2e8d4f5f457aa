# tests/cli/lab.sh - demonstrations of the theory, and their pictures
# SPDX-License-Identifier: MIT

. "$(dirname "$0")/lib.sh"

# pictured NAME ARGUMENTS...: the picture, the page and --json of a lab agree.
pictured()
{
    name=$1
    shift
    run lab "$@" --json --picture one.svg -f
    check "$name: --json and --picture" [ "$code" -eq 0 ]
    cp out one.json
    if has_python; then
        check "$name: the SVG has the numbers of --json" \
            python3 "$here/picture.py" one.svg one.json
        run lab "$@" -q --picture one.html -f
        check "$name: the page has them too" python3 "$here/picture.py" one.html one.json
    else
        skip "$name: numbers" 'no python3'
    fi
}

# holds WHAT: a Python program on standard input finds it true of one.json.
holds()
{
    if has_python; then
        check "$1" python3 - one.json
    else
        skip "$1" 'no python3'
    fi
}

gives 0 'the labs' lab
prints '  activations [NAME [alpha=A]]'
refuses 2 'no lab "act"; did you mean "activations"?' lab act
refuses 2 'no lab "zzzzzzzz": gradus lab lists them' lab zzzzzzzz
refuses 2 'did you mean "tanh"?' lab activations tahn
refuses 2 'both want standard output' lab activations --json --picture -
refuses 5 'cannot be written' lab activations --picture no/where.svg
refuses 2 'pictures are SVG or HTML' lab activations --picture x.png
refuses 2 '--picture: name a lab' lab --picture x.svg

pictured activations activations gelu relu
refuses 2 'exists already' lab activations --picture one.svg
run lab activations sigmoid --picture -
check 'a picture on standard output' grep -q '</svg>' out
check 'its table on standard error' grep -q '^sigmoid' err
run lab activations
for line in 'sigmoid *(0, 1) *flat 0 *flat 1 *0.25 *0.00000 *none' \
    'relu *\[0, inf) *flat 0 *slope 1 *1 *z > 0 *kink 0' \
    'gelu *\[-0.16997, inf) *flat 0 *slope 1 *1.1289 *1.41421 *none' \
    'selu *(-1.7581, inf) *flat -1.758 *slope 1.05 *1.7581 *0.00000 *kink 0' \
    'silu *\[-0.27846, inf) *flat 0 *slope 1 *1.09984 *2.39936 *none' \
    'mish *\[-0.30884, inf) *flat 0 *slope 1 *1.0885 *1.49057 *none'; do
    check "prints: $line" grep -q "^$line" out
done
run lab activations elu alpha=3
check 'elu with alpha 3: largest slope 3, a kink' grep -q '^elu alpha=3.* 3 .*kink 0' out
run lab activations exp
check 'a curve that is cut leaves no room below' grep -q '^ *1 |' out
check 'nor negative numbers' [ "$(grep -c '^ *-[1-9][0-9]* |' out)" -eq 0 ]

pictured rates rates
run lab rates
check 'too small crawls' grep -q '^ *0.02 .* 2.182 *crawls$' out
check 'right converges' grep -q '^ *0.5 .* 3.725e-09 *converges$' out
check 'too large diverges' grep -q '^ *2.1 .* 69.8 *diverges$' out
check 'plain descent stays in its well' grep -q '^ *plain *0 %' out
check 'momentum gets out' grep -q '^ *momentum *100 %' out
check 'noise gets out of most' grep -q '^ *noise *75 %' out
run lab rates 0.1 1.9 3
check 'rates of the user' grep -q '^ *1.9 .*from side to side$' out
refuses 2 'a learning rate is a number above 0' lab rates -- -1

pictured descent descent
run lab descent
check 'batch descent on separable classes falls as 1/t' \
    grep -q '^batch, logistic, separable .* -0.9[0-9]  -1$' out
check 'on least squares exponentially, until nothing is left' \
    grep -q '^batch, least squares .* -40.29 *- *-  exponential$' out
check 'stochastic descent with rates c/sqrt(t) as 1/sqrt(t)' \
    grep -q '^stochastic, rate 0.3/sqrt(t) .* -0.50 *-0.49  -1/2$' out
check 'with rates c/t as 1/t' grep -q '^stochastic, rate 1/(9 + t) .* -1.08 *-0.98  -1$' out
check 'a constant rate stays away' \
    grep -q '^stochastic, rate 0.1  .* 0.124 *0.125 *0.124 *0.127$' out
check 'a decaying one settles' grep -q '^stochastic, rate 1/(9 + t) .* 1.99e-05$' out
check 'one start in two finds the minimum' grep -q '^ *1 start *62 % of 50 seeds$' out
check 'of eight one always does' grep -q '^ *8 starts *100 % of 50 seeds$' out
cp out one
run lab descent --threads 2 --cpu ref
check 'the same for any threads and instructions' cmp one out
refuses 2 '"x" is one too many' lab descent x

run lab cost --json --picture cost.svg -f
check 'a gradient of three networks and its forward pass' \
    [ "$(grep -o '"gradient_s":[0-9.e-]*,"forward_s":[0-9.e-]*,"ratio":' out | wc -l)" -eq 3 ]
check 'differences by every weight of four' \
    [ "$(grep -o '"gradient_s":[0-9.e-]*,"differences_s":[0-9.e-]*,' out | wc -l)" -eq 4 ]
for counts in '1024-1024-1024-1024-10","rows":256,"parameters":3159050,"gradient_cost":2.66' \
    '784-512-512-10","rows":128,"parameters":669706,"gradient_cost":2.39' \
    '13-64-64-1","rows":256,"parameters":5121,"gradient_cost":2.83' \
    '2-4-3-1","rows":128,.*"parameters":31,.*"forward_passes":62,' \
    '13-64-64-1","rows":8,.*"parameters":5121,.*"forward_passes":10242,'; do
    check "counts: $counts" grep -q "\"network\":\"$counts" out
done
check 'differences agree with backpropagation' \
    [ "$(grep -o '"error":[0-9.]*e-\(09\|1[0-9]\)' out | wc -l)" -ge 3 ]
near_count() {
    [ "$(tr '{' '\n' <out |
        sed -n 's/.*"gradient_cost":\([0-9.]*\).*"ratio_by_count":\([0-9.]*\).*/\2/p
            s/.*"gradient_cost":\([0-9.]*\).*/\1/p;s/.*"ratio":\([0-9.]*\).*/\1/p' |
        awk 'NR % 2 { r = $1; next } $1 > r / 1.5 && $1 < r * 1.5' | wc -l)" -eq 7 ]
}
near_count || run lab cost --json # something else ran meanwhile: again, at most twice
near_count || run lab cost --json
check 'what is measured is near what is counted' near_count

pictured polynomial polynomial
holds 'no polynomial net is nearer than the best polynomial' <<'PYTHON'
import json, sys
lab = json.load(open(sys.argv[1]))
for way in lab["ways"]:
    last = way["widths"][-1]
    assert [w["units"] for w in way["widths"]] == [4, 8, 16, 32, 64]
    if "degree" not in way:
        assert last["rms"] < 0.02 * lab["ways"][0]["least_rms"], last
        continue
    assert way["best_sup"] <= way["least_sup"] * (1 + 1e-6), way
    for width in way["widths"]:
        assert width["sup"] >= way["least_sup"], width
        assert way["least_rms"] * (1 - 1e-9) <= width["rms"] < way["least_rms"] * 1.001, width
PYTHON
run lab polynomial 'x^3' --on=-1:1
check 'x^3 is 1/4 from every parabola' grep -q '^z^2  *any  *0.25  *0.1513  ' out
check 'and a polynomial of degree 3' grep -q '^z^3  *any .*e-1[5-9] .*e-1[5-9] ' out
refuses 2 'column 3: it ends here' lab polynomial 'x+' --on 0:1
refuses 2 'on what box' lab training 'sin(x)'
refuses 2 'it is constant' lab training 'x-x' --on 0:1
refuses 2 'this lab takes one of x' lab training 'x*y' --on 0:1,0:1

pictured training training
holds 'built: within the bound; trained: without noise no slope, with noise near -1/2' \
    <<'PYTHON'
import json, sys
lab = json.load(open(sys.argv[1]))
assert [w["units"] for w in lab["widths"]] == 2 * [16, 32, 64, 128, 256, 512]
for w in lab["widths"]:
    assert w["built_sup"] <= w["bound"] and w["built_rms"] <= w["built_sup"], w
    assert w["trained_rms"] < 0.03 * lab["deviation"] and w["trained_rms"] < w["trained_sup"], w
built = [w["bound"] for w in lab["widths"]]
assert built[:6] == sorted(built[:6])[::-1] and built[6:] == sorted(built[6:])[::-1]
slope = {s["noise"]: s["slope"] for s in lab["slopes"]}
assert abs(slope[0]) < 0.1 and abs(slope[0.1] + 0.5) < 0.1 and abs(slope[0.5] + 0.5) < 0.1
PYTHON

pictured xor xor
run lab xor
check 'all of 20 seeds learn XOR, to about 1e-4' \
    grep -q '^of 20 seeds 20 succeed; summed loss at the end: 0.000109 .* 0.000185$' out
check 'of 100 seeds nearly all' grep -q '^of 100 seeds 99 succeed' out
check 'one neuron does not' grep -q '^ *none  *0 .* 75 % *0.5$' out
check 'two hidden units sometimes' grep -q '^ *2  *55 ' out
check 'with its standard error' grep -q '^ *2  *55 +- 5 ' out
check 'of 1000 starts' grep -q '^ *10  *60.9 % +- 1.5 %$' out
check 'more at a smaller rate' grep -q '^ *1  *70.5 % +- 1.4 %$' out
check 'gradients right to 1e-9' [ "$(grep -c \
    '^[12x][.a-z]*\( *[0-9.]*e-1[0-9]\)\{2\}\( *[0-9.]*e-1[5-9]\)\{2\}$' out)" -eq 5 ]
check 'exact with relu' grep -q 'it makes 0, 1, 1, 0$' out

pictured tiles tiles
run lab tiles
check 'tiles: one cell in 3-D costs what it must' \
    grep -q '^tiles  *3 *4 *79 *0.2143 *0.2143$' out
for line in 'tiles  *1  units ~ bound^-0.99[0-9]*, by theory -1' \
    'tiles  *2  units ~ bound^-1.9[0-9]*, by theory -2' \
    'tiles  *3  units ~ bound^-3.1[0-9]*, by theory -3' \
    'interpolation  *1  units ~ bound^-0.5, by theory -0.5' \
    'kuhn  *2  units ~ bound^-0.9[0-9]*, by theory -1' \
    'kuhn  *3  units ~ bound^-1.\(3[89]\|4\)[0-9]*, by theory -1.5'; do
    check "prints: $line" grep -q "^$line$" out
done
check 'no error is above its bound' awk '
    $2 ~ /^[123]$/ && NF == 6 { count++; if ($6 > $5) exit 1 } END { exit count < 60 }' out
pictured sawtooth sawtooth
run lab sawtooth
check 'sixteen levels have 65,536 pieces' grep -q '^ *16 *48 *65,536 *65,535 *0.5 *0.1248$' out
check 'one layer cannot from 6 levels on' grep -q '^ *6 *18 *64 *63 *0.5 *0.04688$' out
pictured squares squares
run lab squares
check 'depth is behind at 4 levels' \
    grep -q '^ *4 *11 *0.0009766 *0.0009766 *0.0008681  one ' out
check 'and ahead at 5' grep -q '^ *5 *14 *0.0002441 *0.0002441 *0.0005556  deep ' out
pictured parity parity
run lab parity
for line in 'tiles *12 *2060 *2 .*4096 of 4096' 'ramps *12 *12 *1 .*4096 of 4096' \
    'chain *12 *22 *11 .*4096 of 4096' 'sawtooth *12 *12 *4 .*4096 of 4096'; do
    check "parity: $line" grep -q "^$line$" out
done
run lab parity --json
check 'all inputs are right in all networks' \
    [ "$(grep -o '"right":1}' out | wc -l)" -eq "$(grep -o '"right":' out | wc -l)" ]
pictured regions regions
run lab regions
check 'regions as networks learn' grep -q '^32-32 *64 *130 *1426 *1324 *1178 ' out
cp out one
run lab regions --cpu ref --threads 2
check 'the same with any instructions and threads' cmp one out

pictured losses losses
run lab losses
check 'the slope at -8' grep -q '^ *-8 *-0.0003351 *-0.9996646$' out
check 'cross-entropy recovers' grep -q '^ *cross-entropy .* 5$' out
check 'squared error does not' grep -q '^ *squared error .*not in 300$' out
check 'half the rate without the 1/2: the same weights' grep -q 'rate 0.1 .*the same$' out

pictured schedules schedules
run lab schedules
check 'a cosine is at half after half' grep -q '^cosine .* 0.5 *0.1464 ' out
check 'a warm-up rises step by step to the whole rate' \
    grep -q '^constant *0.01 *0.51 *1 *1 *1 *1$' out
check 'and is a factor of a schedule' sh -c '
    plain=$(awk "/^cosine/ { print \$3; exit }" out)
    warm=$(awk "/^with/ { w = 1 } w && /^cosine/ { print \$3 }" out)
    awk "BEGIN { d = 0.51 * $plain - $warm; exit !(d < 1e-3 && d > -1e-3 && $warm > 0.4) }"'

run lab memory 10 40 --json
check 'the bytes of 10 layers kept and computed twice' grep -q \
    '"layers":10,.*"activation_bytes":8298656,.*"activation_bytes":3608736,' out
check 'and change no bit' [ "$(grep -o '"same_bits":true' out | wc -l)" -eq 2 ]
refuses 2 'name a table and its target' lab depth
run lab depth "$root/examples/data/iris.csv" --target class sigmoid residual --json
check 'twenty sigmoid layers do not learn, and no gradient reaches the first' grep -q \
    '"method":"sigmoid",.*"first_gradient":[0-9.]*e-1[0-9],.*"accuracy":0\.3333.*"residual"' out
check 'residual blocks do' grep -q '"method":"residual",.*"accuracy":0\.9' out

make_table table.csv
make_numbers numbers.csv
for run in 'table.csv --target kind' 'numbers.csv --target z'; do
    # shellcheck disable=SC2086
    run train $run --epochs 6 --report run.html -f --json
    check "train $run: a report" [ "$code" -eq 0 ]
    cp out one.json
    if has_python; then
        check "train $run: its numbers are those of --json" \
            python3 "$here/picture.py" run.html one.json
    else
        skip "train $run: numbers" 'no python3'
    fi
    for what in '' '--holdout 0'; do
        # shellcheck disable=SC2086
        run train $run --epochs 6 $what --report rows.html -f --json
        has_python || continue
        check "train $run $what: the rows of its page" python3 -c '
import json
d = json.load(open("out"))
held = "valid" in d
name = "rows held out" if held else "training rows"
chart = [c for c in d["charts"] if c.get("title", "").endswith(", " + name)][0]
if "grid" in chart:
    counts = chart["grid"]["values"][::-1] # the first class is at the top
    assert chart["x"]["names"] == chart["y"]["names"][::-1]
    rows, right = sum(map(sum, counts)), sum(counts[i][i] for i in range(len(counts)))
else:
    points = chart["series"][0]["y"]
    rows = len(points)
if held:
    assert rows == d["valid"]["rows"], rows
    if "grid" in chart:
        assert abs(right / rows - d["valid"]["accuracy"]) < 1e-12
    else:
        rmse = (sum(y * y for y in points) / rows) ** 0.5
        assert abs(rmse - d["valid"]["rmse"]) < 1e-5 * rmse, rmse'
    done
    again=$(sed -n "s/^<pre>gradus \(train .*\)<.pre>/\1/p" run.html | sed "s/&#39;/'/g")
    digest=$(grep -o '"digest":"[0-9a-f]*"' one.json)
    eval "\"$program\" $again --json" >out 2>err
    check "train $run: the command on the page repeats it" grep -qF "$digest" out
done
refuses 2 'a page about one run' train table.csv --target kind --cv 3 --report x.html
refuses 2 'exists already' train table.csv --target kind --report run.html

LC_ALL=C.UTF-8 "$program" lab activations relu >wide 2>err
check 'Braille where the locale has it' grep -q '⠤\|⠉\|⣀' wide
run lab activations relu
check 'ASCII elsewhere' [ "$(LC_ALL=C tr -d '\000-\177' <out | wc -c)" -eq 0 ]
check 'no line is wider than 80' awk 'length > 80 { exit 1 }' out

pictured steps steps
run lab steps
for line in '    20     -20           1           1      0.219722      0.219722' \
    '   600    -200    0.333333    0.333333    0.00732408    0.00732408' \
    '  heaviside           2        0        0      0.3      0.3      0.3      0.3' \
    '  hat                 3        0      0.5        1        0        0        0'; do
    prints "$line"
done
finish
