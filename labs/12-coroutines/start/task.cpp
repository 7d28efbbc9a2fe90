// SPDX-License-Identifier: MIT
//
// Step 1. coroutine.h says what each function is for; README.md goes through the steps.
#include "coroutine.h"

namespace lab {

Task::~Task() {}

// Three things to write down: who goes on afterwards, for whom we work, and that we are next.
void Task::await_suspend(Handle) {}

uint64_t Task::await_resume() { return 0; }

// At the end of the function: who is next?
void Task::Promise::AtEnd::await_suspend(Handle) noexcept {}

}  // namespace lab
