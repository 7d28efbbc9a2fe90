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
concept SchedulingPolicy = requires(P policy, const P& looked_at, Thread& thread) {
  { P::kName } -> std::convertible_to<std::string_view>;
  { P::kSummary } -> std::convertible_to<std::string_view>;
  { P::kTickless } -> std::convertible_to<bool>;    // the timer is set to the next time something is due
  policy.add(thread);                               // is ready
  policy.remove(thread);                            // one of those added
  { policy.take_next() } -> std::same_as<Thread*>;  // who runs now; null if nobody is ready
  { looked_at.empty() } -> std::same_as<bool>;
  { policy.should_preempt(thread, Occasion{}) } -> std::same_as<bool>;  // the one that runs
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
  bool (*should_preempt)(Thread& running, Occasion occasion);
};

// Flat, with the policy's function and what that calls inside: every switch of threads comes through here.
template <auto& policy>
struct PolicyFunctions {
  [[gnu::flatten]] static void add(Thread& thread) { policy.add(thread); }
  [[gnu::flatten]] static void remove(Thread& thread) { policy.remove(thread); }
  [[gnu::flatten]] static Thread* take_next() { return policy.take_next(); }
  [[gnu::flatten]] static bool empty() { return policy.empty(); }
  [[gnu::flatten]] static bool should_preempt(Thread& running, Occasion occasion) {
    return policy.should_preempt(running, occasion);
  }
};

template <auto& policy>
constexpr Scheduler scheduler_of() {
  using P = std::remove_reference_t<decltype(policy)>;
  static_assert(SchedulingPolicy<P>);
  using Functions = PolicyFunctions<policy>;
  return {P::kName,          P::kSummary,          P::kTickless,     Functions::add,
          Functions::remove, Functions::take_next, Functions::empty, Functions::should_preempt};
}

// All there are; the first is the one the kernel starts with.
extern const Scheduler kSchedulers[5];

// Null if there is none of that name.
const Scheduler* find_scheduler(std::string_view name);

}  // namespace kernel
