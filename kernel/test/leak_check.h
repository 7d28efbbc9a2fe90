// SPDX-License-Identifier: MIT
//
// Remembers how much memory is in use, to see later whether as much is in use again.
#pragma once

#include <cstddef>

namespace kernel {

class LeakCheck {
 public:
  LeakCheck();

  // True if more or less is in use than when this object was made; and prints what. Frames that the heap took
  // to grow do not count: it keeps them.
  bool leaked() const;

 private:
  size_t frames_, heap_blocks_, heap_bytes_;
};

}  // namespace kernel
