// SPDX-License-Identifier: GPL-2.0-or-later
// What CPUID promises the engine must run: for each feature bit one instruction that needs it.
#include <gtest/gtest.h>

#include <cstdlib>
#include <cstring>
#include <memory>
#include <vector>

#include "sim/cpu/cpuid.h"
#include "sim/cpu/engine.h"

namespace ringside {
namespace {

class NoPorts : public PortClient {
  std::uint32_t port_read(std::uint64_t, std::uint64_t, std::uint16_t, unsigned) override { return 0; }
  void port_write(std::uint64_t, std::uint64_t, std::uint16_t, unsigned, std::uint32_t) override {}
};

enum class Register { leaf1_ecx, leaf1_edx, leaf7_ebx, extended_ecx, extended_edx };
std::uint32_t feature_word(Register r) {
  switch (r) {
    case Register::leaf1_ecx: return cpuid(1, 0).ecx;
    case Register::leaf1_edx: return cpuid(1, 0).edx;
    case Register::leaf7_ebx: return cpuid(7, 0).ebx;
    case Register::extended_ecx: return cpuid(0x8000'0001, 0).ecx;
    case Register::extended_edx: return cpuid(0x8000'0001, 0).edx;
  }
  return 0;
}

// `changed` is a register that the instruction leaves with `value`: what runs must also be right.
struct Promise {
  const char* name;
  Register word;
  unsigned bit;
  std::vector<unsigned char> code;
  Gpr changed;
  std::uint64_t value;
};

// RAX = 0x00F0, RCX = 0x0101, RDX = 0x12345678, RSP points at zeroed memory.
const std::vector<Promise>& promises() {
  using enum Register;
  static const std::vector<Promise> all{
      {"FPU: FLD1", leaf1_edx, 0, {0xD9, 0xE8}, Gpr::rax, 0xF0},
      {"CMPXCHG8B", leaf1_edx, 8, {0x0F, 0xC7, 0x0C, 0x24}, Gpr::rdx, 0},
      {"CMOVNZ EAX, ECX", leaf1_edx, 15, {0x0F, 0x45, 0xC1}, Gpr::rax, 0x101},
      {"CLFLUSH", leaf1_edx, 19, {0x0F, 0xAE, 0x3C, 0x24}, Gpr::rax, 0xF0},
      {"MMX: MOVD MM0, EAX", leaf1_edx, 23, {0x0F, 0x6E, 0xC0}, Gpr::rax, 0xF0},
      {"FXSAVE", leaf1_edx, 24, {0x0F, 0xAE, 0x04, 0x24}, Gpr::rax, 0xF0},
      {"SSE: MOVMSKPS EAX, XMM0", leaf1_edx, 25, {0x0F, 0x50, 0xC0}, Gpr::rax, 0},
      {"SSE2: MOVD EAX, XMM0", leaf1_edx, 26, {0x66, 0x0F, 0x7E, 0xC0}, Gpr::rax, 0},
      {"SSE3: HADDPS", leaf1_ecx, 0, {0xF2, 0x0F, 0x7C, 0xC1}, Gpr::rax, 0xF0},
      {"PCLMULQDQ", leaf1_ecx, 1, {0x66, 0x0F, 0x3A, 0x44, 0xC1, 0x00}, Gpr::rax, 0xF0},
      {"SSSE3: PABSB", leaf1_ecx, 9, {0x66, 0x0F, 0x38, 0x1C, 0xC1}, Gpr::rax, 0xF0},
      {"CMPXCHG16B", leaf1_ecx, 13, {0x48, 0x0F, 0xC7, 0x0C, 0x24}, Gpr::rdx, 0x1122'3344},
      {"SSE4.1: PEXTRD EAX, XMM0, 0", leaf1_ecx, 19, {0x66, 0x0F, 0x3A, 0x16, 0xC0, 0x00}, Gpr::rax, 0},
      {"SSE4.2: CRC32 EAX, CL", leaf1_ecx, 20, {0xF2, 0x0F, 0x38, 0xF0, 0xC1}, Gpr::rax, 0x0105'EC76},
      {"MOVBE EAX, [RSP+8]", leaf1_ecx, 22, {0x0F, 0x38, 0xF0, 0x44, 0x24, 0x08}, Gpr::rax, 0x44332211},
      {"POPCNT EAX, EDX", leaf1_ecx, 23, {0xF3, 0x0F, 0xB8, 0xC2}, Gpr::rax, 13},
      {"AES: AESENC", leaf1_ecx, 25, {0x66, 0x0F, 0x38, 0xDC, 0xC1}, Gpr::rax, 0xF0},
      {"RDFSBASE RAX", leaf7_ebx, 0, {0xF3, 0x48, 0x0F, 0xAE, 0xC0}, Gpr::rax, 0xFFFF'8000'0000'7000},
      {"BMI1: ANDN EAX, ECX, EDX",
       leaf7_ebx,
       3,
       {0xC4, 0xE2, 0x70, 0xF2, 0xC2},
       Gpr::rax,
       0x1234'5678 & ~0x101},
      {"BMI2: PDEP EAX, ECX, EDX", leaf7_ebx, 8, {0xC4, 0xE2, 0x73, 0xF5, 0xC2}, Gpr::rax, 0x0004'0008},
      {"ADX: ADCX EAX, ECX", leaf7_ebx, 19, {0x66, 0x0F, 0x38, 0xF6, 0xC1}, Gpr::rax, 0x1F1},
      {"SMAP: STAC", leaf7_ebx, 20, {0x0F, 0x01, 0xCB}, Gpr::rax, 0xF0},
      {"CLFLUSHOPT", leaf7_ebx, 23, {0x66, 0x0F, 0xAE, 0x3C, 0x24}, Gpr::rax, 0xF0},
      {"CLWB", leaf7_ebx, 24, {0x66, 0x0F, 0xAE, 0x34, 0x24}, Gpr::rax, 0xF0},
      {"LAHF", extended_ecx, 0, {0x9F}, Gpr::rax, 0x02F0},
      {"LZCNT EAX, EDX", extended_ecx, 5, {0xF3, 0x0F, 0xBD, 0xC2}, Gpr::rax, 3},
      {"PREFETCHW", extended_ecx, 8, {0x0F, 0x0D, 0x0C, 0x24}, Gpr::rax, 0xF0},
  };
  return all;
}

TEST(CpuidAgainstEngine, EachPromisedInstructionRuns) {
  constexpr std::uint64_t kRamBytes = 0x20'0000;
  struct Free {
    void operator()(std::byte* p) const { std::free(p); }
  };
  const std::unique_ptr<std::byte, Free> ram{static_cast<std::byte*>(std::aligned_alloc(4096, kRamBytes))};
  std::memset(ram.get(), 0, kRamBytes);
  const PhysicalMemory memory{std::span(ram.get(), kRamBytes)};
  NoPorts ports;
  auto created = Engine::create(memory, ports, false);
  ASSERT_TRUE(created) << created.error().sentence;
  Engine& engine = **created;

  CpuState cpu;
  cpu.cr0 = 0x8000'0013;
  cpu.cr3 = 0x1000;
  cpu.cr4 = 0x20 | 0x600 | 1 << 16 | 1 << 20 | 1 << 21;  // PAE, OSFXSR, OSXMMEXCPT, FSGSBASE, SMEP, SMAP
  cpu.efer = 0xD01;
  cpu.cs = {0x08, 0, 0xFFFF'FFFF, 0xA09B};
  cpu.ss = cpu.ds = cpu.es = {0x10, 0, 0xFFFF'FFFF, 0xC093};
  cpu.fs.base = 0xFFFF'8000'0000'7000;
  cpu.rip = 0x8000;
  cpu[Gpr::rax] = 0xF0;
  cpu[Gpr::rcx] = 0x101;
  cpu[Gpr::rdx] = 0x1234'5678;
  cpu[Gpr::rsp] = 0x1'0000;
  for (const Promise& p : promises()) {
    ASSERT_TRUE(feature_word(p.word) >> p.bit & 1) << p.name << " is not promised";
    std::memset(ram.get(), 0, kRamBytes);
    memory.write({0x1000}, 0x2003, 8);
    memory.write({0x2000}, 0x3003, 8);
    memory.write({0x3000}, 0x83, 8);
    memory.write({0x1'0008}, 0x1122'3344, 4);
    std::memcpy(ram.get() + 0x8000, p.code.data(), p.code.size());
    engine.memory_written({0}, kRamBytes);
    engine.load(cpu);
    engine.translation_changed();
    const EngineExit exit = engine.run({.ticks = 1, .exact = true});
    EXPECT_NE(exit.kind, ExitKind::exception) << p.name << ": " << exception_name(exit.exception.vector);
    EXPECT_NE(exit.kind, ExitKind::ours) << p.name;
    EXPECT_EQ(engine.state().rip, 0x8000 + p.code.size()) << p.name;
    EXPECT_EQ(engine.state()[p.changed], p.value) << p.name;
  }
}

}  // namespace
}  // namespace ringside
