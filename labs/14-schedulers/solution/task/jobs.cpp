// SPDX-License-Identifier: MIT
#include "task/jobs.h"

#include <algorithm>

#include "arch/instructions.h"
#include "arch/interrupt_guard.h"
#include "task/dispatcher.h"

namespace kernel {

constinit Jobs jobs;

void Jobs::ask_for(Job& job) {
  const DispatchGuard guard;  // at its end the job runs, if it may
  if (job.pending) {
    ++job.asked_while_pending;
    return;
  }
  job.pending = true;
  Job* place = pending_.first;
  while (place != nullptr && place->priority >= job.priority) place = place->links.next;
  pending_.insert_before(place, job);
}

void Jobs::run_pending() {
  while (!pending_.empty() && pending_.first->priority > ceiling_) {
    Job& job = *pending_.pop_front();
    job.pending = false;
    ++job.runs;
    const uint8_t old_ceiling = ceiling_;
    ceiling_ = job.priority;
    deepest_nesting_ = std::max(deepest_nesting_, ++nesting_);
    sti();
    job.run(job);
    cli();
    --nesting_;
    ceiling_ = old_ceiling;
  }
}

void Jobs::forget_all() {
  const InterruptGuard guard;
  while (Job* job = pending_.pop_front()) job->pending = false;
  ceiling_ = nesting_ = 0;
}

Claim::Claim(const Resource& resource) {
  const InterruptGuard guard;
  old_ceiling_ = jobs.ceiling_;
  jobs.ceiling_ = std::max(jobs.ceiling_, resource.ceiling);
}

Claim::~Claim() {
  const DispatchGuard guard;  // at its end those run whom we kept waiting
  jobs.ceiling_ = old_ceiling_;
}

}  // namespace kernel
