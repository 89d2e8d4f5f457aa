#!/bin/sh
# tests/build/interop_torch.sh - PyTorch, at the version pinned in
# tools/requirements-torch.txt, finds the gradients of tests/golden/gradients.txt. Prints TAP.
#
# Usage: interop_torch.sh SOURCE BUILD
# The packages, some gigabytes, go to BUILD/torch, unless `make bench-peers` has them already;
# without a network this is a skip.
# SPDX-License-Identifier: MIT
set -u
root=$1 build=$2
venv=$build/torch
wanted=$root/tools/requirements-torch.txt
golden=$root/tests/golden/gradients.txt

set_up() {
    "$build/peers/bin/python" -c 'import torch' && venv=$build/peers && return
    cmp -s "$wanted" "$venv/requirements.txt" && return
    rm -rf "$venv"
    python3 -m venv "$venv" && "$venv/bin/pip" install --quiet --timeout 20 --retries 1 \
        --disable-pip-version-check -r "$wanted" && cp "$wanted" "$venv/requirements.txt"
}

if set_up > "$build/torch.log" 2>&1; then
    exec "$venv/bin/python" "$root/tools/golden_gradients.py" --check "$golden"
fi
echo "TAP version 13"
tail -n 3 "$build/torch.log" | sed 's/^/# /'
echo "ok 1 - PyTorch finds the golden gradients # SKIP its packages could not be installed"
echo "1..1"
