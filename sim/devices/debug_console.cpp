// SPDX-License-Identifier: GPL-2.0-or-later
#include "sim/devices/debug_console.h"

namespace ringside {

std::uint8_t write_port(DebugConsole& console, std::uint8_t value) {
  console.last_byte = value;
  ++console.bytes_written;
  return value;
}

std::uint8_t read_port(DebugConsole& console) { return peek_port(console); }
std::uint8_t peek_port(const DebugConsole&) { return 0xE9; }

}  // namespace ringside
