// SPDX-License-Identifier: MIT
//
// A way out for a kernel under test: a byte written to port 0xF4 ends the machine. The emulator's own exit
// status is then (value << 1) | 1 (QEMU's isa-debug-exit, and Ringside).
//
// Bochs has no such device. There the word "Shutdown", written letter by letter to port 0x8900, ends the
// machine without a status (the `unmapped` device of its user manual). On a machine that has neither, nothing
// happens.
#pragma once

#include <cstdint>
#include <string_view>

#include "arch/port.h"

namespace kernel {

enum class ExitCode : uint8_t {
  success = 0x10,  // status 33
  failure = 0x11,  // status 35
};

inline void debug_exit(uint8_t value) {
  Port<uint8_t, Access::write>{0xf4}.write(value);
  for (const char letter : std::string_view("Shutdown"))
    Port<uint8_t, Access::write>{0x8900}.write(static_cast<uint8_t>(letter));
}
inline void debug_exit(ExitCode code) { debug_exit(static_cast<uint8_t>(code)); }

}  // namespace kernel
