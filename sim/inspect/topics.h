// SPDX-License-Identifier: GPL-2.0-or-later
// The one list of everything that can be looked at: `ringside inspect IMAGE WHAT [ARGUMENT]`, the window and
// the documentation read it.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "sim/base/error.h"
#include "sim/inspect/context.h"
#include "sim/inspect/table.h"

namespace ringside {

struct InspectTopic {
  const char* name;      // "idt"
  const char* title;     // "Interrupt Descriptor Table"
  const char* help;      // one line
  const char* argument;  // "[ADDRESS [read|write|fetch] [user|kernel]]", "" where there is none
  // The argument may be empty. Fails with a sentence when it cannot be understood.
  Result<Table> (*make)(const InspectContext&, std::string_view argument);
};

std::span<const InspectTopic> topics();
const InspectTopic* find_topic(std::string_view name);

// The table of a topic; an unknown name fails with a sentence that lists what there is.
Result<Table> inspect(const InspectContext&, std::string_view name, std::string_view argument = {});

}  // namespace ringside
