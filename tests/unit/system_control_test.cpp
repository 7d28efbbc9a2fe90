// SPDX-License-Identifier: GPL-2.0-or-later
#include "sim/devices/system_control.h"

#include <gtest/gtest.h>

#include <random>

namespace ringside {
namespace {

TEST(SystemControlB, GateAndSpeakerAreSeparateBits) {
  SystemControlB control;
  EXPECT_FALSE(timer2_gate(control));
  write_port(control, 0x01);
  EXPECT_TRUE(timer2_gate(control));
  EXPECT_FALSE(speaker_enabled(control));
  EXPECT_FALSE(speaker_level(control, true));
  write_port(control, 0x03);
  EXPECT_TRUE(speaker_level(control, true));
  EXPECT_FALSE(speaker_level(control, false));
}

TEST(SystemControlB, Bit5ReadsTheTimersOutAndTheUpperBitsCannotBeWritten) {
  SystemControlB control;
  write_port(control, 0xFD);
  EXPECT_EQ(read_port(control, false, 0), 0x0D);
  EXPECT_EQ(read_port(control, true, 0), 0x2D);
}

TEST(SystemControlB, TheRefreshToggleChangesEvery15Microseconds) {
  const SystemControlB control;
  unsigned changes = 0;
  for (Ticks now = 1000; now <= 1'000'000; now += 1000)
    changes += read_port(control, false, now) != read_port(control, false, now - 1000);
  EXPECT_EQ(changes, 66u);  // 1 ms / 15.085 us
  EXPECT_EQ(read_port(control, false, 20'000), 0x10);
}

TEST(SystemControlA, FastResetNeedsARisingBit) {
  SystemControlA control;
  EXPECT_FALSE(write_port(control, 0x02));
  EXPECT_TRUE(write_port(control, 0x03));
  EXPECT_FALSE(write_port(control, 0x03));
  EXPECT_FALSE(write_port(control, 0x02));
  EXPECT_TRUE(write_port(control, 0x01));
}

TEST(SystemControlA, Bit1IsA20AndReadsBack) {
  SystemControlA control;
  EXPECT_TRUE(a20_gate(control));
  // The usual sequence reads, changes the one bit and writes back.
  EXPECT_FALSE(write_port(control, static_cast<std::uint8_t>(read_port(control) & ~0x02)));
  EXPECT_FALSE(a20_gate(control));
  EXPECT_FALSE(write_port(control, read_port(control) | 0x02));
  EXPECT_TRUE(a20_gate(control));
  EXPECT_EQ(read_port(control), 0x02);
}

TEST(SystemControl, AnyTrafficIsDeterministic) {
  std::mt19937 random(0x61);
  SystemControlA a, a_copy;
  SystemControlB b, b_copy;
  for (int step = 0; step < 10'000; ++step) {
    const auto value = static_cast<std::uint8_t>(random());
    ASSERT_EQ(write_port(a, value), write_port(a_copy, value));
    write_port(b, value);
    write_port(b_copy, value);
    ASSERT_EQ(a, a_copy);
    ASSERT_EQ(b, b_copy);
    ASSERT_EQ(read_port(b, value & 1, random()) & 0xC0, 0);
  }
  unsigned fields = 0;
  visit_fields(a, [&](const char*, std::uint8_t value) { fields += value == a.port_a; });
  visit_fields(b, [&](const char*, std::uint8_t value) { fields += value == b.port_b; });
  EXPECT_EQ(fields, 2u);
}

}  // namespace
}  // namespace ringside
