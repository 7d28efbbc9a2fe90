// SPDX-License-Identifier: MIT
//
// What an interrupt handler holds of a coroutine: not a pointer, but a number. The coroutine may be gone by
// the time the handler runs; a number that nobody has any more wakes nobody.
#pragma once

#include <cstdint>

namespace kernel {

class Executor;

struct Waker {
  Executor* executor = nullptr;
  uint32_t task = 0;

  // From anywhere, also from a handler. Does nothing without an executor.
  void wake() const;
};

}  // namespace kernel
