// SPDX-License-Identifier: GPL-2.0-or-later
#include "sim/devices/debug_exit.h"

namespace ringside {

int exit_status(std::uint32_t value) { return static_cast<int>(((value << 1) | 1) & 0xFF); }

int write_port(DebugExit& port, std::uint32_t value) {
  port = {.written = true, .value = value};
  return exit_status(value);
}

std::uint32_t read_port(DebugExit& port) { return peek_port(port); }
std::uint32_t peek_port(const DebugExit&) { return 0; }

}  // namespace ringside
