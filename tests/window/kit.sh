# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash disable=SC2034,SC2154 # names are shared with the script that reads this
# What the tests of the window share: a display of their own, a window on it, and ways to wait for what it does.
# Read by `. kit.sh` with `program` and `kernel` set.
work=$(mktemp -d)
export XDG_CONFIG_HOME=$work/config
xvfb=''
gui=''
window=''
failures=0

# shellcheck disable=SC2317 # called by the trap
finish() {
  [ -n "$gui" ] && kill "$gui" 2>/dev/null
  [ -n "$xvfb" ] && kill "$xvfb" 2>/dev/null
  rm -rf "$work"
}
trap finish EXIT

fail() { echo "FAILED: $*"; failures=$((failures + 1)); }

check() { # check WORDS FILE: the file holds these words
  if grep -qF -- "$1" "$2" 2>/dev/null; then
    echo "ok: $1"
  else
    echo "FAILED: no \"$1\" in $2:"
    head -60 "$2" 2>/dev/null
    failures=$((failures + 1))
  fi
}
check_none() { # check_none WORDS FILE: it does not
  if grep -qF -- "$1" "$2"; then fail "\"$1\" in $2: $(grep -F -- "$1" "$2")"; else echo "ok: no $1"; fi
}

# Xvfb chooses a free number itself and says which.
open_display() {
  Xvfb -displayfd 3 -screen 0 1400x900x24 3>"$work/display" >/dev/null 2>&1 &
  xvfb=$!
  for _ in $(seq 100); do
    [ -s "$work/display" ] && break
    sleep 0.1
  done
  DISPLAY=:$(cat "$work/display")
  export DISPLAY
}

open_window() { # open_window ARGUMENTS...: the kernel, or without one what ARGUMENTS say, in a window at the origin of the display
  "$program" ${kernel:+"$kernel"} --renderer sdl "$@" 2>"$work/error" &
  gui=$!
  window=$(timeout 20 xdotool search --sync --onlyvisible --name '^Ringside' | head -1)
  [ -n "$window" ] || fail "no window appeared"
  # Now, as SDL believes in a focus only after a while, and until then loses what is held down.
  timeout 10 xdotool windowfocus --sync "$window" 2>/dev/null
}
# Closes the window as its frame would; it ends at once, whatever the machine is at, and writes what --dump-view asks.
close_window() {
  kill "$gui"
  for _ in $(seq 100); do
    kill -0 "$gui" 2>/dev/null || break
    sleep 0.1
  done
  kill -9 "$gui" 2>/dev/null && fail "the window does not close"
  wait "$gui" 2>/dev/null
  gui=''
}

# wait_for_state WORDS: until the window's title ends in them, at most 20 s; twice in a row, as a kernel that starts
# sleeps now and then
wait_for_state() {
  local seen=0
  for _ in $(seq 200); do
    case $(xdotool getwindowname "$window" 2>/dev/null) in *"$1") seen=$((seen + 1)) ;; *) seen=0 ;; esac
    [ $seen -ge 2 ] && return 0
    sleep 0.1
  done
  return 1
}
wait_for_title() { # wait_for_title WORDS: until the title holds them, at most 40 s
  for _ in $(seq 400); do
    case $(xdotool getwindowname "$window" 2>/dev/null) in *"$1"*) return 0 ;; esac
    sleep 0.1
  done
  return 1
}
expect_title() { # expect_title WORDS WHAT
  if wait_for_title "$1"; then echo "ok: $2"; else fail "$2: $(xdotool getwindowname "$window")"; fi
}
expect_state() { # expect_state WORDS WHAT
  if wait_for_state "$1"; then echo "ok: $2"; else fail "$2: $(xdotool getwindowname "$window")"; fi
}
wait_for_place_before() { # wait_for_place_before N: until the title tells of an instruction in the past before the Nth
  local title
  for _ in $(seq 200); do
    title=$(xdotool getwindowname "$window" 2>/dev/null)
    [[ $title =~ instruction\ ([0-9]+)\ in\ the\ past ]] && [ "${BASH_REMATCH[1]}" -lt "$1" ] && return 0
    sleep 0.1
  done
  return 1
}
# until_state WORDS ACTION...: does it again and again until the title ends so: for what answers in its own time.
until_state() {
  local wanted=$1
  shift
  for _ in $(seq 100); do
    "$@"
    sleep 0.2
    case $(xdotool getwindowname "$window" 2>/dev/null) in *"$wanted") return 0 ;; esac
  done
  return 1
}
