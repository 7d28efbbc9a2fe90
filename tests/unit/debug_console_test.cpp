// SPDX-License-Identifier: GPL-2.0-or-later
#include "sim/devices/debug_console.h"

#include <gmock/gmock.h>

#include <string>

namespace ringside {
namespace {

TEST(DebugConsole, HandsOverEveryByte) {
  DebugConsole console;
  std::string shown;
  for (const char c : std::string("panic\n"))
    shown += static_cast<char>(write_port(console, static_cast<std::uint8_t>(c)));
  EXPECT_EQ(shown, "panic\n");
  EXPECT_EQ(console.last_byte, '\n');
  EXPECT_EQ(console.bytes_written, 6u);
}

TEST(DebugConsole, ReadsAsItsOwnNumberSoThatKernelsFindIt) {
  DebugConsole console;
  write_port(console, 'x');
  const DebugConsole before = console;
  EXPECT_EQ(read_port(console), 0xE9);
  EXPECT_EQ(peek_port(console), 0xE9);
  EXPECT_EQ(console, before);
}

}  // namespace
}  // namespace ringside
