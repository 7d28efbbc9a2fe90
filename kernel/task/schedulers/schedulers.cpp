// SPDX-License-Identifier: MIT
#include "task/scheduler.h"
#include "task/schedulers/fair_share.h"
#include "task/schedulers/priority.h"
#include "task/schedulers/round_robin.h"

namespace kernel {

constinit RoundRobin round_robin;
constinit PriorityLevels priority_levels;
constinit FairShare fair_share;
constinit Tickless tickless;
constinit RunToCompletion run_to_completion;

constexpr Scheduler kSchedulers[] = {
    scheduler_of<round_robin>(), scheduler_of<priority_levels>(),   scheduler_of<fair_share>(),
    scheduler_of<tickless>(),    scheduler_of<run_to_completion>(),
};

const Scheduler* find_scheduler(std::string_view name) {
  for (const Scheduler& candidate : kSchedulers)
    if (candidate.name == name) return &candidate;
  return nullptr;
}

}  // namespace kernel
