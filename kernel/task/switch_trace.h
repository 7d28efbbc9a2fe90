// SPDX-License-Identifier: MIT
//
// The last switches from thread to thread: what a timeline is drawn from.
#pragma once

#include <array>
#include <cstdint>

#include "task/thread.h"

namespace kernel {

enum class SwitchReason : uint8_t { yielded, preempted, waits, finished };

struct SwitchRecord {
  uint64_t tsc;   // when
  uint64_t tick;  // the same on the clock of the kernel
  uint32_t from, to;
  SwitchReason reason;
  WaitReason waits_for;  // if it waits
};

struct SwitchTrace {
  static constexpr uint64_t kSize = 256;
  std::array<SwitchRecord, kSize> records{};  // number n is at n % kSize
  uint64_t count = 0;                         // all there ever were

  // To be filled in.
  SwitchRecord& next() { return records.data()[count++ % kSize]; }
};

extern SwitchTrace switch_trace;

}  // namespace kernel
