// SPDX-License-Identifier: GPL-2.0-or-later
// IDT, GDT and TSS from bytes as the manual draws them (SDM volume 3A figures 3-8, 6-2, 6-8, 7-11).
#include "sim/inspect/descriptor_tables.h"

#include "tests/unit/support/inspect_lab.h"

namespace ringside {
namespace {

using testing::HasSubstr;

class Idt : public InspectLab {
 protected:
  // Most of these tests are about gates alone.
  void forget_the_pics() { board.pic = {}; }
  std::string remark(std::string_view vector) { return at(idt_table(context()), vector, "Remark"); }
};

TEST_F(Idt, DecodesALongModeGate) {
  forget_the_pics();
  gate(14, kCode, 0x9000, 0xEF, 3);  // present, DPL 3, trap gate, IST 3
  const Table t = idt_table(context());
  EXPECT_EQ(at(t, "14", "Name"), "#PF Page Fault");
  EXPECT_EQ(at(t, "14", "Handler"), "0x0000'0000'0000'9000");
  EXPECT_EQ(at(t, "14", "Selector"), "0x0008");
  EXPECT_EQ(at(t, "14", "Type"), "trap gate");
  EXPECT_EQ(at(t, "14", "DPL"), "3");
  EXPECT_EQ(at(t, "14", "IST"), "3");
  EXPECT_EQ(at(t, "14", "P"), "1");
  EXPECT_EQ(at(t, "14", "Remark"), "");
}

TEST_F(Idt, SaysWhatIsWrongWithAGate) {
  gate(3, kCode, 0x9000, 0x0E);
  EXPECT_EQ(remark("3"), "not present: #NP");
  gate(3, kData, 0x9000, 0x8E);
  EXPECT_EQ(remark("3"), "selector 0x10 is no code segment: #GP");
  gate(3, 0, 0x9000, 0x8E);
  EXPECT_EQ(remark("3"), "null selector: #GP");
  gate(3, 0x200, 0x9000, 0x8E);
  EXPECT_EQ(remark("3"), "selector 0x200 lies outside of its table: #GP");
  gate(3, kCode, 0x9000, 0x85);
  EXPECT_EQ(remark("3"), "type 0x5 is no gate: #GP") << "there are no task gates in long mode";
  gate(3, kCode, 0x8000'0000'0000'0000, 0x8E);
  EXPECT_EQ(remark("3"), "handler's address is not canonical: #GP");
  gate(3, kCode, 0x4000'0000, 0x8E);
  EXPECT_THAT(remark("3"), HasSubstr("handler is not readable: the page walk stopped at PDPT[1]"));
}

TEST_F(Idt, ShowsEveryExceptionAndOneRowForARunOfEmptyGates) {
  forget_the_pics();
  for (unsigned v = 0; v < 256; ++v) put(kIdt + 16 * v, 0, 8), put(kIdt + 16 * v + 8, 0, 8);
  gate(0x80, kCode, 0x9000, 0xEE);
  const Table t = idt_table(context());
  const auto all = keys(t);
  EXPECT_EQ(all.size(), 35u);
  EXPECT_EQ(all[31], "31");
  EXPECT_EQ(all[32], "32-127");
  EXPECT_EQ(all[33], "128");
  EXPECT_EQ(all[34], "129-255");
  EXPECT_EQ(at(t, "7", "Remark"), "empty");
}

TEST_F(Idt, PutsStubsAtEqualDistancesIntoOneRow) {
  const Table t = idt_table(context());  // kHandler + 16 * vector
  EXPECT_EQ(at(t, "32-111", "Handler"), "0x0000'0000'0000'9200");
  EXPECT_EQ(at(t, "32-111", "Remark"), "the others 0x10 bytes further each")
      << "the slave's vectors are 0x70 to 0x77";
  gate(0x30, kCode, 0x9000, 0xEE);
  EXPECT_NE(find_row(idt_table(context()), "48"), nullptr) << "one that differs stands alone";
}

TEST_F(Idt, GivesPicLinesTheirNames) {
  board.pic.master.icw2 = 0x20;
  EXPECT_EQ(at(idt_table(context()), "33", "Name"), "IRQ 1 keyboard");
}

TEST_F(Idt, WarnsOfAnOpenPicLineOnAnExceptionsVector) {
  const Table t = idt_table(context());  // as a BIOS leaves it: vectors from 8, IRQ 0 open, IRQ 3 closed
  EXPECT_EQ(at(t, "8", "Name"), "#DF Double Fault, and IRQ 0 timer");
  EXPECT_EQ(find_cell(t, "8", "Name")->tone, Tone::fault);
  EXPECT_EQ(at(t, "11", "Name"), "#NP Segment Not Present");
}

TEST_F(Idt, StopsAtTheLimit) {
  cpu.idtr.limit = 16 * 14 + 14;  // the last byte of gate 14 is missing
  EXPECT_EQ(keys(idt_table(context())).size(), 14u);
  cpu.idtr.limit = 0;
  const Table t = idt_table(context());
  EXPECT_TRUE(t.rows.empty());
  EXPECT_THAT(t.note, HasSubstr("triple fault"));
}

TEST_F(Idt, SaysWhyItCannotBeRead) {
  cpu.idtr.base = 0xFFFF'8000'0000'0000;
  const Table t = idt_table(context());
  ASSERT_EQ(t.rows.size(), 1u);
  EXPECT_EQ(t.rows[0].key, "0-255");
  EXPECT_EQ(at(t, "0-255", "Remark"),
            "not readable: the page walk stopped at PML4[256] at 0x1800, not present");
}

TEST_F(Idt, ReadsTheFarPointersOfRealMode) {
  cpu = {};
  cpu.idtr = {0, 0x3FF};
  put(4 * 0x10, 0xF000'1234, 4);
  const Table t = idt_table(context());
  EXPECT_EQ(t.rows.size(), 256u);
  EXPECT_EQ(at(t, "16", "Handler"), "f000:1234");
  EXPECT_EQ(at(t, "16", "Linear"), "0x000f1234");
}

TEST_F(Idt, Reads32BitGatesOutsideOfLongMode) {
  cpu.efer = 0;
  cpu.cr0 = 0x11;
  cpu.idtr.limit = 0x7FF;
  descriptor(kCode, 0x00CF'9B00'0000'FFFF);
  put(kIdt + 8 * 13, 0x0001'8F00'0008'2345, 8);  // trap gate, 0x12345
  const Table t = idt_table(context());
  EXPECT_EQ(at(t, "13", "Handler"), "0x00012345");
  EXPECT_EQ(at(t, "13", "Type"), "trap gate");
  EXPECT_EQ(at(t, "13", "Remark"), "");
  put(kIdt + 8 * 13, 0x0000'8500'0008'0000, 8);
  EXPECT_EQ(at(idt_table(context()), "13", "Type"), "task gate");
}

class Gdt : public InspectLab {};

TEST_F(Gdt, DecodesSegmentsAndWhoHoldsThem) {
  const Table t = gdt_table(context());
  EXPECT_EQ(at(t, "0x00", "Type"), "null");
  EXPECT_EQ(at(t, "0x08", "Type"), "code, 64-bit, readable");
  EXPECT_EQ(at(t, "0x08", "Held by"), "CS");
  EXPECT_EQ(at(t, "0x10", "Held by"), "SS");
  EXPECT_EQ(at(t, "0x18", "Ring"), "3");
  EXPECT_EQ(at(t, "0x20", "Type"), "code, 64-bit, readable");
}

TEST_F(Gdt, ShowsASixteenByteDescriptorAsOneRow) {
  put(kGdt + 0x40, 0x1200'8B34'5678'0067, 8);  // TSS, limit 0x67, base bits 31:0 = 0x12345678
  put(kGdt + 0x48, 0xFFFF'8000, 8);            // base bits 63:32
  const Table t = gdt_table(context());
  EXPECT_EQ(at(t, "0x40", "Type"), "64-bit TSS, busy");
  EXPECT_EQ(at(t, "0x40", "Base"), "0xffff'8000'1234'5678");
  EXPECT_EQ(at(t, "0x40", "Limit"), "0x00000067");
  EXPECT_EQ(at(t, "0x40", "Held by"), "TR");
  EXPECT_EQ(find_row(t, "0x48"), nullptr);
  EXPECT_NE(find_row(t, "0x50"), nullptr);
}

TEST_F(Gdt, ExpandsTheLimitByItsGranularity) {
  descriptor(0x28, 0x00CF'9300'0000'FFFF);
  EXPECT_EQ(at(gdt_table(context()), "0x28", "Limit"), "0xffffffff");
  descriptor(0x28, 0x0040'9300'0000'FFFF);
  EXPECT_EQ(at(gdt_table(context()), "0x28", "Limit"), "0x0000ffff");
}

TEST_F(Gdt, BoundsItsRowsWhateverTheLimit) {
  cpu.gdtr = {0, 0xFFFF};
  for (unsigned i = 0; i < 0x1'0000; i += 8) put(i, 0x00CF'9300'0000'FFFF + i, 8);
  // (The page tables lie in there; the walk may end anywhere.)
  EXPECT_LE(gdt_table(context()).rows.size(), 513u);
}

class TssTable : public InspectLab {};

TEST_F(TssTable, ListsStacksAndSaysWhetherTheyCanTakeAPush) {
  put(kTss + 44, 0x5000'0000, 8);  // IST2 is not mapped
  put(kTss + 102, 0x68, 2);
  const Table t = tss_table(context());
  EXPECT_EQ(at(t, "rsp0", "Value"), "0x0000'0000'0002'0000");
  EXPECT_EQ(at(t, "rsp0", "State"), "top of the stack is mapped");
  EXPECT_EQ(at(t, "ist1", "Value"), "0x0000'0000'0003'0000");
  EXPECT_THAT(at(t, "ist2", "State"), HasSubstr("a push would fault at PDPT[1]"));
  EXPECT_EQ(at(t, "ist3", "State"), "not set");
  EXPECT_THAT(at(t, "iomap", "State"), HasSubstr("no port is open"));
}

TEST_F(TssTable, CountsThePortsThatTheBitmapOpens) {
  cpu.tr.limit = 0x67 + 3;
  put(kTss + 102, 0x68, 2);
  put(kTss + 0x68, 0xFF'FE'F0, 3);  // ports 0-3 and 8 are open
  EXPECT_EQ(at(tss_table(context()), "iomap", "State"),
            "3 bytes of bitmap: 5 ports open to rings above IOPL");
}

TEST_F(TssTable, MarksWhatLiesBeyondTheLimit) {
  cpu.tr.limit = 36 + 8 - 1;  // IST1 is the last that fits
  const Table t = tss_table(context());
  EXPECT_EQ(at(t, "ist1", "State"), "top of the stack is mapped");
  EXPECT_EQ(at(t, "ist2", "State"), "beyond the limit: #TS");
}

TEST_F(TssTable, SaysThatThereIsNone) {
  cpu.tr = {};
  const Table t = tss_table(context());
  EXPECT_TRUE(t.rows.empty());
  EXPECT_THAT(t.note, HasSubstr("No TSS is loaded"));
}

TEST_F(TssTable, Reads32BitStackPairs) {
  cpu.efer = 0;
  cpu.cr0 = 0x11;
  put(kTss + 4, 0x0002'0000, 4);
  put(kTss + 8, 0x10, 2);
  const Table t = tss_table(context());
  EXPECT_EQ(at(t, "esp0", "Value"), "0x00020000");
  EXPECT_EQ(at(t, "ss0", "Value"), "0x0010");
}

}  // namespace
}  // namespace ringside
