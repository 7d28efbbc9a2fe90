// SPDX-License-Identifier: GPL-2.0-or-later
// A small image whose names, lines and frames the tests know by heart. Lines are found by their "mark"
// comments and addresses by the linker script, which gives each function a place of its own.
#include "subject.h"

namespace subject {

namespace {
PLACED("hidden") int hidden(int value) { return value * 3; }
}  // namespace

PLACED("counter_add") void Counter::add(int amount) {  // mark: Counter::add opens
  total += hidden(amount);
}

PLACED("counter_call") int Counter::operator()(int amount) const { return total + amount; }

namespace first {
PLACED("first_init") void init() { asm volatile("nop"); }
}  // namespace first

namespace second {
PLACED("second_init") void init() { asm volatile("nop; nop"); }
}  // namespace second

// GCC puts instances of templates in sections of their own: the linker script places all of those here.
template <class T>
[[gnu::noinline]] T twice(T value) {
  return value + value;
}
template long twice<long>(long);

[[gnu::always_inline]] inline void innermost() {
  asm volatile("at_innermost: nop");  // mark: in innermost
}

[[gnu::always_inline]] inline void middle() {
  asm volatile("at_middle: nop");  // mark: in middle
  innermost();                     // mark: middle calls innermost
}

PLACED("outer") void outer() {
  asm volatile("at_outer: nop");  // mark: in outer
  middle();                       // mark: outer calls middle
  asm volatile("after_middle: nop");
}

PLACED("twins_a") void twin_a() { shared_line(); }
PLACED("twins_b") void twin_b() { shared_line(); }

PLACED("leaf") void leaf() { asm volatile("in_leaf: nop"); }

PLACED("caller") void caller() {
  asm volatile("call _ZN7subject4leafEv\n after_call: nop" ::: "memory");  // mark: caller calls leaf

  // mark: comment without code
  asm volatile("end_of_caller: nop");  // mark: first code after the comment
}

Counter counter;
int table[4] = {1, 2, 3, 4};

}  // namespace subject

extern "C" PLACED("start") void _start() {
  subject::counter.add(subject::table[1]);
  subject::outer();
  subject::caller();
}
