// SPDX-License-Identifier: GPL-2.0-or-later
#include "sim/devices/acpi_power.h"

#include "sim/base/bits.h"

namespace ringside {
namespace {

constexpr unsigned kSleepEnable = 13;
constexpr std::uint16_t kSleepTypeOff = 0;

// The bits of the register that an access covers, and how far they are from bit 0 of the value.
constexpr std::uint16_t covered(unsigned offset, unsigned width) {
  if (offset > 1) return 0;
  return static_cast<std::uint16_t>((width == 1 ? 0x00FFu : 0xFFFFu) << (8 * offset));
}

}  // namespace

bool write_port(AcpiPower& power, unsigned offset, std::uint16_t value, unsigned width) {
  const std::uint16_t mask = covered(offset, width);
  const auto placed = static_cast<std::uint16_t>(offset > 1 ? 0 : value << (8 * offset));
  const auto wanted = static_cast<std::uint16_t>((power.pm1_control & ~mask) | (placed & mask));
  power.pm1_control = with_bit(wanted, kSleepEnable, false);
  return bit(wanted, kSleepEnable) && bits(wanted, 12, 10) == kSleepTypeOff;
}

std::uint16_t read_port(AcpiPower& power, unsigned offset, unsigned width) {
  return peek_port(power, offset, width);
}

std::uint16_t peek_port(const AcpiPower& power, unsigned offset, unsigned width) {
  if (offset > 1) return 0xFFFF;
  return static_cast<std::uint16_t>((power.pm1_control & covered(offset, width)) >> (8 * offset));
}

}  // namespace ringside
