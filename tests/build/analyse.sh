#!/bin/sh
# tests/build/analyse.sh - clang builds everything with warnings as errors; cppcheck and
# ShellCheck find nothing.
# SPDX-License-Identifier: MIT
. "$(dirname "$0")/../tap.sh"

ok "clang, cppcheck and shellcheck" "$root/tools/analyse.sh" "$build" clang
finish
