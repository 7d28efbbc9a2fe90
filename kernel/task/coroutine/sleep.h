// SPDX-License-Identifier: MIT
//
//   co_await sleep(10);      ten ticks
#pragma once

#include "arch/interrupt_guard.h"
#include "task/alarm.h"
#include "task/clock.h"
#include "task/coroutine/task.h"

namespace kernel {

class sleep final : public Awaitable {
 public:
  explicit sleep(uint64_t ticks) : Awaitable("time"), due_(clock.now() + ticks) {}
  ~sleep() {
    const InterruptGuard guard;
    alarms.cancel(alarm_);
  }
  bool poll() override { return clock.now() >= due_; }
  void start_waiting(Waker waker) override {
    const InterruptGuard guard;
    alarm_.waker = waker;
    alarms.set(alarm_, due_);
  }
  void await_resume() {}

 private:
  uint64_t due_;
  Alarm alarm_;
};

inline Task<void> sleep_task(uint64_t ticks) { co_await sleep(ticks); }

}  // namespace kernel
