#!/bin/sh
# tools/style.sh [ROOT] - the rules of CONTRIBUTING.md that a script can see.
# SPDX-License-Identifier: MIT
cd "${1:-$(dirname "$0")/..}" || exit 2
find . -path ./build -prune -o -path ./.git -prune -o -type f \
    \( -name '*.[ch]' -o -name '*.inc' -o -name '*.def' -o -name '*.sh' -o -name '*.py' \
    -o -name 'meson.build' -o -name '*.md' \) -print | sed 's|^\./||' | sort |
    xargs env LC_ALL=C awk -f tools/style.awk
