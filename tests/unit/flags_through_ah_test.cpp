// SPDX-License-Identifier: GPL-2.0-or-later
// LAHF and SAHF with a REX prefix: AH, not SPL (SDM volume 2, LAHF, SAHF). The engine takes SPL.
#include <gtest/gtest.h>

#include <array>

#include "sim/cpu/block.h"
#include "sim/cpu/own_instruction.h"

namespace ringside {
namespace {

constexpr std::array kLahf = {std::byte{0x44}, std::byte{0x9F}}, kSahf = {std::byte{0x48}, std::byte{0x9E}};

CpuState long_mode() {
  CpuState cpu;
  cpu.cr0 = cr0::pe | cr0::pg;
  cpu.efer = efer::lme | efer::lma;
  cpu.cs.attributes = 0xA09B;
  cpu.rip = 0x1000;
  cpu[Gpr::rsp] = 0x8000;
  return cpu;
}

TEST(FlagsThroughAh, AreNotLeftToTheEngineBehindRex) {
  EXPECT_EQ(classify(kLahf, 64), InsnKind::ours);
  EXPECT_EQ(classify(kSahf, 64), InsnKind::ours);
  EXPECT_EQ(classify(std::span(kLahf).last(1), 64), InsnKind::plain);
  EXPECT_EQ(classify(kLahf, 32), InsnKind::plain) << "44 is INC ESP there";
}

TEST(FlagsThroughAh, LahfPutsThemIntoAhAndLeavesTheStackPointer) {
  CpuState cpu = long_mode();
  cpu[Gpr::rax] = 0x1122'3344'5566'7788;
  cpu.rflags = rflags::zf | rflags::pf | rflags::if_ | rflags::of | 2;
  const OwnInstruction done = run_own_instruction(cpu, kLahf, 0);
  EXPECT_FALSE(done.exception);
  EXPECT_EQ(done.cpu[Gpr::rax], 0x1122'3344'5566'4688u);
  EXPECT_EQ(done.cpu[Gpr::rsp], 0x8000u);
  EXPECT_EQ(done.cpu.rflags, cpu.rflags);
  EXPECT_EQ(done.cpu.rip, 0x1002u);
}

TEST(FlagsThroughAh, SahfTakesFiveFlagsAndLeavesTheOthers) {
  CpuState cpu = long_mode();
  cpu[Gpr::rax] = 0xFF00;
  cpu.rflags = rflags::if_ | rflags::of | 2;
  const OwnInstruction done = run_own_instruction(cpu, kSahf, 0);
  EXPECT_EQ(done.cpu.rflags, 0xD7u | rflags::if_ | rflags::of);
  cpu[Gpr::rax] = 0;
  cpu.rflags = 0xD7 | rflags::df;
  EXPECT_EQ(run_own_instruction(cpu, kSahf, 0).cpu.rflags, 2 | rflags::df);
}

}  // namespace
}  // namespace ringside
