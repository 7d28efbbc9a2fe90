// SPDX-License-Identifier: MIT
#include <utility>

#include "arch/interrupt_guard.h"
#include "coroutine.h"

namespace lab {

// --- step 3 ---
constinit uint64_t ticks = 0;
constinit Sleep* sleepers = nullptr;

Sleep::Sleep(uint64_t ticks_from_now) : due(ticks + ticks_from_now) {}

Sleep::~Sleep() {
  const kernel::InterruptGuard guard;
  for (Sleep** place = &sleepers; *place; place = &(*place)->next)
    if (*place == this) {
      *place = next;
      return;
    }
}

bool Sleep::is_there() { return ticks >= due; }

void Sleep::start_waiting(uint32_t who) {
  const kernel::InterruptGuard guard;
  task = who;
  next = sleepers;
  sleepers = this;
}

void on_tick() {
  ++ticks;
  for (const Sleep* sleeper = sleepers; sleeper; sleeper = sleeper->next)
    if (sleeper->due <= ticks) executor.wake(sleeper->task);
}

// --- step 4 ---
constinit kernel::RingBuffer<char, 64> keys;
constinit uint32_t waits_for_key = 0;

bool NextKey::is_there() { return !keys.empty(); }

// A key that came since the look has found nobody to wake.
void NextKey::start_waiting(uint32_t who) {
  const kernel::InterruptGuard guard;
  waits_for_key = who;
  if (!keys.empty()) executor.wake(who);
}

char NextKey::await_resume() { return *keys.pop(); }

void on_key(char character) {
  keys.push(character);
  if (const uint32_t who = std::exchange(waits_for_key, 0)) executor.wake(who);
}

// --- step 5 ---
namespace {

class EndOf final : public Awaitable {
 public:
  explicit EndOf(Record& record) : record_(record) {}
  bool is_there() override { return record_.state == State::finished; }
  void start_waiting(uint32_t task) override { record_.at_end = task; }
  void await_resume() {}

 private:
  Record& record_;
};

class EndOrTime final : public Awaitable {
 public:
  EndOrTime(Record& record, uint64_t ticks) : end_(record), time_(ticks) {}
  bool is_there() override { return end_.is_there() || time_.is_there(); }
  void start_waiting(uint32_t task) override {
    end_.start_waiting(task);
    time_.start_waiting(task);
  }
  void await_resume() {}

 private:
  EndOf end_;
  Sleep time_;
};

}  // namespace

Task join(Record& record) {
  co_await EndOf(record);
  const uint64_t value = record.outermost.promise().value;
  executor.remove(record);
  co_return value;
}

Task with_limit(Task task, uint64_t most_ticks) {
  Record& record = executor.start(std::move(task));
  co_await EndOrTime(record, most_ticks);
  const uint64_t value = record.state == State::finished ? record.outermost.promise().value : kTooLate;
  executor.remove(record);
  co_return value;
}

}  // namespace lab
