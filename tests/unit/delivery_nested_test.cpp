// SPDX-License-Identifier: GPL-2.0-or-later
// Deliveries that fail: which exception arises instead, with which error code, and what becomes of the two.
// Source: SDM volume 2A "INT n" (order of checks), volume 3A 6.13 (error codes), 6.15 Interrupt 8 (tables
// 6-4, 6-5).
#include <gmock/gmock.h>

#include "support/delivery_lab.h"

namespace ringside {
namespace {

using testing::ElementsAre;
using enum MicroStepKind;

using DeliveryNested = LongLab;

constexpr std::uint8_t kVector = 0x50;
constexpr Exception kInterrupt{.vector = kVector, .source = Source::external};
constexpr Exception kIntN{.vector = kVector, .source = Source::software_int, .instruction_bytes = 2};
constexpr Exception kFault{.vector = 6};

TEST(DeliveryTable65, EveryPair) {
  const std::uint8_t benign[] = {1, 2, 3, 4, 5, 6, 7, 9, 16, 17, 18, 19, 32, 255};
  const std::uint8_t contributory[] = {0, 10, 11, 12, 13, 21};
  const std::uint8_t page_fault[] = {14, 20};
  for (const std::uint8_t b : benign) {
    for (unsigned v = 0; v < 256; ++v) {
      EXPECT_EQ(combine(b, static_cast<std::uint8_t>(v)), Combination::serial) << +b << ", " << v;
    }
    for (const std::uint8_t first : {0, 10, 11, 12, 13, 21, 14, 20, 8})
      EXPECT_EQ(combine(first, b), Combination::serial) << +first << ", " << +b;
  }
  for (const std::uint8_t c : contributory) {
    for (const std::uint8_t c2 : contributory) EXPECT_EQ(combine(c, c2), Combination::double_fault);
    for (const std::uint8_t p : page_fault) {
      EXPECT_EQ(combine(c, p), Combination::serial);
      EXPECT_EQ(combine(p, c), Combination::double_fault);
    }
    EXPECT_EQ(combine(8, c), Combination::triple_fault);
  }
  for (const std::uint8_t p : page_fault) {
    EXPECT_EQ(combine(14, p), Combination::double_fault);
    EXPECT_EQ(combine(8, p), Combination::triple_fault);
  }
}

// Each wrong thing raises one exception with one error code; EXT is 0 for INT n and 1 for what comes from
// outside.
class DeliveryErrorCodes;
struct Wrong {
  const char* what;
  void (*spoil)(DeliveryErrorCodes&);
  std::uint8_t vector;
  std::uint32_t error_without_ext;
  MicroStepKind at;
};

class DeliveryErrorCodes : public DeliveryNested {
 protected:
  static const std::vector<Wrong>& cases();
};

const std::vector<Wrong>& DeliveryErrorCodes::cases() {
  static const std::vector<Wrong> all{
      // 0x50 * 8 + 2 = 0x282: a gate's error code has the IDT bit.
      {"IDT one byte too short", [](DeliveryErrorCodes& t) { t.cpu.idtr.limit = 0x50 * 16 + 14; }, 13, 0x282,
       idt_limit},
      {"gate of type 0", [](DeliveryErrorCodes& t) { t.gate(kVector, kCode, kHandler, 0x80); }, 13, 0x282,
       gate_type},
      {"task gate, which long mode has not",
       [](DeliveryErrorCodes& t) { t.gate(kVector, kCode, kHandler, 0xE5); }, 13, 0x282, gate_type},
      {"16-bit gate", [](DeliveryErrorCodes& t) { t.gate(kVector, kCode, kHandler, 0xE6); }, 13, 0x282,
       gate_type},
      {"call gate", [](DeliveryErrorCodes& t) { t.gate(kVector, kCode, kHandler, 0xEC); }, 13, 0x282,
       gate_type},
      {"interrupt gate with the S bit", [](DeliveryErrorCodes& t) { t.gate(kVector, kCode, kHandler, 0xFE); },
       13, 0x282, gate_type},
      {"gate not present", [](DeliveryErrorCodes& t) { t.gate(kVector, kCode, kHandler, 0x6E); }, 11, 0x282,
       gate_present},
      {"null code selector", [](DeliveryErrorCodes& t) { t.gate(kVector, 0, kHandler, 0xEE); }, 13, 0,
       target_descriptor},
      {"null code selector with an RPL", [](DeliveryErrorCodes& t) { t.gate(kVector, 3, kHandler, 0xEE); },
       13, 0, target_descriptor},
      {"code selector beyond the GDT", [](DeliveryErrorCodes& t) { t.gate(kVector, 0x108, kHandler, 0xEE); },
       13, 0x108, target_descriptor},
      {"GDT ends within the descriptor",
       [](DeliveryErrorCodes& t) {
         t.gate(kVector, 0x33, kHandler, 0xEE);
         t.cpu.gdtr.limit = 0x36;
       },
       13, 0x30, target_descriptor},
      {"selector in an LDT that is not there",
       [](DeliveryErrorCodes& t) { t.gate(kVector, 0x0F, kHandler, 0xEE); }, 13, 0x0C, target_descriptor},
      {"data segment", [](DeliveryErrorCodes& t) { t.gate(kVector, 0x12, kHandler, 0xEE); }, 13, 0x10,
       target_check},
      {"system descriptor",
       [](DeliveryErrorCodes& t) {
         t.descriptor(0x30, 0x0000'8B00'7000'0067);
         t.gate(kVector, 0x30, kHandler, 0xEE);
       },
       13, 0x30, target_check},
      {"code of 32 bits: L = 0",
       [](DeliveryErrorCodes& t) {
         t.descriptor(0x30, 0x00CF'9B00'0000'FFFF);
         t.gate(kVector, 0x30, kHandler, 0xEE);
       },
       13, 0x30, target_check},
      {"L and D both set",
       [](DeliveryErrorCodes& t) {
         t.descriptor(0x30, 0x00EF'9B00'0000'FFFF);
         t.gate(kVector, 0x30, kHandler, 0xEE);
       },
       13, 0x30, target_check},
      {"code segment not present",
       [](DeliveryErrorCodes& t) {
         t.descriptor(0x30, 0x00AF'1B00'0000'FFFF);
         t.gate(kVector, 0x33, kHandler, 0xEE);
       },
       11, 0x30, target_check},
      {"handler of a less privileged ring",
       [](DeliveryErrorCodes& t) { t.gate(kVector, kUserCode, kHandler, 0xEE); }, 13, 0x20, target_check},
      {"TSS ends within the IST field",
       [](DeliveryErrorCodes& t) {
         t.gate(kVector, kCode, kHandler, 0xEE, 7);
         t.cpu.tr.limit = 90;  // IST7 is bytes 84 to 91
       },
       10, 0x40, stack_from_ist},
      {"stack not canonical", [](DeliveryErrorCodes& t) { t.cpu[Gpr::rsp] = 0x0000'9000'0000'0000; }, 12, 0,
       stack_align},
      {"IST stack not canonical",
       [](DeliveryErrorCodes& t) {
         t.gate(kVector, kCode, kHandler, 0xEE, 7);
         t.put(kTss + 84, 0xDEAD'BEEF'DEAD'BEEF, 8);
       },
       12, 0, stack_align},
      {"stack whose frame would reach below the upper half",
       [](DeliveryErrorCodes& t) { t.cpu[Gpr::rsp] = 0xFFFF'8000'0000'0010; }, 12, 0, stack_align},
      {"handler not canonical",
       [](DeliveryErrorCodes& t) { t.gate(kVector, kCode, 0x0000'8000'0000'0000, 0xEE); }, 13, 0, jump},
  };
  return all;
}

TEST_F(DeliveryErrorCodes, OneByOne) {
  for (const Wrong& wrong : cases()) {
    for (const Exception& e : {kInterrupt, kIntN}) {
      const auto before_ram = ram;
      const auto before_cpu = cpu;
      gate(kVector, kCode, kHandler, 0xEE);
      wrong.spoil(*this);
      const Delivery d = run(e);
      const std::uint32_t ext = e.source == Source::external ? 1 : 0;
      ASSERT_GE(d.attempts.size(), 2u) << wrong.what;
      EXPECT_EQ(d.attempts[0].end, AttemptEnd::replaced) << wrong.what;
      EXPECT_EQ(d.attempts[1].exception.vector, wrong.vector) << wrong.what;
      EXPECT_EQ(d.attempts[1].exception.error_code, wrong.error_without_ext | ext) << wrong.what;
      EXPECT_EQ(failed_at(d.attempts[0]), wrong.at) << wrong.what;
      ram = before_ram;
      cpu = before_cpu;
    }
  }
}

TEST_F(DeliveryNested, IntNIntoAGateOfTheKernelIsProtected) {
  enter_user_mode();
  const Delivery d = run({.vector = 0x80, .source = Source::software_int, .instruction_bytes = 2});
  EXPECT_EQ(chain(d), "13:402");
  EXPECT_EQ(failed_at(d.attempts[0]), gate_dpl);
  const MicroStep* dpl = find(d.attempts[0], gate_dpl);
  EXPECT_EQ(dpl->value, 0u);
  EXPECT_EQ(dpl->value2, 3u);
  // The fault belongs to the INT instruction, two bytes before the RIP an INT would save; it is a fault: RF
  // is set.
  EXPECT_THAT(items(kRsp0 - 48, 6), ElementsAre(0x402, 0x8121, 0x23, 0x1'0202, 0x4'0008, 0x1B));
  EXPECT_EQ(d.after.rip, kHandler + 16 * 13);
}

TEST_F(DeliveryNested, TheGatesTypeIsCheckedBeforeItsDplAndThatBeforeItsPresence) {
  enter_user_mode();
  gate(kVector, kCode, kHandler, 0x0E);  // not present, DPL 0
  EXPECT_EQ(chain(run(kIntN)), "13:282");
  EXPECT_EQ(chain(run(kInterrupt)), "11:283");
  gate(kVector, kCode, kHandler, 0x00);
  EXPECT_EQ(failed_at(run(kIntN).attempts[0]), gate_type);
}

TEST_F(DeliveryNested, Int1IsAnEventFromOutsideAndSavesItsOwnAddressWhenItFaults) {
  gate(1, kCode, kHandler, 0x0E);
  const Delivery d = run({.vector = 1, .source = Source::icebp, .instruction_bytes = 1});
  EXPECT_EQ(chain(d), "11:b");
  EXPECT_EQ(get(0xFFD8), 0x8122u);
}

TEST_F(DeliveryNested, ATrapThatCannotBeDeliveredSavesTheNextInstruction) {
  gate(1, kCode, kHandler, 0x0E);
  run({.vector = 1, .source = Source::trap, .dr6 = 0x4000});
  EXPECT_EQ(get(0xFFD8), 0x8123u);
}

TEST_F(DeliveryNested, TheLastByteOfAGateMayBeTheLastOfTheIdt) {
  cpu.idtr.limit = 0x50 * 16 + 15;
  EXPECT_EQ(chain(run(kInterrupt)), "");
}

TEST_F(DeliveryNested, AfterResetThereIsNoLdtWhateverItsLimitSays) {
  put(8, 0x00AF'9B00'0000'FFFF, 8);
  cpu.ldtr = {0, 0, 0xFFFF, 0x82};
  gate(kVector, 0x0C, kHandler, 0x8E);
  EXPECT_EQ(chain(run(kInterrupt)), "13:d");
}

TEST_F(DeliveryNested, AStackJustAboveTheLowerHalfIsNotCanonicalAtItsTop) {
  cpu[Gpr::rsp] = 0x0000'8000'0000'0010;  // the lower part of the frame would be canonical
  gate(12, kCode, kHandler, 0x8E, 1);
  const Delivery d = run(kInterrupt);
  EXPECT_EQ(chain(d), "12:1");
  EXPECT_EQ(failed_at(d.attempts[0]), stack_align);  // before anything is pushed
}

TEST_F(DeliveryNested, MissingTssForRing3) {
  enter_user_mode();
  cpu.tr = {};
  gate(8, kCode, kHandler, 0x8E);
  const Delivery d = run({.vector = 14, .cr2 = 0x1000});
  EXPECT_EQ(chain(d), "10:1 10:1");
  EXPECT_TRUE(d.triple_fault());
}

TEST_F(DeliveryNested, TssOneByteTooShortForRsp0) {
  enter_user_mode();
  cpu.tr.limit = 10;
  EXPECT_EQ(chain(run(kInterrupt)), "10:41 10:41 10:41");
  cpu.tr.limit = 11;
  EXPECT_EQ(chain(run(kInterrupt)), "");
}

TEST_F(DeliveryNested, NonCanonicalRsp0NamesTheNullSelectorOfTheNewRing) {
  enter_user_mode();
  put(kTss + 4, 0x1234'5678'9ABC'DEF0, 8);
  gate(12, kCode, kHandler, 0x8E, 1);
  const Delivery d = run(kInterrupt);
  EXPECT_EQ(chain(d), "12:1");
  EXPECT_EQ(d.after[Gpr::rsp], kIst1 - 48);
}

TEST_F(DeliveryNested, NoIdtIsATripleFaultOfThreeAttempts) {
  cpu.idtr = {0, 0};
  const Delivery d = run(kFault);
  EXPECT_TRUE(d.triple_fault());
  ASSERT_EQ(d.attempts.size(), 3u);
  EXPECT_EQ(d.attempts[0].exception.vector, 6);
  EXPECT_EQ(d.attempts[0].end, AttemptEnd::replaced);
  EXPECT_EQ(d.attempts[1].exception.vector, 13);
  EXPECT_EQ(d.attempts[1].end, AttemptEnd::double_fault);
  EXPECT_EQ(d.attempts[2].exception.vector, 8);
  EXPECT_EQ(d.attempts[2].exception.source, Source::abort);
  EXPECT_EQ(d.attempts[2].end, AttemptEnd::triple_fault);
  EXPECT_EQ(chain(d), "13:33 13:6b 13:43");  // 6*8+3, 13*8+3, 8*8+3
  EXPECT_TRUE(d.writes.empty());
  EXPECT_EQ(d.after, cpu);
}

TEST_F(DeliveryNested, MissingStackPageEndsInADoubleFaultOnItsIst) {
  unmap(0xF000);
  gate(8, kCode, kHandler, 0x8E, 1);
  const Delivery d = run(kFault);
  // #UD -> #PF on the push -> #PF again while delivering it -> #DF.
  EXPECT_EQ(chain(d), "14:2 14:2");
  ASSERT_EQ(d.attempts.size(), 3u);
  EXPECT_EQ(d.attempts[1].end, AttemptEnd::double_fault);
  EXPECT_EQ(d.after.cr2, 0xFFF8u);
  EXPECT_EQ(d.after.rip, kHandler);
  EXPECT_EQ(d.after[Gpr::rsp], kIst1 - 48);
  EXPECT_THAT(items(kIst1 - 48, 6), ElementsAre(0, 0x8123, 0x08, 0x202, 0x1'0000, 0x10));
  const MicroStep& push_failed = d.attempts[0].steps[d.attempts[0].steps.size() - 2];
  EXPECT_EQ(push_failed.kind, push);
  EXPECT_EQ(push_failed.what, Pushed::ss);
  ASSERT_TRUE(push_failed.walk);
  EXPECT_EQ(push_failed.walk->fault, WalkFault::not_present);
  EXPECT_EQ(push_failed.walk->fault_level, 1u);
}

TEST_F(DeliveryNested, Cr2IsThatOfTheLastPageFaultEvenWhereItBecameADoubleFault) {
  unmap(0xF000);
  gate(8, kCode, kHandler, 0x8E, 1);
  const Delivery d = run({.vector = 14, .cr2 = 0x1234});
  EXPECT_EQ(chain(d), "14:2");
  EXPECT_EQ(d.after.rip, kHandler);
  EXPECT_EQ(d.after.cr2, 0xFFF8u);
}

TEST_F(DeliveryNested, LaterReadsSeeWhatEarlierPushesWrote) {
  // The IDT lies across the stack: SS and RSP are pushed over the gate of #PF, the third push hits a
  // read-only page. The page fault then finds a gate of type 0 where its own was.
  for (unsigned v = 0; v < 256; ++v) put(0xFF20 + 16 * v, 0x0000'8E00'0008'9000 + 16 * v, 8);
  put(0xFF20 + 16 * 8 + 4, 1, 1);  // #DF on IST1
  cpu.idtr = {0x1'0000 - 14 * 16, 0xFFF};
  page(0xF000, 0x65);
  cpu[Gpr::rsp] = 0x1'0010;
  const Delivery d = run(kInterrupt);
  EXPECT_EQ(chain(d), "14:3 13:73");
  EXPECT_EQ(d.after.rip, 0x9080u);
}

TEST_F(DeliveryNested, MissingStackPageWithoutAnIstIsATripleFault) {
  unmap(0xF000);
  const Delivery d = run(kFault);
  EXPECT_EQ(chain(d), "14:2 14:2 14:2");
  EXPECT_TRUE(d.triple_fault());
  EXPECT_EQ(d.after.cr2, 0xFFF8u);
}

TEST_F(DeliveryNested, AReadOnlyStackFaultsOnlyWithWp) {
  page(0xF000, 0x65);
  gate(14, kCode, kHandler, 0x8E, 1);
  EXPECT_EQ(chain(run(kFault)), "14:3");
  cpu.cr0 &= ~std::uint64_t{0x1'0000};
  EXPECT_EQ(chain(run(kFault)), "");
}

TEST_F(DeliveryNested, TheProcessorsOwnAccessesAreSupervisorAccessesEvenFromRing3) {
  enter_user_mode();
  for (const std::uint64_t a : {0x5000, 0x6000, 0x7000, 0x1'F000}) page(a, 0x63);  // not for users
  EXPECT_EQ(chain(run(kInterrupt)), "");
}

TEST_F(DeliveryNested, SmapForbidsUserPagesAsStackWhateverAc) {
  cpu.cr4 |= 1 << 21;
  cpu.rflags |= 1 << 18;
  for (const std::uint64_t a : {0x5000, 0x6000, 0x7000, 0x2'F000}) page(a, 0x63);
  gate(14, kCode, kHandler, 0x8E, 1);
  EXPECT_EQ(chain(run(kInterrupt)), "14:3");  // the stack at 0xF000 is a user page
}

TEST_F(DeliveryNested, PushesBeforeTheMissingPageStayInMemory) {
  unmap(0xF000);
  cpu[Gpr::rsp] = 0x1'0010;  // SS and RSP fit above the border
  gate(14, kCode, kHandler, 0x8E, 1);
  const Delivery d = run(kInterrupt);
  EXPECT_EQ(chain(d), "14:2");
  EXPECT_EQ(d.after.cr2, 0xFFF8u);
  EXPECT_THAT(items(0x1'0000, 2), ElementsAre(0x1'0010, 0x10));
  EXPECT_EQ(get(kIst1 - 16), 0x1'0010u);  // but RSP is as it was
}

TEST_F(DeliveryNested, MissingPageOfTheIdt) {
  unmap(0x6000);
  const Delivery d = run(kInterrupt);
  EXPECT_EQ(chain(d), "14:0 14:0 14:0");
  EXPECT_EQ(d.after.cr2, 0x6080u);  // the gate of #DF, read last
  EXPECT_EQ(failed_at(d.attempts[0]), gate_read);
  EXPECT_EQ(d.attempts[0].steps.back().address.value, 0x6500u);
}

TEST_F(DeliveryNested, MissingPageOfTheGdtAndOfTheTss) {
  unmap(0x5000);
  EXPECT_EQ(failed_at(run(kInterrupt).attempts[0]), target_descriptor);
  page(0x5000, 0x67);
  unmap(0x7000);
  enter_user_mode();
  const Delivery d = run(kInterrupt);
  EXPECT_EQ(failed_at(d.attempts[0]), stack_from_tss);
  EXPECT_EQ(d.attempts[1].exception.cr2, 0x7004u);
}

TEST_F(DeliveryNested, AccessedBitInAReadOnlyGdtFaults) {
  descriptor(0x30, 0x00AF'9A00'0000'FFFF);
  gate(kVector, 0x30, kHandler, 0x8E);
  page(0x5000, 0x65);
  const Delivery d = run(kInterrupt);
  EXPECT_EQ(chain(d), "14:3");
  EXPECT_EQ(d.after.cr2, 0x5035u);
  EXPECT_EQ(failed_at(d.attempts[0]), load_cs);
}

TEST_F(DeliveryNested, ContributoryThenPageFaultIsHandledAsThePageFault) {
  gate(13, kCode, kHandler, 0x8E, 1);
  unmap(0x2'F000);  // the IST stack of #GP
  const Delivery d = run({.vector = 13, .error_code = 0x18});
  EXPECT_EQ(chain(d), "14:2");
  EXPECT_EQ(d.attempts[0].end, AttemptEnd::replaced);
  EXPECT_EQ(d.after.rip, kHandler + 16 * 14);
}

TEST_F(DeliveryNested, PageFaultThenContributoryIsADoubleFault) {
  gate(14, 0, kHandler, 0x8E);
  const Delivery d = run({.vector = 14, .error_code = 2, .cr2 = 0x5555});
  EXPECT_EQ(chain(d), "13:1");
  EXPECT_EQ(d.attempts[0].end, AttemptEnd::double_fault);
  EXPECT_EQ(d.after.rip, kHandler + 16 * 8);
  EXPECT_EQ(d.after.cr2, 0x5555u);
}

TEST_F(DeliveryNested, AnInterruptIsBenignWhateverItsVector) {
  // The PIC as the BIOS leaves it delivers the timer as vector 8; INT 14 is no page fault.
  for (const Source source : {Source::external, Source::software_int}) {
    for (const std::uint8_t v : {8, 13, 14}) {
      gate(v, kCode, kHandler, 0x0E);
      const Delivery d = run({.vector = v, .source = source, .instruction_bytes = 2});
      EXPECT_EQ(d.attempts[0].end, AttemptEnd::replaced) << +v;
      EXPECT_EQ(d.attempts[1].exception.vector, 11);
      EXPECT_FALSE(d.triple_fault());
      gate(v, kCode, kHandler, 0x8E);
    }
  }
}

TEST_F(DeliveryNested, TheLongestChain) {
  // Benign, contributory, page fault, double fault, shutdown: table 6-5 lets no chain be longer.
  gate(kVector, kCode, kHandler, 0x0E);
  gate(11, kCode, kHandler, 0x8E, 1);
  unmap(0x2'F000);
  gate(14, kUserCode, kHandler, 0x8E);
  gate(8, kCode, kHandler, 0x8E, 7);
  unmap(0x3'6000);
  const Delivery d = run(kInterrupt);
  EXPECT_EQ(chain(d), "11:283 14:2 13:21 14:2");
  EXPECT_TRUE(d.triple_fault());
  EXPECT_EQ(d.attempts.size(), 4u);
  EXPECT_EQ(d.after.cr2, 0x3'6FF8u);
}

TEST_F(DeliveryNested, RegistersAreThoseFromBeforeInEveryAttempt) {
  enter_user_mode();
  gate(kVector, kCode, 0x0000'8000'0000'0000, 0x8E);  // fails after the stack was chosen
  const Delivery d = run(kInterrupt);
  EXPECT_EQ(chain(d), "13:1");
  EXPECT_THAT(items(kRsp0 - 48, 6), ElementsAre(1, 0x8123, 0x23, 0x1'0202, 0x4'0008, 0x1B));
}

TEST_F(DeliveryNested, ANonCanonicalIdtIsProtected) {
  cpu.idtr.base = 0x0000'8000'0000'0000;
  EXPECT_EQ(chain(run(kInterrupt)), "13:1 13:1 13:1");
}

}  // namespace
}  // namespace ringside
