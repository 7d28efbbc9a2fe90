// SPDX-License-Identifier: GPL-2.0-or-later
#include "sim/devices/system_control.h"

#include "sim/base/bits.h"

namespace ringside {
namespace {

// Port B.
constexpr unsigned kTimer2Gate = 0, kSpeakerEnable = 1, kRefreshToggle = 4, kTimer2Out = 5;
constexpr std::uint8_t kWritableB = 0x0F;
// Port A.
constexpr unsigned kFastReset = 0, kA20 = 1;

}  // namespace

void write_port(SystemControlB& control, std::uint8_t value) { control.port_b = value & kWritableB; }

std::uint8_t read_port(const SystemControlB& control, bool out2, Ticks now) {
  const std::uint8_t with_refresh =
      with_bit(control.port_b, kRefreshToggle, now / kRefreshToggleTicks % 2 == 1);
  return with_bit(with_refresh, kTimer2Out, out2);
}

bool timer2_gate(const SystemControlB& control) { return bit(control.port_b, kTimer2Gate); }

bool speaker_enabled(const SystemControlB& control) { return bit(control.port_b, kSpeakerEnable); }

bool speaker_level(const SystemControlB& control, bool out2) { return speaker_enabled(control) && out2; }

bool write_port(SystemControlA& control, std::uint8_t value) {
  const bool resets = bit(value, kFastReset) && !bit(control.port_a, kFastReset);
  control.port_a = value;
  return resets;
}

std::uint8_t read_port(const SystemControlA& control) { return control.port_a; }

bool a20_gate(const SystemControlA& control) { return bit(control.port_a, kA20); }

}  // namespace ringside
