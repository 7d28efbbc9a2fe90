// SPDX-License-Identifier: MIT
//
// Exceptions on demand: each entry makes the CPU raise a real one, by the mistake it is meant for.
#pragma once

#include <string_view>

namespace kernel {

void list_faults();

// False if there is none of that name. Otherwise it comes back only if the exception is one that is reported
// and returned from, or if the CPU did not raise it.
bool raise_fault(std::string_view name);

}  // namespace kernel
