// SPDX-License-Identifier: MIT
//
// Several things at once, within a task.
//
//   Started<int> left(executor, "left", measure());     runs beside us from now on
//   Started<int> right(executor, "right", measure());
//   co_await first_of(left, right);                    one of the two has finished
//   if (left.finished()) use(co_await left.join());  join: wait for it, and take what it returned
//                                                      at the end of the block both are gone, finished or not
#pragma once

#include <optional>

#include "task/coroutine/sleep.h"
#include "task/coroutine/task.h"

namespace kernel {

// The end of one task out of a few.
class EndOfOne final : public Awaitable {
 public:
  EndOfOne(TaskRecord& one, TaskRecord* other = nullptr)
      : Awaitable(other == nullptr ? "end of a task" : "end of one of two tasks"), records_{&one, other} {}
  ~EndOfOne() {
    for (TaskRecord* record : records_)
      if (record != nullptr) record->at_end = {};
  }
  bool poll() override {
    for (const TaskRecord* record : records_)
      if (record != nullptr && record->state == TaskState::finished) return true;
    return false;
  }
  void start_waiting(Waker waker) override {
    for (TaskRecord* record : records_)
      if (record != nullptr) record->at_end = waker;
  }
  void await_resume() {}

 private:
  std::array<TaskRecord*, 2> records_;
};

// A task that runs beside the one that started it, and ends with this object at the latest.
template <typename T>
class [[nodiscard]] Started {
 public:
  Started(Executor& on, std::string_view name, Task<T> task) {
    const auto frame = task.release();
    promise_ = &frame.promise();
    record_ = &on.start(name, Task<T>(frame));
  }
  Started(const Started&) = delete;
  Started& operator=(const Started&) = delete;
  ~Started() { record_->executor->remove(*record_); }

  bool finished() const { return record_->state == TaskState::finished; }
  TaskRecord& record() { return *record_; }

  // Waits for its end. Only once: the result moves out.
  Task<T> join() {
    co_await EndOfOne(*record_);
    co_return promise_->take();
  }

 private:
  TaskRecord* record_;
  Promise<T>* promise_;
};

// Waits until one of the two has finished, or both. Which one: finished().
template <typename A, typename B>
Task<void> first_of(Started<A>& one, Started<B>& other) {
  co_await EndOfOne(one.record(), &other.record());
}

// What the task returns, or none if it takes longer than so many ticks; it is then cancelled.
template <typename T>
Task<std::optional<T>> with_timeout(Executor& on, std::string_view name, Task<T> task, uint64_t ticks) {
  Started<T> work(on, name, std::move(task));
  Started<void> limit(on, "time limit", sleep_task(ticks));
  co_await first_of(work, limit);
  if (!work.finished()) co_return std::nullopt;
  co_return co_await work.join();
}

}  // namespace kernel
