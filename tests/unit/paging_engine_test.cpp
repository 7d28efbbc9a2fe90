// SPDX-License-Identifier: GPL-2.0-or-later
// Two readings of the same chapter: our page walk and the engine's own, over random tables. Both must agree
// whether an access faults, with which error code, and where the data lies. In long mode, PAE and two-level
// tables.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <cstring>
#include <memory>
#include <random>

#include "sim/cpu/engine.h"
#include "sim/cpu/paging.h"

namespace ringside {
namespace {

class NoPorts : public PortClient {
  std::uint32_t port_read(std::uint64_t, std::uint64_t, std::uint16_t, unsigned) override { return 0; }
  void port_write(std::uint64_t, std::uint64_t, std::uint16_t, unsigned, std::uint32_t) override {}
};

// Tables for two linear addresses: code at 1 GiB, always executable by whoever runs it, and data at kData
// with random rights. The code reads or writes one byte at RBX through AL.
class PagingAgainstEngine : public testing::Test {
 protected:
  static constexpr std::uint64_t kRamBytes = 0x40'0000, kCode = 0x4000'0000, kData = 0x123;
  static constexpr std::uint64_t kCodePage = 0x7000, kDataPage = 0xA000;
  static constexpr unsigned kRounds = 400;

  struct Free {
    void operator()(std::byte* p) const { std::free(p); }
  };
  std::unique_ptr<std::byte, Free> ram{static_cast<std::byte*>(std::aligned_alloc(4096, kRamBytes))};
  PhysicalMemory memory{std::span(ram.get(), kRamBytes)};
  NoPorts ports;
  std::unique_ptr<Engine> engine;
  std::mt19937_64 random{20250101};
  CpuState cpu;

  void SetUp() override {
    std::memset(ram.get(), 0, kRamBytes);
    auto created = Engine::create(memory, ports, false);
    ASSERT_TRUE(created) << created.error().sentence;
    engine = std::move(*created);
  }

  void put(std::uint64_t address, std::uint64_t value, unsigned bytes) {
    memory.write({address}, value, bytes);
  }
  bool once_in(unsigned n) { return random() % n == 0; }
  std::uint64_t rights(bool wide) {
    std::uint64_t e = 0;
    if (!once_in(12)) e |= 1;
    if (!once_in(3)) e |= 2;
    if (!once_in(3)) e |= 4;
    if (wide && once_in(6)) e |= std::uint64_t{1} << 63;
    if (wide && once_in(14)) e |= std::uint64_t{1} << (40 + random() % 12);
    return e;
  }
  void random_processor(std::uint64_t cr4_base, std::uint64_t efer_base) {
    cpu = {};
    cpu.cpl = once_in(2) ? 3 : 0;
    cpu.cr0 = 0x8000'0011 | (once_in(2) ? 0x1'0000 : 0);
    cpu.cr4 = cr4_base | (once_in(2) ? 1 << 20 : 0) | (once_in(2) ? 1 << 21 : 0);
    cpu.efer = efer_base | (once_in(2) ? 0x800 : 0);
    cpu.cr3 = 0x1000;
    // SMEP must not hit the code itself: the kernel's code page is a supervisor page, the user's a user page.
    const std::uint16_t dpl = cpu.cpl ? 0x60 : 0;
    const std::uint16_t size = efer_base ? 0xA000 : 0xC000;
    cpu.cs = {static_cast<std::uint16_t>(0x08 | cpu.cpl), 0, 0xFFFF'FFFF,
              static_cast<std::uint16_t>(size | 0x9B | dpl)};
    cpu.ss = cpu.ds = cpu.es = {static_cast<std::uint16_t>(0x10 | cpu.cpl), 0, 0xFFFF'FFFF,
                                static_cast<std::uint16_t>(0xC093 | dpl)};
    cpu.rip = kCode;
    cpu.rflags = 2 | (once_in(2) ? 0x4'0000 : 0);
    cpu[Gpr::rbx] = kData;
  }
  std::uint64_t code_rights() const { return cpu.cpl ? 0x67 : 0x63; }

  void compare(unsigned round) {
    const bool write = once_in(2);
    const unsigned char read_al[] = {0x8A, 0x03}, write_al[] = {0x88, 0x03};  // MOV AL, [RBX]; MOV [RBX], AL
    std::memcpy(ram.get() + kCodePage, write ? write_al : read_al, 2);
    engine->memory_written({0}, kRamBytes);
    engine->load(cpu);
    engine->translation_changed();

    const Walk w =
        walk(cpu, memory, {kData}, {write ? AccessKind::write : AccessKind::read, cpu.cpl == 3, false});
    if (w.ok() && w.physical.value < kRamBytes) put(w.physical.value, 0x5A, 1);
    const EngineExit exit = engine->run({.ticks = 1, .exact = true});

    const std::string where =
        fmt::format("round {}, {} at CPL {}, CR0 {:x}, CR4 {:x}, EFER {:x}, flags {:x}: {}", round,
                    write ? "write" : "read", cpu.cpl, cpu.cr0, cpu.cr4, cpu.efer, cpu.rflags, name(w.fault));
    const bool faulted = exit.kind == ExitKind::exception;
    ASSERT_EQ(faulted, !w.ok()) << where;
    if (faulted) {
      EXPECT_EQ(exit.exception.vector, 14) << where;
      EXPECT_EQ(exit.exception.error_code, w.error_code) << where;
      EXPECT_EQ(exit.exception.cr2, kData) << where;
      ++faults;
    } else if (w.physical.value < kRamBytes) {
      const std::uint64_t moved = write ? memory.read(w.physical, 1) : engine->state()[Gpr::rax] & 0xFF;
      EXPECT_EQ(moved, write ? 0u : 0x5Au) << where;
      ++successes;
    }
  }
  unsigned faults = 0, successes = 0;
};

TEST_F(PagingAgainstEngine, FourLevels) {
  for (unsigned round = 0; round < kRounds; ++round) {
    random_processor(0x20, 0x500);
    put(0x1000, 0x2007, 8);
    put(0x2008, 0x5007, 8);
    put(0x5000, 0x6007, 8);
    put(0x6000, kCodePage | code_rights(), 8);
    const unsigned large = static_cast<unsigned>(random() % 8);
    put(0x2000, (large == 0 ? 0x80 : 0x3000) | rights(true) | (once_in(20) ? 1 << 14 : 0), 8);
    put(0x3000, (large == 1 ? 0x80 : 0x4000) | rights(true) | (large == 1 && once_in(4) ? 1 << 15 : 0), 8);
    put(0x4000, kDataPage | rights(true), 8);
    ASSERT_NO_FATAL_FAILURE(compare(round));
  }
  EXPECT_GT(faults, kRounds / 8);
  EXPECT_GT(successes, kRounds / 8);
}

TEST_F(PagingAgainstEngine, TwoLevels) {
  for (unsigned round = 0; round < kRounds; ++round) {
    random_processor(once_in(2) ? 0x10 : 0, 0);
    put(0x1000 + 4 * (kCode >> 22), 0x6007, 4);
    put(0x6000, kCodePage | code_rights(), 4);
    put(0x1000, 0x4000 | rights(false) | (once_in(6) ? 0x80 : 0), 4);
    if (memory.read({0x1000}, 4) & 0x80 && (cpu.cr4 & 0x10))
      put(0x1000, rights(false) | 0x80 | (once_in(3) ? 1 << 21 : 0), 4);
    put(0x4000, kDataPage | rights(false), 4);
    ASSERT_NO_FATAL_FAILURE(compare(round));
  }
  EXPECT_GT(faults, kRounds / 8);
  EXPECT_GT(successes, kRounds / 8);
}

TEST_F(PagingAgainstEngine, Pae) {
  for (unsigned round = 0; round < kRounds; ++round) {
    random_processor(0x20, 0);
    put(0x1000, 0x3001, 8);
    put(0x1008, 0x5001, 8);
    put(0x5000, 0x6007, 8);
    put(0x6000, kCodePage | code_rights(), 8);
    const bool large = once_in(6);
    put(0x3000, (large ? 0x80 : 0x4000) | rights(true), 8);
    put(0x4000, kDataPage | rights(true), 8);
    ASSERT_NO_FATAL_FAILURE(compare(round));
  }
  EXPECT_GT(faults, kRounds / 8);
  EXPECT_GT(successes, kRounds / 8);
}

}  // namespace
}  // namespace ringside
