// SPDX-License-Identifier: MIT
//
// Step 5. Stands in for the kernel's file of this name; kernel/task/jobs.h says what each function is for,
// and why.
#include "task/jobs.h"

#include <algorithm>

#include "arch/instructions.h"
#include "arch/interrupt_guard.h"
#include "task/dispatcher.h"

namespace kernel {

constinit Jobs jobs;

// Into `pending_`, the most important first, equals in the order they were asked for. What is pending already
// is only counted.
void Jobs::ask_for(Job&) {}

// As long as the first one is above the ceiling: takes it out, runs it with the ceiling at its priority and
// interrupts on, and puts the old ceiling back.
void Jobs::run_pending() {}

// Given.
void Jobs::forget_all() {
  const InterruptGuard guard;
  while (Job* job = pending_.pop_front()) job->pending = false;
  ceiling_ = nesting_ = 0;
}

Claim::Claim(const Resource&) : old_ceiling_(0) {}

// Those who were kept waiting run now: at the end of a DispatchGuard.
Claim::~Claim() {}

}  // namespace kernel
