// SPDX-License-Identifier: MIT
#include "shell/allocator_bench.h"

#include "lib/print.h"
#include "memory/allocators/workload.h"
#include "memory/frame_allocator.h"
#include "memory/heap.h"

namespace kernel {
namespace {

constexpr size_t kArenaFrames = 512;  // bump, which reuses nothing, needs most of it

void show(std::string_view name, const WorkloadResult& result) {
  if (result.defect.found()) return print("{:10}{} at {}\n", name, result.defect.what, result.defect.where);
  const size_t rounding = (result.used_at_peak - result.asked_at_peak) * 1000 / result.asked_at_peak;
  print("{:10}{:8}{:9}{:10}{:10}{:7}.{} %{:7}.{} %{:6}\n", name,
        result.allocation_cycles / result.allocations, result.release_cycles / result.releases,
        result.asked_at_peak / 1024, result.memory / 1024, rounding / 10, rounding % 10,
        result.fragmentation / 10, result.fragmentation % 10, result.failures);
}

template <Allocator A>
void measure(PhysicalAddress arena, uint64_t seed) {
  A allocator;
  std::byte* start = direct(arena);
  show(A::kName, run_workload(any(allocator), {start, start + kArenaFrames * kPageBytes}, {.seed = seed}));
}

}  // namespace

void compare_allocators(uint64_t seed) {
  const auto arena = frames.allocate_run(kArenaFrames, 1, FrameUse::other);
  if (!arena) return print("alloc bench needs {} KiB of memory in a row\n", kArenaFrames * 4);
  print("           cycles, average    most KiB     KiB  bytes lost  free memory not  no\n");
  print("          allocate release at a time    needed by rounding  in one piece  room\n");
  measure<BumpAllocator>(*arena, seed);
  measure<LinkedListAllocator>(*arena, seed);
  measure<FixedBlockAllocator>(*arena, seed);
  measure<BuddyAllocator>(*arena, seed);
  measure<SlabAllocator>(*arena, seed);
  measure<RedZones<LinkedListAllocator>>(*arena, seed);
  frames.release_run(*arena, kArenaFrames);
}

}  // namespace kernel
