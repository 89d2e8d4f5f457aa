#!/bin/sh
# tools/packages.sh - installs what is missing of the named groups of packages.txt.
#
# Usage: tools/packages.sh GROUP...
#
# Does nothing, and needs no rights, where everything is there. Says what it installs
# before it does, and uses sudo only when it has to.
# SPDX-License-Identifier: MIT
set -eu
list=$(dirname "$0")/../packages.txt

group() { # the packages of group $1
    awk -v wanted="[$1]" '/^\[/ { inside = $1 == wanted; found += inside; next }
        inside && NF && $1 !~ /^#/ { print $1 }
        END { exit !found }' "$list" || {
        echo "tools/packages.sh: no group [$1] in packages.txt" >&2
        exit 2
    }
}

wanted=
for name in "$@"; do
    wanted="$wanted $(group "$name")"
done

if ! command -v dpkg-query > /dev/null; then
    echo "packages: this system has no dpkg; gradus needs what Debian calls" $wanted
    exit 0
fi

is_installed() {
    [ "$(dpkg-query -W -f='${db:Status-Status}' "$1" 2> /dev/null || true)" = installed ]
}

# Of NAME|NAME... the first that is installed, or that the archive has; else the first.
pick() {
    names=$(echo "$1" | tr '|' ' ')
    for name in $names; do
        if is_installed "$name" ||
            apt-cache policy "$name" 2> /dev/null | grep -q 'Candidate: [^(]'; then
            echo "$name"
            return
        fi
    done
    echo "${names%% *}"
}

find_missing() {
    missing=
    for package in $wanted; do
        case $package in *'|'*) package=$(pick "$package") ;; esac
        is_installed "$package" || missing="$missing $package"
    done
}
find_missing
[ -n "$missing" ] || exit 0

sudo=
if [ "$(id -u)" != 0 ]; then
    if ! command -v sudo > /dev/null; then
        echo "packages: missing:$missing" >&2
        echo "packages: as root, run: apt-get update && apt-get install$missing" >&2
        exit 1
    fi
    sudo=sudo
    echo "packages: sudo is needed to install packages"
fi
echo "packages: installing$missing"
export DEBIAN_FRONTEND=noninteractive
log=$(mktemp)
trap 'rm -f "$log"' EXIT
apt() {
    # shellcheck disable=SC2086
    $sudo apt-get -q "$@" > "$log" 2>&1 || {
        tail -n 20 "$log" >&2
        echo "packages: apt-get $* failed: is the network there?" >&2
        exit 1
    }
}
apt update
find_missing # now the archive's list is there, which alternatives are chosen by
# shellcheck disable=SC2086
apt install --yes --no-install-recommends $missing
