// SPDX-License-Identifier: MIT
//
// Mistakes that raise no exception: the machine goes on, and something is missing. Each is one that everybody
// makes once, acted out on purpose.
#pragma once

#include <string_view>

namespace kernel {

void list_mishaps();

// False if there is none of that name. Some never come back.
bool act_out_mishap(std::string_view name);

}  // namespace kernel
