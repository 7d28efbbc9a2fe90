// SPDX-License-Identifier: GPL-2.0-or-later
// Encodings worked out by hand from the Intel SDM volume 2 (opcode tables in appendix A).
#include "sim/inspect/disassembly.h"

#include <gmock/gmock.h>

namespace ringside {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

std::vector<std::byte> code(std::initializer_list<int> values) {
  std::vector<std::byte> bytes;
  for (const int value : values) bytes.push_back(static_cast<std::byte>(value));
  return bytes;
}

Instruction decode(std::initializer_list<int> values, VirtAddr address = VirtAddr{0x1000},
                   CodeWidth width = CodeWidth::bits_64) {
  return Disassembler(width).decode(code(values), address);
}

CpuState long_mode() {
  CpuState cpu;
  cpu.cr0 = cr0::pe | cr0::pg;
  cpu.efer = efer::lme | efer::lma;
  cpu.cs.attributes = 1 << 13;
  return cpu;
}

TEST(Disassembly, IsIntelSyntaxWithTheDestinationFirst) {
  const Instruction mov = decode({0x48, 0x89, 0xE5});
  EXPECT_EQ(mov.mnemonic, "mov");
  EXPECT_EQ(mov.operands, "rbp, rsp");
  EXPECT_EQ(mov.size, 3);
  EXPECT_EQ(mov.bytes[1], 0x89);
  EXPECT_EQ(mov.end(), VirtAddr{0x1003});
  EXPECT_EQ(text(mov), "mov     rbp, rsp");
  EXPECT_EQ(text(decode({0xF4})), "hlt");
}

TEST(Disassembly, ReadsTheSameBytesByCodeWidth) {
  // 40 is INC eAX outside of 64-bit code, where it is a REX prefix.
  EXPECT_EQ(text(decode({0x40, 0x90}, VirtAddr{0}, CodeWidth::bits_32)), "inc     eax");
  EXPECT_EQ(text(decode({0x40, 0x90}, VirtAddr{0}, CodeWidth::bits_16)), "inc     ax");
  EXPECT_EQ(decode({0x40, 0x90}, VirtAddr{0}, CodeWidth::bits_64).size, 2);
  EXPECT_EQ(text(decode({0xB8, 0x34, 0x12}, VirtAddr{0}, CodeWidth::bits_16)), "mov     ax, 0x1234");
}

TEST(Disassembly, DirectJumpsAndCallsHaveTargets) {
  EXPECT_EQ(decode({0xE8, 0xFB, 0x0F, 0, 0}).target, VirtAddr{0x2000});  // 0x1005 + 0xFFB
  EXPECT_EQ(decode({0xEB, 0xFE}).target, VirtAddr{0x1000});              // to itself
  EXPECT_EQ(decode({0x74, 0x10}).target, VirtAddr{0x1012});
  EXPECT_EQ(decode({0xE2, 0x00}).target, VirtAddr{0x1002});  // loop
  EXPECT_EQ(decode({0xE9, 0, 0, 0, 0x80}, VirtAddr{0xFFFFFFFF80000000}).target, VirtAddr{0xFFFFFFFF00000005});
}

TEST(Disassembly, IndirectOnesHaveNone) {
  EXPECT_FALSE(decode({0xFF, 0xD0}).target);  // call rax
  EXPECT_EQ(decode({0xFF, 0xD0}).flow, Flow::call);
  EXPECT_FALSE(decode({0xFF, 0xE0}).target);  // jmp rax
  EXPECT_FALSE(decode({0x90}).target);
  EXPECT_FALSE(decode({0xEA, 0, 0, 1, 0, 8, 0}, VirtAddr{0}, CodeWidth::bits_32).target);  // jmp 8:0x10000
}

TEST(Disassembly, SaysWhereControlGoes) {
  EXPECT_EQ(decode({0x90}).flow, Flow::next);
  EXPECT_EQ(decode({0xE8, 0, 0, 0, 0}).flow, Flow::call);
  EXPECT_EQ(decode({0xEB, 0}).flow, Flow::jump);
  EXPECT_EQ(decode({0x0F, 0x84, 0, 0, 0, 0}).flow, Flow::conditional_jump);
  EXPECT_EQ(decode({0xE3, 0}).flow, Flow::conditional_jump);  // jrcxz
  EXPECT_EQ(decode({0xE0, 0}).flow, Flow::conditional_jump);  // loopne
  EXPECT_EQ(decode({0xC3}).flow, Flow::ret);
  EXPECT_EQ(decode({0x48, 0xCB}).flow, Flow::ret);  // far, 64-bit
  EXPECT_EQ(decode({0xC2, 8, 0}).flow, Flow::ret);
  EXPECT_EQ(decode({0xCC}).flow, Flow::interrupt);
  EXPECT_EQ(decode({0xCD, 0x80}).flow, Flow::interrupt);
  EXPECT_EQ(decode({0x0F, 0x0B}).flow, Flow::interrupt);  // ud2
  EXPECT_EQ(decode({0x48, 0xCF}).flow, Flow::interrupt_return);
  EXPECT_EQ(decode({0xCF}, VirtAddr{0}, CodeWidth::bits_16).flow, Flow::interrupt_return);
  EXPECT_EQ(decode({0x0F, 0x05}).flow, Flow::system_call);
  EXPECT_EQ(decode({0x48, 0x0F, 0x07}).flow, Flow::system_call);  // sysretq
}

TEST(Disassembly, KnowsWhatStepOverGoesOver) {
  EXPECT_TRUE(decode({0xE8, 0, 0, 0, 0}).comes_back());
  EXPECT_TRUE(decode({0xF3, 0x48, 0xAB}).comes_back());  // rep stosq
  EXPECT_TRUE(decode({0xCD, 0x80}).comes_back());
  EXPECT_FALSE(decode({0x48, 0xAB}).comes_back());
  EXPECT_FALSE(decode({0xC3}).comes_back());
  EXPECT_FALSE(decode({0xEB, 0xFE}).comes_back());
}

TEST(Disassembly, ShowsWhatIsNoInstructionByteByByte) {
  const Instruction bad = decode({0x06, 0x90});  // PUSH ES does not exist in 64-bit code
  EXPECT_FALSE(bad.decoded);
  EXPECT_EQ(bad.size, 1);
  EXPECT_EQ(text(bad), ".byte   0x06");
  const auto rest =
      Disassembler(CodeWidth::bits_64).decode_all(code({0x06, 0x90, 0xE8, 0x01}), VirtAddr{0x1000}, 10);
  ASSERT_EQ(rest.size(), 4u);  // the last two: a call cut off
  EXPECT_EQ(rest[1].mnemonic, "nop");
  EXPECT_EQ(rest[2].mnemonic, ".byte");
  EXPECT_EQ(rest[3].address, VirtAddr{0x1003});
}

TEST(Disassembly, ShowsConstantsAsTheAddressesTheyMayBe) {
  const Instruction mov = decode({0x48, 0xC7, 0xC7, 0x00, 0x50, 0x10, 0x80});  // sign-extended to 64 bits
  EXPECT_EQ(text(mov), "mov     rdi, 0xffffffff80105000");
  EXPECT_EQ(mov.immediate, 0xffffffff80105000u);
  EXPECT_FALSE(decode({0xE8, 0, 0, 0, 0}).immediate);
}

TEST(Disassembly, StopsAtTheCountAsked) {
  EXPECT_EQ(Disassembler(CodeWidth::bits_64).decode_all(code({0x90, 0x90, 0x90}), VirtAddr{0}, 2).size(), 2u);
}

TEST(Disassembly, LeavesNoByteOutWhateverTheBytesAre) {
  std::vector<std::byte> bytes;
  for (std::uint32_t state = 1; bytes.size() < 20000; state = state * 1664525 + 1013904223) {
    bytes.push_back(static_cast<std::byte>(state >> 24));
  }
  for (const CodeWidth width : {CodeWidth::bits_16, CodeWidth::bits_32, CodeWidth::bits_64}) {
    VirtAddr next{0x1000};
    for (const Instruction& instruction : Disassembler(width).decode_all(bytes, next, bytes.size())) {
      ASSERT_EQ(instruction.address, next);
      ASSERT_GE(instruction.size, 1);
      next = instruction.end();
    }
    EXPECT_EQ(next, VirtAddr{0x1000 + 20000});
  }
}

TEST(Disassembly, KnowsTheInstructionsOfAKernel) {
  EXPECT_EQ(text(decode({0x0F, 0x01, 0x18})), "lidt    [rax]");
  EXPECT_EQ(text(decode({0x0F, 0x20, 0xD0})), "mov     rax, cr2");
  EXPECT_EQ(decode({0x0F, 0x01, 0xF8}).mnemonic, "swapgs");
  EXPECT_EQ(decode({0x0F, 0x30}).mnemonic, "wrmsr");
  EXPECT_EQ(decode({0xE6, 0x20}).operands, "0x20, al");
  EXPECT_EQ(decode({0xF3, 0x0F, 0x1E, 0xFA}).mnemonic, "endbr64");
  EXPECT_EQ(decode({0x0F, 0x01, 0xCA}).mnemonic, "clac");
}

TEST(MemoryOperands, AreBasePlusIndexTimesScalePlusDisplacement) {
  CpuState cpu = long_mode();
  cpu[Gpr::rbx] = 0xFFFFFFFF80001000;
  cpu[Gpr::rcx] = 3;
  cpu.ds.base = 0x5000;  // counts for nothing in 64-bit code
  // mov rax, [rbx + rcx*8 - 8]
  const auto i =
      Disassembler(CodeWidth::bits_64).decode(code({0x48, 0x8B, 0x44, 0xCB, 0xF8}), VirtAddr{0x1000}, &cpu);
  EXPECT_THAT(i.memory, ElementsAre(MemoryOperand{VirtAddr{0xFFFFFFFF80001010}, 8, true, false}));
}

TEST(MemoryOperands, RelativeToTheInstructionPointerCountFromTheNextInstruction) {
  const CpuState cpu = long_mode();
  // mov dword ptr [rip + 0x10], eax: 6 bytes
  const auto i =
      Disassembler(CodeWidth::bits_64).decode(code({0x89, 0x05, 0x10, 0, 0, 0}), VirtAddr{0x1000}, &cpu);
  EXPECT_THAT(i.memory, ElementsAre(MemoryOperand{VirtAddr{0x1016}, 4, false, true}));
}

TEST(MemoryOperands, LieInTheSegmentThatThePrefixOrTheBaseSays) {
  CpuState cpu = long_mode();
  cpu.gs.base = 0xFFFFFFFF80200000;
  // mov rax, gs:[8]
  const auto per_cpu = Disassembler(CodeWidth::bits_64)
                           .decode(code({0x65, 0x48, 0x8B, 0x04, 0x25, 8, 0, 0, 0}), VirtAddr{0}, &cpu);
  ASSERT_EQ(per_cpu.memory.size(), 1u);
  EXPECT_EQ(per_cpu.memory[0].address, VirtAddr{0xFFFFFFFF80200008});

  CpuState real;  // real mode
  real.ds.base = 0x1000;
  real.ss.base = 0x20000;
  real.es.base = 0x30000;
  real[Gpr::rbp] = 0xFFFF0010;
  real[Gpr::rsi] = 0xFFFF;
  const Disassembler d(CodeWidth::bits_16);
  EXPECT_EQ(d.decode(code({0x8B, 0x46, 0x02}), VirtAddr{0}, &real).memory[0].address,
            VirtAddr{0x20012});  // [bp+2]
  EXPECT_EQ(d.decode(code({0x8B, 0x44, 0x02}), VirtAddr{0}, &real).memory[0].address,
            VirtAddr{0x1001});  // [si+2] wraps
  EXPECT_EQ(d.decode(code({0x26, 0x8B, 0x04}), VirtAddr{0}, &real).memory[0].address,
            VirtAddr{0x3FFFF});  // es:[si]
}

TEST(MemoryOperands, OfStringInstructionsAreTwo) {
  CpuState cpu = long_mode();
  cpu[Gpr::rsi] = 0x4000;
  cpu[Gpr::rdi] = 0x5000;
  const auto movsq = Disassembler(CodeWidth::bits_64).decode(code({0x48, 0xA5}), VirtAddr{0}, &cpu);
  std::vector<VirtAddr> addresses;
  for (const MemoryOperand& operand : movsq.memory) addresses.push_back(operand.address);
  EXPECT_THAT(addresses, testing::UnorderedElementsAre(VirtAddr{0x4000}, VirtAddr{0x5000}));
}

TEST(MemoryOperands, AreNoneForAddressesThatAreOnlyComputed) {
  CpuState cpu = long_mode();
  const Disassembler d(CodeWidth::bits_64);
  EXPECT_THAT(d.decode(code({0x48, 0x8D, 0x47, 8}), VirtAddr{0}, &cpu).memory, IsEmpty());     // lea
  EXPECT_THAT(d.decode(code({0x0F, 0x1F, 0x44, 0, 0}), VirtAddr{0}, &cpu).memory, IsEmpty());  // long nop
  EXPECT_THAT(d.decode(code({0x48, 0x8B, 0x07}), VirtAddr{0}).memory, IsEmpty());  // registers unknown
}

TEST(CodeWidth, FollowsTheModeOfTheProcessor) {
  CpuState cpu;
  EXPECT_EQ(code_width(cpu), CodeWidth::bits_16);
  cpu.cr0 = cr0::pe;
  EXPECT_EQ(code_width(cpu), CodeWidth::bits_16);
  cpu.cs.attributes = 1 << 14;  // D
  EXPECT_EQ(code_width(cpu), CodeWidth::bits_32);
  cpu.efer = efer::lma;
  EXPECT_EQ(code_width(cpu), CodeWidth::bits_32);  // compatibility mode
  cpu.cs.attributes = 1 << 13;                     // L
  EXPECT_EQ(code_width(cpu), CodeWidth::bits_64);
}

}  // namespace
}  // namespace ringside
