#!/bin/sh
# tests/build/interop.sh - Python's safetensors and numpy, at the versions pinned in
# tools/requirements.txt, read models and predict what gradus predicts.
# The packages go to BUILD/venv; without a network this is a skip.
# SPDX-License-Identifier: MIT
. "$(dirname "$0")/../tap.sh"

venv=$build/venv
set_up() {
    cmp -s "$root/tools/requirements.txt" "$venv/requirements.txt" && return
    rm -rf "$venv"
    python3 -m venv "$venv" && "$venv/bin/pip" install --quiet --timeout 20 --retries 1 \
        --disable-pip-version-check -r "$root/tools/requirements.txt" &&
        cp "$root/tools/requirements.txt" "$venv/requirements.txt"
}

if set_up > "$work/log" 2>&1; then
    exec "$venv/bin/python" "$root/tests/interop/test_read_model.py" "$build/gradus"
fi
tail -n 3 "$work/log" | sed 's/^/# /'
skip "Python predicts what gradus predicts" "the pinned packages could not be installed"
finish
