#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# The kernel prints from a handler while it prints: on the serial line every line of both is there, whole and in order.
# The test inside the kernel looks at the screen; this one at the log.
#   usage: print_test.sh KERNEL-FOLDER BUILD-FOLDER RINGSIDE-CLI
set -uo pipefail
here=$1/test ringside=$3
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
# shellcheck source=../../kernel/test/machines.sh
source "$here/machines.sh"

for machine in ringside qemu; do
  machine_is_here $machine || exit 77
  boot $machine "$2/images/print.elf" "quiet test"
  [[ $ending == 'status 33' ]] || { echo "FAILED: on $machine it ended by $ending" && exit 1; }
  awk -v machine=$machine '
    / printed / { program = $3 + 0; handler = $6 + 0; next }
    /^(program|handler) / {
      expected = sprintf("%s %04d 0123456789abcdefghijklmnopqrstuvwxyz end", $1, count[$1]++)
      if ($0 != expected) { print "FAILED on " machine ": " $0; wrong = 1 }
      if ($1 == "handler") between += last == "program"
      last = $1
      next
    }
    /^test |^ok$|^$/ { next }
    { print "FAILED on " machine ": " $0; wrong = 1 }
    END {
      if (count["program"] != program || count["handler"] != handler || handler < 20 || between == 0) wrong = 1
      printf "%s: %d lines of the program, %d of the handler, %d times in between\n", machine, count["program"], count["handler"], between
      exit wrong
    }' "$scratch/log" || exit 1
done
