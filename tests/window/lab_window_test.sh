#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# A lab in the window as a student meets it: lab_window_test.sh PROGRAM LAB_PROGRAM LABS
set -u
program=$1 lab=$2 labs=$3 kernel=''
# shellcheck source=tests/window/kit.sh
. "$(dirname "$0")/kit.sh"
open_display
mine=$work/mine
"$lab" start 02 "$mine" >/dev/null || fail "lab 02 could not be started"
text=$labs/02-vga-text
open_lab() { open_window --default-layout --lab 02 --lab-folder "$mine" "$@"; }

# Opened: built and checked, the text beside the screen. A key gives a hint and remembers it.
open_lab --dump-view "$work/start.txt" --after 150
expect_title '(0 of 100 points)' "the lab is checked when it is opened"
xdotool key F3
for _ in $(seq 50); do [ -s "$mine/.ringside/hints-1" ] && break; sleep 0.1; done
[ "$(cat "$mine/.ringside/hints-1" 2>/dev/null)" = 1 ] && echo "ok: F3 gives a hint" || fail "F3 gave no hint"

# Saved: what is on disk is built, checked and runs.
cp "$text/solution/screen.cpp" "$mine/screen.cpp"
expect_title '(100 of 100 points)' "a saved file is checked"
close_window
check "hint 1" "$work/start.txt"
check "Steps 5/5" "$work/start.txt"
check "Ringside writes on its own screen." "$work/start.txt"

# A key for the guest, and a file that does not compile: the last kernel stays.
open_lab --dump-view "$work/broken.txt" --after 150
expect_title '(100 of 100 points)' "what was checked is known"
xdotool key x
echo 'not C++' >>"$mine/screen.cpp"
expect_title '(not-built)' "a file that does not compile is noticed"
close_window
check "It does not compile." "$work/broken.txt"
check "Ringside writes on its own screen." "$work/broken.txt"
check "Lab 02: Text on the screen" "$work/broken.txt"
check "key X" "$work/broken.txt"

# The instant where a step failed, from the command line and by the button; and back.
cp "$text/start/screen.cpp" "$mine/screen.cpp"
open_lab --lab-step 2 --dump-view "$work/step.txt" --after 150
expect_title 'lab 02, step 2 (0 of 100 points), instruction' "--lab-step goes to where the step failed"
expect_state 'in the past, stopped' "the machine stands there"
close_window
check "You are in the check of step 2" "$work/step.txt"
check "screen.cpp" "$work/step.txt"
check "After a new line the text goes on" "$work/step.txt"
check "in the past: instruction" "$work/step.txt"

# A recording without a lab; --at.
open_window --default-layout "$mine/.ringside/check/step-2.recording" --at 14000 --dump-view "$work/recording.txt" --after 100
expect_title 'step-2.recording, instruction 14000 in the past' "--at stands where it says"
close_window

# The folder goes: a sentence, and the window lives on.
open_lab --dump-view "$work/gone.txt" --after 100
expect_title '(0 of 100 points)' "the lab is there"
mv "$mine" "$work/moved"
expect_title '(not checked)' "that the folder is gone is noticed"
close_window
check "is gone" "$work/gone.txt"

# What cannot be opened is a sentence.
for arguments in "--lab 77 --lab-folder $work" "--lab 02" "--lab 02 --lab-folder $work/nowhere" "--at 5 $program"; do
  # shellcheck disable=SC2086 # words
  "$program" --default-layout --after 1 $arguments >"$work/out" 2>"$work/none" && fail "$arguments was accepted"
  [ -s "$work/none" ] || fail "nothing is said to $arguments"
done
exit $((failures > 0))
