// SPDX-License-Identifier: MIT
//
// Who runs next: one question, several answers. A policy is a class that keeps the ready threads in whatever
// order it likes; the folder schedulers/ has one file for each. Which one is in use can change at any time.
//
// The thread that runs is in no policy's hands: it was taken out to run.
#pragma once

#include <concepts>
#include <cstdint>
#include <string_view>

#include "task/thread.h"

namespace kernel {

// Why the policy is asked whether somebody else should run now.
enum class Occasion : uint8_t {
  tick,   // time has passed: the timer's interrupt
  wakeup  // somebody has become ready
};

template <typename P>
concept SchedulingPolicy = requires(P policy, const P& looked_at, Thread& thread, const Thread& running) {
  { P::kName } -> std::convertible_to<std::string_view>;
  { P::kSummary } -> std::convertible_to<std::string_view>;
  { P::kTickless } -> std::convertible_to<bool>;    // the timer is set to the next time something is due
  policy.add(thread);                               // is ready
  policy.remove(thread);                            // one of those added
  { policy.take_next() } -> std::same_as<Thread*>;  // who runs now; null if nobody is ready
  { looked_at.empty() } -> std::same_as<bool>;
  { looked_at.should_preempt(running, Occasion{}) } -> std::same_as<bool>;
};

// A policy may also want to know how much each thread has used.
template <typename P>
concept ChargingPolicy = SchedulingPolicy<P> && requires(P policy, Thread& thread) {
  policy.charge(thread, uint64_t{});  // ran for so many cycles of the time stamp counter
};

// A policy, as functions to call: chosen while the kernel runs.
struct Scheduler {
  std::string_view name;
  std::string_view summary;
  bool tickless;
  void (*add)(Thread& thread);
  void (*remove)(Thread& thread);
  Thread* (*take_next)();
  bool (*empty)();
  bool (*should_preempt)(const Thread& running, Occasion occasion);
  void (*charge)(Thread& thread, uint64_t cycles) = nullptr;  // null: it does not want to know
};

template <auto& policy>
struct PolicyFunctions {
  static void add(Thread& thread) { policy.add(thread); }
  static void remove(Thread& thread) { policy.remove(thread); }
  static Thread* take_next() { return policy.take_next(); }
  static bool empty() { return policy.empty(); }
  static bool should_preempt(const Thread& running, Occasion occasion) {
    return policy.should_preempt(running, occasion);
  }
  static void charge(Thread& thread, uint64_t cycles) { policy.charge(thread, cycles); }
};

template <auto& policy>
constexpr Scheduler scheduler_of() {
  using P = std::remove_reference_t<decltype(policy)>;
  static_assert(SchedulingPolicy<P>);
  using Functions = PolicyFunctions<policy>;
  Scheduler functions{P::kName,          P::kSummary,          P::kTickless,     Functions::add,
                      Functions::remove, Functions::take_next, Functions::empty, Functions::should_preempt};
  if constexpr (ChargingPolicy<P>) functions.charge = Functions::charge;
  return functions;
}

// All there are; the first is the one the kernel starts with.
extern const Scheduler kSchedulers[5];

// Null if there is none of that name.
const Scheduler* find_scheduler(std::string_view name);

}  // namespace kernel
