// SPDX-License-Identifier: GPL-2.0-or-later
#include "sim/devices/debug_exit.h"

#include <gmock/gmock.h>

#include <random>

namespace ringside {
namespace {

TEST(DebugExit, StatusIsTwiceTheValuePlusOne) {
  DebugExit port;
  EXPECT_EQ(write_port(port, 0x10), 33);  // what test runners call success
  EXPECT_EQ(write_port(port, 0x11), 35);
  EXPECT_EQ(write_port(port, 0x00), 1);
}

TEST(DebugExit, StatusHasEightBitsAndIsNeverZero) {
  EXPECT_EQ(exit_status(0x1234), 0x69);
  EXPECT_EQ(exit_status(0xFFFFFFFF), 0xFF);
  EXPECT_EQ(exit_status(0x80), 0x01);
}

TEST(DebugExit, KeepsTheWholeValueAndReadsAsZero) {
  DebugExit port;
  EXPECT_FALSE(port.written);
  write_port(port, 0x2000);
  EXPECT_TRUE(port.written);
  EXPECT_EQ(port.value, 0x2000u);
  const DebugExit before = port;
  EXPECT_EQ(read_port(port), 0u);
  EXPECT_EQ(peek_port(port), 0u);
  EXPECT_EQ(port, before);
}

}  // namespace
}  // namespace ringside
