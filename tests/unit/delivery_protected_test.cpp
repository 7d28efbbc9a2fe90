// SPDX-License-Identifier: GPL-2.0-or-later
// Delivery in protected mode: 32-bit and 16-bit gates and TSSs, virtual-8086 mode, with and without paging.
// Source: SDM volume 3A 6.11, 6.12.1 (figure 6-4), 7.2.1 (figure 7-2), volume 3B 20.3.1; volume 2A "INT n".
#include <gmock/gmock.h>

#include "support/delivery_lab.h"

namespace ringside {
namespace {

using testing::ElementsAre;
using enum MicroStepKind;

constexpr Exception kInterrupt{.vector = 0x20, .source = Source::external};

// A flat kernel at CPL 0 without paging; all vectors through 32-bit interrupt gates to kHandler + 16 *
// vector.
class DeliveryProtected : public DeliveryLab {
 protected:
  static constexpr std::uint16_t kCode = 0x08, kData = 0x10, kUserCode = 0x1B, kUserData = 0x23,
                                 kData16 = 0x28, kDown = 0x30, kCode16 = 0x38;

  DeliveryProtected() {
    cpu.cr0 = 0x11;
    descriptor(kCode, 0x00CF'9B00'0000'FFFF);
    descriptor(kData, 0x00CF'9300'0000'FFFF);
    descriptor(kUserCode, 0x00CF'FB00'0000'FFFF);
    descriptor(kUserData, 0x00CF'F300'0000'FFFF);
    descriptor(kData16, 0x0000'9305'0000'FFFF);  // base 0x50000, limit 0xFFFF, B = 0
    descriptor(kDown, 0x0040'9706'0000'0FFF);    // base 0x60000, expand-down, from 0x1000 up, B = 1
    descriptor(kCode16, 0x0000'9B00'0000'9FFF);  // limit 0x9FFF, D = 0
    cpu.gdtr = {kGdt, 0xFF};
    cpu.idtr = {kIdt, 0x7FF};
    for (unsigned v = 0; v < 256; ++v) gate(static_cast<std::uint8_t>(v), kCode, kHandler + 16 * v, 0x8E);
    put(kTss + 4, 0x2'0000, 4);  // ESP0
    put(kTss + 8, kData, 2);     // SS0
    cpu.tr = {0x40, kTss, 0x67, 0x8B};
    cpu.cs = {kCode, 0, 0xFFFF'FFFF, 0xC09B};
    cpu.ss = {kData, 0, 0xFFFF'FFFF, 0xC093};
    cpu.rip = 0x8123;
    cpu.rflags = 0x202;
    cpu[Gpr::rsp] = 0x1'0002;
  }

  // Figure 6-2.
  void gate(std::uint8_t vector, std::uint16_t selector, std::uint32_t offset, unsigned p_dpl_type) {
    const std::uint64_t at = kIdt + 8u * vector;
    put(at, offset & 0xFFFF, 2);
    put(at + 2, selector, 2);
    put(at + 4, 0, 1);
    put(at + 5, p_dpl_type, 1);
    put(at + 6, offset >> 16, 2);
  }
  void enter_user_mode() {
    cpu.cpl = 3;
    cpu.cs = {kUserCode, 0, 0xFFFF'FFFF, 0xC0FB};
    cpu.ss = {kUserData, 0, 0xFFFF'FFFF, 0xC0F3};
    cpu[Gpr::rsp] = 0x4'0008;
  }
  static Segment segment_8086(std::uint16_t selector) {
    return {selector, std::uint64_t{selector} << 4, 0xFFFF, 0x00F3};
  }
  void enter_8086_mode() {
    cpu.cpl = 3;
    cpu.rflags = 0x2'3202;  // VM, IOPL 3, IF
    cpu.cs = segment_8086(0x0800);
    cpu.ss = segment_8086(0x0900);
    cpu.ds = segment_8086(0x0D00);
    cpu.es = segment_8086(0x0E00);
    cpu.fs = segment_8086(0x0F00);
    cpu.gs = segment_8086(0x0600);
    cpu.rip = 0x0123;
    cpu[Gpr::rsp] = 0x0FFE;
  }
};

TEST_F(DeliveryProtected, SameLevelPushesThreeDoublewordsUnaligned) {
  const Delivery d = run(kInterrupt);
  EXPECT_EQ(chain(d), "");
  EXPECT_EQ(d.after[Gpr::rsp], 0x1'0002u - 12);
  EXPECT_THAT(items(0x1'0002 - 12, 3, 4), ElementsAre(0x8123, 0x08, 0x202));
  EXPECT_EQ(d.after.rip, 0x9200u);
  EXPECT_EQ(d.after.rflags, 0x2u);
  EXPECT_EQ(d.after.ss, cpu.ss);
  unsigned written = 0;  // one of the doublewords lies in two pages, and so in two writes
  for (const MemoryWrite& w : d.writes) written += w.size;
  EXPECT_EQ(written, 12u);
}

TEST_F(DeliveryProtected, ExceptionWithErrorCodeThroughATrapGate) {
  gate(13, kCode, 0x9ABC'DEF0, 0x8F);
  const Delivery d = run({.vector = 13, .error_code = 0x18});
  EXPECT_THAT(items(0x1'0002 - 16, 4, 4), ElementsAre(0x18, 0x8123, 0x08, 0x1'0202));
  EXPECT_EQ(d.after.rip, 0x9ABC'DEF0u);
  EXPECT_EQ(d.after.rflags, 0x202u);
}

TEST_F(DeliveryProtected, FromRing3TheStackComesFromSs0AndEsp0) {
  enter_user_mode();
  const Delivery d = run({.vector = 14, .error_code = 5, .cr2 = 0xC000'0000});
  EXPECT_THAT(items(0x2'0000 - 24, 6, 4), ElementsAre(5, 0x8123, 0x1B, 0x1'0202, 0x4'0008, 0x23));
  EXPECT_EQ(d.after[Gpr::rsp], 0x2'0000u - 24);
  EXPECT_EQ(d.after.ss, (Segment{0x10, 0, 0xFFFF'FFFF, 0xC093}));
  EXPECT_EQ(d.after.cs, (Segment{0x08, 0, 0xFFFF'FFFF, 0xC09B}));
  EXPECT_EQ(d.after.cpl, 0);
  EXPECT_EQ(d.after.cr2, 0xC000'0000u);
  using enum Pushed;
  std::vector<Pushed> order;
  for (const MicroStep& s : d.attempts[0].steps)
    if (s.kind == push) order.push_back(s.what);
  EXPECT_THAT(order, ElementsAre(ss, rsp, rflags, cs, rip, error_code));
  EXPECT_EQ(find(d.attempts[0], stack_from_tss)->value, 0x2'0000u);
  EXPECT_EQ(find(d.attempts[0], stack_segment)->value2, 0x10u);
}

TEST_F(DeliveryProtected, IntoRing1TheStackComesFromSs1AndEsp1) {
  enter_user_mode();
  descriptor(0x50, 0x00CF'BB00'0000'FFFF);
  descriptor(0x58, 0x00CF'B300'0000'FFFF);
  gate(0x20, 0x50, kHandler, 0x8E);
  put(kTss + 12, 0x3'0000, 4);
  put(kTss + 16, 0x59, 2);
  const Delivery d = run(kInterrupt);
  EXPECT_EQ(d.after.ss.selector, 0x59);
  EXPECT_EQ(d.after.cs.selector, 0x51);
  EXPECT_EQ(d.after.cpl, 1);
  EXPECT_EQ(d.after[Gpr::rsp], 0x3'0000u - 20);
}

TEST_F(DeliveryProtected, A16BitGatePushesWordsAndHasA16BitOffset) {
  gate(0x20, kCode, 0xFFFF'9000, 0x86);
  cpu.rip = 0x1234'8123;
  const Delivery d = run(kInterrupt);
  EXPECT_THAT(items(0x1'0002 - 6, 3, 2), ElementsAre(0x8123, 0x08, 0x202));
  EXPECT_EQ(d.after.rip, 0x9000u);
  EXPECT_EQ(d.after.rflags, 0x2u);
  gate(0x20, kCode, 0x9000, 0x87);
  EXPECT_EQ(run(kInterrupt).after.rflags, 0x202u);
}

TEST_F(DeliveryProtected, A16BitStackKeepsTheUpperHalfOfEspAndWraps) {
  cpu.ss = {kData16, 0x5'0000, 0xFFFF, 0x0093};
  cpu[Gpr::rsp] = 0xABCD'0004;
  const Delivery d = run(kInterrupt);
  EXPECT_EQ(chain(d), "");
  EXPECT_EQ(d.after[Gpr::rsp], 0xABCD'FFF8u);
  EXPECT_EQ(get(0x5'0000, 4), 0x202u);
  EXPECT_EQ(get(0x5'FFFC, 4), 0x08u);
  EXPECT_EQ(get(0x5'FFF8, 4), 0x8123u);
}

TEST_F(DeliveryProtected, A16BitTssGivesSpAndSs) {
  enter_user_mode();
  cpu.tr = {0x40, kTss, 0x2B, 0x83};
  put(kTss + 2, 0xF000, 2);
  put(kTss + 4, kData16, 2);
  const Delivery d = run(kInterrupt);
  EXPECT_EQ(d.after[Gpr::rsp], 0xF000u - 20);
  EXPECT_EQ(d.after.ss.selector, 0x28);
  EXPECT_THAT(items(0x5'F000 - 20, 5, 4), ElementsAre(0x8123, 0x1B, 0x202, 0x4'0008, 0x23));
}

TEST_F(DeliveryProtected, ConformingHandlerKeepsRing3) {
  enter_user_mode();
  descriptor(0x50, 0x00CF'9F00'0000'FFFF);
  gate(0x20, 0x50, kHandler, 0x8E);
  const Delivery d = run(kInterrupt);
  EXPECT_EQ(d.after.cpl, 3);
  EXPECT_EQ(d.after.cs.selector, 0x53);
  EXPECT_EQ(d.after[Gpr::rsp], 0x4'0008u - 12);
}

TEST_F(DeliveryProtected, LeavesVirtual8086ModeWithAllSegmentsOnTheStack) {
  enter_8086_mode();
  ASSERT_EQ(mode(cpu), CpuMode::virtual_8086);
  const Delivery d = run({.vector = 13, .error_code = 0});
  EXPECT_EQ(chain(d), "");
  EXPECT_EQ(d.after[Gpr::rsp], 0x2'0000u - 40);
  EXPECT_THAT(items(0x2'0000 - 40, 10, 4),
              ElementsAre(0, 0x0123, 0x0800, 0x3'3202, 0x0FFE, 0x0900, 0x0E00, 0x0D00, 0x0F00, 0x0600));
  EXPECT_EQ(d.after.ds, (Segment{}));
  EXPECT_EQ(d.after.es, (Segment{}));
  EXPECT_EQ(d.after.fs, (Segment{}));
  EXPECT_EQ(d.after.gs, (Segment{}));
  EXPECT_EQ(d.after.rflags, 0x3002u);  // VM and IF gone, IOPL kept
  EXPECT_EQ(d.after.cpl, 0);
  EXPECT_EQ(mode(d.after), CpuMode::protected_32);
}

TEST_F(DeliveryProtected, FromVirtual8086ModeOnlyIntoRing0) {
  enter_8086_mode();
  descriptor(0x50, 0x00CF'9F00'0000'FFFF);  // conforming: would stay in ring 3
  gate(0x20, 0x50, kHandler, 0x8E);
  EXPECT_EQ(chain(run(kInterrupt)), "13:51");
  descriptor(0x50, 0x00CF'BB00'0000'FFFF);  // ring 1
  EXPECT_EQ(chain(run(kInterrupt)), "13:51");
  // An INT n of 8086 code counts as ring 3 for the gate.
  EXPECT_EQ(chain(run({.vector = 0x30, .source = Source::software_int, .instruction_bytes = 2})), "13:182");
}

TEST_F(DeliveryProtected, ErrorCodesOfGatesAndCode) {
  cpu.idtr.limit = 0x20 * 8 + 6;
  EXPECT_EQ(chain(run(kInterrupt)), "13:103");
  cpu.idtr.limit = 0x7FF;
  gate(0x20, kCode, kHandler, 0x8C);  // a call gate
  EXPECT_EQ(chain(run(kInterrupt)), "13:103");
  gate(0x20, kCode, kHandler, 0x0E);
  EXPECT_EQ(chain(run(kInterrupt)), "11:103");
  gate(0x20, 0, kHandler, 0x8E);
  EXPECT_EQ(chain(run(kInterrupt)), "13:1");
  gate(0x20, kData, kHandler, 0x8E);
  EXPECT_EQ(chain(run(kInterrupt)), "13:11");
  gate(0x20, kUserCode, kHandler, 0x8E);
  EXPECT_EQ(chain(run(kInterrupt)), "13:19");
  descriptor(0x50, 0x00CF'1B00'0000'FFFF);
  gate(0x20, 0x50, kHandler, 0x8E);
  EXPECT_EQ(chain(run(kInterrupt)), "11:51");
}

TEST_F(DeliveryProtected, CodeMayHaveTheLBitHere) {
  descriptor(0x50, 0x00EF'9B00'0000'FFFF);
  gate(0x20, 0x50, kHandler, 0x8E);
  EXPECT_EQ(chain(run(kInterrupt)), "");
}

TEST_F(DeliveryProtected, HandlerBeyondTheLimitOfItsSegment) {
  gate(0x20, kCode16, 0x9FFF, 0x8E);
  EXPECT_EQ(chain(run(kInterrupt)), "");
  gate(0x20, kCode16, 0xA000, 0x8E);
  const Delivery d = run(kInterrupt);
  EXPECT_EQ(chain(d), "13:1");
  EXPECT_EQ(failed_at(d.attempts[0]), jump);
}

TEST_F(DeliveryProtected, TaskGatesAreRefusedOnTheirSelector) {
  gate(8, 0x48, 0, 0x85);
  const Delivery d = run({.vector = 8, .source = Source::external});
  EXPECT_EQ(chain(d), "13:49");
  EXPECT_EQ(find(d.attempts[0], gate_type)->value, 5u);
  EXPECT_EQ(failed_at(d.attempts[0]), target_descriptor);
}

TEST_F(DeliveryProtected, WrongStackSegmentsInTheTss) {
  enter_user_mode();
  struct Case {
    std::uint64_t descriptor;
    std::uint16_t selector;
    const char* chain;
    const char* what;
  };
  // #TS and #SS are delivered through the same TSS here: they end in a shutdown.
  const Case cases[] = {
      {0, 0x00, "10:1 10:1 10:1", "null"},
      {0, 0x02, "10:1 10:1 10:1", "null with RPL 2"},
      {0x00CF'9300'0000'FFFF, 0x53, "10:51 10:51 10:51", "RPL 3 for ring 0"},
      {0x00CF'F300'0000'FFFF, 0x50, "10:51 10:51 10:51", "DPL 3 for ring 0"},
      {0x00CF'9100'0000'FFFF, 0x50, "10:51 10:51 10:51", "read-only"},
      {0x00CF'9B00'0000'FFFF, 0x50, "10:51 10:51 10:51", "code"},
      {0x0000'8B00'0000'FFFF, 0x50, "10:51 10:51 10:51", "a TSS"},
      {0x00CF'1300'0000'FFFF, 0x50, "12:51 12:51 12:51", "not present"},
      {0, 0x100, "10:101 10:101 10:101", "beyond the GDT"},
  };
  for (const Case& c : cases) {
    if (c.descriptor) descriptor(c.selector, c.descriptor);
    put(kTss + 8, c.selector, 2);
    const Delivery d = run(kInterrupt);
    EXPECT_EQ(chain(d), c.chain) << c.what;
    EXPECT_TRUE(d.triple_fault());
    EXPECT_EQ(failed_at(d.attempts[0]), stack_segment) << c.what;
  }
}

TEST_F(DeliveryProtected, TssTooShort) {
  enter_user_mode();
  cpu.tr.limit = 8;
  EXPECT_EQ(chain(run(kInterrupt)), "10:41 10:41 10:41");
  cpu.tr.limit = 9;
  EXPECT_EQ(chain(run(kInterrupt)), "");
  cpu.tr = {0x40, kTss, 4, 0x83};
  EXPECT_EQ(chain(run(kInterrupt)), "10:41 10:41 10:41");
}

TEST_F(DeliveryProtected, NoRoomOnTheStack) {
  // The same stack: #SS with EXT alone; an inner one: the selector of the new SS.
  cpu.ss = {kData16, 0x5'0000, 0x0FFF, 0x0093};
  cpu[Gpr::rsp] = 0x1008;
  Delivery d = run(kInterrupt);
  EXPECT_EQ(d.attempts[1].exception.vector, 12);
  EXPECT_EQ(d.attempts[1].exception.error_code, 1u);
  EXPECT_TRUE(d.writes.empty());

  enter_user_mode();
  put(kTss + 8, kDown, 2);
  put(kTss + 4, 0x1013, 4);  // 20 bytes down would be 0xFFF, the last offset that is forbidden
  d = run(kInterrupt);
  EXPECT_EQ(d.attempts[1].exception.vector, 12);
  EXPECT_EQ(d.attempts[1].exception.error_code, 0x31u);
  put(kTss + 4, 0x1014, 4);
  d = run(kInterrupt);
  EXPECT_EQ(chain(d), "");
  EXPECT_EQ(get(0x6'1000, 4), 0x8123u);
}

TEST_F(DeliveryProtected, TheFrameOf8086CodeNeedsRoomForNineDoublewords) {
  enter_8086_mode();
  put(kTss + 8, kDown, 2);
  put(kTss + 4, 0x1000 + 35, 4);
  EXPECT_EQ(run(kInterrupt).attempts[1].exception.vector, 12);
  EXPECT_TRUE(run(kInterrupt).writes.empty());
  put(kTss + 4, 0x1000 + 36, 4);
  EXPECT_EQ(chain(run(kInterrupt)), "");
}

TEST_F(DeliveryProtected, SetsTheAccessedBitsOfCodeAndStack) {
  enter_user_mode();
  descriptor(kCode, 0x00CF'9A00'0000'FFFF);
  descriptor(kData, 0x00CF'9200'0000'FFFF);
  const Delivery d = run(kInterrupt);
  EXPECT_EQ(get(kGdt + 0x08), 0x00CF'9B00'0000'FFFFu);
  EXPECT_EQ(get(kGdt + 0x10), 0x00CF'9300'0000'FFFFu);
  EXPECT_EQ(d.after.ss.attributes, 0xC093);
}

TEST_F(DeliveryProtected, CodeWithABaseIsEnteredAtItsOffset) {
  descriptor(0x50, 0x00CF'9B12'3456'FFFF);
  gate(0x20, 0x50, 0x100, 0x8E);
  const Delivery d = run(kInterrupt);
  EXPECT_EQ(d.after.cs.base, 0x12'3456u);
  EXPECT_EQ(d.after.rip, 0x100u);
}

TEST_F(DeliveryProtected, WalksTwoLevelTablesWithPaging) {
  cpu.cr0 = 0x8001'0011;
  cpu.cr3 = 0x10'0000;
  put(0x10'0000, 0x10'1007, 4);
  for (std::uint64_t p = 0; p < 0x400; ++p) put(0x10'1000 + 4 * p, p << 12 | 0x67, 4);
  put(0x10'1000 + 4 * 0xF, 0x5'F007, 4);  // the stack's page lies elsewhere
  cpu[Gpr::rsp] = 0x1'0000;
  const Delivery d = run(kInterrupt);
  EXPECT_EQ(chain(d), "");
  EXPECT_THAT(items(0x5'FFF4, 3, 4), ElementsAre(0x8123, 0x08, 0x202));
  EXPECT_EQ(get(0x10'0000, 4), 0x10'1027u);
  EXPECT_EQ(get(0x10'1000 + 4 * 0xF, 4), 0x5'F067u);

  put(0x10'1000 + 4 * 0xF, 0, 4);
  EXPECT_EQ(chain(run(kInterrupt)), "14:2 14:2 14:2");
}

TEST_F(DeliveryProtected, PaeDirectoryPointersKeepTheirReservedBitsClear) {
  cpu.cr0 = 0x8001'0011;
  cpu.cr4 = 0x20;
  cpu.cr3 = 0x10'0000;
  put(0x10'0000, 0x10'1001, 8);
  put(0x10'1000, 0x83, 8);  // one 2 MiB page, neither accessed nor dirty
  const Delivery d = run(kInterrupt);
  EXPECT_EQ(chain(d), "");
  EXPECT_EQ(get(0x10'0000), 0x10'1001u);
  EXPECT_EQ(get(0x10'1000), 0xE3u);
}

TEST_F(DeliveryProtected, NullIdtShutsDown) {
  cpu.idtr = {0, 0};
  EXPECT_EQ(chain(run({.vector = 3, .source = Source::software_int, .instruction_bytes = 1})),
            "13:1a 13:6b 13:43");
}

}  // namespace
}  // namespace ringside
