// SPDX-License-Identifier: GPL-2.0-or-later
// expect: not-built 0
// Waits for input, or never ends.
#include "/dev/stdin"
#include "/dev/tty"
#include "/dev/zero"
#include "/proc/self/fd/1"
