// SPDX-License-Identifier: MIT
#include "arch/instructions.h"
#include "coroutine.h"
#include "lib/panic.h"

namespace lab {

Record& Executor::start(Task task) {
  for (Record& record : records) {
    if (record.state != State::free) continue;
    record = {.id = ++last_id, .state = State::ready};
    record.outermost = record.innermost = task.release();
    record.outermost.promise().record = &record;
    wake(record.id);
    return record;
  }
  kernel::panic("more than {} tasks", kMostTasks);
}

void Executor::wake(uint32_t id) { woken.push(id); }

void Executor::remove(Record& record) {
  const Task frame(record.outermost);  // which ends here
  record.state = State::free;
}

namespace {

void run_task(Record& record) {
  if (record.state == State::finished) return;
  if (record.waits_for && !record.waits_for->is_there()) return;
  record.waits_for = nullptr;
  record.state = State::running;
  while (record.state == State::running) record.innermost.resume();
  if (record.state == State::finished && record.at_end != 0) executor.wake(record.at_end);
}

// No interrupt comes between the look and the HLT: STI takes effect after the instruction behind it.
void wait_for_interrupt() {
  kernel::cli();
  if (executor.woken.empty())
    kernel::sti_hlt();
  else
    kernel::sti();
}

bool all_finished() {
  for (const Record& record : executor.records)
    if (record.state != State::free && record.state != State::finished) return false;
  return true;
}

}  // namespace

void Executor::run() {
  while (!all_finished()) {
    const auto id = woken.pop();
    if (!id)
      wait_for_interrupt();
    else if (Record* const record = find(*id))
      run_task(*record);
  }
  for (Record& record : records)
    if (record.state == State::finished) remove(record);
}

}  // namespace lab
