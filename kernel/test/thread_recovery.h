// SPDX-License-Identifier: MIT
//
// A test that fails may leave its threads behind, and may have failed on the account of one of them: the
// runner comes back to its own stack, but the dispatcher does not know.
#pragma once

#include "task/thread.h"

namespace kernel {

class ThreadRecovery {
 public:
  ThreadRecovery();

  // The thread that made this object is the one that runs; those that are younger than it are gone; the rest
  // of the task folder is as at the start.
  void recover() const;

 private:
  Thread& runner_;
  uint32_t newest_;
};

}  // namespace kernel
