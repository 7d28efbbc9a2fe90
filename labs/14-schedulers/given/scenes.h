// SPDX-License-Identifier: MIT
//
// What the kernel does from lab::ready on: the demonstration, or a small play that the check chose.
#pragma once

#include <array>
#include <cstdint>

#include "policies.h"

namespace lab {

enum class Scene : uint64_t {
  shares,     // fair share: three threads of weight first, second, third compute for ever
  order,      // priorities: three threads of these priorities; the third becomes 6 before any of them runs
  spin,       // priorities: three of these compute for ever; a fourth of priority 6 waits for keys
  inversion,  // the kernel's priorities: low holds a mutex for `first` ticks of work, middle works `second`,
              // high wants it
  chain,      // likewise: 1 holds A, 2 holds B and wants A, 3 wants B
  sleep,      // tickless: main sleeps first, second, third ticks, then for ever
  job_order,  // jobs of priority 1, 2 and 3 ask for each other
};

struct Choice {
  Scene scene;
  uint64_t first, second, third;
};
extern Choice chosen;  // the check writes here, at lab::ready

void play();

// Who did what, and when.
struct Story {
  struct Entry {
    uint64_t who, what, tick;
  } entries[64];
  uint64_t count;
};
extern Story story;
extern std::array<Thread*, 4> actors;  // threads 1 to 4 of the scene

// A key has come to the thread that waits for it.
void got_key();
// By the keyboard's handler.
void on_key();

}  // namespace lab
