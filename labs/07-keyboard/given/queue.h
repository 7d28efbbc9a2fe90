// SPDX-License-Identifier: MIT
//
// A queue between an interrupt's handler and the program. You write queue.cpp.
//
// The handler may come between any two instructions of the program, so each side writes one index only: the
// handler `tail`, the program `head`. Both run on and on, through 2 to the 32nd back to 0; index % kPlaces is
// the place. So 0 apart is empty, kPlaces apart is full.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>

namespace lab {

struct Queue {
  static constexpr uint32_t kPlaces = 16;

  // Step 4, for the handler. False: all places are taken, and the character is lost.
  bool push(char character);
  // Step 4, for the program. The oldest character, as 0 to 255; -1: there is none.
  int pop();

  std::atomic<uint32_t> head = 0;  // the next to be taken
  std::atomic<uint32_t> tail = 0;  // the next to be filled
  std::array<char, kPlaces> places{};
};

}  // namespace lab
