// SPDX-License-Identifier: GPL-2.0-or-later
#include "sim/devices/acpi_power.h"

#include <gmock/gmock.h>

namespace ringside {
namespace {

TEST(AcpiPower, SleepEnableWithType0SwitchesOff) {
  AcpiPower power;
  EXPECT_TRUE(write_port(power, 0, 0x2000, 2));
}

TEST(AcpiPower, OtherSleepTypesAndPlainWritesDoNot) {
  AcpiPower power;
  EXPECT_FALSE(write_port(power, 0, 0x0001, 2));
  EXPECT_FALSE(write_port(power, 0, 0x3C00, 2));  // type 7
  EXPECT_FALSE(write_port(power, 2, 0x2000, 2));  // the next register
}

TEST(AcpiPower, SleepEnableReadsAsZero) {
  AcpiPower power;
  EXPECT_EQ(read_port(power, 0, 2), 0x0001);  // the BIOS has handed over to ACPI
  write_port(power, 0, 0x2C01, 2);
  EXPECT_EQ(peek_port(power, 0, 2), 0x0C01);
}

TEST(AcpiPower, OneByteIsHalfTheRegister) {
  AcpiPower power;
  EXPECT_TRUE(write_port(power, 1, 0x20, 1));
  EXPECT_FALSE(write_port(power, 1, 0x04, 1));
  EXPECT_EQ(read_port(power, 0, 2), 0x0401);
  EXPECT_EQ(read_port(power, 1, 1), 0x04);
}

}  // namespace
}  // namespace ringside
