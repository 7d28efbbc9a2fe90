// SPDX-License-Identifier: MIT
//
// The part of the kernel that is tested: room for eight numbers, the first in is the first out.
#pragma once

#include <array>
#include <cstdint>

namespace lab {

// The mailbox with defects, to see tests fail: set bits in the debugger. Bit 0: a new one is not empty; 1:
// the last in comes out first; 2: it counts wrongly; 3: an empty one gives 0; 4: a full one forgets; 5:
// clear() panics.
extern volatile uint64_t defects;

class Mailbox {
 public:
  static constexpr uint64_t kRoom = 8;

  Mailbox();
  void put(uint64_t number);  // panics when it is full
  uint64_t take();            // panics when it is empty
  void clear();
  uint64_t count() const;

 private:
  std::array<uint64_t, kRoom> numbers_{};
  uint64_t count_ = 0;
};

// Something that never comes on this machine: nobody has programmed a timer.
void wait_for_the_timer();

// Remembers that the body of a test was executed: lab::journal in the debugger.
void note(uint64_t what);

}  // namespace lab
