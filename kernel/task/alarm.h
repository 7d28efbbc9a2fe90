// SPDX-License-Identifier: MIT
//
// Who wants to be woken when. Threads and coroutines that sleep, and waits that have a time limit, are in one
// list, the next one due in front: the timer's handler looks at its front only.
#pragma once

#include <cstdint>

#include "lib/list.h"
#include "task/coroutine/waker.h"

namespace kernel {

struct Thread;

inline constexpr uint64_t kNever = ~uint64_t{0};

// Lies inside what waits: in a Thread, or in the frame of a coroutine.
struct Alarm {
  uint64_t due = kNever;     // in ticks of the clock; kNever: in no list
  Thread* thread = nullptr;  // whom to wake: a thread,
  Waker waker{};             // or if there is none, a coroutine
  ListLinks<Alarm> links{};

  bool is_set() const { return due != kNever; }
};

class AlarmList {
 public:
  // REQUIRES, for all three: interrupts are off.
  void set(Alarm& alarm, uint64_t due);
  void cancel(Alarm& alarm);  // does nothing if it is not set
  void ring(uint64_t now);    // wakes everyone due by now

  uint64_t next_due() const { return list_.empty() ? kNever : list_.first->due; }
  size_t size() const { return list_.size(); }
  bool is_sound() const;

 private:
  List<Alarm, &Alarm::links> list_;  // sorted by due; equal ones in the order they were set
};

extern AlarmList alarms;

}  // namespace kernel
