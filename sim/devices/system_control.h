// SPDX-License-Identifier: GPL-2.0-or-later
// The two system control ports of a PC/AT and PS/2: a handful of wires that no chip owned.
//
//   0x61  port B   bit 0 = GATE of PIT counter 2, bit 1 = speaker enable, bits 2, 3 = error checks off;
//                  read only: bit 4 = refresh toggle, bit 5 = OUT of PIT counter 2, bits 6, 7 = errors
//   0x92  port A   bit 0 = fast reset (a 0 to 1 change resets the CPU), bit 1 = A20 gate (1 = A20 works)
//
// NOT MODELLED: memory errors (bits 6 and 7 of port B read 0), the security lock and the disk light of port A
// (bits 3, 6 and 7 are kept and mean nothing).
//
// Source: IBM Personal System/2 Hardware Interface Technical Reference, "System Control Port A" and "B";
// Intel 82371AB (PIIX4), 290562-001, "NMI Status and Control" (port 61h) and "Port 92".
#pragma once

#include <cstdint>
#include <type_traits>

#include "sim/base/units.h"

namespace ringside {

// The refresh toggle changes with every refresh of memory: 18 clocks of the PIT at 1.193182 MHz, 15.085
// microseconds.
inline constexpr Ticks kRefreshToggleTicks = 15'085;

struct SystemControlB {
  std::uint8_t port_b = 0;  // bits 3-0 as written

  bool operator==(const SystemControlB&) const = default;
};
static_assert(std::is_trivially_copyable_v<SystemControlB>);

template <class Visitor>
void visit_fields(const SystemControlB& control, Visitor&& visit) {
  const auto& [port_b] = control;
  visit("port_b", port_b);
}

void write_port(SystemControlB& control, std::uint8_t value);
// `out2` is the level of OUT of PIT counter 2 at `now`. Reading changes nothing, so there is no peek.
std::uint8_t read_port(const SystemControlB& control, bool out2, Ticks now);
bool timer2_gate(const SystemControlB& control);
bool speaker_enabled(const SystemControlB& control);
// What drives the loudspeaker: counter 2's OUT, let through by the enable bit.
bool speaker_level(const SystemControlB& control, bool out2);

struct SystemControlA {
  std::uint8_t port_a = 0x02;  // as written; A20 open, as a boot loader leaves it

  bool operator==(const SystemControlA&) const = default;
};
static_assert(std::is_trivially_copyable_v<SystemControlA>);

template <class Visitor>
void visit_fields(const SystemControlA& control, Visitor&& visit) {
  const auto& [port_a] = control;
  visit("port_a", port_a);
}

// Returns true if the write resets the CPU.
[[nodiscard]] bool write_port(SystemControlA& control, std::uint8_t value);
std::uint8_t read_port(const SystemControlA& control);
bool a20_gate(const SystemControlA& control);

}  // namespace ringside
