// SPDX-License-Identifier: GPL-2.0-or-later
// Where a run is to stop: at an address, at an access to memory, at an event; under conditions. None of it is
// part of the machine's state, and the guest cannot tell.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "sim/base/units.h"
#include "sim/cpu/cpu_state.h"
#include "sim/cpu/watched_memory.h"
#include "sim/machine/event.h"

namespace ringside {

enum class BreakKind : std::uint8_t {
  execute,  // before the instruction at `address`
  store,    // behind an instruction, or a delivery, that stored to one of the bytes
  load,     // behind an instruction that loaded one of them
  access,   // either
  change,   // behind a store that left another value
  event,    // behind the tick in which such an event happened
};

// A kind of event, and which of them.
struct EventPattern {
  EventKind kind = EventKind::exception;
  // The vector (exception, interrupt), line (irq_*, acknowledge, eoi), port (port_*, unmodelled), new mode or
  // level (mode_change, ring_change) or register (control_write) asked for; nothing = any.
  std::optional<std::uint32_t> value;
  bool matches(const Event& event) const;
};

// Comparisons that all have to hold.
struct ConditionTerm {
  enum class Subject : std::uint8_t {
    gpr,
    rip,
    rflags,
    cr0,
    cr2,
    cr3,
    cr4,
    cr8,
    cpl,
    instructions,
    time,
    hits
  };
  enum class Relation : std::uint8_t { equal, not_equal, less, less_equal, greater, greater_equal, has_bits };
  Subject subject = Subject::gpr;
  std::uint8_t gpr = 0;                 // by Gpr
  Relation relation = Relation::equal;  // unsigned
  std::uint64_t value = 0;
};
using Condition = std::vector<ConditionTerm>;

struct ConditionContext {
  const CpuState& cpu;
  std::uint64_t instructions = 0;
  Ticks time = 0;
  std::uint64_t hits = 0;  // of this breakpoint in this run, this one included
};
bool holds(const Condition& condition, const ConditionContext& context);

struct Breakpoint {
  VirtAddr address;
  bool enabled = true;
  BreakKind kind = BreakKind::execute;
  std::uint64_t length = 1;  // bytes, for the kinds that watch memory
  bool physical = false;     // `address` is a physical one
  EventPattern event;        // kind event
  Condition condition;       // stops only where it holds; the other hits pass
  bool watches_memory() const { return kind != BreakKind::execute && kind != BreakKind::event; }
};

// What a watchpoint met.
struct WatchHit {
  MemoryAccess access;      // access.range is of no meaning
  std::uint64_t after = 0;  // what stands there now
  std::uint64_t rip = 0;    // linear, of the instruction; of the one interrupted, where a delivery pushed
  std::uint64_t instructions = 0;  // count before the instruction
};

}  // namespace ringside
