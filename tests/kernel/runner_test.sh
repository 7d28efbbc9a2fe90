#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# The runner of the kernel's tests sees what goes wrong: kernels that fail, hang, reset and come back where they must not.
#   usage: runner_test.sh KERNEL-FOLDER BUILD-FOLDER RINGSIDE-CLI
set -euo pipefail
kernel=$1 build=$2 ringside=$3
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
wrong() { printf 'FAILED: %s\n%s\n' "$1" "$(cat "$folder/out")" >&2 && exit 1; }
run() { # STATUS ARGUMENTS...
  local wanted=$1 status=0
  shift
  "$kernel/test/run.sh" --images "$folder/images" --ringside "$ringside" "$@" >"$folder/out" 2>&1 || status=$?
  [[ $status == "$wanted" ]] || wrong "run.sh $*: status is $status and not $wanted"
}
says() { grep -qE -- "$1" "$folder/out" || wrong "this is missing: $1"; }

# Suites of our own, and around them the kernel's own files.
mkdir -p "$folder/own/test/images"
suite() { # NAME MACRO BODY
  cat >"$folder/own/test/images/$1_test.cpp" <<TEXT
#include "arch/instructions.h"
#include "arch/machine.h"
#include "test/test.h"
namespace kernel {
$2 { $3 }
}
TEXT
}
suite fails 'KERNEL_TEST(own, fails)' 'expect(1 == 2);'
suite comes_back 'KERNEL_TEST_SHOULD_RESET(own, comes_back)' ''
suite hangs 'KERNEL_TEST(own, hangs)' 'cli(); for (;;) pause();'
suite overruns 'KERNEL_TEST(own, overruns)' 'for (;;) hlt();'
suite resets 'KERNEL_TEST(own, resets)' 'triple_fault();'
suite does_not_panic 'KERNEL_TEST_SHOULD_PANIC(own, does_not_panic)' ''
suite is_in_time 'KERNEL_TEST_SHOULD_OVERRUN(own, is_in_time, 1)' ''
suite all_ignored 'KERNEL_TEST_IGNORED(own, later, "it is not time yet")' ''
cmake -G Ninja -S "$kernel" -B "$folder" -DKERNEL_OVERLAY="$folder/own" >/dev/null
ninja -C "$folder" images/{all,fails,comes_back,hangs,overruns,resets,does_not_panic,is_in_time,all_ignored,lib}.elf >/dev/null

run 0 --list
says '^comes_back$'
says '^commands$'
run 0 --on ringside lib all_ignored
says '^ok +ringside +lib +[0-9]+ passed, 0 failed'
says '^ok +ringside +all_ignored +0 passed, 0 failed, 1 ignored'
run 1 --on ringside fails
says '^FAILED +ringside +fails'
says 'fails_test.cpp:5: does not hold'
run 1 --on ringside comes_back
says 'ended by reset expected, ended by status 35'
says 'FAILED: came back'
run 1 --on ringside hangs
says 'ended by its report expected, ended by hang'
run 1 --on ringside overruns
says 'took more than 1000 ticks'
run 1 --on ringside resets
says 'ended by its report expected, ended by reset'
run 1 --on ringside does_not_panic
says 'FAILED: should have panicked'
run 1 --on ringside is_in_time
says 'FAILED: came back'
run 1 --on ringside lib fails
says '1 of 2 FAILED'
run 2 no_such_suite
says 'there is no suite no_such_suite'
run 2 --on vax
says 'there is no machine vax'
