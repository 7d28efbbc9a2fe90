// SPDX-License-Identifier: GPL-2.0-or-later
// The way out for test kernels: a port whose every write ends the machine with an exit status that carries
// the value written. No real PC has it; QEMU does, and kernels' test runners rely on it.
//
//   offset 0 (port 0xF4, or 0x501)  read: 0   write, 8, 16 or 32 bits: end, status (value << 1) | 1
//
// The status is odd, so that a test's success (say 0x10, status 33) is never mistaken for the program's own
// 0.
//
// NOT MODELLED: nothing is left out.
// Source: QEMU, device isa-debug-exit (iobase 0x501 by default, 0xF4 by custom).
#pragma once

#include <cstdint>
#include <type_traits>

namespace ringside {

struct DebugExit {
  bool written = false;
  std::uint32_t value = 0;  // the last value written
  bool operator==(const DebugExit&) const = default;
};
static_assert(std::is_trivially_copyable_v<DebugExit>);

// The process's exit status as a shell sees it: 8 bits.
int exit_status(std::uint32_t value);

// Returns the exit status that this write asks for.
int write_port(DebugExit& port, std::uint32_t value);
std::uint32_t read_port(DebugExit& port);
std::uint32_t peek_port(const DebugExit& port);

template <class Visitor>
void visit_fields(const DebugExit& port, Visitor&& v) {
  const auto& [written, value] = port;
  v("written", written);
  v("value", value);
}

}  // namespace ringside
