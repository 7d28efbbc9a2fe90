// SPDX-License-Identifier: MIT
//
// From the boot loader's map of memory to `frames`. The difficulty is the first allocation: the map of frames
// needs memory itself, and there is nobody yet to ask.
#include <algorithm>

#include "lib/panic.h"
#include "memory/frame_allocator.h"

namespace kernel {
namespace {

constexpr uint64_t kLowMemoryBytes = 1
                                     << 20;  // BIOS data, screen, ROM: whatever a map says, better left alone
constexpr uint64_t kMappedByBootCode = 1 << 30;  // boot.S; until map_kernel() nothing above can be reached

// All that is usable memory and must not be handed out.
struct Occupied {
  std::array<MemoryRange, 2 + kMostLoaderRanges> ranges{};
  size_t count = 0;

  void add(uint64_t start, uint64_t bytes) { ranges[count++] = {PhysicalAddress(start), bytes, false}; }
  std::span<const MemoryRange> list() const { return {ranges.data(), count}; }
};

MemoryRange image_range() {
  const auto start = reinterpret_cast<uint64_t>(image_start);
  return {PhysicalAddress(start), reinterpret_cast<uint64_t>(image_end) - start, false};
}

uint64_t end_of(const MemoryRange& range) { return range.start.value() + range.bytes; }

Occupied find_occupied(const BootInformation& information) {
  Occupied occupied;
  occupied.add(0, kLowMemoryBytes);
  occupied.add(image_range().start.value(), image_range().bytes);
  for (const MemoryRange& range : information.left_by_loader) occupied.add(range.start.value(), range.bytes);
  return occupied;
}

// The lowest place for `bytes` in usable memory, away from everything occupied or reserved.
PhysicalAddress find_room(const BootInformation& information, const Occupied& occupied, uint64_t bytes) {
  const auto collides = [&](const MemoryRange& range, uint64_t at) {
    return at < end_of(range) && range.start.value() < at + bytes;
  };
  for (const MemoryRange& range : information.memory) {
    if (!range.usable) continue;
    uint64_t at = range.start.value();
    for (bool moved = true; moved;) {
      moved = false;
      const auto evade = [&](const MemoryRange& other) {
        if (!collides(other, at)) return;
        at = end_of(other);
        moved = true;
      };
      for (const MemoryRange& other : occupied.list()) evade(other);
      for (const MemoryRange& other : information.memory)
        if (!other.usable) evade(other);
      at = (at + kPageBytes - 1) & ~(kPageBytes - 1);
    }
    if (at + bytes <= std::min(end_of(range), kMappedByBootCode)) return PhysicalAddress(at);
  }
  panic("no memory for the map of frames: the boot loader reports {} ranges, none of them large enough",
        information.memory.size());
}

}  // namespace

void initialize_frames(const BootInformation& information) {
  uint64_t end = 0;
  for (const MemoryRange& range : information.memory)
    if (range.usable) end = std::max(end, end_of(range));
  const size_t count = std::min(end, kDirectMapBytes) / kPageBytes;

  const Occupied occupied = find_occupied(information);
  const PhysicalAddress map = find_room(information, occupied, count * sizeof(FrameUse));
  frames.initialize(direct<FrameUse>(map), count);
  for (const MemoryRange& range : information.memory)
    if (range.usable) frames.add(range.start, range.bytes);
  // Ranges of a loader's map may overlap: what is reserved in one of them is reserved.
  for (const MemoryRange& range : information.memory)
    if (!range.usable) frames.claim(range.start, range.bytes, FrameUse::reserved);
  for (const MemoryRange& range : occupied.list()) frames.claim(range.start, range.bytes, FrameUse::reserved);
  const MemoryRange image = image_range();
  frames.claim(image.start, image.bytes, FrameUse::image);
  frames.claim(map, count * sizeof(FrameUse), FrameUse::image);
}

}  // namespace kernel
