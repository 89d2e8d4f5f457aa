#!/bin/sh
# tests/tools/floors.sh - the floors hold, and the script that says so can say otherwise.
# SPDX-License-Identifier: MIT
. "$(dirname "$0")/../tap.sh"

ok "every include goes down" "$root/tools/floors.sh" "$root"

tree=$work/tree
mkdir -p "$tree/cli" "$tree/examples"
for floor in base kernels net data train store task; do mkdir -p "$tree/src/$floor"; done
mkdir -p "$tree/src/theory/enclose"

include() { # file, header
    find "$tree" -name '*.c' -exec rm {} +
    printf '#include <stdio.h>\n  # include "%s"\n' "$2" > "$tree/$1"
}

while read -r file header; do
    include "$file" "$header"
    ok "$file may include $header" "$root/tools/floors.sh" "$tree"
done <<'ALLOWED'
src/net/a.c net/a.h
src/net/a.c kernels/a.h
src/train/a.c data/a.h
src/task/a.c store/a.h
src/base/a.c gradus.h
cli/a.c a.h
cli/a.c gradus.h
cli/a.c gradus_proof.h
src/theory/enclose/a.c gradus_proof.h
src/theory/enclose/a.c theory/enclose/a.h
src/theory/enclose/a.c theory/a.h
examples/a.c gradus.h
ALLOWED

while read -r file header; do
    include "$file" "$header"
    fails "$file may not include $header" "$root/tools/floors.sh" "$tree"
done <<'FORBIDDEN'
src/base/a.c kernels/a.h
src/theory/a.c gradus_proof.h
src/theory/a.c theory/enclose/a.h
src/net/a.c data/a.h
src/data/a.c net/a.h
src/train/a.c store/a.h
src/store/a.c task/a.h
src/net/a.c a.h
cli/a.c base/a.h
src/task/a.c cli/a.h
examples/a.c base/a.h
FORBIDDEN
finish
