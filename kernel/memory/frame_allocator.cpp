// SPDX-License-Identifier: MIT
#include "memory/frame_allocator.h"

#include <cstring>

#include "arch/interrupt_guard.h"
#include "lib/panic.h"

namespace kernel {

constinit FrameAllocator frames;

void FrameAllocator::initialize(FrameUse* map, size_t count) {
  map_ = map;
  count_ = count;
  lowest_free_ = 0;
  counts_ = {};
  counts_[static_cast<size_t>(FrameUse::reserved)] = count;
  memset(map, static_cast<int>(FrameUse::reserved), count);
}

void FrameAllocator::set(size_t frame, FrameUse use) {
  --counts_[static_cast<size_t>(map_[frame])];
  ++counts_[static_cast<size_t>(use)];
  map_[frame] = use;
}

// Where the run of frames of one use ends that begins at `first`. Looks at eight at a time: at boot it is the
// whole memory.
size_t FrameAllocator::end_of_run(size_t first, size_t end) const {
  const FrameUse use = map_[first];
  const uint64_t eight_of_them = 0x0101'0101'0101'0101 * static_cast<uint8_t>(use);
  for (uint64_t eight; end - first >= sizeof(eight); first += sizeof(eight)) {
    __builtin_memcpy(&eight, map_ + first, sizeof(eight));
    if (eight != eight_of_them) break;
  }
  while (first < end && map_[first] == use) ++first;
  return first;
}

// The same for many: neighbours of one use change it together.
void FrameAllocator::set_all(size_t first, size_t end, FrameUse use) {
  while (first < end) {
    const FrameUse old = map_[first];
    const size_t other = end_of_run(first, end);
    counts_[static_cast<size_t>(old)] -= other - first;
    counts_[static_cast<size_t>(use)] += other - first;
    memset(map_ + first, static_cast<int>(use), other - first);
    first = other;
  }
}

void FrameAllocator::add(PhysicalAddress start, uint64_t bytes) {
  const uint64_t first = (start.value() + kPageBytes - 1) / kPageBytes;
  const uint64_t end = std::min<uint64_t>((start.value() + bytes) / kPageBytes, count_);
  set_all(first, end, FrameUse::free);
}

void FrameAllocator::claim(PhysicalAddress start, uint64_t bytes, FrameUse use) {
  if (bytes == 0) return;
  const uint64_t first = start.value() / kPageBytes;
  const uint64_t end = std::min<uint64_t>((start.value() + bytes + kPageBytes - 1) / kPageBytes, count_);
  set_all(first, end, use);
}

std::optional<PhysicalAddress> FrameAllocator::allocate(FrameUse use) {
  const InterruptGuard guard;
  if (free() == 0) return std::nullopt;
  while (map_[lowest_free_] != FrameUse::free) ++lowest_free_;
  set(lowest_free_, use);
  return address_of(lowest_free_++);
}

std::optional<PhysicalAddress> FrameAllocator::allocate_run(size_t count, size_t alignment, FrameUse use) {
  const InterruptGuard guard;
  const auto align_up = [alignment](size_t frame) { return (frame + alignment - 1) & ~(alignment - 1); };
  size_t start = align_up(lowest_free_), length = 0;
  while (length < count && start + length < count_) {
    if (map_[start + length] == FrameUse::free) {
      ++length;
    } else {  // no run contains this frame: go on behind it
      start = align_up(start + length + 1);
      length = 0;
    }
  }
  if (length < count) return std::nullopt;
  set_all(start, start + count, use);
  return address_of(start);
}

void FrameAllocator::release(PhysicalAddress address) {
  const InterruptGuard guard;
  if (address.value() % kPageBytes != 0) panic("released {}, which is not the start of a frame", address);
  const FrameUse use = use_of(address);
  if (use == FrameUse::free) panic("the frame at {} was released twice", address);
  if (use == FrameUse::reserved || use == FrameUse::image)
    panic("released the frame at {}, which was never handed out", address);
  const size_t frame = address.value() / kPageBytes;
  set(frame, FrameUse::free);
  lowest_free_ = std::min(lowest_free_, frame);
}

void FrameAllocator::release_run(PhysicalAddress first, size_t count) {
  for (size_t i = 0; i < count; ++i) release(first + i * kPageBytes);
}

FrameUse FrameAllocator::use_of(PhysicalAddress address) const {
  const uint64_t frame = address.value() / kPageBytes;
  return frame < count_ ? map_[frame] : FrameUse::reserved;
}

}  // namespace kernel
