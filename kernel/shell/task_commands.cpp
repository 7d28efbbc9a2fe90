// SPDX-License-Identifier: MIT
#include "shell/task_commands.h"

#include <algorithm>

#include "arch/interrupt_guard.h"
#include "lib/print.h"
#include "lib/text.h"
#include "task/clock.h"
#include "task/coroutine/executor.h"
#include "task/dispatcher.h"
#include "task/mutex.h"

namespace kernel {
namespace {

std::string_view state_of(const Thread& thread) {
  switch (thread.state) {
    case ThreadState::ready: return "ready";
    case ThreadState::running: return "running";
    case ThreadState::finished: return "finished";
    case ThreadState::waiting: break;
  }
  switch (thread.waits_for) {
    case WaitReason::sleep: return "sleeps";
    case WaitReason::event: return "waits: event";
    case WaitReason::join: return "waits: join";
    case WaitReason::mutex: return "waits: mutex";
    case WaitReason::nothing: break;
  }
  return "waits";
}

std::string_view name_of(TaskState state) {
  switch (state) {
    case TaskState::ready: return "ready";
    case TaskState::running: return "running";
    case TaskState::waiting: return "waits";
    case TaskState::finished: return "finished";
  }
  return "";
}

std::string_view name_of(SwitchReason reason) {
  switch (reason) {
    case SwitchReason::yielded: return "yielded";
    case SwitchReason::preempted: return "preempted";
    case SwitchReason::waits: return "waits";
    case SwitchReason::finished: return "finished";
  }
  return "";
}

std::string_view name_of(uint32_t id) {
  const ThreadName& name = thread_names[id % thread_names.size()];
  return name.id == id ? name.characters.data() : "(forgotten)";
}

}  // namespace

// With interrupts off: nobody on the list may end while we print it.
void show_threads(std::string_view) {
  print("{:4}{:16}{:14}{:10}{:>7}{:>8}{:>9}{:>11}\n", "id", "name", "state", "priority", "ticks", "runs",
        "stack", "of");
  const InterruptGuard guard;
  for (const Thread& thread : threads)
    print("{:<4}{:16}{:14}{:<3}of {:<4}{:7}{:8}{:9}{:11}\n", thread.id, thread.name(), state_of(thread),
          thread.priority, thread.base_priority, thread.ticks, thread.switches, thread.stack_high_water(),
          thread.stack.top - thread.stack.bottom);
}

void show_tasks(std::string_view) {
  const InterruptGuard guard;
  for (const TaskRecord& task : executor.tasks())
    print("{:<4}{:16}{:9} {:28} {} runs\n", task.id, task.name, name_of(task.state),
          task.waits_for != nullptr ? task.waits_for->what() : "", task.runs);
  const Executor::Statistics& counted = executor.statistics();
  print("wake-ups: {}, of these {} for nothing, {} too late, {} lost and made good; {} sleeps\n",
        counted.wakes, counted.spurious, counted.stale, counted.lost, counted.sleeps);
}

void show_switches(std::string_view) {
  constexpr uint64_t kShown = 20;
  const InterruptGuard guard;
  const uint64_t end = switch_trace.count;
  for (uint64_t i = end - std::min({end, kShown, SwitchTrace::kSize}); i < end; ++i) {
    const SwitchRecord& record = switch_trace.records[i % SwitchTrace::kSize];
    print("tick {:8}  {:16} {:10} -> {}\n", record.tick, name_of(record.from), name_of(record.reason),
          name_of(record.to));
  }
}

void choose_scheduler(std::string_view name) {
  if (name.empty()) {
    for (const Scheduler& policy : kSchedulers)
      print("{} {:12}{}\n", &policy == scheduler ? '*' : ' ', policy.name, policy.summary);
    return;
  }
  const Scheduler* const policy = find_scheduler(name);
  if (policy == nullptr) return print("there is no policy '{}'; sched alone lists them\n", name);
  while (!clock.rate_is_known()) sleep_for(1);
  set_scheduler(*policy);
}

}  // namespace kernel
