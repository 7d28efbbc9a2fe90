// SPDX-License-Identifier: MIT
//
// Something that happens again and again, such as a key, and that threads and coroutines wait for alike.
#pragma once

#include "arch/interrupt_guard.h"
#include "task/coroutine/executor.h"
#include "task/wait_queue.h"

namespace kernel {

// A coroutine's place in the list of an event. In no list while it has no executor.
struct EventWaiter {
  Waker waker{};
  ListLinks<EventWaiter> links{};
};

class Event {
 public:
  // It has happened: all who wait may look. From anywhere, also from a handler.
  void signal() {
    threads_.wake_all();
    const InterruptGuard guard;
    for (const EventWaiter& waiter : tasks_) waiter.waker.wake();
  }

  // For threads. REQUIRES: interrupts are off, and have been since the caller looked (task/wait_queue.h).
  void wait() { threads_.wait(); }
  Wakeup wait_until(uint64_t tick) { return threads_.wait_until(tick); }

  // For coroutines. A waiter stays in the list, and is woken each time, until it is taken out.
  void add(EventWaiter& waiter, Waker waker) {
    const InterruptGuard guard;
    waiter.waker = waker;
    tasks_.push_back(waiter);
  }
  void remove(EventWaiter& waiter) {
    const InterruptGuard guard;
    if (waiter.waker.executor == nullptr) return;
    tasks_.remove(waiter);
    waiter.waker = {};
  }

 private:
  WaitQueue threads_;
  List<EventWaiter, &EventWaiter::links> tasks_;
};

}  // namespace kernel
