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

missing=
for package in $wanted; do
    case $(dpkg-query -W -f='${db:Status-Status}' "$package" 2> /dev/null || true) in
    installed) ;;
    *) missing="$missing $package" ;;
    esac
done
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
for step in "update" "install --yes --no-install-recommends$missing"; do
    # shellcheck disable=SC2086
    $sudo apt-get -q $step > "$log" 2>&1 || {
        tail -n 20 "$log" >&2
        echo "packages: apt-get $step failed: is the network there?" >&2
        exit 1
    }
done
