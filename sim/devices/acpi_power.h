// SPDX-License-Identifier: GPL-2.0-or-later
// The one ACPI register that small kernels use: PM1a control, by which a PC switches itself off.
//
//   offset 0, 1 (port 0x604, 16 bits)  bit 0 SCI_EN, bits 12-10 SLP_TYP, bit 13 SLP_EN (write only: go to
//   sleep now)
//
// Which SLP_TYP means off (state S5) is the firmware's choice, written in its _S5_ object; here as on QEMU's
// PC it is 0, so that 0x2000 switches off.
//
// NOT MODELLED: other sleeping states (nothing happens), the PM1 event registers, the PM timer.
// Source: ACPI specification 6.5, section 4.8.3.2.1 "PM1 Control Registers"; QEMU for port and SLP_TYP.
#pragma once

#include <cstdint>
#include <type_traits>

namespace ringside {

struct AcpiPower {
  std::uint16_t pm1_control = 0x0001;
  bool operator==(const AcpiPower&) const = default;
};
static_assert(std::is_trivially_copyable_v<AcpiPower>);

// `width` is 1 or 2 bytes; one byte changes its half of the register. True: the machine is switched off.
bool write_port(AcpiPower& power, unsigned offset, std::uint16_t value, unsigned width);
std::uint16_t read_port(AcpiPower& power, unsigned offset, unsigned width);
std::uint16_t peek_port(const AcpiPower& power, unsigned offset, unsigned width);

template <class Visitor>
void visit_fields(const AcpiPower& power, Visitor&& v) {
  const auto& [pm1_control] = power;
  v("pm1_control", pm1_control);
}

}  // namespace ringside
