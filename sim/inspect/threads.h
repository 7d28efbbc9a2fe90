// SPDX-License-Identifier: GPL-2.0-or-later
// The threads of the kernel that runs, as the kernel itself has them: its own list, its own ready queues and
// its own trace of switches, read from memory by its own types. Nothing here knows a layout. A kernel without
// threads, or with other names, gives a sentence and no threads.
//
// Read are, by name: kernel::threads, kernel::current, kernel::idle_thread, kernel::scheduler and the policy
// behind it, kernel::switch_trace; of a thread the members of kernel::Thread (kernel/task/thread.h).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "sim/inspect/context.h"
#include "sim/symbols/symbols.h"

namespace ringside {

struct GuestStack {
  std::uint64_t bottom = 0, top = 0;     // of the mapped part; top is one past it
  std::optional<std::uint64_t> pointer;  // RSP: saved, or the processor's; none: it lies elsewhere
  std::uint64_t high_water = 0;          // bytes that were ever touched: the rest is still zero
  bool guarded = false;                  // the page below is not mapped
  std::string trouble;                   // "RSP is in the guard page"; empty: all is well
  std::uint64_t size() const { return top - bottom; }
  bool holds(std::uint64_t address) const { return top > bottom && address >= bottom && address <= top; }
  std::uint64_t used() const { return pointer ? top - *pointer : 0; }
};

struct GuestThread {
  std::uint64_t address = 0;  // of its struct
  std::uint64_t state_at = 0, state_bytes = 1;
  std::uint64_t id = 0;
  std::string name;
  std::string state;           // as the kernel calls it: "ready", "running", "waiting", "finished"
  std::string waits_for;       // "mutex disk, held by writer"; empty while it does not wait
  std::optional<Ticks> since;  // machine time at which it left the processor, if that is on record
  std::optional<std::uint64_t> since_tick;  // the same on the kernel's clock
  std::uint64_t priority = 0, base_priority = 0, weight = 0;
  std::uint64_t ticks = 0, cycles = 0, switches = 0, preemptions = 0;
  std::uint64_t function = 0;  // what it was made to run; 0: unknown
  bool on_cpu = false;         // the processor's stack pointer lies in its stack
  GuestStack stack;
  std::vector<StackFrame> calls;  // innermost first: from the processor, or from what it saved
  std::size_t stands = 0;         // of these, the call that tells most: behind the machinery of the switch
};

struct GuestSwitch {
  std::uint64_t number = 0;        // counts all switches since the start
  Ticks time = 0;                  // machine time: what the time stamp counter showed
  std::uint64_t tick = 0;          // the kernel's clock
  std::uint64_t from = 0, to = 0;  // ids
  std::string reason;              // "yielded", "preempted", "waits", "finished"
  std::string waits_for;           // "mutex"; empty where it does not wait
};

struct ReadyQueue {
  std::string name;                // "" for a policy's only one; "[3]" of several
  std::vector<std::uint64_t> ids;  // first in line first
  std::string trouble;
};

struct KernelThreads {
  std::string missing;                  // why there is nothing to see, in a sentence; then the rest is empty
  std::string trouble;                  // what is wrong with the list of threads; what could be read is there
  std::vector<GuestThread> threads;     // in the kernel's order
  std::uint64_t current = 0, idle = 0;  // ids; 0: none
  std::string policy, policy_summary;
  std::vector<ReadyQueue> ready;
  bool ready_guessed =
      false;  // the policy's own queues were not found: these are the threads in state "ready"
  std::vector<GuestSwitch> switches;  // oldest first; those that are kept and make sense
  std::uint64_t switch_count = 0;     // since the start
  Ticks now = 0;

  const GuestThread* find(std::uint64_t id) const;
  // "main", "spins 4" where several have that name, "thread 7 (ended)" for one that is no more.
  std::string name_of(std::uint64_t id) const;
};

KernelThreads kernel_threads(const InspectContext&);

// The name of the thread that the kernel runs; empty where there is none, or it has no name yet.
std::string current_thread(const InspectContext&);

// By id or name; none: the one that the kernel runs. The sentence of the error lists those there are.
Result<const GuestThread*> choose_thread(const KernelThreads&, std::string_view text);

}  // namespace ringside
