// SPDX-License-Identifier: GPL-2.0-or-later
// A machine that follows another one: interrupts come when they are told to, and a processor can be taken
// over.
#include <gtest/gtest.h>

#include "sim/machine/machine.h"

namespace ringside {
namespace {

constexpr std::uint64_t kLoad = 0x100000, kCode = kLoad + 32, kIdt = 0x8000, kHandler = 0x9000;

// STI and a jump to itself, with the timer of the BIOS running.
std::unique_ptr<Machine> waiting(bool intr_connected) {
  std::vector<std::uint32_t> words = {0x1BADB002, 0x10000, 0u - (0x1BADB002 + 0x10000), kLoad, kLoad, 0,
                                      0,          kCode};
  MachineConfig config;
  for (const std::uint32_t word : words)
    for (int i = 0; i < 4; ++i) config.image.push_back(static_cast<std::byte>(word >> (8 * i)));
  for (const unsigned b : {0xFBu, 0xEBu, 0xFEu}) config.image.push_back(static_cast<std::byte>(b));
  config.memory_mib = 4;
  config.intr_connected = intr_connected;
  auto made = Machine::create(std::move(config));
  EXPECT_TRUE(made);
  // A GDT with the loader's two selectors, an IDT whose every gate leads to the handler.
  Machine& m = **made;
  m.memory().write({0x7008}, 0x00CF'9B00'0000'FFFF, 8);
  m.memory().write({0x7010}, 0x00CF'9300'0000'FFFF, 8);
  for (std::uint64_t n = 0; n < 256; ++n)
    m.memory().write({kIdt + 8 * n}, 0x0000'8E00'0008'0000 | kHandler, 8);
  m.memory().write({kHandler}, 0xFEEB, 2);
  CpuState cpu = m.cpu();
  cpu.gdtr = {.base = 0x7000, .limit = 0x17};
  cpu.idtr = {.base = kIdt, .limit = 0x7FF};
  cpu[Gpr::rsp] = 0x6000;
  m.adopt(cpu);
  return std::move(*made);
}

TEST(LedMachine, WithoutIntrNoChipInterrupts) {
  constexpr Ticks kTwoTimerPeriods = 110'000'000;
  auto deaf = waiting(false), hearing = waiting(true);
  deaf->run({.until_time = kTwoTimerPeriods});
  hearing->run({.until_time = kTwoTimerPeriods});
  EXPECT_TRUE(deaf->deliveries().empty());
  ASSERT_EQ(hearing->deliveries().size(), 1u);
  EXPECT_EQ(hearing->cpu().rip, kHandler);
}

TEST(LedMachine, AnInterruptFromOutsidePushesNoErrorCode) {
  auto m = waiting(false);
  m->run({.instructions = 10});
  ASSERT_TRUE(m->apply(InjectException{.vector = 14, .error_code = 7, .cr2 = 5, .external = true}));
  EXPECT_EQ(m->cpu().rip, kHandler);
  EXPECT_EQ(m->cpu()[Gpr::rsp], 0x6000u - 12) << "EFLAGS, CS, EIP";
  EXPECT_EQ(m->memory().read({0x6000 - 12}, 4), kCode + 1);
  EXPECT_EQ(m->memory().read({0x6000 - 4}, 4) & rflags::rf, 0u);
  EXPECT_EQ(m->cpu().cr2, 0u);
}

TEST(LedMachine, AdoptsAProcessorWithItsFloatingPointRegisters) {
  auto m = waiting(false);
  CpuState cpu = m->cpu();
  cpu[Gpr::rdi] = 0x1234'5678;
  cpu.rip = kHandler;
  cpu.cr2 = 0xABC;
  cpu.fp.mxcsr = 0x1F00;
  cpu.fp.xmm[5] = {.low = 1, .high = 2};
  cpu.fp.st[0] = {.significand = 0x8000'0000'0000'0000, .sign_exponent = 0x3FFF};
  cpu.fp.ftw = 0xFFFC;
  m->adopt(cpu);
  EXPECT_TRUE(m->cpu() == cpu);
  m->step();
  EXPECT_EQ(m->cpu().rip, kHandler) << "a jump to itself";
  EXPECT_EQ(m->cpu().fp.xmm[5].high, 2u);
}

}  // namespace
}  // namespace ringside
