// SPDX-License-Identifier: MIT
#include <algorithm>
#include <cstring>

#include "heap.h"
#include "lib/random.h"

namespace lab {

constinit Heap heap;
constinit Figures figures;

namespace {

constexpr size_t kSlots = 96;
constexpr unsigned kOperations = 1200;

struct Slot {
  uint8_t* block;  // null: empty
  size_t bytes;
  uint8_t filling;
};

// Twice as much as is used: a boot loader may not be able to load an image with a larger alignment than 4096.
alignas(4096) constinit std::array<std::byte, 2 * kArenaBytes> memory{};
constinit std::array<Slot, kSlots> slots{};
constinit size_t asked = 0;

std::byte* arena() { return align_up(memory.data(), kArenaBytes); }

// Most blocks of a program are small, and few of its bytes are in them.
size_t random_size(kernel::Random& random) {
  const size_t kind = random.below(100);
  if (kind < 60) return 8 + random.below(120);
  return kind < 90 ? 64 + random.below(448) : 512 + random.below(512);
}

void allocate(Slot& slot, size_t bytes, uint8_t filling) {
  void* block = with_allocator([&](auto& allocator) { return allocator.allocate(bytes); });
  if (block == nullptr) {
    ++figures.failures;
    return;
  }
  ++figures.allocations;
  slot = {static_cast<uint8_t*>(block), bytes, filling};
  memset(block, filling, bytes);
  asked += bytes;
  figures.asked = std::max<uint64_t>(figures.asked, asked);
  const auto end = static_cast<uint64_t>(static_cast<std::byte*>(block) - arena()) + bytes;
  figures.reach = std::max(figures.reach, end);
}

void release(Slot& slot) {
  if (slot.block == nullptr) return;
  // The two ends are where a neighbour would have written.
  if (slot.block[0] != slot.filling || slot.block[slot.bytes - 1] != slot.filling) ++figures.damaged;
  with_allocator([&](auto& allocator) { allocator.release(slot.block); });
  asked -= slot.bytes;
  slot = {};
}

}  // namespace

void begin(Policy policy) {
  heap = Heap{};
  heap.policy_ = policy;
  with_allocator([](auto& allocator) { allocator.extend(arena(), kArenaBytes); });
}

void run_load(Policy policy, uint64_t seed) {
  begin(policy);
  figures = {};
  slots.fill({});
  asked = 0;
  kernel::Random random(seed);
  for (unsigned i = 0; i < kOperations; ++i) {
    Slot& slot = slots[random.below(kSlots)];
    const size_t bytes = random_size(random);
    if (slot.block != nullptr)
      release(slot);
    else
      allocate(slot, bytes, static_cast<uint8_t>(random.next()));
  }
  for (size_t i = 0; i < kSlots; i += 2) release(slots[i]);
}

void end_load() {
  for (Slot& slot : slots) release(slot);
}

}  // namespace lab
