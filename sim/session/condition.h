// SPDX-License-Identifier: GPL-2.0-or-later
// Conditions and events of breakpoints, from words and back.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "sim/base/error.h"
#include "sim/machine/breakpoint.h"

namespace ringside {

// "rax == 5 && hits > 3": comparisons joined by &&. Left of each: a general register (rax ... r15), rip,
// rflags, cr0 cr2 cr3 cr4 cr8, ring, instructions, time (in nanoseconds), hits (of the breakpoint, in this
// run). Between: == != < <= > >= (unsigned), or & (has these bits). Right: a number, decimal or 0x. An empty
// text is the condition that always holds.
Result<Condition> condition(std::string_view text);
std::string text(const Condition& condition);

// "exception", "#pf", "exception 14", "irq 1", "irq1", "interrupt 0x21", "mode", "ring", "triple-fault",
// "port-write 0x20", "port-read 0x60", "cr3", "halt", "eoi", ... Nothing where it is no event.
std::optional<EventPattern> event_pattern(std::string_view text);
std::string text(const EventPattern& pattern);

// "execute kernel_main", "store 8 bytes at 0x1000 if rax == 5", "event #PF": where it stands in words without
// names of symbols.
std::string text(const Breakpoint& breakpoint);

}  // namespace ringside
