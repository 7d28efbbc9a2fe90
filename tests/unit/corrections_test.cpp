// SPDX-License-Identifier: GPL-2.0-or-later
// What the manual forbids and the engine does not, instruction by instruction: SDM volume 2 (MOV CR, LGDT,
// LTR, LDMXCSR, IRET), volume 1 19.5 (ports), volume 1 3.3.7.1 with volume 3A 6.15 (#SS).
#include "sim/cpu/corrections.h"

#include <gtest/gtest.h>

#include <initializer_list>
#include <vector>

#include "sim/cpu/operand.h"

namespace ringside {
namespace {

constexpr std::uint64_t kCode = 0x1000, kTss = 0x2000, kData = 0x3000, kNotCanonical = 0x0000'8000'0000'0000;

// 64-bit code at kCode; two pages of 2 MiB, the first identity-mapped, all open to ring 3.
class Corrections : public testing::Test {
 protected:
  std::vector<std::byte> ram = std::vector<std::byte>(0x20'0000);
  CpuState cpu;

  Corrections() {
    put(0x10000, 0x11007, 8);
    put(0x11000, 0x12007, 8);
    put(0x12000, 0x87, 8);
    cpu.cr0 = 0x8000'0033;
    cpu.cr3 = 0x10000;
    cpu.cr4 = 0x620;
    cpu.efer = 0xD01;
    cpu.cs = {.selector = 8, .base = 0, .limit = 0xFFFF'FFFF, .attributes = 0xA09B};
    cpu.ss = {.selector = 0x10, .base = 0, .limit = 0xFFFF'FFFF, .attributes = 0xC093};
    cpu.tr = {.selector = 0x28, .base = kTss, .limit = 0x67 + 0x21, .attributes = 0x8B};
    cpu.rip = kCode;
    cpu[Gpr::rsp] = 0x8000;
    put(kTss + 102, 104, 2);
  }
  void put(std::uint64_t address, std::uint64_t value, unsigned size) {
    for (unsigned i = 0; i < size; ++i) ram[address + i] = static_cast<std::byte>(value >> (8 * i));
  }
  void code(std::initializer_list<unsigned> bytes) {
    std::uint64_t at = kCode;
    for (unsigned b : bytes) ram[at++] = static_cast<std::byte>(b);
  }
  // Vector of what is forbidden; -1: nothing.
  int refused() {
    const PhysicalMemory memory(ram);
    const auto e = forbidden(cpu, memory, instruction_at(cpu, memory).span());
    if (!e) return -1;
    EXPECT_EQ(e->error_code, 0u);
    return e->vector;
  }
  unsigned named(std::uint8_t vector, std::uint32_t error_code = 0) {
    const Exception e = corrected(cpu, PhysicalMemory(ram), {.vector = vector, .error_code = error_code});
    EXPECT_EQ(e.error_code, error_code);
    return e.vector;
  }
};

class Ports : public Corrections {
 protected:
  Ports() { cpu.cpl = 3; }
  void map(std::uint64_t byte, unsigned bits) { put(kTss + 104 + byte, bits, 1); }
};

TEST_F(Ports, RingZeroNeedsNoMap) {
  cpu.cpl = 0;
  map(0x60 / 8, 0xFF);
  code({0xE4, 0x60});  // IN AL, 60h
  EXPECT_EQ(refused(), -1);
}

TEST_F(Ports, IoplOpensAll) {
  cpu.rflags = 0x3002;
  put(kTss + 102, 0xFFFF, 2);
  code({0xE6, 0x60});  // OUT 60h, AL
  EXPECT_EQ(refused(), -1);
  cpu.rflags = 0x2002;
  EXPECT_EQ(refused(), 13);
}

TEST_F(Ports, AClearBitOpensOnePort) {
  map(0x60 / 8, 0xFE);
  code({0xE4, 0x60});
  EXPECT_EQ(refused(), -1);
  code({0xE4, 0x61});
  EXPECT_EQ(refused(), 13);
}

TEST_F(Ports, TheNumberMayComeFromDx) {
  cpu[Gpr::rdx] = 0xFFFF'0000'0061;  // only 16 bits count
  map(0x60 / 8, 0xFD);
  code({0xEC});  // IN AL, DX
  EXPECT_EQ(refused(), -1);
  map(0x60 / 8, 0x02);
  EXPECT_EQ(refused(), 13);
}

TEST_F(Ports, EveryBitOfAWideAccessCounts) {
  cpu[Gpr::rdx] = 0x66;  // bits 6 and 7 of one byte of the map, 0 and 1 of the next
  code({0xED});          // IN EAX, DX
  EXPECT_EQ(refused(), -1);
  map(0x68 / 8, 0x02);
  EXPECT_EQ(refused(), 13);
  code({0x66, 0xED});  // IN AX, DX
  EXPECT_EQ(refused(), -1);
}

TEST_F(Ports, StringInstructionsAreLookedAtToo) {
  cpu[Gpr::rdx] = 0x60;
  map(0x60 / 8, 0x01);
  code({0x6E});  // OUTSB
  EXPECT_EQ(refused(), 13);
}

TEST_F(Ports, TheMapEndsWithTheTss) {
  // The limit lies at offset 0x20 of the map; two bytes are read for each port.
  cpu[Gpr::rdx] = 8 * 0x1F;
  code({0xEC});
  EXPECT_EQ(refused(), -1);
  cpu[Gpr::rdx] = 8 * 0x20;
  EXPECT_EQ(refused(), 13);
}

TEST_F(Ports, AMapBehindTheLimitClosesAll) {
  put(kTss + 102, 0xFFFF, 2);
  code({0xEC});
  EXPECT_EQ(refused(), 13);
}

TEST_F(Ports, A16BitTssHasNoMap) {
  cpu.tr.attributes = 0x83;
  code({0xEC});
  EXPECT_EQ(refused(), 13);
}

struct ControlCase {
  const char* what;
  unsigned modrm;  // MOV CRn, RAX
  std::uint64_t value;
  bool allowed;
};

TEST_F(Corrections, ControlRegisters) {
  constexpr unsigned kCr0 = 0xC0, kCr3 = 0xD8, kCr4 = 0xE0;
  constexpr ControlCase kCases[] = {
      {"the same again", kCr0, 0x8000'0033, true},
      {"WP on", kCr0, 0x8001'0033, true},
      {"caches off", kCr0, 0xE000'0033, true},
      {"NW without CD", kCr0, 0xA000'0033, false},
      {"PG without PE", kCr0, 0x8000'0032, false},
      {"paging off in 64-bit code", kCr0, 0x33, false},
      {"upper half", kCr0, 0x1'8000'0033, false},
      {"any table below the physical limit", kCr3, 0xFF'FFFF'F000, true},
      {"PWT and PCD", kCr3, 0x10018, true},
      {"a table above it", kCr3, 0x100'0000'0000, false},
      {"PGE, SMEP, SMAP, FSGSBASE", kCr4, 0x31'06A0, true},
      {"PAE off in long mode", kCr4, 0x600, false},
      {"OSXSAVE, not offered", kCr4, 0x4'0620, false},
      {"a reserved bit", kCr4, 0x8620, false},
  };
  for (const ControlCase& c : kCases) {
    code({0x0F, 0x22, c.modrm});
    cpu[Gpr::rax] = c.value;
    EXPECT_EQ(refused(), c.allowed ? -1 : 13) << c.what;
  }
}

TEST_F(Corrections, PagingMayGoOnOnlyWithPaeWhereLongModeIsWanted) {
  cpu.cs.attributes = 0xC09B;  // 32-bit code
  cpu.cr0 = 0x33;
  cpu.efer = 0x100;
  cpu[Gpr::rax] = 0x8000'0033;
  code({0x0F, 0x22, 0xC0});
  EXPECT_EQ(refused(), -1);
  cpu.cr4 = 0;
  EXPECT_EQ(refused(), 13);
}

TEST_F(Corrections, RegistersBeyondRaxAreRead) {
  code({0x41, 0x0F, 0x22, 0xE1});  // MOV CR4, R9
  cpu[Gpr::r9] = 0x8620;
  EXPECT_EQ(refused(), 13);
  cpu[Gpr::r9] = 0x620;
  EXPECT_EQ(refused(), -1);
}

TEST_F(Corrections, TablesNeedACanonicalBase) {
  cpu[Gpr::rbx] = kData;
  code({0x0F, 0x01, 0x1B});  // LIDT [RBX]
  put(kData + 2, 0xFFFF'8000'0000'0000, 8);
  EXPECT_EQ(refused(), -1);
  put(kData + 2, kNotCanonical, 8);
  EXPECT_EQ(refused(), 13);
  code({0x0F, 0x01, 0x53, 0x00});  // LGDT [RBX + 0]
  EXPECT_EQ(refused(), 13);
  code({0x0F, 0x01, 0x0B});  // SIDT [RBX]
  EXPECT_EQ(refused(), -1);
}

TEST_F(Corrections, TheTaskRegisterTakesNoNullSelector) {
  code({0x0F, 0x00, 0xD9});  // LTR CX
  for (const auto& [selector, vector] : {std::pair{0u, 13}, {3u, 13}, {0x28u, -1}}) {
    cpu[Gpr::rcx] = selector;
    EXPECT_EQ(refused(), vector) << selector;
  }
}

TEST_F(Corrections, MxcsrHasReservedBits) {
  cpu[Gpr::rbx] = kData;
  code({0x0F, 0xAE, 0x13});  // LDMXCSR [RBX]
  put(kData, 0xFFFF, 4);
  EXPECT_EQ(refused(), -1);
  put(kData, 0x1'1F80, 4);
  EXPECT_EQ(refused(), 13);
}

TEST_F(Corrections, StackAddressesThatAreNotCanonicalRaiseStackFaults) {
  code({0x50});  // PUSH RAX
  EXPECT_EQ(named(13), 13u) << "a canonical RSP is not to blame";
  cpu[Gpr::rsp] = kNotCanonical + 0x100;
  EXPECT_EQ(named(13), 12u);
  code({0xC3});  // RET
  EXPECT_EQ(named(13), 12u);
  code({0x48, 0x8B, 0x44, 0x24, 0x08});  // MOV RAX, [RSP + 8]
  EXPECT_EQ(named(13), 12u);
  EXPECT_EQ(named(13, 0x28), 13u) << "an error code tells of a selector";
  cpu[Gpr::rsp] = 0x8000;
  cpu[Gpr::rbp] = kNotCanonical;
  code({0x48, 0x8B, 0x45, 0x00});  // MOV RAX, [RBP]
  EXPECT_EQ(named(13), 12u);
  code({0x64, 0x48, 0x8B, 0x45, 0x00});  // MOV RAX, FS:[RBP]
  EXPECT_EQ(named(13), 13u);
  code({0x48, 0x8B, 0x03});  // MOV RAX, [RBX]
  cpu[Gpr::rbx] = kNotCanonical;
  EXPECT_EQ(named(13), 13u);
}

TEST_F(Corrections, PushOfABadOperandIsNoStackFault) {
  code({0xFF, 0x33});  // PUSH [RBX]
  cpu[Gpr::rbx] = kNotCanonical;
  EXPECT_EQ(named(13), 13u);
}

TEST_F(Corrections, IretNamesItsStackSegment) {
  code({0x48, 0xCF});         // IRETQ
  put(0x8000 + 8, 0x23, 8);   // CS
  put(0x8000 + 32, 0x93, 8);  // SS
  EXPECT_EQ(named(11, 0x90), 12u);
  EXPECT_EQ(named(11, 0x20), 11u) << "the code segment is not present";
  code({0x8E, 0xD8});  // MOV DS, AX
  EXPECT_EQ(named(11, 0x90), 11u);
}

}  // namespace
}  // namespace ringside
