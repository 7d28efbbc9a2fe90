// SPDX-License-Identifier: MIT
#include "coroutine.h"

namespace lab {

constinit Executor executor;

Record* Executor::find(uint32_t id) {
  for (Record& record : records)
    if (record.state != State::free && record.id == id) return &record;
  return nullptr;
}

void Awaitable::await_suspend(Task::Handle caller) {
  Record& record = *caller.promise().record;
  record.innermost = caller;
  record.waits_for = this;
  record.state = State::waiting;
  start_waiting(record.id);
}

}  // namespace lab
