#!/bin/sh
# tools/floors.sh [ROOT] - a folder includes its own headers and those of lower floors.
# SPDX-License-Identifier: MIT
cd "${1:-$(dirname "$0")/..}" || exit 2
find src cli examples \( -name '*.[ch]' -o -name '*.inc' -o -name '*.def' \) -print |
    sort | xargs awk '
    BEGIN {
        split("base 0 kernels 1 net 2 data 2 train 3 store 4 task 5 theory 5", words)
        for (i = 1; i in words; i += 2) floor[words[i]] = words[i + 1]
    }
    FNR == 1 { split(FILENAME, path, "/"); own = path[1] == "src" ? path[2] : path[1] }
    !/^[ \t]*#[ \t]*include[ \t]*"/ { next }
    { split($0, quoted, "\""); slash = index(quoted[2], "/")
      its = substr(quoted[2], 1, slash - 1) }
    quoted[2] == "gradus.h" || own == "cli" && !slash { next }
    # src/theory/enclose is libgradus_proof: what it shares is not seen from below it
    { proof = FILENAME ~ /^src\/theory\/enclose\// }
    quoted[2] == "gradus_proof.h" && proof { next }
    quoted[2] ~ /^theory\/enclose\// && !proof { its = "theory/enclose" }
    path[1] == "src" && its == own { next }
    path[1] == "src" && its in floor && floor[its] < floor[own] { next }
    { print FILENAME ":" FNR ": " own " may not include " quoted[2]; bad = 1 }
    END { exit bad }'
