// SPDX-License-Identifier: GPL-2.0-or-later
// A repeated store that reaches its own bytes: the round is one tick, and what it has put there is the next.
#include <gtest/gtest.h>

#include <cstdlib>
#include <cstring>
#include <memory>

#include "sim/cpu/engine.h"

namespace ringside {
namespace {

class NoPorts : public PortClient {
  std::uint32_t port_read(std::uint64_t, std::uint64_t, std::uint16_t, unsigned) override { return 0; }
  void port_write(std::uint64_t, std::uint64_t, std::uint16_t, unsigned, std::uint32_t) override {}
};

TEST(SelfOverwrite, TheRoundOfRepAndWhatItWroteAreTwoTicks) {
  constexpr std::uint64_t kRamBytes = 0x20'0000, kCode = 0x8000;
  struct Free {
    void operator()(std::byte* p) const { std::free(p); }
  };
  const std::unique_ptr<std::byte, Free> ram{static_cast<std::byte*>(std::aligned_alloc(4096, kRamBytes))};
  std::memset(ram.get(), 0x90, kRamBytes);
  const PhysicalMemory memory{std::span(ram.get(), kRamBytes)};
  NoPorts ports;
  auto engine = Engine::create(memory, ports, false);
  ASSERT_TRUE(engine) << engine.error().sentence;
  memory.write({kCode}, 0xAAF3, 2);  // REP STOSB
  CpuState cpu;
  cpu.cr0 = 0x11;
  cpu.cs = {0x08, 0, 0xFFFF'FFFF, 0xC09B};
  cpu.ss = cpu.ds = cpu.es = {0x10, 0, 0xFFFF'FFFF, 0xC093};
  cpu.rip = kCode;
  cpu[Gpr::rax] = 0x8098;  // AL = CWDE
  cpu[Gpr::rcx] = 100;
  cpu[Gpr::rdi] = kCode - 1;  // the second round hits the prefix
  (*engine)->load(cpu);
  const auto tick = [&] {
    const EngineExit exit = (*engine)->run({.ticks = 1, .exact = true});
    EXPECT_EQ(exit.kind, ExitKind::deadline) << exit.sentence;
    return (*engine)->state();
  };
  EXPECT_EQ(tick()[Gpr::rcx], 99u);
  const CpuState round = tick();
  EXPECT_EQ(round[Gpr::rcx], 98u);
  EXPECT_EQ(round[Gpr::rax], 0x8098u) << "CWDE has run in the same tick";
  EXPECT_EQ(round.rip, kCode);
  EXPECT_EQ(memory.read({kCode}, 2), 0xAA98u);
  const CpuState next = tick();
  EXPECT_EQ(next[Gpr::rax], 0xFFFF'8098u);
  EXPECT_EQ(next.rip, kCode + 1);
}

}  // namespace
}  // namespace ringside
