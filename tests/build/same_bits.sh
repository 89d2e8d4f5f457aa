#!/bin/sh
# tests/build/same_bits.sh - one digest for every compiler, optimisation level, instruction
# set and number of threads, and after --print-config -> --config; the golden digests of
# bits.def also for emulated processors. Prints TAP.
#
# Usage: same_bits.sh SOURCE_ROOT
# SPDX-License-Identifier: MIT
set -u
root=$1
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
count=0

# Three networks that between them use every kind of layer and most kernels.
cat > "$work/deep.txt" <<'NET'
dense 24 batchnorm gelu dropout 0.1
residual scale=0.5 { dense 24 mish dense 24 }
residual { dense 16 selu } silu
output softmax
NET

train() { # program, model, further flags
    program=$1 model=$2
    shift 2
    "$program" train "$root/examples/data/iris.csv" --target class --epochs 5 --force \
        --log none -o "$model" "$@" > "$work/out" 2> "$work/err" ||
        { echo "# $program $*"; sed 's/^/# /' "$work/err"; }
}

digest() { # program, further flags
    program=$1
    shift
    rm -f "$work/m.gradus"
    train "$program" "$work/m.gradus" "$@"
    "$program" inspect "$work/m.gradus" --json 2> /dev/null |
        sed -n 's/.*"digest": *"\([0-9a-f]\{16\}\)".*/\1/p'
}

digests() { # program, threads, cpu: of the three networks
    for net in "--hidden 33,7 --activation tanh --optimizer momentum" \
        "--network $work/deep.txt --clip 1 --label-smoothing 0.1" \
        "--network $work/deep.txt --precision f64 --optimizer rmsprop --restarts 2"; do
        # shellcheck disable=SC2086
        digest "$1" $net --threads "$2" --cpu "$3"
    done | tr '\n' ' '
}

ok() { # name, condition
    count=$((count + 1))
    if [ "$2" = yes ]; then echo "ok $count - $1"; else echo "not ok $count - $1"; fi
}

same() { # name, digests
    found=no
    [ -n "$2" ] && [ "$2" = "$expected" ] && found=yes
    [ $found = yes ] || echo "# $2 is not $expected"
    ok "$1" $found
}

build() { # compiler, level
    CC=$1 meson setup "$work/$1-$2" "$root" --buildtype plain -Doptimization="$2" \
        > "$work/log" 2>&1 && ninja -C "$work/$1-$2" gradus >> "$work/log" 2>&1
}

# The digests of bits.def are the golden ones: what a program prints for each instruction set
# in $cpus and each number of threads in $threads, run by an emulator or nothing.
golden() { # name, program, emulator and its flags
    name=$1 bits=$2
    shift 2
    for cpu in $cpus; do
        case="40 golden digests: $name, $cpu kernels, threads $threads"
        if ! has "$cpu"; then
            skipped "$case" "no $cpu on this machine"
            continue
        fi
        equal=yes
        for number in $threads; do
            "$@" "$bits" "$cpu" "$number" > "$work/digests" 2> "$work/err"
            diff "$work/digests" "$root/tests/golden/digests.txt" >> "$work/err" || equal=no
        done
        [ $equal = yes ] || sed 's/^/# /' "$work/err"
        ok "$case" $equal
    done
}

has() { # instruction set
    case $1 in
    ref) true ;;
    avx512) grep -q '\<avx512vl\>' /proc/cpuinfo ;;
    *) grep -q "\\<$1\\>" /proc/cpuinfo ;;
    esac
}

# Every name of a list of the library, but for what cannot be trained, is in bits.def.
uses_all() { # list
    sed -n 's/^[A-Z]*([A-Z0-9_]*, *"\([^"]*\)".*/\1/p' "$root/src/$1" > "$work/names"
    [ -s "$work/names" ] || return 1
    while read -r name; do
        [ "$name" = heaviside ] ||
            grep -q "[\" ]${name}[\" ]" "$root/tests/build/bits.def" ||
            { echo "# $name is not in bits.def"; return 1; }
    done < "$work/names"
}

covers() {
    for list in kernels/activations.def kernels/losses.def kernels/optimizers.def \
        train/schedules.def; do
        covered=yes
        uses_all $list || covered=no
        ok "the 40 use all of $list" $covered
    done
}

skipped() { # name, reason
    count=$((count + 1))
    echo "ok $count - $1 # SKIP $2"
}

without_fma() {
    threads=1 cpus=ref
    if command -v qemu-x86_64 > /dev/null && [ "$(uname -m)" = x86_64 ] && [ -x "$work/bits" ]
    then
        golden "an x86 CPU without FMA" "$work/bits" qemu-x86_64 -cpu Nehalem
    else
        skipped "an x86 CPU without FMA" "no qemu-x86_64"
    fi
}

aarch64() {
    threads="1 3" cpus=ref
    if ! command -v qemu-aarch64 > /dev/null || ! command -v aarch64-linux-gnu-gcc > /dev/null
    then
        skipped "aarch64" "no cross compiler and qemu-aarch64"
    elif sh "$root/tests/build/floors.sh" "$root" aarch64-linux-gnu-gcc "$work/bits-aarch64"
    then
        golden aarch64 "$work/bits-aarch64" qemu-aarch64
    else
        ok "aarch64 builds" no
    fi
}

echo "TAP version 13"
covers
expected=
for compiler in gcc clang; do
    for level in 3 0; do
        if ! command -v $compiler > /dev/null; then
            skipped "$compiler -O$level" "$compiler is not installed"
            continue
        fi
        if ! build $compiler $level; then
            sed 's/^/# /' "$work/log" | tail -n 20
            ok "$compiler -O$level builds" no
            continue
        fi
        program=$work/$compiler-$level/gradus
        if [ $level = 3 ]; then
            threads="1 2 3 5 8" cpus="ref avx2 avx512" linked=no
            rm -f "$work/bits"
            $compiler -std=c11 -I"$root/include" -I"$root/src" "$root/tests/build/bits.c" \
                "$work/$compiler-3/libgradus.a" -o "$work/bits" -lz -lm -lpthread && linked=yes
            ok "$compiler builds the 40 configurations" $linked
            golden $compiler "$work/bits" env
        fi
        for cpu in ref avx2 avx512; do
            if ! has "$cpu"; then
                skipped "$compiler -O$level $cpu" "no $cpu on this machine"
                continue
            fi
            found=$(digests "$program" 1 "$cpu")
            [ -n "$expected" ] || expected=$found
            [ ${#found} -eq 51 ] || echo "# three digests were expected: $found"
            same "$compiler -O$level, $cpu kernels, 1 thread" "$found"
        done
    done
done

for threads in 2 3 5 8; do
    same "$threads threads" "$(digests "$program" $threads ref)"
done
without_fma
aarch64

"$program" train "$root/examples/data/iris.csv" --target class --hidden 9 --epochs 5 \
    --seed 7 --print-config > "$work/config" 2> /dev/null
expected=$(digest "$program" --hidden 9 --seed 7)
same "--print-config -> --config" "$(digest "$program" --config "$work/config")"
other=yes
[ "$(digest "$program" --hidden 9 --seed 8)" = "$expected" ] && other=no
ok "another seed gives another digest" $other
echo "1..$count"
