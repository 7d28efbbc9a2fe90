// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#define PLACED(name) [[gnu::noinline, gnu::used, gnu::section(".placed." name)]]

namespace subject {

class Counter {
 public:
  void add(int amount);
  int operator()(int amount) const;
  int total = 0;
};

[[gnu::always_inline]] inline void shared_line() {
  asm volatile("nop");  // mark: shared line
}

}  // namespace subject
