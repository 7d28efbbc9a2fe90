// SPDX-License-Identifier: MIT
#include <algorithm>

#include "paging.h"

namespace lab {

void FrameAllocator::initialize(std::span<const MemoryRange> memory, std::span<const MemoryRange> taken) {
  states_.fill(State::reserved);
  // Whole frames inside of what is usable; then whatever is touched by anything else. In this order: ranges
  // overlap.
  for (const MemoryRange& range : memory) {
    if (!range.usable) continue;
    const uint64_t first = (range.start.value() + kPageBytes - 1) / kPageBytes;
    const uint64_t end = (range.start.value() + range.bytes) / kPageBytes;
    for (uint64_t i = first; i < std::min(end, kMostFrames); ++i) states_[i] = State::free;
  }
  const auto reserve = [this](const MemoryRange& range) {
    const uint64_t first = range.start.value() / kPageBytes;
    const uint64_t end = (range.start.value() + range.bytes + kPageBytes - 1) / kPageBytes;
    for (uint64_t i = first; i < std::min(end, kMostFrames); ++i) states_[i] = State::reserved;
  };
  for (const MemoryRange& range : memory)
    if (!range.usable) reserve(range);
  for (const MemoryRange& range : taken) reserve(range);
  free_ = static_cast<size_t>(std::ranges::count(states_, State::free));
}

std::optional<PhysicalAddress> FrameAllocator::allocate() {
  const auto found = std::ranges::find(states_, State::free);
  if (found == states_.end()) return std::nullopt;
  *found = State::taken;
  --free_;
  return PhysicalAddress(static_cast<uint64_t>(found - states_.begin()) * kPageBytes);
}

bool FrameAllocator::release(PhysicalAddress frame) {
  const uint64_t number = frame.value() / kPageBytes;
  if (frame.value() % kPageBytes != 0 || number >= kMostFrames) return false;
  if (states_[number] != State::taken) return false;
  states_[number] = State::free;
  ++free_;
  return true;
}

}  // namespace lab
