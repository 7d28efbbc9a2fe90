// SPDX-License-Identifier: GPL-2.0-or-later
// Exceptions and interrupts in long mode: what the handler finds, here and under QEMU.
#include <gtest/gtest.h>

#include "deviations.h"
#include "side_by_side.h"

namespace ringside::testing {
namespace {

TEST(Delivery, LongMode) {
  const Subject subject{.image = RINGSIDE_CONFORMANCE_IMAGES "/long_mode.elf"};
  const auto ours = on_ringside(subject), theirs = on_qemu(subject);
  ASSERT_TRUE(ours) << ours.error().sentence;
  ASSERT_TRUE(theirs) << theirs.error().sentence;
  EXPECT_EQ("", unexplained(ours->console, theirs->console, kLongModeDeviations));
}

}  // namespace
}  // namespace ringside::testing
