// SPDX-License-Identifier: MIT
#include <array>

#include "scenes.h"

#include "arch/interrupt_guard.h"
#include "arch/interrupts.h"
#include "task/clock.h"
#include "task/dispatcher.h"
#include "task/with_scheduler.h"

namespace lab {

constinit Choice chosen{.scene = Scene::shares, .first = 1, .second = 2, .third = 3};
constinit Story story{};
constinit std::array<Thread*, 4> actors{};
constinit Mutex mutexes[2]{{.name = "A"}, {.name = "B"}};
constinit bool inheritance = true;
constinit Priorities priorities;
constinit FairShare fair_share;

FairShare::Share& FairShare::share(const Thread& thread) {
  static constinit std::array<Share, 64> shares{};
  return shares[thread.id % shares.size()];
}

void change_priority(Thread& thread, uint8_t priority) {
  if (thread.priority == priority) return;
  const bool in_a_list = thread.state == kernel::ThreadState::ready;
  if (in_a_list) kernel::scheduler->remove(thread);
  thread.priority = priority;
  if (in_a_list) kernel::scheduler->add(thread);
  if (kernel::scheduler->should_preempt(*kernel::current, Occasion::wakeup)) kernel::reschedule_wanted = true;
}

namespace {

constexpr kernel::Scheduler kPriorityScheduler = kernel::scheduler_of<priorities>();
constexpr kernel::Scheduler kFairScheduler = kernel::scheduler_of<fair_share>();

void note(uint64_t who, uint64_t what) {
  const kernel::InterruptGuard guard;
  if (story.count < 64) story.entries[story.count++] = {who, what, kernel::clock.now()};
}

Thread& start(unsigned who, void (*function)(void*), uint64_t priority, uint64_t weight = 1) {
  actors[who - 1] =
      kernel::spawn("actor", function, reinterpret_cast<void*>(who),
                    {.priority = static_cast<uint8_t>(priority), .weight = static_cast<uint8_t>(weight)});
  return *actors[who - 1];
}

void join_all() {
  for (Thread* actor : actors)
    if (actor != nullptr) kernel::join(*actor);
}

uint64_t number(void* argument) { return reinterpret_cast<uint64_t>(argument); }

[[noreturn]] void compute(void*) {
  for (volatile uint64_t rounds = 0;;) rounds = rounds + 1;
}

void begin_and_end(void* who) {
  note(number(who), 1);
  note(number(who), 2);
}

// --- keys ---
constinit kernel::WaitQueue keyboard;
constinit bool key = false;

void wait_for_keys(void*) {
  for (;;) {
    const kernel::DispatchGuard guard;
    while (!key) keyboard.wait();
    key = false;
    got_key();
  }
}

// --- mutexes ---
void low(void*) {
  lock(mutexes[0]);
  note(1, 1);
  kernel::work_for(chosen.first);
  unlock(mutexes[0]);
  note(1, kernel::current->priority);
}
void middle(void*) {
  kernel::sleep_for(1);
  note(2, 1);
  kernel::work_for(chosen.second);
  note(2, 2);
}
void high(void*) {
  kernel::sleep_for(1);
  note(3, 1);
  lock(mutexes[0]);
  note(3, 2);
  unlock(mutexes[0]);
}

constinit volatile bool released = false;

void holds_a(void*) {
  lock(mutexes[0]);
  while (!released) kernel::sleep_for(1);
  unlock(mutexes[0]);
  note(1, kernel::current->priority);
}
void holds_b_wants_a(void*) {
  lock(mutexes[1]);
  lock(mutexes[0]);
  unlock(mutexes[0]);
  unlock(mutexes[1]);
  note(2, kernel::current->priority);
}
void wants_b(void*) {
  lock(mutexes[1]);
  unlock(mutexes[1]);
  note(3, kernel::current->priority);
}

void play_chain() {
  start(1, holds_a, 1);
  kernel::sleep_for(2);
  start(2, holds_b_wants_a, 2);
  kernel::sleep_for(2);
  note(1, actors[0]->priority);
  start(3, wants_b, 5);
  kernel::sleep_for(2);
  note(2, actors[1]->priority);
  note(1, actors[0]->priority);
  released = true;
  join_all();
}

// --- jobs ---
constinit kernel::Job urgent{"urgent", 3, [](kernel::Job&) { note(3, 1); }};
constinit kernel::Job equal{"equal", 2, [](kernel::Job&) { note(2, 1); }};
constinit kernel::Job modest{"modest", 2, [](kernel::Job&) {
                               note(1, 1);
                               kernel::jobs.ask_for(equal);   // comes after us
                               kernel::jobs.ask_for(urgent);  // comes at once
                               note(1, 2);
                               {
                                 constexpr kernel::Resource kShared{.ceiling = 3};
                                 const kernel::Claim claim(kShared);
                                 kernel::jobs.ask_for(urgent);  // comes when we have left
                                 kernel::jobs.ask_for(urgent);  // is the same request
                                 note(1, 3);
                               }
                               note(1, 4);
                             }};

// In the handler of an interrupt, which has to end before the job begins.
void handle_line() {
  kernel::jobs.ask_for(modest);
  note(0, 1);
}

void play_job_order() {
  constexpr unsigned kFreeLine = 5;  // no device of ours is there
  kernel::set_irq_handler(kFreeLine, handle_line);
  kernel::int_n<kernel::kIrqBaseVector + kFreeLine>();
  note(0, 2);
}

void play_sleep() {
  kernel::set_scheduler(*kernel::find_scheduler("tickless"));
  for (const uint64_t length : {chosen.first, chosen.second, chosen.third}) {
    note(0, length);
    kernel::sleep_for(length);
  }
  note(0, 0);
}

// A mutex is played with the kernel's own priorities: it does not depend on yours.
const kernel::Scheduler& policy_of(Scene scene) {
  if (scene == Scene::shares) return kFairScheduler;
  if (scene == Scene::order || scene == Scene::spin) return kPriorityScheduler;
  return *kernel::find_scheduler("priority");
}

}  // namespace

[[gnu::noinline]] void got_key() { asm volatile(""); }
void on_key() {
  key = true;
  keyboard.wake_one();
}

void play() {
  const auto& [scene, first, second, third] = chosen;
  kernel::set_priority(*kernel::current, kernel::kPriorities - 1);
  if (scene == Scene::sleep) return play_sleep();
  if (scene == Scene::job_order) return play_job_order();
  kernel::set_scheduler(policy_of(scene));
  switch (scene) {
    case Scene::order:
      start(1, begin_and_end, first);
      start(2, begin_and_end, second);
      kernel::set_priority(start(3, begin_and_end, third), 6);
      return join_all();
    case Scene::spin:
      start(4, wait_for_keys, 6);
      kernel::sleep_for(1);
      start(1, compute, first);
      start(2, compute, second);
      start(3, compute, third);
      return join_all();
    case Scene::inversion:
      start(1, low, 1);
      start(2, middle, 3);
      start(3, high, 5);
      return join_all();
    case Scene::chain: return play_chain();
    default:
      start(1, compute, kernel::kNormalPriority, first);
      start(2, compute, kernel::kNormalPriority, second);
      start(3, compute, kernel::kNormalPriority, third);
      return join_all();
  }
}

}  // namespace lab
