// SPDX-License-Identifier: GPL-2.0-or-later
#include "sim/inspect/cpu_tables.h"

#include "tests/unit/support/inspect_lab.h"

namespace ringside {
namespace {

class CpuTables : public InspectLab {};

TEST_F(CpuTables, ShowSixteenRegistersWithTheirLongNamesIn64BitCode) {
  cpu[Gpr::r9] = 0xABCD;
  const Table t = registers_table(context());
  EXPECT_EQ(at(t, "rax", "Register"), "RAX");
  EXPECT_EQ(at(t, "r9", "Value"), "0x0000'0000'0000'abcd");
  EXPECT_EQ(at(t, "rip", "Value"), "0x0000'0000'0000'8123");
  EXPECT_EQ(at(t, "rflags", "Points to"), "IF");
  EXPECT_EQ(t.note, "long mode, ring 0 (kernel), interrupts on, instruction 1,234");
}

TEST_F(CpuTables, ShowEightShortOnesIn32BitCode) {
  cpu.efer = 0;
  cpu.cs.attributes = 0xC09B;
  cpu[Gpr::rax] = 0xFFFF'FFFF'1234'5678;
  const Table t = registers_table(context());
  EXPECT_EQ(at(t, "rax", "Register"), "EAX");
  EXPECT_EQ(at(t, "rax", "Value"), "0x12345678");
  EXPECT_EQ(find_row(t, "r9"), nullptr);
}

TEST_F(CpuTables, LinkOnlyWhatCanBeRead) {
  cpu[Gpr::rax] = 0x9000;                 // mapped
  cpu[Gpr::rbx] = 0x7FFF'0000'0000;       // not mapped
  cpu[Gpr::rcx] = 0x8000'0000'0000'0000;  // not canonical
  const Table t = registers_table(context());
  EXPECT_EQ(find_cell(t, "rax", "Value")->link, Link::linear);
  EXPECT_EQ(find_cell(t, "rbx", "Value")->link, Link::none);
  EXPECT_EQ(find_cell(t, "rcx", "Value")->link, Link::none);
}

// Bits by SDM volume 1 figure 3-8.
TEST_F(CpuTables, NameTheFlags) {
  EXPECT_EQ(flags_words(0x2), "");
  EXPECT_EQ(flags_words(0x246), "IF ZF PF");
  EXPECT_EQ(flags_words(0x3202), "IF IOPL=3");
  cpu.rflags = 0x803;
  const Table t = flags_table(context());
  EXPECT_EQ(at(t, "cf", "Value"), "1");
  EXPECT_EQ(at(t, "of", "Value"), "1");
  EXPECT_EQ(at(t, "if", "Value"), "0");
}

TEST_F(CpuTables, DecodeControlRegistersBitByBit) {
  const Table t = control_table(context());
  EXPECT_EQ(at(t, "cr0", "Meaning"), "PE ET WP PG") << "CR0 is 0x80010011";
  EXPECT_EQ(at(t, "cr0.wp", "Value"), "1");
  EXPECT_EQ(at(t, "cr0.ts", "Value"), "0");
  EXPECT_EQ(at(t, "efer", "Meaning"), "LME LMA NXE");
  EXPECT_EQ(at(t, "cr3", "Meaning"), "physical address of the PML4 table");
}

TEST_F(CpuTables, DecodeDebugBreakpoints) {
  cpu.dr[1] = 0x9000;
  cpu.dr7 = 0x400 | 1 << 2 | 0b1101ull << 20;  // L1; R/W1 = 01 write, LEN1 = 11 four bytes
  const Table t = control_table(context());
  EXPECT_EQ(at(t, "dr1", "Meaning"), "breakpoint on write, 4 bytes");
  EXPECT_EQ(at(t, "dr0", "Meaning"), "breakpoint off");
}

TEST_F(CpuTables, TellWhatKindOfSegmentEachRegisterHolds) {
  const Table t = segments_table(context());
  EXPECT_EQ(at(t, "cs", "Type"), "code, 64-bit, readable");
  EXPECT_EQ(at(t, "ss", "Type"), "data, writable");
  EXPECT_EQ(at(t, "tr", "Type"), "64-bit TSS, busy");
  EXPECT_EQ(at(t, "ds", "Type"), "not usable");
  EXPECT_EQ(at(t, "idtr", "Limit"), "0x00000fff");
}

TEST_F(CpuTables, ReadX87RegistersAsNumbers) {
  cpu.fp.st[0] = {0xC000'0000'0000'0000, 0x4000};  // 1.5 * 2^1
  cpu.fp.st[1] = {0x8000'0000'0000'0000, 0xFFFF};  // -infinity
  cpu.fp.fsw = 6 << 11;                            // TOP = 6
  cpu.fp.ftw = 0x0FFF;                             // registers 6 and 7 in use
  const Table t = fpu_table(context());
  EXPECT_EQ(at(t, "st0", "Value"), "3");
  EXPECT_EQ(at(t, "st1", "Value"), "-infinity");
  EXPECT_EQ(at(t, "st2", "Value"), "empty");
}

TEST_F(CpuTables, ListTheModelSpecificRegistersByNumber) {
  cpu.lstar = 0xFFFF'8000'0000'1000;
  const Table t = msrs_table(context());
  EXPECT_EQ(at(t, "c0000082", "Value"), "0xffff'8000'0000'1000");
  EXPECT_EQ(at(t, "c0000080", "Value"), "0x0000'0000'0000'0d00") << "IA32_EFER";
}

}  // namespace
}  // namespace ringside
