#!/bin/sh
# tests/build/interop.sh - Python's safetensors and numpy, at the versions pinned in
# tools/requirements.txt, read models and predict what gradus predicts. Prints TAP.
#
# Usage: interop.sh SOURCE BUILD
# The packages go to BUILD/venv; without a network this is a skip.
# SPDX-License-Identifier: MIT
set -u
root=$1 build=$2
venv=$build/venv
wanted=$root/tools/requirements.txt

set_up() {
    cmp -s "$wanted" "$venv/requirements.txt" && return
    rm -rf "$venv"
    python3 -m venv "$venv" && "$venv/bin/pip" install --quiet --timeout 20 --retries 1 \
        --disable-pip-version-check -r "$wanted" && cp "$wanted" "$venv"
}

if set_up > "$build/venv.log" 2>&1; then
    exec "$venv/bin/python" "$root/tests/interop/test_read_model.py" "$build/gradus"
fi
echo "TAP version 13"
tail -n 3 "$build/venv.log" | sed 's/^/# /'
echo "ok 1 - Python predicts what gradus predicts # SKIP its packages could not be installed"
echo "1..1"
