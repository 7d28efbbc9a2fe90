#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# The time machine as a user meets it: mouse on the time line, keys that go back, questions: time_machine_test.sh PROGRAM KERNEL
set -u
program=$1 kernel=$2
# shellcheck source=tests/window/kit.sh
. "$(dirname "$0")/kit.sh"
open_display

# Where the time line has a share of all there is, in a window of 1280 x 800 at 100 %.
at_share() { echo $((96 + 1088 * $1 / 100)); }
axis=795

# A fault; then the mouse drags along the time line: every panel goes along, the screen shows its former text.
open_window --default-layout --type 'fault pf<Enter>' --dump-view "$work/drag.txt" --after 100
expect_state ', stopped' "the fault stops the machine"
xdotool mousemove --window "$window" "$(at_share 95)" $axis mousedown 1
expect_state 'in the past, stopped' "a press on the time line goes there"
for share in 80 60 40 20 2; do xdotool mousemove --window "$window" "$(at_share $share)" $axis; done
xdotool mouseup 1
wait_for_place_before 20000 && echo "ok: the drag's last place" ||
  fail "the drag does not end where it was let go of: $(xdotool getwindowname "$window")"
close_window
check "in the past: instruction" "$work/drag.txt"
check_none "ringside> fault pf" "$work/drag.txt"
check_none "interrupts  256 gates" "$work/drag.txt"

# Keys: back from the fault, to power-on, to the end; a key typed in the past begins a branch and the guest lives on.
open_window --default-layout --type 'fault pf<Enter>' --dump-view "$work/branch.txt" --after 100
expect_state ', stopped' "the fault stops the machine"
xdotool key shift+F11
expect_state 'in the past, stopped' "Shift+F11 goes back an instruction"
xdotool key ctrl+End
expect_state 'kernel.elf, stopped' "Ctrl+End goes to the end"
xdotool key shift+F5
expect_state 'in the past, stopped' "Shift+F5 goes back to the fault"
xdotool key ctrl+Home key F11
xdotool key F5
expect_state 'kernel.elf, stopped' "running repeats the past up to the fault"
xdotool mousemove --window "$window" "$(at_share 93)" $axis click 1
expect_state 'in the past, stopped' "a click goes to where the command was typed"
xdotool mousemove --window "$window" 300 300 click 1 # the guest's screen
xdotool key x
expect_state 'kernel.elf, stopped' "a key in the past begins another branch"
xdotool key F5
expect_state ', idle' "the guest lives on there, without the fault"
close_window
check "branch 1" "$work/branch.txt"

# Who wrote this? From a cell of the screen, by the right button; then to before that instruction.
open_window --default-layout --type 'fault pf<Enter>' --dump-view "$work/who.txt" --after 100
expect_state ', stopped' "the fault stops the machine"
ask() {
  xdotool mousemove --window "$window" 120 246 click 3
  xdotool mousemove --window "$window" 160 284 click 1
}
ask
# shellcheck disable=SC2317 # called by until_state
go_there() { xdotool mousemove --window "$window" 62 598 click 1; }
until_state 'in the past, stopped' go_there && echo "ok: Go there" || fail "nothing goes to who wrote the cell"
close_window
check "the screen's cell in row 10, column 13: written by" "$work/who.txt"
check "Further back" "$work/who.txt"

# The end of a machine is not the end: back from it, and on again.
open_window --default-layout --type 'fault triple<Enter>' --dump-view "$work/end.txt" --after 100
expect_state ', ended' "a triple fault ends the machine"
xdotool key shift+F11
expect_state 'in the past, stopped' "Shift+F11 goes back from there"
xdotool key F5
expect_state 'kernel.elf, ended' "it comes to its end again"
close_window
check "triple fault" "$work/end.txt"

# A long history, and a search through all of it; closing the window ends it at once.
open_window --default-layout --type 'mishap hang<Enter>' --after 100
expect_state ', running' "the guest hangs"
xdotool key shift+F5
expect_state 'in the past, stopped' "going back stops a guest that hangs"
xdotool key ctrl+End key shift+F5 key ctrl+End key shift+F7 key shift+F12
close_window
echo "ok: closed"

exit $((failures > 0))
