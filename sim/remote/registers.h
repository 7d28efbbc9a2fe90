// SPDX-License-Identifier: GPL-2.0-or-later
// The processor's registers as gdb numbers and describes them. One list for every mode: that of 64-bit code,
// from the first instruction on, although a Multiboot kernel starts in 32-bit protected mode. gdb cannot
// change its mind about a target's registers, and the long list holds the short ones.
// Source: GDB manual, G.5.8 "i386 Features" (names, numbers and sizes that gdb expects).
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>

#include "sim/cpu/cpu_state.h"

namespace ringside {

// The parts of the target description: what gdb knows by name, and what is ours.
enum class RegisterFeature : std::uint8_t { core, sse, segments, system };

struct RemoteRegister {
  const char* name;
  const char* type;  // of the target description
  unsigned bytes;
  RegisterFeature feature;
  const char* group;                     // nullptr: gdb decides where to show it
  Xmm (*value)(const CpuState&);         // up to 16 bytes
  std::optional<std::uint8_t> settable;  // as what SetRegister knows it
};

inline constexpr std::uint8_t kSetRip = 16, kSetRflags = 17;  // SetRegister's numbers

// By gdb's number.
std::span<const RemoteRegister> remote_registers();
const char* name(RegisterFeature feature);  // "org.gnu.gdb.i386.core"

// The bytes as they travel.
std::string register_hex(const CpuState& cpu, const RemoteRegister& reg);

}  // namespace ringside
