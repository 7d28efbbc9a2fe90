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

namespace kernel {

enum class ExitCode : uint8_t {
  success = 0x10,  // status 33
  failure = 0x11,  // status 35
};

// Lets the serial line finish first: the machine takes unsent bytes with it.
void debug_exit(uint8_t value);
inline void debug_exit(ExitCode code) { debug_exit(static_cast<uint8_t>(code)); }

}  // namespace kernel
