// SPDX-License-Identifier: GPL-2.0-or-later
// Port 0xE9: every byte written to it appears on the emulator's console. Nothing to set up and nothing to
// wait for, so it serves where a serial driver is not there yet. Reading gives 0xE9, by which a kernel finds
// out that it exists.
//
// NOT MODELLED: nothing is left out.
// Source: Bochs user manual, "port e9 hack"; QEMU, device isa-debugcon.
#pragma once

#include <cstdint>
#include <type_traits>

namespace ringside {

struct DebugConsole {
  std::uint8_t last_byte = 0;
  std::uint64_t bytes_written = 0;
  bool operator==(const DebugConsole&) const = default;
};
static_assert(std::is_trivially_copyable_v<DebugConsole>);

// Returns the byte for the host to show.
std::uint8_t write_port(DebugConsole& console, std::uint8_t value);
std::uint8_t read_port(DebugConsole& console);
std::uint8_t peek_port(const DebugConsole& console);

template <class Visitor>
void visit_fields(const DebugConsole& console, Visitor&& v) {
  const auto& [last_byte, bytes_written] = console;
  v("last_byte", last_byte);
  v("bytes_written", bytes_written);
}

}  // namespace ringside
