// SPDX-License-Identifier: GPL-2.0-or-later
#include "sim/devices/post_port.h"

#include <gmock/gmock.h>

namespace ringside {
namespace {

TEST(PostPort, KeepsTheLastCode) {
  PostPort port;
  write_port(port, 0x3C);
  write_port(port, 0xA5);
  const PostPort before = port;
  EXPECT_EQ(peek_port(port), 0xA5);
  EXPECT_EQ(read_port(port), 0xA5);
  EXPECT_EQ(port, before);
}

}  // namespace
}  // namespace ringside
