#!/bin/sh
# tests/tools/packages.sh - what is missing is installed, and nothing else is done.
# The commands it calls are stand-ins: no package of this machine is touched.
# SPDX-License-Identifier: MIT
. "$(dirname "$0")/../tap.sh"

mkdir "$work/bin" "$work/tools"
cp "$root/tools/packages.sh" "$work/tools"
cat > "$work/packages.txt" <<'LIST'
# a list
[build]
there-1
gone-1
[test]
there-2   # with a remark
[check]
gone-2
gone-3
[either]
new-name|there-1
gone-4|there-1
LIST

stand_in() { # name; its script on standard input
    { echo '#!/bin/sh'; cat; } > "$work/bin/$1"
    chmod +x "$work/bin/$1"
}
stand_in dpkg-query <<'SCRIPT'
for name; do :; done
case $name in there*) printf installed ;; gone-3) printf config-files ;; *) exit 1 ;; esac
SCRIPT
stand_in apt-get <<SCRIPT
echo "\$*" >> "$work/calls"
[ ! -e "$work/offline" ]
SCRIPT
stand_in apt-cache <<SCRIPT
for name; do :; done
case \$name in new-name) echo "  Candidate: (none)" ;; *) echo "  Candidate: 1.0" ;; esac
SCRIPT
stand_in id <<SCRIPT
cat "$work/user"
SCRIPT
stand_in sudo <<SCRIPT
echo sudo >> "$work/calls"
exec "\$@"
SCRIPT

packages() { # GROUP...
    : > "$work/calls"
    PATH=$work/bin:$PATH "$work/tools/packages.sh" "$@" > "$work/out" 2>&1
    code=$?
}

calls() { # the lines expected
    printf '%s\n' "$@" | diff - "$work/calls"
}

echo 0 > "$work/user"
packages test
ok "does nothing where all is there" [ $code = 0 -a ! -s "$work/calls" -a ! -s "$work/out" ]
packages build test check
ok "installs what is missing" calls "-q update" \
    "-q install --yes --no-install-recommends gone-1 gone-2 gone-3"
ok "says what it installs" grep -q "installing gone-1 gone-2 gone-3" "$work/out"
packages either
ok "takes the first of two names that the archive has" calls "-q update" \
    "-q install --yes --no-install-recommends gone-4"
packages nonsense
ok "knows its groups" [ $code = 2 -a ! -s "$work/calls" ]
echo 1000 > "$work/user"
packages build
ok "asks sudo for the rights" calls sudo "-q update" sudo \
    "-q install --yes --no-install-recommends gone-1"
packages test
ok "needs no rights where all is there" [ $code = 0 -a ! -s "$work/calls" ]
touch "$work/offline"
packages build
ok "fails without a network" [ $code = 1 ]
ok "says that the network is missing" grep -q "is the network there" "$work/out"
ok "every group of packages.txt has packages" awk '
    /^\[/ { if (group && !count) exit 1; group = $0; count = 0; next }
    NF && !/^#/ { count++ } END { exit !count }' "$root/packages.txt"
finish
