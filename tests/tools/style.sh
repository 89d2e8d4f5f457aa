#!/bin/sh
# tests/tools/style.sh - the sources keep the style, and each rule can be broken.
# SPDX-License-Identifier: MIT
. "$(dirname "$0")/../tap.sh"

ok "the sources keep the style" "$root/tools/style.sh" "$root"

tree=$work/tree
mkdir -p "$tree/src/net" "$tree/src/base" "$tree/tools"
cp "$root/tools/style.awk" "$tree/tools"

write() { # file, code on standard input below a proper head
    { echo "/* ${1#src/} - a file.
 * SPDX-License-Identifier: MIT
 */"; cat; } > "$tree/$1"
}

sees() { # NAME TEXT: style.sh on the tree complains with that text, of one thing
    "$root/tools/style.sh" "$tree" > "$work/found"
    ok "sees $1" grep -q "$2" "$work/found"
    ok "sees nothing but $1" [ "$(wc -l < "$work/found")" -eq 1 ]
}

write src/net/a.c <<'CODE'
/* malloc(1) in a comment, and over
 * two lines: exp(2) */
static const char *text = "free(x) \" printf(\"%s %zu\")", quote = '"'; // abort()
int gr_f(int x)
{
    return table->exp(x) + my_free(x) + math.exp(x) + sqrt(x);
}
CODE
ok "sees nothing in clean code" "$root/tools/style.sh" "$tree"

echo 'int x; ' | write src/net/a.c
sees "blanks at the end" "blanks at the end"
printf '\tint x;\n' | write src/net/a.c
sees "a tab" "a tab"
printf 'int x;\r\n' | write src/net/a.c
"$root/tools/style.sh" "$tree" > "$work/found"
ok "sees a carriage return" grep -q "carriage return" "$work/found"
printf '/* %0100d */\n' 1 | write src/net/a.c
sees "a wide line" "106 characters wide"
printf '/* %s */\n' "ääääääääääääääääääääääääääääääääääääääääääääääää" | write src/net/a.c
ok "counts characters, not bytes" "$root/tools/style.sh" "$tree"
echo '/* TO''DO */' | write src/net/a.c
sees "unfinished work" "unfinished"
echo 'int x;' > "$tree/src/net/a.c"
"$root/tools/style.sh" "$tree" > "$work/found"
ok "sees a missing licence" grep -q "no SPDX" "$work/found"
ok "sees a missing head" grep -q 'the head must open with "net/a.c - purpose"' "$work/found"

for call in 'malloc(1)' 'free (x)' 'printf("")' 'strtod(s, &e)' 'a = rand()' 'exit(1)'; do
    echo "int x = $call;" | write src/net/a.c
    sees "$call" "banned above src/base"
done
for call in 'exp(x)' '1 + tanhf(x)' 'pow(x, y)' '-log1p(x)' 'round(x)'; do
    echo "x = $call;" | write src/net/a.c
    sees "$call" "of libm is not exact"
done
echo 'gr_fail(1, "%zu: %.3f", x);' | write src/net/a.c
sees "a number printed by printf" "depends on the locale"

: | write src/net/a.c
echo 'int x = malloc(1);' | write src/base/memory.c
ok "lets src/base call malloc" "$root/tools/style.sh" "$tree"
rm "$tree/src/base/memory.c"

{ echo "int f(void)"; echo "{"; yes "    x();" | head -n 61; echo "}"; } | write src/net/a.c
sees "a long function" "a function of 62 lines"
yes "int x;" | head -n 498 | write src/net/a.c
sees "a long file" "501 lines"
finish
