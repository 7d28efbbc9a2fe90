// SPDX-License-Identifier: GPL-2.0-or-later
// Events and their causes in plain words. Pure functions of a machine's state and history; they guess
// nothing: where the record does not tell, the sentence says less.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>

#include "sim/explain/explanation.h"
#include "sim/inspect/context.h"
#include "sim/inspect/disassembly.h"
#include "sim/inspect/port_words.h"

namespace ringside {

// An exception or interrupt and what became of it: what the instruction tried, what the error code says,
// which table entry stopped it, what the processor did next. A double fault is told with table 6-5's rule, a
// triple fault link by link. Page tables are read as they are now: right when asked at once after the event.
Explanation explain(const DeliveryRecord& record, const InspectContext& now);

// What one ordinary instruction did: "It pushed 0x10 on the stack.", "OUT wrote 0x36 to port 0x43 ...".
// `events` are those of the step; `ports` the chips' sequences as they stood before it.
struct StepFacts {
  const CpuState& before;
  const CpuState& after;
  const Instruction& instruction;  // decoded with `before`
  std::span<const Event> events;
  PortWords ports = {};
};
Sentence explain_step(const StepFacts& step, const InspectContext& now);

// Why a run stopped. `last` = the newest delivery, if any; a triple fault tells its chain.
Explanation explain(const Stop& stop, const InspectContext& now);

// One event, with links: "IRQ 1 (keyboard) was raised."
Sentence explain(const Event& event, const InspectContext& now);

// The machine as it stands when nothing has run yet, or after a reset.
Sentence explain_start(const EntryState& entry, const InspectContext& now);

// Where the processor stands: "idt_load+0x4 (idt.cpp:12), before lidt [rdi]".
Sentence where(const InspectContext& now);

// The instruction at an address as it is in memory now; nothing when its bytes cannot be read.
std::optional<Instruction> instruction_at(const InspectContext& now, std::uint64_t rip,
                                          const CpuState* registers = nullptr);

}  // namespace ringside
