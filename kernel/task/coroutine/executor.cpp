// SPDX-License-Identifier: MIT
#include "task/coroutine/executor.h"

#include "lib/panic.h"
#include "task/coroutine/task.h"
#include "task/dispatcher.h"

namespace kernel {

constinit Executor executor;

namespace {

constinit uint32_t last_task_id = 0;

}  // namespace

void Waker::wake() const {
  if (executor != nullptr) executor->wake(task);
}

void Executor::wake(uint32_t task) {
  const DispatchGuard guard;
  ++statistics_.wakes;
  if (!woken_.push(task)) {
    ++statistics_.lost;
    lost_a_wake_.store(true, std::memory_order_release);
  }
  bell_.wake_one();
}

TaskRecord& Executor::make_record(std::string_view name, std::coroutine_handle<> frame,
                                  PromiseBase& promise) {
  auto* const record = new TaskRecord;
  record->name = name;
  record->innermost = record->outermost = frame;
  record->executor = this;
  promise.record = record;
  return *record;
}

void Executor::announce(TaskRecord& record) {
  const DispatchGuard guard;
  record.id = ++last_task_id;
  tasks_.push_back(record);
  bell_.wake_one();
}

void Executor::remove(TaskRecord& record) {
  if (&record == running_) panic("task {} cancels itself", record.name);
  {
    const DispatchGuard guard;
    tasks_.remove(record);
  }
  record.outermost.destroy();
  delete &record;
}

TaskRecord* Executor::find(uint32_t id) const {
  for (TaskRecord& record : tasks_)
    if (record.id == id) return &record;
  return nullptr;
}

void Executor::look_at(TaskRecord& record) {
  if (record.state != TaskState::waiting) return;
  ++record.polls;
  if (record.waits_for->poll())
    record.state = TaskState::ready;
  else
    ++statistics_.spurious;
}

void Executor::take_wakes() {
  while (const auto id = woken_.pop()) {
    if (TaskRecord* const record = find(*id))
      look_at(*record);
    else
      ++statistics_.stale;
  }
  if (!lost_a_wake_.exchange(false, std::memory_order_acquire)) return;
  ++statistics_.full_looks;
  for (TaskRecord& record : tasks_) look_at(record);
}

void Executor::run_task(TaskRecord& record) {
  running_ = &record;
  record.state = TaskState::running;
  record.waits_for = nullptr;
  ++record.runs;
  while (record.state == TaskState::running) record.innermost.resume();
  running_ = nullptr;
  if (record.state != TaskState::finished) return;
  record.at_end.wake();
  if (!record.detached) return;
  Completion* const completion = record.completion;
  remove(record);
  if (completion == nullptr) return;
  const DispatchGuard guard;
  completion->done = true;
  completion->waiting.wake_all();
}

bool Executor::run_ready() {
  take_wakes();
  bool ran = false;
  // A task that runs may start others, which come last in the list, and may end others, but not itself: look
  // for the next one afresh. Who became ready by a wake-up meanwhile has to wait for the next round.
  uint32_t done = 0;
  for (;;) {
    TaskRecord* next = nullptr;
    for (TaskRecord& record : tasks_)
      if (record.id > done && record.state == TaskState::ready) {
        next = &record;
        break;
      }
    if (next == nullptr) return ran;
    done = next->id;
    run_task(*next);
    ran = true;
  }
}

// Look and wait are one step: a handler comes either before, and the queue is not empty, or after, and we are
// woken.
void Executor::wait_for_wake() {
  const DispatchGuard guard;
  if (!woken_.empty() || lost_a_wake_.load(std::memory_order_acquire)) return;
  for (const TaskRecord& record : tasks_)
    if (record.state == TaskState::ready) return;
  ++statistics_.sleeps;
  bell_.wait();
}

void Executor::run_to_end(std::string_view name, Task<void> task) {
  Completion completion;
  start_detached(name, std::move(task), &completion);
  const DispatchGuard guard;
  while (!completion.done) completion.waiting.wait();
}

void Executor::run() {
  while (!tasks_.empty())
    if (!run_ready()) wait_for_wake();
}

void Executor::run_for_ever() {
  for (;;)
    if (!run_ready()) wait_for_wake();
}

void start_executor() {
  if (spawn("executor", [](void*) { executor.run_for_ever(); }) == nullptr)
    panic("no memory for the thread of the executor");
}

}  // namespace kernel
