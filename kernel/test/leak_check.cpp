// SPDX-License-Identifier: MIT
#include "test/leak_check.h"

#include "lib/print.h"
#include "memory/frame_allocator.h"
#include "memory/heap.h"

namespace kernel {
namespace {

size_t frames_without_heap() { return frames.used() - heap.frames(); }

bool differs(std::string_view what, size_t before, size_t after) {
  if (before != after) print("\n  leak: {} {} before, {} after\n", before, what, after);
  return before != after;
}

}  // namespace

LeakCheck::LeakCheck()
    : frames_(frames_without_heap()),
      heap_blocks_(heap.statistics().live),
      heap_bytes_(heap.statistics().used) {}

bool LeakCheck::leaked() const {
  const AllocatorStatistics now = heap.statistics();
  bool leak = differs("frames", frames_, frames_without_heap());
  leak |= differs("blocks of the heap", heap_blocks_, now.live);
  leak |= differs("bytes of the heap", heap_bytes_, now.used);
  return leak;
}

}  // namespace kernel
