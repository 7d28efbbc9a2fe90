// SPDX-License-Identifier: GPL-2.0-or-later
#include "sim/boot/bios_data.h"

#include <gtest/gtest.h>

#include "tests/unit/support/elf_builder.h"

namespace ringside {
namespace {

using namespace testing;

class BiosData : public ::testing::Test {
 protected:
  BiosData() : ram(0xA0000) { write_bios_data(ram); }
  ByteVector ram;
};

TEST_F(BiosData, NamesTheSerialPortAndNoPrinter) {
  EXPECT_EQ(u16_at(ram, 0x400), 0x3F8u);
  EXPECT_EQ(u16_at(ram, 0x402), 0u);
  EXPECT_EQ(u16_at(ram, 0x408), 0u);
}

TEST_F(BiosData, LeadsToTheExtendedDataAreaAndItsSize) {
  EXPECT_EQ(u16_at(ram, 0x40E), 0x9FC0u);
  EXPECT_EQ(number_at(ram, 0x9FC00, 1), 1u);
  EXPECT_EQ(u16_at(ram, 0x413), 639u);
}

TEST_F(BiosData, CountsTheEquipment) {
  const auto equipment = u16_at(ram, 0x410);
  EXPECT_EQ(equipment >> 9 & 7, 1u) << "serial ports";
  EXPECT_EQ(equipment >> 4 & 3, 2u) << "80x25 colour";
  EXPECT_EQ(equipment >> 1 & 1, 1u) << "coprocessor";
  EXPECT_EQ(equipment & 1, 0u) << "no diskette drive";
  EXPECT_EQ(number_at(ram, 0x475, 1), 0u) << "no hard disk";
}

TEST_F(BiosData, DescribesTextMode3) {
  EXPECT_EQ(number_at(ram, 0x449, 1), 3u);
  EXPECT_EQ(u16_at(ram, 0x44A), 80u);
  EXPECT_EQ(u16_at(ram, 0x463), 0x3D4u);
  EXPECT_EQ(number_at(ram, 0x484, 1), 24u);
  EXPECT_EQ(u16_at(ram, 0x485), 16u);
}

TEST_F(BiosData, HasAnEmptyKeyboardBuffer) {
  EXPECT_EQ(u16_at(ram, 0x41A), u16_at(ram, 0x41C));
  EXPECT_EQ(u16_at(ram, 0x480), 0x1Eu);
  EXPECT_EQ(u16_at(ram, 0x482), 0x3Eu);
}

TEST_F(BiosData, TouchesNothingElse) {
  for (std::size_t i = 0; i < ram.size(); ++i) {
    if ((i >= 0x400 && i < 0x500) || i == 0x9FC00) continue;
    ASSERT_EQ(ram[i], std::byte{0}) << i;
  }
}

}  // namespace
}  // namespace ringside
