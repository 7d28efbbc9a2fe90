#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# The CD boots by GRUB and multiboot2 under QEMU and Bochs, and what the kernel says there is what it says on Ringside,
# byte for byte.
#   usage: iso_test.sh KERNEL-FOLDER BUILD-FOLDER RINGSIDE-CLI
set -uo pipefail
here=$1/test images=$2/images ringside=$3
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
# shellcheck source=../../kernel/test/machines.sh
source "$here/machines.sh"
missing=$(machine_is_here qemu && machine_is_here bochs) || { echo "SKIPPED: $missing" && exit 77; }
wrong() { printf 'FAILED: %s\n' "$1" >&2 && exit 1; }

options='exit=5 run=help;echo one;walk 0xffffffff80101000;fault bp'
boot ringside "$images/../kernel.elf" "$options"
[[ $ending == 'status 11' ]] || wrong "on Ringside it ended by $ending"
cp "$scratch/log" "$scratch/expected"
grep -q 'ringside> fault bp' "$scratch/expected" || wrong "Ringside's log is not whole"

"$here/../tools/iso.sh" "$scratch/cd.iso" "kernel|$images/../kernel.elf|$options" "tests|$images/all.elf|test" || wrong "no CD"
: >"$scratch/log"
supervise 120 qemu-system-x86_64 -accel tcg -cdrom "$scratch/cd.iso" -display none -serial "file:$scratch/log" -monitor none \
  -no-reboot -device isa-debug-exit,iobase=0xf4,iosize=0x04
[[ $status == 11 ]] || wrong "from the CD under QEMU it ended with $status: $(cat "$scratch/output")"
tr -d '\r' <"$scratch/log" | diff "$scratch/expected" - || wrong "from the CD under QEMU it says something else"

boot bochs "$images/../kernel.elf" "$options"
[[ $ending == off ]] || wrong "from the CD under Bochs it ended by $ending: $(cat "$scratch/output")"
diff "$scratch/expected" "$scratch/log" || wrong "from the CD under Bochs it says something else"
echo "the same $(wc -l <"$scratch/expected") lines three times"
