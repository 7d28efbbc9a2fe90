// SPDX-License-Identifier: GPL-2.0-or-later
// What has happened, as tables: the event log, the deliveries of exceptions and interrupts, and one delivery
// step by step.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "sim/base/error.h"
#include "sim/inspect/context.h"
#include "sim/inspect/table.h"

namespace ringside {

// All kinds but port reads and writes, which are many.
EventMask usual_events();
// "irq", "exception", "port", "all", an EventKind's name with '-' for blanks ("port-write"), several joined
// by commas.
Result<EventMask> event_mask(std::string_view words);

// The newest `most` events of these kinds, oldest first; rows by number.
Table events_table(const InspectContext&, EventMask kinds, std::size_t most = 200);
// What one event was, without where and when: "IRQ 0 (timer) raised", "OUT 0x43 <- 0x36 (PIT control: ...)".
std::string event_words(const Event& event, const InspectContext& now);

Table deliveries_table(const InspectContext&);
// The delivery kept under this number, or nullptr.
const DeliveryRecord* find_delivery(const InspectContext&, std::uint32_t number);

// Every micro-step of one delivery, in order, those of nested attempts included. Columns Step, Attempt, What,
// Detail, Result, and a sentence for readers. Rows by step number.
Table anatomy_table(const InspectContext&, const DeliveryRecord& record);

// The parts of an anatomy's row.
struct StepWords {
  std::string what;      // "Read gate 14"
  std::string detail;    // "0x0000'8e00'0008'1234 at 0x6e0"
  std::string sentence;  // "The gate of vector 14 is read from the IDT at 0x6e0."
};
StepWords step_words(const MicroStep& step, const Attempt& attempt, const CpuState& before,
                     const Symbols& symbols);
// How an attempt ended: "delivered", "becomes a double fault", ...
const char* end_words(AttemptEnd end);
// "a fault: the instruction runs again", "a device, through the PIC", ...
const char* source_words(Source source);

}  // namespace ringside
