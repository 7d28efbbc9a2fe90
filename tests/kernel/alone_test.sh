#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# The kernel's folder, copied elsewhere on its own, builds; a second build has nothing to do; a changed header builds
# what includes it. In a folder with a space, which is where dependency files go wrong.
#   usage: alone_test.sh KERNEL-FOLDER
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cp -r "$1" "$folder/a kernel"
build="$folder/its build"
wrong() { printf 'FAILED: %s\n%s\n' "$1" "${2:-}" >&2 && exit 1; }

cmake -G Ninja -S "$folder/a kernel" -B "$build" >/dev/null
ninja -C "$build" >/dev/null
[[ -s $build/kernel.elf ]] || wrong "no kernel.elf was built"
again=$(ninja -C "$build")
[[ $again == *'no work to do'* ]] || wrong "the second build had something to do" "$again"
touch "$folder/a kernel/arch/gate.h"
changed=$(ninja -C "$build")
[[ $changed == *kernel.elf* ]] || wrong "a changed header built nothing" "$changed"
