// SPDX-License-Identifier: MIT
//
//   const char c = co_await next_key();      the keyboard, and the serial line, as a stream
#pragma once

#include "drivers/input.h"
#include "task/coroutine/task.h"
#include "task/event.h"

namespace kernel {

class next_key final : public Awaitable {
 public:
  next_key() : Awaitable("a key") {}
  ~next_key() { input_event.remove(waiter_); }
  bool poll() override {
    if (!key_) key_ = try_read_character();
    return key_.has_value();
  }
  void start_waiting(Waker waker) override { input_event.add(waiter_, waker); }
  char await_resume() { return *key_; }

 private:
  std::optional<char> key_;
  EventWaiter waiter_;
};

}  // namespace kernel
