// SPDX-License-Identifier: GPL-2.0-or-later
// Everything that reaches the machine from outside is a Command: applied between instructions and logged with
// its time, so that image + configuration + commands reproduce a run.
#pragma once

#include <cstdint>
#include <string>
#include <variant>

#include "sim/base/units.h"
#include "sim/devices/key_text.h"

namespace ringside {

struct TypeKey {
  KeyStroke stroke;
  bool operator==(const TypeKey&) const = default;
};  // a key of the PS/2 keyboard goes down or up
struct SerialInput {
  std::uint8_t byte = 0;
  bool operator==(const SerialInput&) const = default;
};  // arrives at COM1
struct RaiseNmi {
  bool operator==(const RaiseNmi&) const = default;
};
struct InjectException {
  std::uint8_t vector = 0;
  std::uint32_t error_code = 0;
  std::uint64_t cr2 = 0;
  bool external = false;  // delivered as an interrupt from INTR: no error code
  bool operator==(const InjectException&) const = default;
};
struct SetRegister {
  std::uint8_t gpr = 0;
  std::uint64_t value = 0;
  bool operator==(const SetRegister&) const = default;
};  // 0-15 by Gpr, 16 = RIP, 17 = RFLAGS
struct SetMemory {
  PhysAddr address;
  std::uint8_t value = 0;
  bool operator==(const SetMemory&) const = default;
};

using Command = std::variant<TypeKey, SerialInput, RaiseNmi, InjectException, SetRegister, SetMemory>;

struct LoggedCommand {
  Ticks time = 0;
  std::uint64_t instructions = 0;
  Command command;
  bool operator==(const LoggedCommand&) const = default;
};

std::string describe(const Command& command);

}  // namespace ringside
