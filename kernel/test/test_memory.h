// SPDX-License-Identifier: MIT
//
// What the tests of allocators share.
#pragma once

#include "memory/allocators/allocator.h"
#include "memory/frame_allocator.h"
#include "test/test.h"

namespace kernel {

// Memory for one test, gone at its end.
class TestMemory {
 public:
  explicit TestMemory(size_t pages) : pages_(pages) {
    const auto run = frames.allocate_run(pages, 1, FrameUse::other);
    expect(run.has_value());
    start_ = *run;
  }
  ~TestMemory() { frames.release_run(start_, pages_); }
  std::byte* start() const { return direct(start_); }
  size_t bytes() const { return pages_ * kPageBytes; }

 private:
  size_t pages_;
  PhysicalAddress start_{0};
};

inline void expect_sound(const Defect& defect) {
  if (defect.found()) print("\n  {}: {}", defect.where, defect.what);
  expect(!defect.found());
}

}  // namespace kernel
