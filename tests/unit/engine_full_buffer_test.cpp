// SPDX-License-Identifier: GPL-2.0-or-later
// Code that changes so often that the engine's translation buffer is full several times over: the program
// must neither crash nor run old code. (A fresh Unicorn 2.1.1 does both: it starts again at the buffer's
// beginning without a flush.)
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

class EngineFullBuffer : public testing::Test {
 protected:
  static constexpr std::uint64_t kRamBytes = 0x20'0000;
  struct Free {
    void operator()(std::byte* p) const { std::free(p); }
  };
  const std::unique_ptr<std::byte, Free> ram{static_cast<std::byte*>(std::aligned_alloc(4096, kRamBytes))};
  const PhysicalMemory memory{std::span(ram.get(), kRamBytes)};
  NoPorts ports;
  std::unique_ptr<Engine> engine;
  CpuState cpu;

  void SetUp() override {
    std::memset(ram.get(), 0, kRamBytes);
    auto created = Engine::create(memory, ports, false);
    ASSERT_TRUE(created) << created.error().sentence;
    engine = std::move(*created);
    cpu.cr0 = 0x11;
    cpu.cs = {0x08, 0, 0xFFFF'FFFF, 0xC09B};
    cpu.ss = cpu.ds = cpu.es = {0x10, 0, 0xFFFF'FFFF, 0xC093};
  }
  // MOV EAX, value. The zeros behind it are instructions as well and make the block long.
  void put_code(std::uint64_t address, std::uint32_t value) {
    memory.write({address}, 0xB8, 1);
    memory.write({address + 1}, value, 4);
    engine->memory_written({address}, 5);
  }
  std::uint64_t run_one(std::uint64_t address) {
    cpu.rip = address;
    engine->load(cpu);
    const EngineExit exit = engine->run({.ticks = 1, .exact = true});
    EXPECT_EQ(exit.kind, ExitKind::deadline) << exit.sentence;
    return engine->state()[Gpr::rax];
  }
};

TEST_F(EngineFullBuffer, ChangingCodeAndConstantCodeBothStayRight) {
  constexpr std::uint64_t kConstant = 0x8000, kChanging = 0x8800;  // on one page: a list of it is walked
  put_code(kConstant, 0xC0DE);
  for (std::uint32_t round = 0; round < 1500; ++round) {
    put_code(kChanging, round);
    ASSERT_EQ(run_one(kChanging), round);
    if (round % 50 == 0) {
      ASSERT_EQ(run_one(kConstant), 0xC0DEu) << "round " << round;
    }
  }
}

}  // namespace
}  // namespace ringside
