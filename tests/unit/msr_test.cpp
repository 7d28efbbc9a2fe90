// SPDX-License-Identifier: GPL-2.0-or-later
// Numbers and reserved bits from SDM volume 4 table 2-2 and volume 3A 2.2.1, 11.12.2 and 17.17.
#include "sim/cpu/msr.h"

#include <gtest/gtest.h>

namespace ringside {
namespace {

constexpr std::uint64_t kNotCanonical = 0x0000'8000'0000'0000;

class Msr : public testing::Test {
 protected:
  CpuState cpu;
  Ticks now = 1000;

  std::uint64_t read(std::uint32_t index) {
    const auto value = read_msr(cpu, index, now);
    EXPECT_TRUE(value.has_value()) << std::hex << index;
    return value.value_or(0);
  }
  // Writes and keeps the new state; false on #GP(0).
  bool write(std::uint32_t index, std::uint64_t value) {
    const CpuState before = cpu;
    const auto next = write_msr(cpu, index, value, now);
    EXPECT_EQ(cpu, before);
    if (!next) {
      EXPECT_EQ(next.error(), (Exception{.vector = 13}));
      return false;
    }
    cpu = *next;
    return true;
  }
};

TEST_F(Msr, EachRegisterWritesItsOwnMember) {
  const struct {
    std::uint32_t index;
    std::uint64_t CpuState::*member;
  } rows[] = {{0x174, &CpuState::sysenter_cs},  {0x175, &CpuState::sysenter_esp},
              {0x176, &CpuState::sysenter_eip}, {0xC000'0081, &CpuState::star},
              {0xC000'0082, &CpuState::lstar},  {0xC000'0083, &CpuState::cstar},
              {0xC000'0084, &CpuState::sfmask}, {0xC000'0102, &CpuState::kernel_gs_base},
              {0xC000'0103, &CpuState::tsc_aux}};
  for (const auto& row : rows) {
    cpu = {};
    EXPECT_TRUE(write(row.index, 0x1234'5678)) << std::hex << row.index;
    CpuState expected;
    expected.*row.member = 0x1234'5678;
    EXPECT_EQ(cpu, expected) << std::hex << row.index;
    EXPECT_EQ(read(row.index), 0x1234'5678u);
  }
}

TEST_F(Msr, FsAndGsBaseAreTheHiddenBases) {
  EXPECT_TRUE(write(0xC000'0100, 0xFFFF'8000'0000'1000));
  EXPECT_TRUE(write(0xC000'0101, 0x7000));
  EXPECT_EQ(cpu.fs.base, 0xFFFF'8000'0000'1000u);
  EXPECT_EQ(cpu.gs.base, 0x7000u);
  EXPECT_EQ(cpu.kernel_gs_base, 0u);
  EXPECT_EQ(read(0xC000'0100), 0xFFFF'8000'0000'1000u);
}

TEST_F(Msr, AddressesMustBeCanonical) {
  for (const std::uint32_t index :
       {0x175u, 0x176u, 0xC000'0082u, 0xC000'0083u, 0xC000'0100u, 0xC000'0101u, 0xC000'0102u}) {
    EXPECT_FALSE(write(index, kNotCanonical)) << std::hex << index;
    EXPECT_TRUE(write(index, 0xFFFF'8000'0000'0000)) << std::hex << index;
  }
  EXPECT_TRUE(write(0xC000'0081, kNotCanonical));  // STAR holds selectors, no address
}

TEST_F(Msr, RegistersOf32BitsRefuseMore) {
  for (const std::uint32_t index : {0x174u, 0xC000'0084u, 0xC000'0103u}) {
    EXPECT_FALSE(write(index, 0x1'0000'0000)) << std::hex << index;
    EXPECT_TRUE(write(index, 0xFFFF'FFFF)) << std::hex << index;
  }
}

TEST_F(Msr, EferRefusesReservedBits) {
  for (unsigned b = 0; b < 64; ++b) {
    cpu.efer = 0;
    const bool defined = b == 0 || b == 8 || b == 10 || b == 11;
    EXPECT_EQ(write(0xC000'0080, std::uint64_t{1} << b), defined) << "bit " << b;
  }
}

TEST_F(Msr, EferLmaIsTheProcessors) {
  EXPECT_TRUE(write(0xC000'0080, 0x500));
  EXPECT_EQ(cpu.efer, 0x100u);
  cpu.cr0 = 0x8000'0001;
  cpu.efer = 0x500;
  EXPECT_TRUE(write(0xC000'0080, 0x901));
  EXPECT_EQ(cpu.efer, 0xD01u);
}

TEST_F(Msr, EferLmeIsFixedWhilePagingIsOn) {
  cpu.cr0 = 0x8000'0001;
  EXPECT_FALSE(write(0xC000'0080, 0x100));
  EXPECT_TRUE(write(0xC000'0080, 0x800));
  cpu.efer = 0x500;
  EXPECT_FALSE(write(0xC000'0080, 0x400));
  cpu.cr0 = 1;
  EXPECT_TRUE(write(0xC000'0080, 0x100));
}

TEST_F(Msr, PatTakesSixMemoryTypes) {
  EXPECT_EQ(read(0x277), 0x0007'0406'0007'0406u);  // the value after reset
  for (unsigned entry = 0; entry < 8; ++entry) {
    for (unsigned type = 0; type < 256; ++type) {
      const bool valid = type == 0 || type == 1 || (type >= 4 && type <= 7);
      ASSERT_EQ(write(0x277, std::uint64_t{type} << (8 * entry)), valid) << entry << ", " << type;
    }
  }
}

TEST_F(Msr, TheTimeStampCounterCountsMachineTime) {
  EXPECT_EQ(read(0x10), 1000u);
  now = 2500;
  EXPECT_EQ(read(0x10), 2500u);
  EXPECT_TRUE(write(0x10, 10));
  EXPECT_EQ(read(0x10), 10u);
  now = 2600;
  EXPECT_EQ(read(0x10), 110u);
  EXPECT_EQ(time_stamp(cpu, now), 110u);
}

TEST_F(Msr, TheApicCannotBeSwitchedOn) {
  EXPECT_TRUE(write(0x1B, 0xFEE0'0100));
  EXPECT_EQ(read(0x1B), 0xFEE0'0100u);
  for (const unsigned b : {0u, 7u, 9u, 10u, 11u, 40u, 63u})
    EXPECT_FALSE(write(0x1B, 0xFEE0'0100 | std::uint64_t{1} << b)) << "bit " << b;
}

TEST_F(Msr, ConstantsMayBeWrittenBack) {
  for (const std::uint32_t index : {0x1A0u, 0x1D9u}) {
    const std::uint64_t value = read(index);
    EXPECT_TRUE(write(index, value));
    EXPECT_FALSE(write(index, value ^ 2));
  }
  EXPECT_EQ(read(0x1A0), 1u);
}

TEST_F(Msr, ReadOnlyRegisters) {
  for (const std::uint32_t index : {0x17u, 0xFEu}) {
    EXPECT_EQ(read(index), 0u);
    EXPECT_FALSE(write(index, 0));
  }
  EXPECT_TRUE(write(0x8B, 0));
}

TEST_F(Msr, UnknownRegistersDoNotExist) {
  for (const std::uint32_t index :
       {0u, 0x3Au, 0x200u, 0x2FFu, 0x802u, 0xC000'0085u, 0xC001'0015u, 0xFFFF'FFFFu}) {
    EXPECT_EQ(read_msr(cpu, index, 0).error(), (Exception{.vector = 13})) << std::hex << index;
    EXPECT_FALSE(write(index, 0)) << std::hex << index;
    EXPECT_STREQ(msr_name(index), "");
  }
  EXPECT_STREQ(msr_name(0xC000'0080), "IA32_EFER");
}

TEST_F(Msr, OnlyRing0AndNotVirtual8086Mode) {
  cpu.cpl = 3;
  EXPECT_FALSE(read_msr(cpu, 0x10, 0));
  EXPECT_FALSE(write(0x10, 0));
  cpu.cpl = 0;
  cpu.rflags |= 0x2'0000;
  EXPECT_FALSE(read_msr(cpu, 0x10, 0));
}

}  // namespace
}  // namespace ringside
