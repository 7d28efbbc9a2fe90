// SPDX-License-Identifier: MIT
//
// Holds a value of its own in every register for a while, and then says what is in them: whatever interrupts
// us and switches to somebody else meanwhile must have left no trace.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

namespace kernel {

struct RegisterDump {
  // RAX RBX RCX RDX RBP R8 to R15: seed + 1, seed + 2, ...
  std::array<uint64_t, 13> general;
  uint32_t mxcsr;
  uint16_t x87_control_word;
  std::array<uint64_t, 16> xmm;  // low halves: seed + 101, seed + 102, ...

  bool operator==(const RegisterDump&) const = default;
};
static_assert(offsetof(RegisterDump, mxcsr) == 104 && offsetof(RegisterDump, x87_control_word) == 108 &&
                  offsetof(RegisterDump, xmm) == 112,
              "as in register_probe.S");

// What hold_registers finds if nothing is lost. Odd seeds round differently from even ones, in SSE and x87.
constexpr RegisterDump expected_registers(uint64_t seed) {
  RegisterDump dump{};
  for (unsigned i = 0; i < dump.general.size(); ++i) dump.general[i] = seed + 1 + i;
  for (unsigned i = 0; i < dump.xmm.size(); ++i) dump.xmm[i] = seed + 101 + i;
  dump.mxcsr = seed % 2 == 1 ? 0x7f80 : 0x1f80;
  dump.x87_control_word = seed % 2 == 1 ? 0x0f7f : 0x037f;
  return dump;
}

}  // namespace kernel

extern "C" {
// Holds the values of expected_registers(seed) until *stop, then dumps what is there.
void hold_registers(uint64_t seed, const volatile bool* stop, kernel::RegisterDump* dump);

// R15 alone: has a value in it while it calls yield() or the like, and says what came back.
uint64_t r15_across(uint64_t value, void (*function)());
}
