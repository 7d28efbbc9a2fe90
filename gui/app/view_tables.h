// SPDX-License-Identifier: GPL-2.0-or-later
// The tables of sim/inspect by the names that panels ask for.
#pragma once

#include <optional>
#include <string_view>

#include "gui/view/machine_view.h"

namespace ringside {

// Nothing where no such table exists.
std::optional<Table> view_table(std::string_view name, Machine& machine, const Symbols& symbols,
                                const ViewRequest& request);

}  // namespace ringside
