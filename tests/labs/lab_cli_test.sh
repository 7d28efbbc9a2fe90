#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# `ringside lab` as a student and an author use it.
#   usage: lab_cli_test.sh RINGSIDE-LAB SOURCES
set -euo pipefail
lab=$1 sources=$2
folder=$(mktemp -d)
trap 'kill $(jobs -p) 2>/dev/null || true; rm -rf "$folder"' EXIT
cd "$folder"
wrong() { echo "FAILED: $1" >&2 && exit 1; }
# says STATUS TEXT COMMAND...: it ends with this status, and says this on the way.
says() {
  local wanted=$1 text=$2 status=0 output
  shift 2
  output=$("$@" 2>&1) || status=$?
  ((status == wanted)) || wrong "$* ended with $status and not $wanted: $output"
  [[ $output == *"$text"* ]] || wrong "$* does not say \"$text\": $output"
}

says 0 'Text on the screen' "$lab" list
says 0 'No lab has been started' "$lab" status
says 2 'There is no lab 99: there are' "$lab" start 99
says 2 'ringside lab start 02' "$lab" check 02
says 2 'There is no command no-such-command. See ringside lab --help.' "$lab" no-such-command

says 0 'edit   screen.cpp' "$lab" start 02
says 2 'is there already, and nothing of it was touched' "$lab" start 2
says 1 'FAIL   1  A character and its colours' "$lab" check 02
says 1 'where     lab::Screen::put, screen.cpp:' "$lab" check vga-text 02-vga-text
(cd 02-vga-text && says 1 'expected' "$lab" check 02)
says 1 '"status": "checked"' "$lab" check 02 --json
says 0 '[.....]    0 of 100 points' "$lab" status
says 0 '1. A cell is one' "$lab" hint 02
says 0 '2. `attribute_' "$lab" hint 02
says 0 'Step 3: Scrolling' "$lab" hint 02 --step 3
says 2 'Lab 02 has 5 steps' "$lab" hint 02 --step 6
says 0 '0xb8' "$lab" ask 02 --answers

# The compiler's words come first and alone.
echo 'syntax' >>02-vga-text/screen.cpp
says 1 'It does not compile.' "$lab" check 02
says 1 'screen.cpp:' "$lab" check 02
rm 02-vga-text/screen.cpp
says 1 'screen.cpp is missing' "$lab" check 02
: >02-vga-text/screen.cpp
says 1 'nothing in them' "$lab" check 02

# The solution passes; its folder builds by itself, the same image.
says 0 'check  ringside lab check 02 done' "$lab" start 02 done --solution
says 0 '100 of 100 points.' "$lab" check 02 done
says 0 'Next: ringside lab start 03' "$lab" check 02 done
says 0 'kernel.elf' bash -c 'cd done && cmake --preset lab && cmake --build --preset lab'
mv done elsewhere # nothing of it depends on where it is
touch elsewhere/screen.cpp
says 0 'kernel.elf' bash -c 'cd elsewhere && rm -rf build && cmake --preset lab && cmake --build --preset lab'
cp -r elsewhere other && echo 'lab = "01-other"' >other/lab.toml
says 2 'is for lab 01-other, and not for 02-vga-text' "$lab" check 02 other

# --watch checks again when a file is saved.
cp "$sources/labs/02-vga-text/start/screen.cpp" elsewhere/screen.cpp
"$lab" check 02 elsewhere --watch >watched 2>&1 &
wait_for() {
  for _ in $(seq 300); do
    ! grep -q "$1" watched || return 0
    sleep 0.1
  done
  wrong "--watch does not show \"$1\": $(cat watched)"
}
wait_for '0 of 100 points'
cp "$sources/labs/02-vga-text/solution/screen.cpp" elsewhere/screen.cpp
wait_for '100 of 100 points'

# An author's new lab: all parts, and in the manifest.
mkdir author && cp -r "$sources/labs" author/labs
export RINGSIDE_SOURCES=$folder/author
says 2 'two digits, a dash' "$lab" new disks
says 2 'There is a lab 02 already' "$lab" new 02-other
says 0 '24-disks is in labs.toml' "$lab" new 24-disks
says 0 'disks' "$lab" list
for part in README.md hints.md check.cpp given/lab.h start/lab.cpp solution/lab.cpp wrong; do
  [[ -e author/labs/24-disks/$part ]] || wrong "lab new makes no $part"
done
