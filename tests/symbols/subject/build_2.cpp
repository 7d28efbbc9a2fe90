// SPDX-License-Identifier: GPL-2.0-or-later
// build_1.cpp after some editing: a function more in front, one less behind, and what is left lies elsewhere.
volatile int seconds[16] = {1};
volatile int counted[4];

void before() {
  seconds[0] = 3;
  seconds[1] = 5;
}

void tick() {
  counted[0] = 1;
  counted[1] = 2;  // mark: second line of tick
}

extern "C" void _start() {
  before();
  tick();
}
