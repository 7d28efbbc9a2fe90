// SPDX-License-Identifier: MIT
//
// Runs coroutines: many tasks on one thread, each until it has to wait. While all wait the thread waits too,
// and if no other thread has anything to do the CPU stands in HLT. Nobody is asked again and again whether he
// can go on.
//
//   handler: Waker::wake() -> number of the task into the wake queue (no lock) -> the executor's thread is
//   woken executor: number -> record; is what it waits for really there? -> the task goes on
//
// The wake queue has a fixed size. If it is full the wake-up is counted as lost, and the executor then looks
// at every task: nothing is missed, it only takes longer.
#pragma once

#include <array>
#include <atomic>
#include <coroutine>
#include <cstdint>
#include <string_view>

#include "lib/list.h"
#include "lib/many_producer_queue.h"
#include "task/coroutine/waker.h"
#include "task/wait_queue.h"

namespace kernel {

template <typename T>
class Task;
struct PromiseBase;

// Something a task can wait for. It lives in the frame of the coroutine that awaits it; its destructor must
// take back whatever start_waiting() left elsewhere.
class Awaitable {
 public:
  explicit Awaitable(std::string_view what) : what_(what) {}
  Awaitable(const Awaitable&) = delete;
  Awaitable& operator=(const Awaitable&) = delete;

  // Is it there? If so, takes it. May be asked at any time, also when nothing has happened.
  virtual bool poll() = 0;
  // Sees to it that the waker is woken when it may be there. Called once, after a poll() that said no.
  virtual void start_waiting(Waker waker) = 0;

  std::string_view what() const { return what_; }

  bool await_ready() { return poll(); }
  template <typename P>
  void await_suspend(std::coroutine_handle<P> coroutine);

 protected:
  ~Awaitable() = default;

 private:
  std::string_view what_;
};

// For a thread that waits for the end of a task.
struct Completion {
  bool done = false;
  WaitQueue waiting{};
};

enum class TaskState : uint8_t { ready, running, waiting, finished };

// One task, for as long as anybody wants to know about it.
struct TaskRecord {
  uint32_t id = 0;
  std::string_view name;
  TaskState state = TaskState::ready;
  bool detached = false;                        // ends with its function; otherwise with its Started
  Awaitable* waits_for = nullptr;               // while it waits
  std::coroutine_handle<> innermost = nullptr;  // the function that goes on when it runs
  std::coroutine_handle<> outermost = nullptr;  // the frame that owns all others
  Waker at_end{};                               // the task that waits for its end
  Completion* completion = nullptr;             // the thread that waits until it is gone
  Executor* executor = nullptr;
  ListLinks<TaskRecord> links{};
  uint64_t runs = 0;   // times it got the CPU
  uint64_t polls = 0;  // times it was asked whether it can go on
};

using TaskList = List<TaskRecord, &TaskRecord::links>;

class Executor {
 public:
  static constexpr uint32_t kWakeQueueSize = 64;

  // A task of its own, which no other task waits for; a thread may. `name` and `completion` must live as long
  // as the task. From any thread.
  template <typename T>
  void start_detached(std::string_view name, Task<T> task, Completion* completion = nullptr);

  // The same, and waits until the task has ended and is gone. Not from the executor's own thread.
  void run_to_end(std::string_view name, Task<void> task);

  // For Started (task/coroutine/join.h).
  template <typename T>
  TaskRecord& start(std::string_view name, Task<T> task);
  // Ends it, wherever it stands. REQUIRES: on the executor's thread; the task is not the one that runs.
  void remove(TaskRecord& record);

  // On the calling thread, until no task is left. run_for_ever: also after that.
  void run();
  [[noreturn]] void run_for_ever();

  // One round: what can run, runs. False if nothing could.
  bool run_ready();

  // By Waker.
  void wake(uint32_t task);

  const TaskList& tasks() const { return tasks_; }

  struct Statistics {
    uint64_t wakes = 0;       // asked for
    uint64_t lost = 0;        // of these, did not fit into the queue
    uint64_t stale = 0;       // for a task that had ended
    uint64_t spurious = 0;    // what the task waits for was not there
    uint64_t sleeps = 0;      // times the thread had nothing to do and waited
    uint64_t full_looks = 0;  // times all tasks were looked at, as a wake-up was lost
  };
  const Statistics& statistics() const { return statistics_; }

 private:
  TaskRecord& make_record(std::string_view name, std::coroutine_handle<> frame, PromiseBase& promise);
  void announce(TaskRecord& record);
  void take_wakes();
  void look_at(TaskRecord& record);
  void run_task(TaskRecord& record);
  void wait_for_wake();
  TaskRecord* find(uint32_t id) const;

  TaskList tasks_;
  ManyProducerQueue<uint32_t, kWakeQueueSize> woken_;
  std::atomic<bool> lost_a_wake_ = false;
  WaitQueue bell_;  // where the thread waits
  TaskRecord* running_ = nullptr;
  Statistics statistics_;
};

// The kernel's own, run by the thread "executor".
extern Executor executor;
void start_executor();

}  // namespace kernel
