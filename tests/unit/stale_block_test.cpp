// SPDX-License-Identifier: GPL-2.0-or-later
// Blocks that are not what they were, and blocks that are nowhere: each is entered by a direct jump, behind
// which the engine's RIP still names the jump.
#include <gtest/gtest.h>

#include <initializer_list>
#include <memory>

#include "sim/machine/machine.h"

namespace ringside {
namespace {

constexpr std::uint64_t kLoad = 0x100000, kCode = kLoad + 32, kStack = 0x200000;

// 32-bit code behind a header of Multiboot 1.
std::unique_ptr<Machine> machine(std::initializer_list<std::uint8_t> code, Execution execution) {
  MachineConfig config;
  for (const std::uint32_t word : {0x1BADB002u, 0x10000u, 0u - (0x1BADB002u + 0x10000u), std::uint32_t{kLoad},
                                   std::uint32_t{kLoad}, 0u, 0u, std::uint32_t{kCode}})
    for (unsigned i = 0; i < 4; ++i) config.image.push_back(static_cast<std::byte>(word >> 8 * i));
  for (const std::uint8_t b : code) config.image.push_back(std::byte{b});
  config.memory_mib = 4;
  config.execution = execution;
  auto made = Machine::create(std::move(config));
  EXPECT_TRUE(made) << made.error().sentence;
  return made ? std::move(*made) : nullptr;
}

class StaleBlock : public testing::TestWithParam<Execution> {};

TEST_P(StaleBlock, TheCallThatEntersItIsMadeOnce) {
  auto m = machine({0xBC, 0x00, 0x00, 0x20, 0x00,  // mov esp, 0x200000
                    0xE8, 0x02, 0x00, 0x00, 0x00,  // call f
                    0xEB, 0xF9,                    // jmp to the call
                    0x43, 0x41, 0xC3},             // f: inc ebx, inc ecx, ret
                   GetParam());
  ASSERT_TRUE(m);
  (void)m->run({.instructions = 1 + 5 * 10});
  const std::uint64_t ebx = m->cpu()[Gpr::rbx];
  ASSERT_EQ(m->cpu()[Gpr::rcx], 10u);
  ASSERT_TRUE(m->apply(SetMemory{{kCode + 12}, 0x4B}));  // dec ebx
  for (unsigned round = 1; round <= 4; ++round) {
    (void)m->run({.instructions = 5});
    EXPECT_EQ(m->cpu()[Gpr::rbx], ebx - round);
    EXPECT_EQ(m->cpu()[Gpr::rcx], 10 + round);
    EXPECT_EQ(m->cpu()[Gpr::rsp], kStack);
    EXPECT_EQ(m->cpu().rip, kCode + 5);
  }
}

TEST_P(StaleBlock, WhereNobodyAnswersOnesAreFetchedAndAreNoInstruction) {
  auto m = machine({0x90, 0x90, 0x90, 0x90, 0x90, 0x90, 0x90, 0x90,  // nop
                    0xE9, 0x00, 0x00, 0x00, 0xC0},                   // jmp far beyond the RAM
                   GetParam());
  ASSERT_TRUE(m);
  const Stop stop = m->run({.instructions = 1000});
  EXPECT_EQ(stop.kind, StopKind::triple_fault) << stop.sentence;  // there is no IDT
  ASSERT_FALSE(m->deliveries().empty());
  EXPECT_EQ(m->deliveries().back().delivery.attempts.front().exception.vector, 6);
  EXPECT_EQ(m->instructions(), 10u);
}

INSTANTIATE_TEST_SUITE_P(Lanes, StaleBlock,
                         testing::Values(Execution::exact, Execution::fast, Execution::restless));

}  // namespace
}  // namespace ringside
