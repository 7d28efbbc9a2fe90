// SPDX-License-Identifier: MIT
//
// Interrupts as tasks: jobs of fixed priority that run to completion, all on one stack.
//
// A handler does the least it must and asks for a job. The job runs when the handler has returned, with
// interrupts on, as a plain function call on the stack of whatever was interrupted. A job of higher priority
// interrupts one of lower priority, and is done before that one goes on: they are nested like brackets, so
// one stack is enough for all of them, and none can ever wait for another.
//
// What two jobs share is a resource with a ceiling: the highest priority of all who use it. Who claims it
// raises the system's ceiling to that, and no job up to the ceiling starts meanwhile. So a claim never has to
// wait, and deadlock is impossible. (T. P. Baker, Stack-based scheduling of realtime processes, 1991; the
// RTFM language made a programming model of it.)
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

#include "lib/list.h"

namespace kernel {

struct Job {
  std::string_view name;
  uint8_t priority;  // 1 is the lowest; 0 is everything that is no job
  void (*run)(Job& job);
  bool pending = false;  // asked for, and not started
  uint64_t runs = 0;
  uint64_t asked_while_pending = 0;  // one run answers all of these
  ListLinks<Job> links{};
};

class Jobs {
 public:
  // From anywhere, also from a handler. Several requests before it runs are one.
  void ask_for(Job& job);

  [[gnu::always_inline]] bool any_pending() const { return !pending_.empty(); }

  // Starts those above the ceiling, the most important first. REQUIRES: interrupts are off.
  void run_pending();

  // As at the start: for whoever came out of a job otherwise than by its end.
  void forget_all();

  // Priority of the running job, or of the most important resource claimed. 0: no job runs.
  uint8_t ceiling() const { return ceiling_; }

 private:
  friend class Claim;
  List<Job, &Job::links> pending_;  // the most important first; equals in the order they were asked for
  uint8_t ceiling_ = 0;
  uint8_t nesting_ = 0;
  uint8_t deepest_nesting_ = 0;
};

extern Jobs jobs;

struct Resource {
  uint8_t ceiling;  // the highest priority of a job that claims it
};

// The resource is ours until the claim ends. Claims end in the opposite order of their beginning, and no
// thread waits or yields in between.
class Claim {
 public:
  explicit Claim(const Resource& resource);
  ~Claim();
  Claim(const Claim&) = delete;
  Claim& operator=(const Claim&) = delete;

 private:
  uint8_t old_ceiling_;
};

}  // namespace kernel
