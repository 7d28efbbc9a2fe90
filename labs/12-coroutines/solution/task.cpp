// SPDX-License-Identifier: MIT
#include "coroutine.h"

namespace lab {

Task::~Task() {
  if (frame_) frame_.destroy();
}

void Task::await_suspend(Handle caller) {
  Promise& promise = frame_.promise();
  promise.caller = caller;
  promise.record = caller.promise().record;
  promise.record->innermost = frame_;
}

uint64_t Task::await_resume() { return frame_.promise().value; }

// The caller is not resumed from here: its frames would pile up on the stack. Whoever runs the record goes on
// with `innermost`.
void Task::Promise::AtEnd::await_suspend(Handle ending) noexcept {
  Record& record = *ending.promise().record;
  record.innermost = ending.promise().caller;
  if (!record.innermost) record.state = State::finished;
}

}  // namespace lab
