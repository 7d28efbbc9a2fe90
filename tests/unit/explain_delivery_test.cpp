// SPDX-License-Identifier: GPL-2.0-or-later
// What a student reads after an exception: the cause, the entry that stopped it, the rule that applied.
#include "sim/explain/explain.h"
#include "tests/unit/support/inspect_lab.h"

namespace ringside {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

class Explain : public InspectLab {
 protected:
  Explanation explained(const Exception& e, std::initializer_list<std::uint8_t> code = {}) {
    const DeliveryRecord& record = deliver_and_keep(e, code);
    return explain(record, context());
  }
  static std::vector<std::string> causes(const Explanation& x) {
    std::vector<std::string> all;
    for (const Cause& c : x.causes) all.push_back(c.text);
    return all;
  }
  static const Phrase* link(const Sentence& s, Link kind) {
    for (const Phrase& p : s)
      if (p.link == kind) return &p;
    return nullptr;
  }
};

// mov dword ptr [rax], 1
constexpr std::initializer_list<std::uint8_t> kStore = {0xC7, 0x00, 0x01, 0x00, 0x00, 0x00};

TEST_F(Explain, APageFaultNamesInstructionAccessAndAddress) {
  cpu[Gpr::rax] = 0xDEAD'0000;
  const Explanation x = explained({.vector = 14, .error_code = 2, .cr2 = 0xDEAD'0000}, kStore);
  EXPECT_EQ(plain(x.headline),
            "mov dword ptr [rax], 1 in 0x8123 raised a page fault (#PF): it wrote 4 bytes at 0xdead0000, "
            "which is not mapped.");
  EXPECT_EQ(link(x.headline, Link::delivery)->text, "page fault (#PF)");
  ASSERT_GE(x.paragraphs.size(), 3u);
  EXPECT_EQ(plain(x.paragraphs[0]), "Error code 0x2: write, page not present, supervisor mode.");
  EXPECT_EQ(plain(x.paragraphs[1]),
            "The page walk of 0xdead0000 stopped at PDPT[3] at 0x2018, whose value is 0x0 (no flag set): not "
            "present.");
  EXPECT_EQ(plain(x.paragraphs[2]),
            "The processor took gate 14 of the IDT, stayed on the stack, pushed SS, RSP, RFLAGS, CS, RIP, "
            "error code, switched "
            "interrupts off and goes on in 0x90e0.");
  EXPECT_EQ(link(x.paragraphs[2], Link::vector)->target, 14u);
  EXPECT_TRUE(x.causes.empty());
}

TEST_F(Explain, APageFaultTellsWhichRightWasMissing) {
  page(0xA000, 0x61);  // kernel, read-only
  cpu[Gpr::rax] = 0xA000;
  EXPECT_THAT(plain(explained({.vector = 14, .error_code = 3, .cr2 = 0xA000}, kStore).headline),
              HasSubstr("which is mapped read-only."));
  EXPECT_THAT(plain(explained({.vector = 14, .error_code = 7, .cr2 = 0xA000}, kStore).headline),
              HasSubstr("which belongs to the kernel."));
}

TEST_F(Explain, ANullPointerIsCalledByItsName) {
  EXPECT_THAT(plain(explained({.vector = 14, .error_code = 2, .cr2 = 8}, kStore).headline),
              HasSubstr("looks like a null pointer"));
}

TEST_F(Explain, AFaultingFetchIsNotTheInstructionsFault) {
  page(0xA000, 0x8000'0000'0000'0063);
  cpu.rip = 0xA000;
  EXPECT_EQ(plain(explained({.vector = 14, .error_code = 0x11, .cr2 = 0xA000}, kStore).headline),
            "The fetch of the instruction at 0xa000 raised a page fault (#PF): 0xa000 is mapped as not "
            "executable.");
}

TEST_F(Explain, ADivisionNamesTheDivisor) {
  cpu[Gpr::rcx] = 0;
  EXPECT_THAT(plain(explained({.vector = 0}, {0x48, 0xF7, 0xF1}).headline),
              HasSubstr("div rcx in 0x8123 raised a divide error (#DE): the divisor is 0."));
  cpu[Gpr::rcx] = 3;
  EXPECT_THAT(plain(explained({.vector = 0}, {0x48, 0xF7, 0xF1}).headline),
              HasSubstr("the quotient by 3 does not fit"));
}

TEST_F(Explain, AGeneralProtectionFaultNamesItsReason) {
  cpu[Gpr::rax] = 0x8000'0000'0000'0000;
  EXPECT_THAT(plain(explained({.vector = 13}, kStore).headline),
              HasSubstr("its operand's address 0x8000000000000000 is not canonical"));
  // wrmsr of a register that does not exist
  cpu[Gpr::rcx] = 0x1234'5678;
  EXPECT_THAT(plain(explained({.vector = 13}, {0x0F, 0x30}).headline),
              HasSubstr("there is no model-specific register 0x12345678"));
  // mov ds, eax with a selector behind the GDT's limit of 0xff
  EXPECT_THAT(plain(explained({.vector = 13, .error_code = 0x208}, {0x8E, 0xD8}).headline),
              HasSubstr("selector 0x208 lies beyond the GDT, whose limit is 0xff"));
}

TEST_F(Explain, AStackFaultNamesTheAddress) {
  cpu[Gpr::rbp] = 0x8000'0000'0000'0000;  // mov rax, [rbp]
  EXPECT_EQ(plain(explained({.vector = 12}, {0x48, 0x8B, 0x45, 0x00}).headline),
            "mov rax, qword ptr [rbp] in 0x8123 raised a stack fault (#SS): its operand's address "
            "0x8000000000000000 is not "
            "canonical.");
}

TEST_F(Explain, APrivilegedInstructionInUserCodeIsNamedAsSuch) {
  enter_user_mode();
  EXPECT_THAT(plain(explained({.vector = 13}, {0xF4}).headline),
              HasSubstr("hlt in 0x8123 raised a general protection fault (#GP): this instruction is for ring "
                        "0 only, and the processor is in ring 3."));
  enter_user_mode();
  EXPECT_THAT(plain(explained({.vector = 13}, {0xFA}).headline),
              HasSubstr("ring 3 may not touch the interrupt flag while IOPL is 0"));
}

TEST_F(Explain, AnAbsentSegmentIsNamedWithItsTable) {
  descriptor(0x28, 0x00CF'1300'0000'FFFF);
  EXPECT_THAT(plain(explained({.vector = 11, .error_code = 0x28}, {0x8E, 0xE0}).headline),
              HasSubstr("a segment-not-present exception (#NP): selector 0x28 names a segment that is not "
                        "present: its descriptor in the GDT has P = 0."));
}

TEST_F(Explain, AnIntAsksForItsVectorAndPushesNoErrorCode) {
  cpu.rip = 0x8125;
  const Explanation x =
      explained({.vector = 14, .source = Source::software_int, .instruction_bytes = 2}, {0xCD, 0x0E});
  EXPECT_EQ(plain(x.headline), "int 0xe in 0x8123 asks for vector 14, page fault (#PF).");
  EXPECT_THAT(plain(x.paragraphs[0]), HasSubstr("pushes no error code"));
}

TEST_F(Explain, AChangeOfRingIsTold) {
  enter_user_mode();
  gate(0x80, kCode, 0x9000, 0xEE);
  const Explanation x =
      explained({.vector = 0x80, .source = Source::software_int, .instruction_bytes = 2}, {0xCD, 0x80});
  EXPECT_THAT(plain(x.paragraphs.back()), HasSubstr("switched to the stack of ring 0 from the TSS"));
  EXPECT_THAT(plain(x.paragraphs.back()), HasSubstr("now in ring 0 (kernel)"));
}

TEST_F(Explain, ADoubleFaultTellsFirstSecondAndRule) {
  gate(14, kCode, 0x9000, 0x0E);
  const Explanation x = explained({.vector = 14, .error_code = 2, .cr2 = 0xDEAD'0000}, kStore);
  EXPECT_THAT(
      causes(x),
      ElementsAre(
          "Delivering page fault (#PF): The gate of vector 14 is not present.",
          "That raises a segment-not-present exception (#NP) with error code 0x73 (gate 14 of the IDT, "
          "raised while delivering another event).",
          "#PF is a page fault and #NP is contributory: by table 6-5 of the manual the two together become "
          "a double fault (#DF)."));
  EXPECT_EQ(x.causes[0].link, Link::vector);
  EXPECT_EQ(plain(x.headline),
            "mov dword ptr [rax], 1 in 0x8123 raised a page fault (#PF): it wrote at 0xdead0000, which is "
            "not mapped. It could "
            "not be delivered: it became a double fault (#DF).");
}

TEST_F(Explain, ATripleFaultTellsTheWholeChain) {
  cpu.idtr.limit = 0;
  const Explanation x = explained({.vector = 6}, {0x0F, 0x0B});
  EXPECT_EQ(plain(x.headline),
            "Triple fault in 0x8123: invalid opcode (#UD), then general protection fault (#GP), then double "
            "fault (#DF) could not be "
            "delivered one after the other, and the processor has shut down.");
  const auto all = causes(x);
  ASSERT_EQ(all.size(), 9u);
  EXPECT_EQ(all[0], "Delivering invalid opcode (#UD): The IDT limit is 0, so there is no gate for vector 6.");
  EXPECT_EQ(all[2],
            "#UD is benign and #GP is contributory: by table 6-5 of the manual the second is delivered "
            "instead of the first.");
  EXPECT_EQ(
      all[3],
      "Delivering general protection fault (#GP): The IDT limit is 0, so there is no gate for vector 13.");
  EXPECT_THAT(all[5], HasSubstr("#GP and #GP are both contributory"));
  EXPECT_EQ(all[6], "Delivering double fault (#DF): The IDT limit is 0, so there is no gate for vector 8.");
  EXPECT_THAT(all[8], HasSubstr("nothing is left to try"));
}

TEST_F(Explain, ADoubleFaultOnAStackThatIsGoneNamesThePage) {
  cpu[Gpr::rsp] = 0xDEAD'0000;
  EXPECT_THAT(causes(explained({.vector = 14, .error_code = 2, .cr2 = 0xDEAC'FFF8}, kStore))[0],
              HasSubstr("SS cannot be pushed to 0xdeacfff8: the page walk of 0xdeacfff8 stopped at PDPT[3] "
                        "at 0x2018: not present."));
}

class ExplainInterrupt : public Explain {
 protected:
  ExplainInterrupt() {
    board.pic.master.icw2 = 0x20;
    board.pic.slave.icw2 = 0x28;
  }
};

TEST_F(ExplainInterrupt, NamesDeviceLineVectorAndTheEoiOwed) {
  board.pic.master.isr = 1 << 1;
  const Explanation x = explained({.vector = 0x21, .source = Source::external});
  EXPECT_EQ(plain(x.headline), "The keyboard (IRQ 1) interrupted 0x8123: the PIC gave vector 0x21.");
  EXPECT_EQ(link(x.headline, Link::irq)->target, 1u);
  EXPECT_EQ(plain(x.paragraphs.back()),
            "Until the handler sends an EOI to port 0x20, IRQ 1 and all of lower priority wait.");
}

TEST_F(ExplainInterrupt, OwesTheSlavesEoiToBothChips) {
  board.pic.slave.isr = 1;
  board.pic.master.isr = 1 << 2;
  EXPECT_THAT(plain(explained({.vector = 0x28, .source = Source::external}).paragraphs.back()),
              HasSubstr("EOI to both chips, ports 0xA0 and 0x20"));
}

TEST_F(ExplainInterrupt, TellsASpuriousOneByItsEmptyIsr) {
  board.pic.master.isr = 0;
  EXPECT_THAT(plain(explained({.vector = 0x27, .source = Source::external}).paragraphs.back()),
              HasSubstr("spurious"));
}

TEST_F(ExplainInterrupt, WarnsWhereThePicSharesAVectorWithAnException) {
  board.pic.master.icw2 = 0x08;
  board.pic.master.isr = 1;
  const Explanation x = explained({.vector = 8, .source = Source::external});
  EXPECT_EQ(plain(x.headline), "The timer (IRQ 0) interrupted 0x8123: the PIC gave vector 0x8.");
  EXPECT_EQ(plain(x.paragraphs[1]),
            "Vector 8 is also the double fault (#DF): the PIC has not been given vectors of its own, and the "
            "handler cannot tell "
            "the two apart.");
}

TEST_F(ExplainInterrupt, ThatFindsNoGateSaysWhatCameInstead) {
  gate(0x20, kCode, 0x9000, 0x0E);
  const Explanation x = explained({.vector = 0x20, .source = Source::external});
  EXPECT_EQ(plain(x.headline),
            "The timer (IRQ 0) interrupted 0x8123: the PIC gave vector 0x20. It could not be delivered: in "
            "its place came a "
            "segment-not-present exception (#NP).");
}

TEST_F(ExplainInterrupt, CallsTheNmiByItsName) {
  EXPECT_EQ(plain(explained({.vector = 2, .source = Source::nmi}).headline),
            "A non-maskable interrupt (NMI) interrupted 0x8123.");
}

}  // namespace
}  // namespace ringside
