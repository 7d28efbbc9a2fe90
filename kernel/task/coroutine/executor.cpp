// SPDX-License-Identifier: MIT
#include "task/coroutine/waker.h"
namespace kernel { void Waker::wake() const {} }
