#!/bin/sh
# tests/tools/links.sh - the documents' links lead somewhere, and a broken one is seen.
# SPDX-License-Identifier: MIT
. "$(dirname "$0")/../tap.sh"

ok "no link of the documents is broken" "$root/tools/links.py" "$root"

tree=$work/tree
mkdir -p "$tree/docs" "$tree/src" "$tree/build"
: > "$tree/src/a.c"
echo '[nowhere](none.md)' > "$tree/build/made.md"
cat > "$tree/docs/b.md" << 'PAGE'
# The ½ in `the` loss: what, and why
## Twice
## Twice
```
# no heading
[no link](none.md)
```
PAGE

write() { # LINE: the page that is looked at
    echo "$1" > "$tree/a.md"
}
sees() { # NAME TEXT
    fails "does not pass $1" sh -c "'$root/tools/links.py' '$tree' > '$work/found'"
    ok "sees $1" grep -q "^a.md:1: $2" "$work/found"
}

write '[a](docs/b.md#the--in-the-loss-what-and-why) [b](docs/b.md#twice-1) [c](docs) `src/a.c`'
ok "lets what is there pass" "$root/tools/links.py" "$tree"
write '[a](https://example.org/none.md) `src/none_<name>.c`'
ok "looks at no other site" "$root/tools/links.py" "$tree"
write '[a](docs/c.md)'
sees "a file that is not there" "no file docs/c.md"
write '[a](docs/b.md#thrice)'
sees "a heading that is not there" "no heading #thrice in docs/b.md"
write '[a](docs/b.md#no-heading)'
sees "a heading within code" "no heading #no-heading"
write '[a](#above)'
sees "a heading that is not in the page itself" "no heading #above in a.md"
write '[`x` [1]](../outside.md)'
sees "a file outside of the source" "no file ../outside.md"
write 'see `src/b.c`'
sees "a source file that is not there" "no file src/b.c"
finish
