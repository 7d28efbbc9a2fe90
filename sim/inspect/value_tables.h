// SPDX-License-Identifier: GPL-2.0-or-later
// The kernel's own variables as tables.
#pragma once

#include <string_view>

#include "sim/base/error.h"
#include "sim/inspect/context.h"
#include "sim/inspect/table.h"

namespace ringside {

// A variable or what an expression leads to ("kernel::threads[2].queue", "*head"), with its parts as rows.
// Local variables of the function the processor is in are in sight.
Result<Table> value_table(const InspectContext&, std::string_view expression);

// Parameters and local variables of the function the processor is in.
Table locals_table(const InspectContext&);

// The image's global variables, by address; those whose name contains `filter`.
Table variables_table(const InspectContext&, std::string_view filter);

}  // namespace ringside
