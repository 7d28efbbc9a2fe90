#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# A lab in the window as a student meets it: lab_window_test.sh PROGRAM LAB_PROGRAM LABS
set -u
program=$1 lab=$2 labs=$3 kernel=''
# shellcheck source=tests/window/kit.sh
. "$(dirname "$0")/kit.sh"
open_display
mine=$work/mine
text=$labs/02-vga-text
"$lab" start 02 "$mine" >/dev/null || fail "lab 02 could not be started"
open_lab() { open_window --default-layout --lab 02 --lab-folder "$mine" --after 150 "$@"; }
click() { xdotool mousemove --window "$window" "$1" "$2" click 1; } # click X Y: in a window of 1280 x 800 at 100 %
wait_for_file() { # wait_for_file FILE: until there is something in it, at most 20 s
  for _ in $(seq 200); do
    [ -s "$1" ] && return
    sleep 0.1
  done
}

# Opened: built and checked, the text beside the screen. A key gives a hint, and it is remembered.
open_lab --dump-view "$work/start.txt"
expect_title '(0 of 100 points)' "the lab is checked when it is opened"
xdotool key F3
wait_for_file "$mine/.ringside/hints-1"
check 1 "$mine/.ringside/hints-1"
close_window
check "hint 1" "$work/start.txt"
check "Steps 0/5" "$work/start.txt"

# Saved: what is on disk is built, checked and runs. Then a file that does not compile: the last kernel stays.
open_lab --dump-view "$work/saved.txt"
expect_title '(0 of 100 points)' "what was checked is known"
cp "$text/solution/screen.cpp" "$mine/screen.cpp"
expect_title '(100 of 100 points)' "a saved file is checked"
echo 'not C++' >>"$mine/screen.cpp"
expect_title '(not-built)' "a file that does not compile is noticed"
close_window
check "It does not compile." "$work/saved.txt"
check "Ringside writes on its own screen." "$work/saved.txt"
check "Lab 02: Text on the screen" "$work/saved.txt"

# A breakpoint follows its function into the next image, where that lies elsewhere.
cp "$text/start/screen.cpp" "$mine/screen.cpp"
open_lab --dump-view "$work/break.txt"
expect_state '(0 of 100 points), ended' "the kernel has run to its end"
xdotool key ctrl+k
sleep 0.5
xdotool type --delay 60 "break lab::Screen::put"
sleep 0.5
xdotool key Return
sleep 1
sed 's/^namespace lab {/namespace lab {\nint more(int a) { return a * a + 7; }/' "$text/solution/screen.cpp" >"$mine/screen.cpp"
expect_state '(100 of 100 points), stopped' "the new kernel stops at the breakpoint"
close_window
check "lab::Screen::put (screen.cpp" "$work/break.txt"

# A question, answered by the keyboard before the machine does.
cp "$text/solution/screen.cpp" "$mine/screen.cpp"
open_lab --dump-view "$work/asked.txt"
expect_title '(100 of 100 points)' "mended, it is checked again"
click 802 89
wait_for_file "$mine/.ringside/ask/check.json"
sleep 1
click 760 159
xdotool type --delay 60 "0x1"
xdotool key Return
sleep 1
close_window
check "Not so: the machine says 0x1e" "$work/asked.txt"

# A store outside of the screen: step 5 opens at the instruction that did it. The button leads back to the kernel,
# another one there again.
sed 's/  ++column_;/  ++column_;\n  cell(30, 0) = 0;/' "$text/solution/screen.cpp" >"$mine/screen.cpp"
open_lab --lab-step 5 --dump-view "$work/step.txt"
expect_title 'lab 02, step 5 (90 of 100 points), instruction ' "--lab-step goes to where the step failed"
expect_state 'in the past, stopped' "the machine stands there"
click 1212 122
expect_state 'lab 02 (90 of 100 points), ended' "Your kernel leads back to it"
click 736 365
expect_state 'in the past, stopped' "Go there leads to the instant again"
close_window
check "You are in the check of step 5" "$work/step.txt"
check "all stores lie inside of the 4000 bytes of cells" "$work/step.txt"
check "cell(30, 0) = 0;" "$work/step.txt"
check "in the past: instruction" "$work/step.txt"

# A finding about a function that returned long ago: its code is in sight, though the processor stands elsewhere.
irqs=$work/irqs
"$lab" start 06 "$irqs" --solution >/dev/null || fail "lab 06 could not be started"
sed -i '/^  end_of_interrupt(line);$/d' "$irqs/irq.cpp"
open_window --default-layout --lab 06 --lab-folder "$irqs" --lab-step 4 --after 150 --dump-view "$work/irq.txt"
expect_title 'lab 06, step 4 (60 of 100 points), instruction ' "a missing end of interrupt is found"
sleep 2
close_window
check "the reference sent the end of interrupt" "$work/irq.txt"
check "void handle_irq(unsigned" "$work/irq.txt"

# A recording without a lab, at an instant of it.
open_window --default-layout "$mine/.ringside/check/step-5.recording" --at 14000 --after 100
expect_title 'step-5.recording, instruction 14000 in the past' "--at stands where it says"
close_window

# The folder goes: a sentence, and the window lives on.
open_lab --dump-view "$work/gone.txt"
expect_title '(90 of 100 points)' "the lab is there"
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
