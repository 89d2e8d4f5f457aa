#!/bin/sh
# tests/tools/symbols.sh - the libraries show and need what they should; the script that
# says so can say otherwise.
# SPDX-License-Identifier: MIT
. "$(dirname "$0")/../tap.sh"

if nm "$build/libgradus.a" 2> /dev/null | grep -q '__asan\|__tsan\|__ubsan'; then
    skip "the libraries show and need what they should" "a sanitizer's build"
else
    ok "the libraries show and need what they should" "$root/tools/symbols.sh" "$build"
fi

library() { # C source on standard input
    cat > "$work/a.c"
    (cd "$work" && rm -f ./*.a && cc -O0 -fno-builtin -fPIC -c a.c -o a.o &&
        ar rc libgradus.a a.o && cc -shared a.o -o libgradus.so -lm)
}

says() { # TEXT
    "$root/tools/symbols.sh" "$work" > "$work/found"
    code=$?
    ok "exits 1: $1" [ $code -eq 1 ]
    ok "says: $1" grep -q "$1" "$work/found"
}

declare='double sqrt(double), exp(double); float fmaf(float, float, float);'
echo "$declare double gradus_f(double x) { return sqrt(x) + fmaf(x, x, x); }" | library
ok "lets the exact functions pass" "$root/tools/symbols.sh" "$work"
echo "double f(double x) { return x; }" | library
says "libgradus.so shows f:"
says "libgradus.a has the global name f:"
echo "double gr_f(double x) { return x; }" | library
says "libgradus.so shows gr_f:"
echo "$declare double gradus_f(double x) { return exp(x); }" | library
says "libgradus.a calls exp of libm"
echo "double gradus_f(double x) { return x; }" | library
echo "void gr_hidden(void); void gradus_g(void) { gr_hidden(); }" > "$work/b.c"
(cd "$work" && cc -fPIC -c b.c -o b.o && ar rc libgradus_proof.a b.o &&
    cc -shared b.o -o libgradus_proof.so)
says "libgradus_proof.a calls gr_hidden"
echo "void gr_own(void) {} void gradus_g(void) { gr_own(); }" > "$work/b.c"
(cd "$work" && rm -f libgradus_proof.a && cc -O0 -fPIC -c b.c -o b.o &&
    ar rc libgradus_proof.a b.o && cc -shared b.o -o libgradus_proof.so)
says "libgradus_proof.so shows gr_own:"
rm -f "$work"/libgradus_proof.*
fails "wants its libraries" "$root/tools/symbols.sh" /nowhere
finish
