// SPDX-License-Identifier: GPL-2.0-or-later
// Expectations from the pages of SYSCALL, SYSRET, SYSENTER and SYSEXIT in SDM volume 2B.
#include "sim/cpu/syscall.h"

#include <gtest/gtest.h>

namespace ringside {
namespace {

// User code in long mode; STAR: kernel selectors from 0x08, user selectors from 0x1B (32-bit code 0x18, stack
// 0x20, 64-bit code 0x28).
class Syscall : public testing::Test {
 protected:
  CpuState cpu;
  Syscall() {
    cpu.cr0 = 0x8001'0011;
    cpu.efer = 0xD01;
    cpu.star = 0x001B'0008'DEAD'BEEF;
    cpu.lstar = 0xFFFF'8000'0010'0000;
    cpu.cstar = 0xFFFF'8000'0020'0000;
    cpu.sfmask = 0x4'0700;
    cpu.sysenter_cs = 0x0B;  // the low two bits do not count
    cpu.sysenter_esp = 0xFFFF'8000'0000'8000;
    cpu.sysenter_eip = 0xFFFF'8000'0030'0000;
    to_user();
    cpu.rip = 0x40'1000;
    cpu.rflags = 0x4'0746;
    cpu[Gpr::rsp] = 0x7FFF'0000;
  }
  void to_user() {
    cpu.cpl = 3;
    cpu.cs = {0x2B, 0, 0xFFFF'FFFF, 0xA0FB};
    cpu.ss = {0x23, 0, 0xFFFF'FFFF, 0xC0F3};
  }
  void to_kernel() {
    cpu.cpl = 0;
    cpu.cs = {0x08, 0, 0xFFFF'FFFF, 0xA09B};
    cpu.ss = {0x10, 0, 0xFFFF'FFFF, 0xC093};
  }
  void to_32_bits() {
    cpu.efer &= ~std::uint64_t{0x500};
    cpu.cs.attributes = static_cast<std::uint16_t>((cpu.cs.attributes & ~0x2000) | 0x4000);
  }
};
using enum OperandSize;

void expect_fault(const Outcome& o, std::uint8_t vector) {
  ASSERT_FALSE(o.has_value());
  EXPECT_EQ(o.error(), (Exception{.vector = vector}));  // a fault, error code 0
}

TEST_F(Syscall, EntersRing0AndLeavesTheStackAlone) {
  const Outcome o = syscall(cpu, 2);
  ASSERT_TRUE(o);
  CpuState expected = cpu;
  expected[Gpr::rcx] = 0x40'1002;
  expected[Gpr::r11] = 0x4'0746;
  expected.rip = 0xFFFF'8000'0010'0000;
  expected.rflags = 0x46;  // AC, DF, IF and TF are in the mask
  expected.cs = {0x08, 0, 0xFFFF'FFFF, 0xA09B};
  expected.ss = {0x10, 0, 0xFFFF'FFFF, 0xC093};
  expected.cpl = 0;
  EXPECT_EQ(*o, expected);
}

TEST_F(Syscall, CountsPrefixesInTheReturnAddress) { EXPECT_EQ((*syscall(cpu, 3))[Gpr::rcx], 0x40'1003u); }

TEST_F(Syscall, IsNoInstructionWithoutSceOrOutsideOf64BitCode) {
  cpu.efer = 0xD00;
  expect_fault(syscall(cpu, 2), 6);
  cpu.efer = 0xD01;
  cpu.cs = {0x1B, 0, 0xFFFF'FFFF, 0xC0FB};
  expect_fault(syscall(cpu, 2), 6);
  to_32_bits();
  expect_fault(syscall(cpu, 2), 6);
}

TEST_F(Syscall, EndsTheInterruptShadow) {
  to_kernel();
  cpu.interrupt_shadow = true;
  EXPECT_FALSE(syscall(cpu, 2)->interrupt_shadow);
}

TEST_F(Syscall, SysretTo64Bits) {
  to_kernel();
  cpu[Gpr::rcx] = 0x40'1002;
  cpu[Gpr::r11] = 0xFFFF'FFFF'FFFF'FFFF;
  const Outcome o = sysret(cpu, bits_64);
  ASSERT_TRUE(o);
  CpuState expected = cpu;
  expected.rip = 0x40'1002;
  expected.rflags = 0x3C'7FD7;
  expected.cs = {0x2B, 0, 0xFFFF'FFFF, 0xA0FB};
  expected.ss = {0x23, 0, 0xFFFF'FFFF, 0xC0F3};
  expected.cpl = 3;
  EXPECT_EQ(*o, expected);
}

TEST_F(Syscall, SysretTo32BitsGoesToCompatibilityCode) {
  to_kernel();
  cpu[Gpr::rcx] = 0x1234'5678'9ABC'DEF0;  // not canonical: only the low half counts
  cpu[Gpr::r11] = 0;
  const Outcome o = sysret(cpu, bits_32);
  ASSERT_TRUE(o);
  EXPECT_EQ(o->rip, 0x9ABC'DEF0u);
  EXPECT_EQ(o->rflags, 2u);
  EXPECT_EQ(o->cs, (Segment{0x1B, 0, 0xFFFF'FFFF, 0xC0FB}));
  EXPECT_EQ(o->ss, (Segment{0x23, 0, 0xFFFF'FFFF, 0xC0F3}));
  EXPECT_EQ(mode(*o), CpuMode::compatibility_32);
}

TEST_F(Syscall, SysretSetsTheRplItself) {
  to_kernel();
  cpu.star = 0x0018'0008'0000'0000;
  EXPECT_EQ(sysret(cpu, bits_64)->cs.selector, 0x2B);
  EXPECT_EQ(sysret(cpu, bits_64)->ss.selector, 0x23);
}

TEST_F(Syscall, SysretFaults) {
  expect_fault(sysret(cpu, bits_64), 13);  // from ring 3
  to_kernel();
  cpu[Gpr::rcx] = 0x0000'8000'0000'0000;
  expect_fault(sysret(cpu, bits_64), 13);
  cpu[Gpr::rcx] = 0x0000'7FFF'FFFF'FFFF;
  EXPECT_TRUE(sysret(cpu, bits_64));
  cpu.efer = 0xD00;
  expect_fault(sysret(cpu, bits_64), 6);
  to_user();
  expect_fault(sysret(cpu, bits_64), 6);  // #UD comes first
}

TEST_F(Syscall, SyscallThenSysretIsARoundTrip) {
  cpu[Gpr::rcx] = cpu[Gpr::r11] = 0;
  Outcome o = syscall(cpu, 2);
  o = sysret(*o, bits_64);
  CpuState expected = cpu;
  expected.rip = 0x40'1002;
  expected[Gpr::rcx] = 0x40'1002;
  expected[Gpr::r11] = cpu.rflags;
  EXPECT_EQ(*o, expected);
}

TEST_F(Syscall, SysenterInLongMode) {
  const Outcome o = sysenter(cpu);
  ASSERT_TRUE(o);
  CpuState expected = cpu;
  expected[Gpr::rsp] = 0xFFFF'8000'0000'8000;
  expected.rip = 0xFFFF'8000'0030'0000;
  expected.rflags = 0x4'0546;  // IF
  expected.cs = {0x08, 0, 0xFFFF'FFFF, 0xA09B};
  expected.ss = {0x10, 0, 0xFFFF'FFFF, 0xC093};
  expected.cpl = 0;
  EXPECT_EQ(*o, expected);
}

TEST_F(Syscall, SysenterInProtectedModeAndFromVirtual8086Mode) {
  to_32_bits();
  cpu.rflags |= 0x2'0000;
  const Outcome o = sysenter(cpu);
  ASSERT_TRUE(o);
  EXPECT_EQ(o->rip, 0x0030'0000u);
  EXPECT_EQ((*o)[Gpr::rsp], 0x8000u);
  EXPECT_EQ(o->cs, (Segment{0x08, 0, 0xFFFF'FFFF, 0xC09B}));
  EXPECT_EQ(o->rflags, 0x4'0546u);
  EXPECT_EQ(mode(*o), CpuMode::protected_32);
}

TEST_F(Syscall, SysenterNeedsASelectorAndProtectedMode) {
  cpu.sysenter_cs = 3;
  expect_fault(sysenter(cpu), 13);
  cpu.sysenter_cs = 8;
  cpu.cr0 = 0x10;
  expect_fault(sysenter(cpu), 13);
}

TEST_F(Syscall, SysexitTo64Bits) {
  to_kernel();
  cpu[Gpr::rcx] = 0x7FFF'1000;
  cpu[Gpr::rdx] = 0x40'2000;
  const Outcome o = sysexit(cpu, bits_64);
  ASSERT_TRUE(o);
  CpuState expected = cpu;
  expected[Gpr::rsp] = 0x7FFF'1000;
  expected.rip = 0x40'2000;
  expected.cs = {0x2B, 0, 0xFFFF'FFFF, 0xA0FB};  // SYSENTER_CS + 32
  expected.ss = {0x33, 0, 0xFFFF'FFFF, 0xC0F3};  // SYSENTER_CS + 40
  expected.cpl = 3;
  EXPECT_EQ(*o, expected);
}

TEST_F(Syscall, SysexitTo32Bits) {
  to_kernel();
  cpu[Gpr::rcx] = 0xAAAA'AAAA'1234'5678;
  cpu[Gpr::rdx] = 0xBBBB'BBBB'8765'4321;
  const Outcome o = sysexit(cpu, bits_32);
  ASSERT_TRUE(o);
  EXPECT_EQ((*o)[Gpr::rsp], 0x1234'5678u);
  EXPECT_EQ(o->rip, 0x8765'4321u);
  EXPECT_EQ(o->cs, (Segment{0x1B, 0, 0xFFFF'FFFF, 0xC0FB}));  // + 16
  EXPECT_EQ(o->ss, (Segment{0x23, 0, 0xFFFF'FFFF, 0xC0F3}));  // + 24
}

TEST_F(Syscall, SysexitFaults) {
  expect_fault(sysexit(cpu, bits_64), 13);  // from ring 3
  to_kernel();
  cpu[Gpr::rcx] = 0x0000'8000'0000'0000;
  expect_fault(sysexit(cpu, bits_64), 13);
  cpu[Gpr::rcx] = 0;
  cpu[Gpr::rdx] = 0x0000'8000'0000'0000;
  expect_fault(sysexit(cpu, bits_64), 13);
  EXPECT_TRUE(sysexit(cpu, bits_32));
  cpu.sysenter_cs = 0;
  expect_fault(sysexit(cpu, bits_32), 13);
}

}  // namespace
}  // namespace ringside
