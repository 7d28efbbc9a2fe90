// SPDX-License-Identifier: MIT
//
// A wrapper around any allocator that finds those who misuse it. Slower and larger; for the hunt.
//
//   inner block   | GuardedBlock, ends with a red zone | the caller's bytes | red zone |
//                                     fd fd fd ...       cd cd cd at first    fd fd fd ...
//
// Somebody who writes past either end changes a red zone: seen at the release, or by check(). A released
// block is filled with dd and kept for a while instead of being reused: who still writes to it changes the
// pattern, and who releases it again is told so. A pointer read from released memory is 0xdddddddddddddddd:
// not canonical, its use is a #GP.
#pragma once

#include <array>

#include "lib/panic.h"
#include "memory/allocators/allocator.h"

namespace kernel {

struct GuardedBlock {
  static constexpr uint64_t kLive = 0x6576'696c;  // "live"
  static constexpr uint64_t kDead = 0x6461'6564;  // "dead"
  static constexpr size_t kRedZoneBytes = 24;
  static constexpr uint8_t kRedZone = 0xfd;
  static constexpr uint8_t kFresh = 0xcd;  // not 0: memory from `new` is not cleared
  static constexpr uint8_t kReleased = 0xdd;

  GuardedBlock *next, *previous;  // live blocks are in a list
  size_t bytes;                   // what the caller asked for
  void* inner;                    // where the inner allocator's block starts
  uint64_t state;
  std::array<uint8_t, kRedZoneBytes> red_zone;

  std::byte* memory() { return reinterpret_cast<std::byte*>(this + 1); }

  void mark_live();
  void mark_dead();
  Defect check() const;  // of the red zones while it lives, and of the filling afterwards
};
static_assert(sizeof(GuardedBlock) == 64);

template <Allocator Inner>
class RedZones {
 public:
  static constexpr std::string_view kName = "redzones";
  static constexpr size_t kKept = 32;  // released blocks that are not reused yet

  void extend(std::byte* start, size_t bytes) { inner_.extend(start, bytes); }

  void* allocate(size_t bytes, size_t alignment) {
    const size_t in_front = align_up(sizeof(GuardedBlock), alignment);
    void* inner = inner_.allocate(in_front + bytes + GuardedBlock::kRedZoneBytes, alignment);
    if (inner == nullptr) return nullptr;
    auto* block = reinterpret_cast<GuardedBlock*>(static_cast<std::byte*>(inner) + in_front) - 1;
    *block = {first_live_, nullptr, bytes, inner, 0, {}};
    if (first_live_ != nullptr) first_live_->previous = block;
    first_live_ = block;
    block->mark_live();
    ++live_;
    used_ += bytes;
    return block->memory();
  }

  void release(void* memory) {
    auto* block = static_cast<GuardedBlock*>(memory) - 1;
    if (block->state == GuardedBlock::kDead) panic("the block at {} was released twice", memory);
    panic_if(block->check(), memory, block->bytes);
    (block->previous != nullptr ? block->previous->next : first_live_) = block->next;
    if (block->next != nullptr) block->next->previous = block->previous;
    --live_;
    used_ -= block->bytes;
    block->mark_dead();

    GuardedBlock*& place = kept_[next_kept_];  // of the block that was kept longest
    next_kept_ = (next_kept_ + 1) % kKept;
    GuardedBlock* oldest = place;
    place = block;
    if (oldest == nullptr) return;
    panic_if(oldest->check(), oldest->memory(), oldest->bytes);
    inner_.release(oldest->inner);
  }

  size_t needed_for(size_t bytes, size_t alignment) const {
    return inner_.needed_for(align_up(sizeof(GuardedBlock), alignment) + bytes + GuardedBlock::kRedZoneBytes,
                             alignment);
  }

  AllocatorStatistics statistics() const {
    AllocatorStatistics result = inner_.statistics();
    result.live = live_;
    result.used = used_;
    return result;
  }

  Defect check() const {
    for (const GuardedBlock* block = first_live_; block != nullptr; block = block->next)
      if (const Defect defect = block->check(); defect.found()) return defect;
    for (const GuardedBlock* block : kept_)
      if (block != nullptr)
        if (const Defect defect = block->check(); defect.found()) return defect;
    return inner_.check();
  }

 private:
  static void panic_if(const Defect& defect, const void* memory, size_t bytes) {
    if (defect.found()) panic("block of {} bytes at {}: {} at {}", bytes, memory, defect.what, defect.where);
  }

  Inner inner_;
  GuardedBlock* first_live_ = nullptr;
  std::array<GuardedBlock*, kKept> kept_{};
  size_t next_kept_ = 0;
  size_t live_ = 0, used_ = 0;
};

}  // namespace kernel
