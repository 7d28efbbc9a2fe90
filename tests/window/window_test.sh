#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# The window as a user meets it, on a display of its own: window_test.sh PROGRAM KERNEL
set -u
program=$1 kernel=$2
# shellcheck source=tests/window/kit.sh
. "$(dirname "$0")/kit.sh"

# Without a display: one sentence, exit code 2.
env -u DISPLAY -u WAYLAND_DISPLAY "$program" "$kernel" --default-layout --after 1 >"$work/out" 2>"$work/none"
code=$?
[ $code -eq 2 ] && echo "ok: exit code 2 without a display" || fail "exit code $code without a display, 2 expected"
[ "$(wc -l <"$work/none")" -eq 1 ] && echo "ok: one line" || fail "not one line: $(cat "$work/none")"
check "There is no display" "$work/none"

open_display

# Both renderers draw the kernel's prompt.
for renderer in gl sdl; do
  "$program" "$kernel" --default-layout --renderer $renderer --after 6 --screenshot "$work/$renderer.png" --dump-view "$work/$renderer.txt" 2>"$work/error" ||
    fail "--renderer $renderer: $(cat "$work/error")"
  check "ringside>" "$work/$renderer.txt"
  check "Source and disassembly" "$work/$renderer.txt"
  [ -s "$work/$renderer.png" ] || fail "no picture by $renderer"
done

# A user types "fault pf": the machine stops at the fault and its anatomy stands on the screen.
open_window --after 30 --dump-view "$work/fault.txt" --until-stop
wait_for_state idle || fail "the kernel does not wait for input: $(xdotool getwindowname "$window")"
xdotool type --delay 60 "fault pf"
xdotool key Return
wait $gui
code=$?
gui=''
[ $code -eq 0 ] || fail "the program ended with $code: $(cat "$work/error")"
check "ringside> fault pf" "$work/fault.txt"
check "Fault anatomy" "$work/fault.txt"
check "#PF" "$work/fault.txt"
check "page fault" "$work/fault.txt"
check "the stack, before" "$work/fault.txt"
check "error code" "$work/fault.txt"

# A step to the next line, where there is none: the machine runs on until the user pauses it.
open_window --default-layout --after 60
wait_for_state idle || fail "the kernel does not wait for input"
xdotool type --delay 60 "mishap hang"
xdotool key Return
wait_for_state running || fail "the kernel does not hang"
xdotool key F5
wait_for_state stopped || fail "F5 does not pause a guest that hangs"
xdotool key F7
wait_for_state running || fail "F7 ends on a line without end"
xdotool key F5
wait_for_state stopped && echo "ok: a step is paused" || fail "F5 does not pause a step"
close_window

# The layout is remembered; a broken file costs nothing.
[ -s "$XDG_CONFIG_HOME/ringside/layout.ini" ] && echo "ok: layout remembered" || fail "no layout.ini was written"
printf 'scale = \377\n\0garbage' >"$XDG_CONFIG_HOME/ringside/layout.ini"
"$program" "$kernel" --after 2 --dump-view "$work/again.txt" 2>"$work/error" || fail "after a broken layout file: $(cat "$work/error")"
check "What just happened" "$work/again.txt"

[ -z "$(jobs -r | grep -v Xvfb)" ] || fail "processes are left: $(jobs -r)"
exit $((failures > 0))
