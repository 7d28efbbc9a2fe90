// SPDX-License-Identifier: MIT
//
// Task<T>: a function that can stop in the middle and go on later, on whatever stack happens to be there.
//
//   Task<int> measure() {
//     co_await sleep(10);            gives the thread back to the executor; an alarm wakes us
//     const char c = co_await next_key();
//     co_return c - '0';
//   }
//
// The compiler cuts such a function into pieces at every co_await. Parameters, locals and the place to go on
// at lie in a frame that it takes from the heap; the handle of the frame is all that is left when the
// function is not running. Nothing runs before the task is awaited by another one or given to an executor.
#pragma once

#include <coroutine>
#include <optional>
#include <utility>

#include "task/coroutine/executor.h"

namespace kernel {

// What every frame has, whatever it computes.
struct PromiseBase {
  TaskRecord* record = nullptr;              // on whose behalf it runs
  std::coroutine_handle<> caller = nullptr;  // who awaits it; none: it is the task's outermost function

  std::suspend_always initial_suspend() noexcept { return {}; }

  // At the end the caller goes on. It is not resumed from here, or a loop of short calls would pile up on the
  // stack: the executor resumes whatever stands in `innermost`.
  struct GoBack {
    bool await_ready() noexcept { return false; }
    template <typename P>
    void await_suspend(std::coroutine_handle<P> ending) noexcept {
      TaskRecord& record = *ending.promise().record;
      record.innermost = ending.promise().caller;
      if (record.innermost == nullptr) record.state = TaskState::finished;
    }
    void await_resume() noexcept {}
  };
  GoBack final_suspend() noexcept { return {}; }
  [[noreturn]] void unhandled_exception() noexcept { __builtin_unreachable(); }  // there are none
};

template <typename T>
struct Promise : PromiseBase {
  std::optional<T> result;
  std::coroutine_handle<Promise> get_return_object() {
    return std::coroutine_handle<Promise>::from_promise(*this);
  }
  void return_value(T value) { result = std::move(value); }
  T take() { return std::move(*result); }
};

template <>
struct Promise<void> : PromiseBase {
  std::coroutine_handle<Promise> get_return_object() {
    return std::coroutine_handle<Promise>::from_promise(*this);
  }
  void return_void() {}
  void take() {}
};

// Owns the frame: when it ends, so does the frame, wherever the function had stopped. The locals in it are
// destroyed as at a return, and so are the things it was waiting with, which is how a cancelled task leaves
// nothing behind.
template <typename T = void>
class [[nodiscard]] Task {
 public:
  using promise_type = Promise<T>;
  using Handle = std::coroutine_handle<promise_type>;

  Task(Handle handle) : handle_(handle) {}
  Task(Task&& other) : handle_(std::exchange(other.handle_, nullptr)) {}
  Task& operator=(Task&&) = delete;
  ~Task() {
    if (handle_) handle_.destroy();
  }

  // co_await task: runs it, on behalf of the same record, and gives what it returned.
  bool await_ready() const { return false; }
  template <typename P>
  void await_suspend(std::coroutine_handle<P> caller) {
    PromiseBase& promise = handle_.promise();
    promise.caller = caller;
    promise.record = caller.promise().record;
    promise.record->innermost = handle_;
  }
  T await_resume() { return handle_.promise().take(); }

  // For an executor, which takes over the frame.
  Handle release() { return std::exchange(handle_, nullptr); }

 private:
  Handle handle_;
};

template <typename P>
void Awaitable::await_suspend(std::coroutine_handle<P> coroutine) {
  TaskRecord& record = *coroutine.promise().record;
  record.innermost = coroutine;
  record.waits_for = this;
  record.state = TaskState::waiting;
  start_waiting({record.executor, record.id});
}

template <typename T>
TaskRecord& Executor::start(std::string_view name, Task<T> task) {
  const auto frame = task.release();
  TaskRecord& record = make_record(name, frame, frame.promise());
  announce(record);
  return record;
}

template <typename T>
void Executor::start_detached(std::string_view name, Task<T> task, Completion* completion) {
  const auto frame = task.release();
  TaskRecord& record = make_record(name, frame, frame.promise());
  record.detached = true;
  record.completion = completion;
  announce(record);
}

}  // namespace kernel
