// SPDX-License-Identifier: MIT
//
// Coroutines: what you write, and the few parts that are there already.
//
//   Task            a function that can stop in the middle, and its frame       task.cpp       step 1
//   Executor        runs the tasks that can run; sleeps when none can           executor.cpp   step 2
//   Sleep, NextKey  what a task can wait for                                    waiting.cpp    steps 3, 4
//   join, with_limit                                                            waiting.cpp    step 5
//
// All tasks give back a number, to keep templates out of it. The kernel's own (kernel/task/coroutine) have
// Task<T>.
#pragma once

#include <array>
#include <coroutine>
#include <cstdint>

#include "lib/many_producer_queue.h"
#include "lib/ring_buffer.h"

namespace lab {

struct Record;
class Awaitable;

// Owns the frame of a coroutine: parameters, locals, and the place where it goes on. Nothing of it has run
// when the Task is made.
class [[nodiscard]] Task {
 public:
  struct Promise;
  using promise_type = Promise;  // by this name the compiler looks for it
  using Handle = std::coroutine_handle<Promise>;

  explicit Task(Handle frame) : frame_(frame) {}
  Task(Task&& other) : frame_(other.release()) {}
  Task& operator=(Task&&) = delete;
  // Step 1. The frame ends with its Task. A Task that was moved from, or released, has none.
  ~Task();

  // co_await task: the caller stops, the task runs, the caller goes on with its value.
  bool await_ready() const { return false; }
  // Step 1. The task works for the same record as its caller, will go back to its caller, and is the function
  // to go on with now.
  void await_suspend(Handle caller);
  // Step 1. What it gave back.
  uint64_t await_resume();

  // Takes the frame away from the Task.
  Handle release() {
    const Handle frame = frame_;
    frame_ = nullptr;
    return frame;
  }

 private:
  Handle frame_;
};

// The part of every frame that the compiler leaves to us.
struct Task::Promise {
  Record* record = nullptr;  // on whose behalf it runs
  Handle caller = nullptr;   // who awaits it; none: it is a record's outermost function
  uint64_t value = 0;        // what it gave back

  Task get_return_object() { return Task(Handle::from_promise(*this)); }
  std::suspend_always initial_suspend() noexcept { return {}; }
  void return_value(uint64_t returned) { value = returned; }
  [[noreturn]] void unhandled_exception() noexcept { __builtin_unreachable(); }  // there are none

  struct AtEnd {
    bool await_ready() noexcept { return false; }
    // Step 1. The caller is the function to go on with; without one the record is finished.
    void await_suspend(Handle ending) noexcept;
    void await_resume() noexcept {}
  };
  AtEnd final_suspend() noexcept { return {}; }
};

enum class State : uint8_t {
  free,      // nobody's record
  ready,     // its number is in the executor's queue, or will be
  running,   // run it: resume `innermost` again and again while this holds
  waiting,   // for *waits_for
  finished,  // outermost.promise().value is the result
};

// What is known of a task that was started.
struct Record {
  uint32_t id = 0;  // never used twice
  State state = State::free;
  Awaitable* waits_for = nullptr;
  Task::Handle innermost = nullptr;  // the function that goes on when it runs
  Task::Handle outermost = nullptr;  // the frame that owns all others
  uint32_t at_end = 0;               // the task to be woken when it has finished; 0: none
};

inline constexpr unsigned kMostTasks = 16;

class Executor {
 public:
  // Step 2. A record for the task: a new number, `ready`, and the number in the queue. REQUIRES: there is
  // room.
  Record& start(Task task);

  // Step 2. Puts the number into `woken`. From anywhere, also from a handler.
  void wake(uint32_t id);

  // Step 2. Until all records are finished or free: takes a number out of the queue and runs its task, if
  // what it waits for is there. Frees the finished ones in the end. While nothing is in the queue the
  // processor stands in HLT (step 4 looks at how it gets there).
  void run();

  // Step 2. Ends the task, finished or not: destroys its frame and frees the record.
  void remove(Record& record);

  // Null if nobody has the number.
  Record* find(uint32_t id);

  std::array<Record, kMostTasks> records{};
  kernel::ManyProducerQueue<uint32_t, 64> woken{};  // push() and pop() need no lock: kernel/lib says why
  uint32_t last_id = 0;                             // the number that was given last; the first task gets 1
};
extern Executor executor;

// Something to wait for. It lives in the frame of the coroutine that awaits it, and so ends with it.
class Awaitable {
 public:
  // Is it there? May be asked at any time: to be woken is a reason to look, no promise.
  virtual bool is_there() = 0;
  // Sees to it that executor.wake(task) is called when it may be there. Called after is_there() said no.
  virtual void start_waiting(uint32_t task) = 0;

  bool await_ready() { return is_there(); }
  void await_suspend(Task::Handle caller);  // in given/awaitable.cpp

 protected:
  ~Awaitable() = default;
};

// co_await Yield(): lets the others run first. As an example of an awaitable, in given/awaitable.cpp.
class Yield final : public Awaitable {
 public:
  bool is_there() override { return asked_++ > 0; }
  void start_waiting(uint32_t task) override { executor.wake(task); }
  void await_resume() {}

 private:
  unsigned asked_ = 0;
};

// Step 3. co_await Sleep(10): until ten more ticks have come. All who sleep are in one list.
class Sleep final : public Awaitable {
 public:
  explicit Sleep(uint64_t ticks_from_now);
  Sleep(const Sleep&) = delete;
  ~Sleep();  // is in no list any more
  bool is_there() override;
  void start_waiting(uint32_t task) override;
  void await_resume() {}

  uint64_t due;
  uint32_t task = 0;
  Sleep* next = nullptr;
};
extern uint64_t ticks;   // of the timer, a hundred in a second
extern Sleep* sleepers;  // the first in the list
// Step 3. In the handler of the timer: counts the tick, and wakes everybody who is due.
void on_tick();

// Step 4. const char c = co_await NextKey(): at most one task waits for a key.
class NextKey final : public Awaitable {
 public:
  bool is_there() override;
  void start_waiting(uint32_t task) override;
  char await_resume();
};
extern kernel::RingBuffer<char, 64> keys;  // one side puts in, the other takes out
extern uint32_t waits_for_key;             // the task; 0: none
// Step 4. In the handler of the keyboard, for each character.
void on_key(char character);

// Step 5. Waits for the end of a task that was started, removes it, and gives what it gave.
Task join(Record& record);

// Step 5. What the task gives, or kTooLate if it has not finished after so many ticks: then it is removed.
Task with_limit(Task task, uint64_t most_ticks);
inline constexpr uint64_t kTooLate = ~uint64_t{0};

}  // namespace lab
