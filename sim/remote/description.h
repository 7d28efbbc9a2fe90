// SPDX-License-Identifier: GPL-2.0-or-later
// What gdb asks about the target before anything else, as XML.
// Source: GDB manual, appendix G "Target Descriptions"; E.15 "Memory Map Format".
#pragma once

#include <string>

namespace ringside {

std::string target_description();

// gdb's addresses are linear, so this is the map of linear addresses: the two canonical halves. What is
// mapped there and what is RAM behind it changes with the guest's page tables and is asked for address by
// address.
std::string linear_memory_map();

}  // namespace ringside
