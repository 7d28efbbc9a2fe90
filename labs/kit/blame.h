// SPDX-License-Identifier: GPL-2.0-or-later
// For those who write matchers: a mismatch that has an instant in the past says so, and the failed check
// opens there.
#pragma once

#include <optional>

#include "labs/kit/step.h"
#include "sim/machine/event.h"

namespace ringside::labs {

std::optional<Instant>& blamed();  // set by a matcher that failed, read by expect()
inline void blame(const Event& event) { blamed() = Instant{event.instructions, event.rip}; }

}  // namespace ringside::labs
