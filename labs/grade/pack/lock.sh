#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# lock.sh PROJECT LAB: where there is no sandbox the compiler runs as nobody, who is to read what a submission is built
# with and nothing else: no solution and no compiled kernel, not those of other labs either.
set -euo pipefail
cd -- "$1"
lab=$2 built=build/release
chmod -R go-rwx labs/*/solution labs/*/wrong labs/*/check.cpp "$built"
find kernel \( -name '*.cpp' -o -name '*.S' \) -exec chmod go-rwx {} +
chmod go+x "$built" "$built/kernel" "$built/kernel/modules" "$built/labs" "$built/labs/$lab"
chmod go+r "$built/kernel/modules/"{compile.rsp,link.rsp} "$built/labs/$lab/libkernel.a"
