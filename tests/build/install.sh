#!/bin/sh
# tests/build/install.sh - what is installed is whole, and can be built against.
# SPDX-License-Identifier: MIT
. "$(dirname "$0")/../tap.sh"

ok "installs" meson install -C "$build" --no-rebuild --destdir "$work/to"
find "$work/to" -type f -o -type l | sed "s|^$work/to||" > "$work/files"

for file in bin/gradus include/gradus.h libgradus.a libgradus.so libgradus.so.0 \
    pkgconfig/gradus.pc man1/gradus.1 doc/gradus/LICENSE doc/gradus/THIRD-PARTY.md \
    completions/gradus.bash site-functions/_gradus vendor_completions.d/gradus.fish; do
    ok "installs $file" grep -q "/$file\$" "$work/files"
done
count=13
if [ -f "$build/libgradus_proof.a" ]; then
    count=19
    for file in include/gradus_proof.h libgradus_proof.a libgradus_proof.so \
        libgradus_proof.so.0 pkgconfig/gradus_proof.pc; do
        ok "installs $file" grep -q "/$file\$" "$work/files"
    done
fi
ok "installs nothing else" [ "$(wc -l < "$work/files")" -eq $count ]

lib=$(dirname "$(find "$work/to" -name libgradus.so)")
ok "the shared library has its version's name" sh -c \
    "readelf -d '$lib/libgradus.so' | grep -q 'SONAME.*libgradus.so.0'"
ok "the shared library stays in memory, as its threads may" sh -c \
    "readelf -d '$lib/libgradus.so' | grep -q 'FLAGS_1.*NODELETE'"

of=gradus
flags() { # pkg-config's, with the paths below the folder installed to
    PKG_CONFIG_PATH=$lib/pkgconfig PKG_CONFIG_SYSROOT_DIR=$work/to pkg-config "$@" $of
}

program() { # FLAGS FILE: compiles, links and runs
    # shellcheck disable=SC2086,SC2046
    cc "$root/examples/xor.c" $(flags --cflags) $1 -o "$work/xor" &&
        LD_LIBRARY_PATH=$lib "$work/xor"
}
ok "builds and runs with the shared library" program "$(flags --libs)"
ok "builds and runs with the static library" \
    program "$lib/libgradus.a $(flags --libs --static | sed 's/-lgradus//')"
readme() { # the program of README.md, built as it says, on the model it says
    awk '/^```/ { inside = /^```c$/; next } inside' "$root/README.md" > "$work/program.c" &&
        "$build/gradus" train "$root/examples/data/iris.csv" --target class -q \
            -o "$work/iris.gradus" &&
        (
            cd "$work" || exit 1
            # shellcheck disable=SC2046
            cc program.c $(flags --cflags --libs) -o program &&
                LD_LIBRARY_PATH=$lib ./program > flower && cat flower &&
                grep -q "^Iris-setosa 1.000" flower
        )
}
ok "builds and runs the program of README.md" readme
ok "pkg-config knows the version" [ "$(flags --modversion)" = 0.1.0 ]

if [ -f "$build/libgradus_proof.a" ]; then
    of=gradus_proof
    proof() { # FLAGS: compiles, links and runs
        # shellcheck disable=SC2086,SC2046
        cc "$root/examples/proof.c" $(flags --cflags) $1 -o "$work/proof" &&
            LD_LIBRARY_PATH=$lib "$work/proof"
    }
    ok "builds and runs with libgradus_proof" proof "$(flags --libs)"
    of=gradus
fi

echo '#include <gradus.h>
int main(void) { return gradus_error()[0]; }' > "$work/a.c"
cp "$work/a.c" "$work/a.cc"
strict="-Wall -Wextra -Wpedantic -Werror -fsyntax-only -I$work/to/usr/local/include"
strict="$strict $(flags --cflags)"
# shellcheck disable=SC2086
ok "the header is C99" cc -std=c99 $strict "$work/a.c"
if command -v c++ > /dev/null; then
    # shellcheck disable=SC2086
    ok "the header is C++" c++ -std=c++11 $strict "$work/a.cc"
else
    skip "the header is C++" "no C++ compiler"
fi

page=$(find "$work/to" -name gradus.1)
for section in NAME SYNOPSIS DESCRIPTION; do
    ok "the manual page has the section $section" grep -q "^\.Sh $section" "$page"
done
if command -v bash > /dev/null; then
    ok "the completion is bash" bash -n "$(find "$work/to" -name gradus.bash)"
fi
finish
