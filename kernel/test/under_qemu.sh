#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
#
# under_qemu.sh KERNEL.ELF: the kernel on another machine than Ringside. Every line of the table below is one boot.
# Error codes and the like are worked out from the Intel SDM, vol. 3, chapter 6; where QEMU differs, it is said.
set -u
kernel=$1
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
failures=0

# boot COMMAND-LINE [more options of QEMU...]: serial output on stdout; the machine's status in $scratch/status
boot() {
  local append=$1
  shift
  timeout 60 qemu-system-x86_64 -kernel "$kernel" -append "$append" -display none -serial stdio -monitor none -no-reboot \
    -device isa-debug-exit,iobase=0xf4,iosize=0x04 "$@" </dev/null 2>"$scratch/errors" | tr -d '\r'
  echo "${PIPESTATUS[0]}" >"$scratch/status"
}

# expect NAME STATUS TEXT-THAT-MUST-APPEAR...: looks at $scratch/out and $scratch/status
expect() {
  local name=$1 status=$2 text ok=yes
  shift 2
  [ "$(cat "$scratch/status")" = "$status" ] || { ok=no; echo "$name: status $(cat "$scratch/status"), expected $status"; }
  for text in "$@"; do
    grep -qF -- "$text" "$scratch/out" || { ok=no; echo "$name: this line is missing: $text"; }
  done
  if [ $ok = yes ]; then
    echo "ok $name"
  else
    sed 's/^/    /' "$scratch/out" | tail -30
    failures=$((failures + 1))
  fi
}

# Status (5 << 1) | 1 = 11 when `run=` came to its end, (0x11 << 1) | 1 = 35 after a panic.
fault() {
  local name=$1 status=$2
  shift 2
  boot "quiet exit=5 run=fault $name" >"$scratch/out"
  expect "fault $name" "$status" "$@"
}

boot "test" >"$scratch/out"
expect "tests" 33 "test result: ok." ", 0 failed"

boot "test=no_such_test" >"$scratch/out"
expect "a filter that finds no test is a failure" 35 "0 passed, 0 failed"

fault de 35 "KERNEL PANIC: #DE divide error" "kernel::divide_by_zero +" "kernel::raise_fault +" "kernel_main +"
fault db 11 "#DB debug at" "the program goes on"
fault nmi 35 "KERNEL PANIC: NMI"
fault bp 11 "#BP breakpoint at" "the program goes on"
fault of 11 "#OF overflow at" "the program goes on"
fault br 35 "KERNEL PANIC: #BR"
fault ud 35 "KERNEL PANIC: #UD invalid opcode"
fault nm 35 "KERNEL PANIC: #NM device not available"
fault df 35 "KERNEL PANIC: #DF double fault, error code 0x0" "cr2 0x123456789000"
fault ts 35 "KERNEL PANIC: #TS invalid TSS, error code 0x30" "blames entry 6 of the GDT"
fault np 35 "KERNEL PANIC: #NP segment not present, error code 0x28" "blames entry 5 of the GDT"
fault ss 35 "KERNEL PANIC: #SS stack-segment fault, error code 0x28"
fault ss0 35 "KERNEL PANIC: #GP general protection, error code 0x0"     # the manual says #SS(0); QEMU raises #GP(0)
fault gp 35 "KERNEL PANIC: #GP general protection, error code 0x0"
fault gpsel 35 "KERNEL PANIC: #GP general protection, error code 0x200" "blames entry 64 of the GDT"
fault pf 35 "KERNEL PANIC: #PF page fault, error code 0x0" "read 0x0000123456789000 (CR2)" "the page is not mapped"
fault null 35 "KERNEL PANIC: #PF page fault, error code 0x2" "write to 0x0000000000000000 (CR2)" "the page is not mapped"
fault ro 35 "KERNEL PANIC: #PF page fault, error code 0x3" "the page is read-only"
fault text 35 "KERNEL PANIC: #PF page fault, error code 0x3" "the page is read-only"
fault nx 35 "KERNEL PANIC: #PF page fault, error code 0x11" "the page may not be executed" "kernel::execute_data +"
fault rsvd 35 "KERNEL PANIC: #PF page fault, error code 0x" "a reserved bit is set"    # manual: 9; QEMU: 8
fault mf 35 "KERNEL PANIC: #MF x87 floating-point error"
fault mc 35 "KERNEL PANIC: #MC machine check"
fault xm 11 "this CPU raised no exception"                              # the manual says #XM; QEMU's TCG has none
fault overflow 35 "KERNEL PANIC: #DF" "guard page of the kernel stack" "kernel::recurse_for_ever +" "kernel::overflow_stack +"
fault triple 0                                                          # -no-reboot: a reset ends QEMU
fault bounds 35 "__n < this->size() does not hold" "kernel::index_behind_the_end +"
fault panic 35 "KERNEL PANIC: somebody asked for it" "at shell/faults.cpp:"

boot "quiet run=reboot" >"$scratch/out"
expect "reboot resets" 0
boot "quiet run=exit 0x2a" >"$scratch/out"
expect "exit takes a number" 85
boot "quiet exit=5 run=mishap vector8" >"$scratch/out"
expect "a tick at vector 8" 35 "KERNEL PANIC: #DF" "this was something else at vector 8"
boot "quiet exit=5 run=echo one; echo two  words ;;walk 0xffffffff80101000;walk 0;walk 0x8000000000000000" >"$scratch/out"
expect "commands" 11 "ringside> echo one" "two  words" "0xffffffff80101000 -> 0x0000000000101000, read execute, page of level 1" \
  "0x0000000000000000 is not mapped" "0x8000000000000000 is not canonical"

# The boot log is the same on machines of different sizes.
boot "exit=5" -m 32 >"$scratch/small"
boot "exit=5" -m 3G >"$scratch/out"
expect "boots with 3 GiB" 11 "ready       type help"
if cmp -s "$scratch/small" "$scratch/out"; then echo "ok boot logs are equal"; else
  echo "boot logs differ:"
  diff "$scratch/small" "$scratch/out"
  failures=$((failures + 1))
fi

[ $failures = 0 ] || echo "$failures of these went wrong"
exit $((failures != 0))
