# tests/cli/streams.sh - pipes, terminals, full disks and signals
# SPDX-License-Identifier: MIT

. "$(dirname "$0")/lib.sh"

make_table table.csv
"$program" train table.csv --target kind --epochs 3 --hidden 8 -q -o m.gradus
escape=$(printf '\033')
return=$(printf '\r')

# ---- standard output that takes nothing ----

for words in 'predict m.gradus table.csv' 'eval m.gradus table.csv' 'inspect m.gradus' \
    'inspect table.csv --json' 'help' 'help --man' 'train --print-config' '--version' \
    'train table.csv --target kind --epochs 1 -q --json'; do
    # shellcheck disable=SC2086
    "$program" $words >/dev/full 2>err </dev/null
    code=$?
    check "a full standard output: $words" [ $code -eq 5 ]
    check 'and it says so' grep -q 'standard output: No space left on device' err
    # shellcheck disable=SC2086
    "$program" $words >&- 2>err </dev/null
    code=$?
    check "a closed standard output: $words" [ $code -eq 5 ]
done
"$program" predict m.gradus <&- >out 2>err
code=$?
check 'a closed standard input' [ $code -eq 5 ]
"$program" train table.csv --target kind --epochs 1 -o closed.gradus >&- 2>&- <&-
code=$?
check 'no standard files at all' [ $code -eq 0 ]
check 'and the model is whole' is_model closed.gradus

# `head` goes away after one line; that is no failure worth a message.
i=0
while [ $i -lt 400 ]; do tail -n +2 table.csv; i=$((i + 1)); done >rows
for verb in 'lab schedules' 'lab steps'; do
    "$program" $verb --json 2>err | head -c 1 >out
    check "$verb: a pipe that closes ends it quietly" [ ! -s err ]
done
(head -1 table.csv; cat rows) >long.csv
"$program" predict m.gradus long.csv 2>err | head -1 >out
check 'a reader that goes away: quiet' [ ! -s err ]
check 'and had its line' [ "$(cat out)" = 'prediction,p:big,p:small' ]

# ---- a dialogue: each row is answered before the next one is sent ----

cut -d, -f1-3 table.csv >untold.csv
if has_python; then
    cat >dialogue.py <<'END'
import select, subprocess, sys
rows = [line for line in open(sys.argv[1], "rb")][:6]
child = subprocess.Popen(sys.argv[2:], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                         bufsize=0)
def answer():
    line = b""
    while not line.endswith(b"\n"):
        if not select.select([child.stdout], [], [], 20)[0]:
            child.kill()
            sys.exit("no answer")
        line += child.stdout.read(1)
    return line
def say(text, pieces):
    for i in range(pieces):
        child.stdin.write(text[i * len(text) // pieces:(i + 1) * len(text) // pieces])
if "--no-header" not in sys.argv:
    say(rows[0], 3)
    assert rows.pop(0)
head = False
for row in rows:
    say(row, 2)
    if not head:
        head = answer().startswith(b"prediction")
        assert head
    print(answer())
child.stdin.close()
assert child.stdout.read() == b""
sys.exit(child.wait())
END
    python3 dialogue.py untold.csv "$program" predict m.gradus --unbuffered >out 2>err
    code=$?
    check 'each row is answered as it comes' [ $code -eq 0 ]
    check 'five answers' [ "$(wc -l <out)" -eq 5 ]
    tail -n +2 table.csv >bare.csv
    "$program" train bare.csv --target c4 --no-header --epochs 1 --hidden 8 -q -o b.gradus
    python3 dialogue.py bare.csv "$program" predict b.gradus --unbuffered --no-header \
        --delimiter , >out 2>err
    code=$?
    check 'without a header too, where the delimiter is told' [ $code -eq 0 ]
else
    skip 'each row is answered as it comes' 'python3 is not installed'
fi

# A named pipe gives its bytes once: what is wrong in them is said without a second look.
mkfifo named
sed '2s/^[0-9]*/4O/' table.csv >letters.csv
cat letters.csv >named &
timeout 20 "$program" predict m.gradus named >out 2>err
code=$?
check 'a bad first row from a named pipe' [ $code -eq 3 ]
says 'named:2:1: "4O" is not a number'

# ---- no terminal: plain lines ----

run train table.csv --target kind --epochs 30 -v
check 'no escape sequence in a pipe' sh -c "! grep -q '$escape' err"
check 'no carriage return in a pipe' sh -c "! grep -q '$return' err"
check 'a row for each epoch with -v' [ "$(grep -c '^ *[0-9][0-9]*   ' err)" -eq 30 ]
run train table.csv --target kind --epochs 30 --color always
check 'colours when asked' grep -q "$escape" err
run train table.csv --target kidn
check 'a message is one line' [ "$(wc -l <err)" -eq 1 ]

# ---- a terminal ----

if script -qec true /dev/null >/dev/null 2>&1 </dev/null; then
    on_terminal()
    {
        TERM=$1 script -qec "$2" /dev/null >terminal 2>/dev/null </dev/null
        code=$?
    }
    command="'$program' train long.csv --target kind --epochs 2 --hidden 256,256"
    on_terminal xterm "$command"
    check 'a terminal: exit code' [ $code -eq 0 ]
    check 'a terminal: the status line' grep -q 'loss .* left' terminal
    check 'a terminal: it is drawn in place' grep -q "$return$escape\[K" terminal
    check 'a terminal: it is gone at the end' sh -c \
        "tail -n 5 terminal | tr -d '\r' | grep -vq '\[#'"
    on_terminal dumb "$command"
    check 'a dumb terminal: no escape sequence' sh -c "! grep -q '$escape' terminal"
    NO_COLOR=1 on_terminal xterm "'$program' train table.csv --target kidn"
    check 'NO_COLOR: no colours' sh -c "! grep -q '$escape\[[0-9;]*m' terminal"
    on_terminal xterm "'$program' train table.csv --target kidn"
    check 'colours on a terminal' grep -q "$escape\[1;31m" terminal
    printf 'size,weight,colour,kind\n1,2,red,\033[31mevil\n' >evil.csv
    on_terminal xterm "'$program' predict m.gradus evil.csv --append --color never"
    check 'cells cannot move the terminal' sh -c "! grep -q '$escape\[31m' terminal"
else
    skip 'a terminal' 'script is not installed'
fi

# ---- signals ----

# until_line PATTERN: waits until the job says so.
until_line()
{
    i=0
    while [ $i -lt 600 ] && ! grep -q "$1" err 2>/dev/null; do
        sleep 0.05
        i=$((i + 1))
    done
}

# interrupted SIGNAL ARGUMENTS...: starts, waits for the first epoch, sends the signal.
interrupted()
{
    signal=$1
    shift
    : >err
    if [ "$signal" = TERM ]; then
        "$program" "$@" >out 2>err </dev/null &
    else
        listens "$program" "$@" >out 2>err </dev/null &
    fi
    job=$!
    until_line '^ *1  '
    kill -"$signal" $job
    wait $job
    code=$?
}

# A shell starts what runs in the background with Ctrl-C ignored; TERM is not.
interrupted TERM train table.csv --target kind --epochs 1000000 -o stopped.gradus
check 'SIGTERM: exit code' [ $code -eq 143 ]
says 'on request'
check 'SIGTERM: a complete model' is_model stopped.gradus
cp stopped.gradus before
interrupted TERM train table.csv --target kind --epochs 1000000 -f -o stopped.gradus
check 'SIGTERM with --force: exit code' [ $code -eq 143 ]
check 'SIGTERM with --force: the old model stays' cmp -s stopped.gradus before
says 'the previous stopped.gradus is untouched'
if has_python; then
    cat >interrupt.py <<'END'
import signal, subprocess, sys, time
signal.signal(signal.SIGINT, signal.default_int_handler)
times, args = int(sys.argv[1]), sys.argv[2:]
child = subprocess.Popen(args, stderr=subprocess.PIPE, bufsize=0)
seen = b""
while b"\n    1 " not in seen:
    seen += child.stderr.read(1)
for _ in range(times):
    child.send_signal(signal.SIGINT)
    time.sleep(0.01)
child.stderr.read()
sys.exit(child.wait())
END
    python3 interrupt.py 1 "$program" train table.csv --target kind --epochs 1000000 \
        -o int.gradus
    code=$?
    check 'Ctrl-C: exit code' [ $code -eq 130 ]
    check 'Ctrl-C: a complete model' is_model int.gradus
    python3 interrupt.py 2 "$program" train long.csv --target kind --epochs 1000000 \
        --hidden 512,512 -o twice.gradus
    code=$?
    check 'Ctrl-C twice: exit code' [ $code -eq 130 ]
    check 'Ctrl-C twice: no part of a file' sh -c \
        '[ ! -e twice.gradus ] || "$0" inspect twice.gradus >/dev/null' "$program"

    # The second one comes while the model, of 36 MB, is being written; where the model is
    # complete before, once more.
    cat >while_saving.py <<'END'
import os, signal, subprocess, sys
signal.signal(signal.SIGINT, signal.default_int_handler)
for attempt in range(10):
    child = subprocess.Popen(sys.argv[1:], stderr=subprocess.DEVNULL)
    while child.poll() is None and not os.path.exists("large.gradus.tmp0"):
        pass
    child.send_signal(signal.SIGINT)
    child.send_signal(signal.SIGTERM)
    code = child.wait() % 256
    if not os.path.exists("large.gradus"):
        sys.exit(code)
    os.remove("large.gradus")
END
    python3 while_saving.py "$program" train table.csv --target kind --epochs 1 \
        --hidden 3000,3000 --holdout 0 -o large.gradus
    code=$?
    check 'two signals while a model is written: exit code' \
        [ $code -eq 130 -o $code -eq 143 ]
    check 'two signals while a model is written: nothing is left' \
        [ -z "$(ls | grep '^large')" ]
else
    skip 'Ctrl-C' 'python3 is not installed'
fi

# What nohup starts outlives its terminal.
starts()
{
    trap '' HUP
    exec "$program" train table.csv --target kind --epochs 1000000 -f -o hangup.gradus
}
: >err
starts >out 2>err </dev/null &
job=$!
until_line '^ *1  '
kill -HUP $job
until_line '^ *1000  '
kill -TERM $job
wait $job
code=$?
check 'an ignored SIGHUP stays ignored' [ $code -eq 143 ]
says 'on request'
if has_python; then
    interrupted HUP train table.csv --target kind --epochs 1000000 -f -o hangup.gradus
    check 'SIGHUP: exit code' [ $code -eq 129 ]
    check 'SIGHUP: a complete model' is_model hangup.gradus
    interrupted QUIT train table.csv --target kind --epochs 1000000 -f -o hangup.gradus
    check 'SIGQUIT: exit code' [ $code -eq 131 ]
else
    skip 'SIGHUP' 'python3 is not installed'
fi

# A prediction that is cut off leaves the old file and no temporary one.
cp table.csv p.csv
mkfifo slow
"$program" predict m.gradus slow -f -o p.csv 2>err &
job=$!
exec 3>slow
cat table.csv >&3
sleep 0.3
kill -TERM $job
wait $job
code=$?
exec 3>&-
check 'SIGTERM while predicting: exit code' [ $code -eq 143 ]
check 'SIGTERM while predicting: the old file stays' cmp -s p.csv table.csv
check 'SIGTERM while predicting: no temporary file' [ -z "$(ls | grep 'p\.csv\.')" ]

finish
