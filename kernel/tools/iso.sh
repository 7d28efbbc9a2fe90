#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
#
# iso.sh OUT.iso "TITLE|KERNEL.ELF|COMMAND LINE"...: a CD that boots from any PC BIOS. GRUB starts the first entry at
# once, by multiboot2; Shift or Esc held at power-on shows the menu.
set -euo pipefail
out=$1
shift
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
tree=$scratch/tree
mkdir -p "$tree/boot/grub"
{
  echo 'set timeout=0 timeout_style=hidden default=0'
  for entry in "$@"; do
    IFS='|' read -r title kernel options <<<"$entry"
    cp "$kernel" "$tree/boot/"
    # Debug information and symbols would be most of the CD, and only a debugger outside the machine reads them.
    strip "$tree/boot/$(basename "$kernel")" 2>/dev/null || true
    read -ra words <<<"$options"
    # Word by word in quotes: ; means something to GRUB.
    echo "menuentry '$title' { multiboot2 '/boot/$(basename "$kernel")'$( ((${#words[@]} == 0)) || printf " '%s'" "${words[@]}") }"
  done
} >"$tree/boot/grub/grub.cfg"
# The modules for a BIOS, and of the locales none.
grub-mkrescue -d /usr/lib/grub/i386-pc --locales= --fonts= --themes= -o "$out" "$tree" >"$scratch/messages" 2>&1 || {
  cat "$scratch/messages" >&2
  exit 1
}
