// SPDX-License-Identifier: GPL-2.0-or-later
// DR7's fields by Intel SDM volume 3B 17.2.4 and figure 17-1; 17.2.5 for the alignment of addresses.
#include "sim/cpu/debug_registers.h"

#include <gtest/gtest.h>

namespace ringside {
namespace {

using On = DebugBreakpoint::On;

TEST(DebugRegisters, NothingIsEnabledAfterReset) {
  const DebugBreakpoints all = debug_breakpoints({0x1000, 0x2000, 0x3000, 0x4000}, 0x400);
  for (const DebugBreakpoint& one : all) EXPECT_EQ(one.on, On::nothing);
  EXPECT_FALSE(any_debug_breakpoint(0x400));
}

TEST(DebugRegisters, LocalAndGlobalEnableAlike) {
  // L0, G1, L2, G3: bits 0, 3, 4, 7. All for execution.
  const DebugBreakpoints all = debug_breakpoints({0x1000, 0x2000, 0x3000, 0x4000}, 0x499);
  EXPECT_EQ(execution_hits(all, 0x1000), 1u);
  EXPECT_EQ(execution_hits(all, 0x2000), 2u);
  EXPECT_EQ(execution_hits(all, 0x3000), 4u);
  EXPECT_EQ(execution_hits(all, 0x4000), 8u);
  EXPECT_EQ(execution_hits(all, 0x1001), 0u);
  EXPECT_TRUE(any_debug_breakpoint(0x499));
}

TEST(DebugRegisters, SeveralMayMeetAtOneAddress) {
  EXPECT_EQ(execution_hits(debug_breakpoints({0x1000, 0x1000, 0x1000, 0x1000}, 0x4AA), 0x1000), 15u);
}

TEST(DebugRegisters, KindAndLengthOfEach) {
  // R/W 01, 11, 10, 00 and LEN 11, 01, 00, 10 for breakpoints 0 to 3, in bits 16 to 31.
  const DebugBreakpoints all = debug_breakpoints({0x1004, 0x2002, 0x3000, 0x4003}, 0x827D'04AA);
  EXPECT_EQ(all[0].on, On::write);
  EXPECT_EQ(all[0].bytes, 4u);
  EXPECT_EQ(all[1].on, On::access);
  EXPECT_EQ(all[1].bytes, 2u);
  EXPECT_EQ(all[2].on, On::nothing) << "I/O breakpoints are not modelled";
  EXPECT_EQ(all[3].on, On::execution);
  EXPECT_EQ(all[3].bytes, 1u);
  EXPECT_EQ(all[3].address.value, 0x4003u);
}

TEST(DebugRegisters, DataAddressesLoseTheBitsBelowTheirLength) {
  // Write, of 8 bytes (LEN 10), 4 (11), 2 (01), 1 (00).
  const DebugBreakpoints all = debug_breakpoints({0x100F, 0x100F, 0x100F, 0x100F}, 0x15D9'04AA);
  EXPECT_EQ(all[0].address.value, 0x1008u);
  EXPECT_EQ(all[0].bytes, 8u);
  EXPECT_EQ(all[1].address.value, 0x100Cu);
  EXPECT_EQ(all[2].address.value, 0x100Eu);
  EXPECT_EQ(all[3].address.value, 0x100Fu);
}

}  // namespace
}  // namespace ringside
