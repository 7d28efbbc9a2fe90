// SPDX-License-Identifier: MIT
//
// The shortest allocator there is: a pointer that moves up. Nothing is reused until everything has been
// released.
//
//   memory    | handed out, or released and lost ......... | free ...................... |
//             start                                        next                          end
//
// Fast, and right for work that ends as a whole: allocate at will, then forget it all at once.
#pragma once

#include "memory/allocators/allocator.h"

namespace kernel {

class BumpAllocator {
 public:
  static constexpr std::string_view kName = "bump";

  void extend(std::byte* start, size_t bytes);
  void* allocate(size_t bytes, size_t alignment);
  void release(void* memory);
  size_t needed_for(size_t bytes, size_t alignment) const { return bytes + alignment; }
  AllocatorStatistics statistics() const;
  Defect check() const;

 private:
  std::byte* start_ = nullptr;
  std::byte* next_ = nullptr;
  std::byte* end_ = nullptr;
  AllocatorStatistics counts_;  // used: also what was released and cannot be reused yet
};
static_assert(Allocator<BumpAllocator>);

}  // namespace kernel
