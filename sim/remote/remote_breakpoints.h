// SPDX-License-Identifier: GPL-2.0-or-later
// What gdb has asked to stop at. Software and hardware breakpoints are the same here: the machine compares
// addresses, memory is never patched, and the guest cannot see them; nor is their number limited.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "sim/machine/machine.h"

namespace ringside {

class RemoteBreakpoints {
 public:
  // The type as in the packets Z and z.
  enum class Type : std::uint8_t { software, hardware, write, read, access };

  static bool known(std::uint64_t type) { return type <= static_cast<std::uint64_t>(Type::access); }
  // Inserting twice is inserting once (the protocol asks for that); so is removing.
  void insert(Type type, VirtAddr address, std::uint64_t length);
  void remove(Type type, VirtAddr address, std::uint64_t length);
  void clear() { entries_.clear(); }

  // The machine's list has these first: Stop::value of one is an index into them. Behind them stay others,
  // which `monitor break` and the like have made.
  void install(Machine& machine);
  // Out of the machine's list, whose other entries are then numbered from 0.
  void withdraw(Machine& machine);
  // "swbreak:;", "watch:ADDR;" for the stop reply; empty where the index is not ours.
  std::string reason(std::uint32_t index) const;

 private:
  struct Entry {
    Type type;
    VirtAddr address;
    std::uint64_t length;
    bool operator==(const Entry&) const = default;
  };
  std::vector<Entry> entries_;
  std::size_t installed_ = 0;  // so many in front of the machine's list are ours
};

}  // namespace ringside
