// SPDX-License-Identifier: MIT
#include "memory/allocators/workload.h"

#include <algorithm>
#include <array>
#include <cstring>

#include "arch/instructions.h"
#include "arch/interrupt_guard.h"
#include "lib/random.h"

namespace kernel {
namespace {

constexpr size_t kSlots = 256;
constexpr size_t kGrowthBytes = 16 << 10;

struct Slot {
  uint8_t* block;  // null: empty
  uint32_t bytes;
  uint8_t filling;
};
static_assert(sizeof(Slot) == 16);

// Most blocks of a real program are small, and few of its bytes are in them.
size_t random_size(Random& random) {
  const size_t kind = random.below(100);
  if (kind < 60) return 8 + random.below(120);
  if (kind < 90) return 64 + random.below(960);
  if (kind < 99) return 1024 + random.below(3072);
  return 4096 + random.below(8192);
}

size_t random_alignment(Random& random) {
  return random.below(16) == 0 ? size_t{32} << random.below(8) : kSmallestAlignment;
}

class Run {
 public:
  Run(const AnyAllocator& allocator, Arena arena, uint64_t seed)
      : a_(allocator), arena_(arena), random_(seed) {
    slots.fill({});
  }

  void step() {
    Slot& slot = slots[random_.below(kSlots)];
    if (slot.block != nullptr)
      release(slot);
    else
      allocate(slot);
  }

  void release_all(size_t every) {
    for (size_t i = 0; i < kSlots; i += every)
      if (slots[i].block != nullptr) release(slots[i]);
  }

  void check() {
    if (!result.defect.found()) result.defect = a_.check(a_.object);
  }

  WorkloadResult result;

 private:
  // A call with the clock running and nothing in between.
  void* timed_allocate(size_t bytes, size_t alignment) {
    const InterruptGuard guard;
    const uint64_t start = rdtsc();
    void* block = a_.allocate(a_.object, bytes, alignment);
    result.allocation_cycles += rdtsc() - start;
    return block;
  }

  bool grow(size_t bytes, size_t alignment) {
    const auto left = static_cast<size_t>(arena_.end - arena_.next);
    const size_t step = align_up(std::max(a_.needed_for(a_.object, bytes, alignment), kGrowthBytes), 4096);
    if (step > left) return false;
    a_.extend(a_.object, arena_.next, step);
    arena_.next += step;
    result.memory += step;
    return true;
  }

  void allocate(Slot& slot) {
    const size_t bytes = random_size(random_), alignment = random_alignment(random_);
    void* block = timed_allocate(bytes, alignment);
    if (block == nullptr && grow(bytes, alignment)) block = timed_allocate(bytes, alignment);
    if (block == nullptr) {
      ++result.failures;
      return;
    }
    if (reinterpret_cast<uintptr_t>(block) % alignment != 0)
      result.defect = {"a block is not aligned", block};
    ++result.allocations;
    slot = {static_cast<uint8_t*>(block), static_cast<uint32_t>(bytes), static_cast<uint8_t>(random_.next())};
    memset(block, slot.filling, bytes);
    asked_ += bytes;
    if (asked_ <= result.asked_at_peak) return;
    result.asked_at_peak = asked_;
    result.used_at_peak = a_.statistics(a_.object).used;
  }

  void release(Slot& slot) {
    // The two ends are where a neighbour would have written.
    if (slot.block[0] != slot.filling || slot.block[slot.bytes - 1] != slot.filling)
      result.defect = {"a block does not hold what was written to it", slot.block};
    {
      const InterruptGuard guard;
      const uint64_t start = rdtsc();
      a_.release(a_.object, slot.block);
      result.release_cycles += rdtsc() - start;
    }
    ++result.releases;
    asked_ -= slot.bytes;
    slot = {};
  }

  static std::array<Slot, kSlots> slots;  // too large for the stack; one run at a time
  const AnyAllocator& a_;
  Arena arena_;
  Random random_;
  size_t asked_ = 0;
};

constinit std::array<Slot, kSlots> Run::slots{};

}  // namespace

WorkloadResult run_workload(const AnyAllocator& allocator, Arena arena, const Workload& work) {
  Run run(allocator, arena, work.seed);
  for (unsigned i = 0; i < work.operations && !run.result.defect.found(); ++i) {
    run.step();
    if (work.check_every != 0 && i % work.check_every == 0) run.check();
  }
  if (run.result.defect.found()) return run.result;
  run.release_all(2);
  run.check();
  run.result.fragmentation = allocator.statistics(allocator.object).fragmentation();
  run.release_all(1);
  run.check();
  run.result.live_at_end = allocator.statistics(allocator.object).live;
  return run.result;
}

}  // namespace kernel
