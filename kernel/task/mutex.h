// SPDX-License-Identifier: MIT
//
// One thread at a time, and the others sleep until it is their turn.
//
// Priority inversion: a thread of low priority holds the mutex, one of high priority waits for it, and one of
// middle priority, which has nothing to do with either, keeps the first from running and so the second from
// going on. Against that the owner inherits the priority of the most important thread that waits for it, and
// so do the owners of whatever that owner waits for.
#pragma once

#include <string_view>

#include "task/wait_queue.h"

namespace kernel {

// Off for a demonstration of what happens without it.
extern bool priority_inheritance;

class Mutex {
 public:
  constexpr explicit Mutex(std::string_view name) : name_(name) {}
  Mutex(const Mutex&) = delete;
  Mutex& operator=(const Mutex&) = delete;

  // Not from a handler. A thread that already holds it panics: it would wait for itself.
  void lock();
  bool try_lock();

  // Hands it over to the most important thread that waits. REQUIRES: the caller holds it.
  void unlock();

  std::string_view name() const { return name_; }
  Thread* owner() const { return owner_; }
  uint64_t contentions() const { return contentions_; }

  // The priority that a thread has by what it holds: its own, or the highest of who waits for it.
  static uint8_t inherited_priority(const Thread& thread);

 private:
  void give_to(Thread& thread);

  std::string_view name_;
  Thread* owner_ = nullptr;
  WaitQueue waiting_;
  Mutex* next_held_ = nullptr;  // the next one that the same owner holds
  uint64_t contentions_ = 0;    // times somebody had to wait
};

class MutexGuard {
 public:
  explicit MutexGuard(Mutex& mutex) : mutex_(mutex) { mutex_.lock(); }
  ~MutexGuard() { mutex_.unlock(); }
  MutexGuard(const MutexGuard&) = delete;
  MutexGuard& operator=(const MutexGuard&) = delete;

 private:
  Mutex& mutex_;
};

}  // namespace kernel
