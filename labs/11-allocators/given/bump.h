// SPDX-License-Identifier: MIT
//
// Step 1: a pointer that moves up. Nothing is reused until everything has been released.
//
//   memory    | handed out, or released and lost ......... | free ...................... |
//             start_                                       next_                         end_
#pragma once

#include "counts.h"

namespace lab {

class BumpAllocator {
 public:
  void extend(std::byte* start, size_t bytes) {
    start_ = next_ = start;
    end_ = start + bytes;
  }

  // Null if there is no room, whatever number `bytes` is.
  // REQUIRES: bytes > 0; alignment is a power of two, from 16 to 4096.
  void* allocate(size_t bytes, size_t alignment = kSmallestAlignment);
  void release(void* memory);

 private:
  std::byte* start_ = nullptr;
  std::byte* next_ = nullptr;
  std::byte* end_ = nullptr;
  Counts counts_;
};

}  // namespace lab
