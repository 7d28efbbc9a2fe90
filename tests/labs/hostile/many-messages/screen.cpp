// SPDX-License-Identifier: GPL-2.0-or-later
// expect: not-built 0
// Millions of lines from the compiler.
#define A _Pragma("message(\"spam spam spam spam spam spam spam spam\")")
#define B A A A A A A A A A A
#define C B B B B B B B B B B
#define D C C C C C C C C C C
#define E D D D D D D D D D D
E E E E E E E E E E
#error and no kernel
