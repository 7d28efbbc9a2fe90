// SPDX-License-Identifier: MIT
#include "drivers/vga_text.h"
#include "lib/print.h"
#include "memory/layout.h"
#include "shell/task_commands.h"
#include "shell/task_demos.h"
#include "task/mutex.h"
#include "task/with_scheduler.h"

namespace kernel {
namespace {

// Counts in its own corner of the screen, and never gives way: the timer sees to it that all count.
struct ScreenCounter {
  unsigned row;
  volatile bool stop = false;
  uint64_t count = 0;

  static void run(void* argument) {
    auto& self = *static_cast<ScreenCounter*>(argument);
    auto* const cells = direct<volatile uint16_t>(PhysicalAddress(VgaText::kPhysicalAddress)) +
                        self.row * VgaText::kColumns + VgaText::kColumns;
    while (!self.stop) {
      uint64_t rest = ++self.count;
      for (int i = 1; i <= 9; ++i, rest /= 10) cells[-i] = static_cast<uint16_t>(0x1f00 | ('0' + rest % 10));
    }
  }
};

void count_on_screen() {
  ScreenCounter counters[3] = {{.row = 0}, {.row = 1}, {.row = 2}};
  Thread* counting[3];
  for (unsigned i = 0; i < 3; ++i) counting[i] = spawn("counter", ScreenCounter::run, &counters[i]);
  print("three threads count in the corner, policy {}\n", scheduler->name);
  sleep_for(60);
  for (unsigned i = 0; i < 3; ++i) {
    if (counting[i] == nullptr) continue;
    counters[i].stop = true;
    join(*counting[i]);
    print("counter {}: {}\n", i, counters[i].count);
  }
}

void share_by_weight() {
  const WithScheduler with("fair-share");
  Spinner spinners[3];
  Thread* spinning[3];
  for (unsigned i = 0; i < 3; ++i)
    spinning[i] = spawn("spins", Spinner::spin, &spinners[i], {.weight = static_cast<uint8_t>(i + 1)});
  sleep_for(60);
  for (unsigned i = 0; i < 3; ++i) {
    if (spinning[i] == nullptr) continue;
    spinners[i].stop = true;
    print("weight {}: {} ticks\n", i + 1, spinning[i]->ticks);
    join(*spinning[i]);
  }
}

// low holds a mutex that high wants; middle wants the CPU and nothing else.
struct Inversion {
  Mutex mutex{"inversion"};
  uint64_t waited = 0;

  static void low(void* argument) {
    const MutexGuard guard(static_cast<Inversion*>(argument)->mutex);
    work_for(3);
  }
  static void middle(void*) {
    sleep_for(1);
    work_for(10);
  }
  static void high(void* argument) {
    auto& self = *static_cast<Inversion*>(argument);
    sleep_for(1);
    const uint64_t before = clock.now();
    const MutexGuard guard(self.mutex);
    self.waited = clock.now() - before;
  }
};

void invert_priorities() {
  const WithScheduler with("priority");
  for (const bool inheritance : {false, true}) {
    priority_inheritance = inheritance;
    Inversion inversion;
    Thread* const actors[] = {spawn("low", Inversion::low, &inversion, {.priority = 1}),
                              spawn("middle", Inversion::middle, nullptr, {.priority = 3}),
                              spawn("high", Inversion::high, &inversion, {.priority = 5})};
    for (Thread* actor : actors)
      if (actor != nullptr) join(*actor);
    print("{:20} high waited {} ticks for the mutex\n",
          inheritance ? "with inheritance" : "without inheritance", inversion.waited);
  }
}

// How late an urgent thread wakes up while a modest one computes.
void starve_for_a_while() {
  for (const std::string_view policy : {"priority", "round-robin", "completion"}) {
    const WithScheduler with(policy);
    static constinit uint64_t late = 0;
    Thread* const modest = spawn("modest", [](void*) { work_for(12); }, nullptr, {.priority = 1});
    Thread* const urgent = spawn("urgent",
                                 [](void*) {
                                   const uint64_t due = clock.now() + 2;
                                   sleep_until(due);
                                   late = clock.now() - due;
                                 },
                                 nullptr, {.priority = 6});
    if (urgent != nullptr) join(*urgent);
    if (modest != nullptr) join(*modest);
    print("{:12} the urgent thread woke {} ticks late\n", policy, late);
  }
}

// Two threads that do nothing but yield to each other.
void measure_switch() {
  constexpr uint64_t kRounds = 1000;
  static constinit volatile bool stop = false;
  stop = false;
  Thread* const other = spawn("other", [](void*) {
    while (!stop) yield();
  });
  if (other == nullptr) return print("there is no memory for a thread\n");
  yield();
  const uint64_t before = rdtsc();
  for (uint64_t i = 0; i < kRounds; ++i) yield();
  const uint64_t cycles = rdtsc() - before;
  stop = true;
  join(*other);
  print("{} cycles of the time stamp counter from thread to thread, of {} switches, policy {}\n",
        cycles / (2 * kRounds), 2 * kRounds, scheduler->name);
}

struct Demo {
  std::string_view name;
  std::string_view what;
  void (*run)();
};

constexpr Demo kDemos[] = {
    {"counters", "three threads count on the screen, and never give way", count_on_screen},
    {"shares", "weights 1, 2 and 3 under the fair share policy", share_by_weight},
    {"inversion", "priority inversion, without and with inheritance", invert_priorities},
    {"latency", "how late an urgent thread wakes, by policy", starve_for_a_while},
    {"switch", "what a switch from thread to thread costs", measure_switch},
    {"tasks", "coroutines: sleep, join, a key with a time limit", run_coroutines},
    {"jobs", "run to completion on one stack, with a priority ceiling", run_jobs},
};

}  // namespace

void show_demo(std::string_view name) {
  for (const Demo& demo : kDemos) {
    if (demo.name == name) return demo.run();
    if (name.empty()) print("{:11}{}\n", demo.name, demo.what);
  }
  if (!name.empty()) print("there is no demo '{}'; demo alone lists them\n", name);
}

}  // namespace kernel
