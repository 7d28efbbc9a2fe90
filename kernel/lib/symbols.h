// SPDX-License-Identifier: MIT
//
// Names of the kernel's functions, carried in the image itself (tools/symbols.awk makes the table from the
// linked kernel). A backtrace can so be read on any machine, whatever the boot loader passes on.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace kernel {

struct Symbol {
  std::string_view name;
  uint64_t offset;  // of the address asked for, from the function's start
};

// The function an address lies in. None outside the kernel's code.
std::optional<Symbol> find_symbol(uint64_t address);

}  // namespace kernel
