// SPDX-License-Identifier: MIT
//
// What the kernel does from lab::ready on: the demonstration, or a small play that the check chose.
#pragma once

#include <cstdint>

namespace lab {

enum class Scene : uint64_t {
  counters,   // three threads count on the screen for ever, and never give way
  arrive,     // main hands over to a new thread, with `first` as its argument, and gets back
  registers,  // main and a thread hand over to each other; the registers start at `first` and `second`
  turns,      // three threads count to `first`, `second`, `third`, and yield after each number
  hold,       // two threads hold values in all registers for `third` ticks, from `first` and `second` on
};
struct Choice {
  Scene scene;
  uint64_t first, second, third;
};
extern Choice chosen;  // the check writes here, at lab::ready

void play();

// Who did what, in their order.
struct Story {
  struct Entry {
    uint64_t who, what;
  } entries[64];
  uint64_t count;
};
extern Story story;

}  // namespace lab
