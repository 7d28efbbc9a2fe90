// SPDX-License-Identifier: GPL-2.0-or-later
// The marks of a time line, as a list that only grows: a copy costs a few pointers, whoever reads a copy sees
// the marks that it had when it was made, and the one thread that appends to the original disturbs nobody:
// it writes only behind what any copy knows.
#pragma once

#include <array>
#include <cstddef>
#include <memory>
#include <vector>

#include "sim/timeline/timeline.h"

namespace ringside {

class MarkList {
 public:
  std::size_t size() const { return size_; }
  bool empty() const { return size_ == 0; }
  const TimelineMark& operator[](std::size_t i) const { return (*chunks_[i / kChunk])[i % kChunk]; }
  const TimelineMark& back() const { return (*this)[size_ - 1]; }

  // On the original alone.
  void push_back(const TimelineMark& mark) {
    if (size_ == chunks_.size() * kChunk) chunks_.push_back(std::make_shared<Chunk>());
    (*chunks_.back())[size_++ % kChunk] = mark;
  }

  // The number of the first mark at or behind this count; size() where there is none.
  std::size_t first_from(std::uint64_t instructions) const {
    std::size_t low = 0, high = size_;
    while (low < high) {
      const std::size_t middle = (low + high) / 2;
      if ((*this)[middle].instructions < instructions)
        low = middle + 1;
      else
        high = middle;
    }
    return low;
  }

 private:
  static constexpr std::size_t kChunk = 1024;
  using Chunk = std::array<TimelineMark, kChunk>;
  std::vector<std::shared_ptr<Chunk>> chunks_;
  std::size_t size_ = 0;
};

// One row of the strip.
enum class MarkLane : unsigned char { faults, interrupts, traffic };
inline constexpr std::size_t kMarkLanes = 3;

constexpr MarkLane lane_of(EventKind kind) {
  switch (kind) {
    case EventKind::interrupt: return MarkLane::interrupts;
    case EventKind::serial_byte:
    case EventKind::command: return MarkLane::traffic;
    default: return MarkLane::faults;  // exceptions, modes, control registers, and what ends a machine
  }
}

}  // namespace ringside
