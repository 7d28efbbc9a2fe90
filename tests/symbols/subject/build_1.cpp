// SPDX-License-Identifier: GPL-2.0-or-later
// A program, and in build_2.cpp what it has become after some editing.
volatile int counted[4];
volatile int dropped;

void tick() {
  counted[0] = 1;
  counted[1] = 2;  // mark: second line of tick
}

void gone() { dropped = 1; }

extern "C" void _start() {
  tick();
  gone();
}
