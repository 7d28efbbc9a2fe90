// SPDX-License-Identifier: GPL-2.0-or-later
// Where clicks and keys lead, decided in one place.
#pragma once

#include <cstdint>
#include <optional>

#include "gui/panels/panel.h"

namespace ringside {

// What a click on a number means, as commands.
void follow(Link link, std::uint64_t target, const MachineView& view, Commands& commands);

// The count of the mark before the place where the machine stands, or of the next. Bytes of output are too
// many to be stopped at.
std::optional<std::uint64_t> mark_beside(const HistoryView& history, bool next);

}  // namespace ringside
