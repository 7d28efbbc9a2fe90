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

TEST_P(StaleBlock, AStoreThatReachesItsOwnInstructionIsMadeOnce) {
  // ADD [eax], eax, whose operand begins a byte before it. How the run gets there must not matter.
  for (const std::uint64_t stop_before : {0u, 9u, 10u}) {
    auto m = machine({0xB8, 0x2D, 0x00, 0x10, 0x00,                          // mov eax, 0x10002d
                      0x90, 0x90, 0x90, 0x90, 0x90, 0x90, 0x90, 0x90, 0x90,  // nop
                      0x01, 0x00, 0x90, 0x90, 0xEB, 0xFE},
                     GetParam());
    ASSERT_TRUE(m);
    ASSERT_EQ(m->memory().read({0x10002D}, 4), 0x9000'0190u);
    (void)m->run({.instructions = stop_before});
    (void)m->run({.instructions = 11 - stop_before});
    EXPECT_EQ(m->memory().read({0x10002D}, 4), 0x9010'01BDu) << stop_before;
    EXPECT_EQ(m->cpu().rip, 0x100030u);
  }
}

TEST_P(StaleBlock, FlagsOutliveAnAccessThatFails) {
  // SUB, then RCL of a page that is not there: the handler's frame holds the flags that SUB left.
  auto m = machine({0xBC, 0x00, 0x00, 0x20, 0x00,                    // mov esp, 0x200000
                    0xC7, 0x05, 0x00, 0x00, 0x30, 0x00, 0x83, 0x00,  // mov dword [0x300000], 0x83: 4 MiB page
                    0x00, 0x00,                                      //
                    0xB8, 0x00, 0x00, 0x30, 0x00, 0x0F, 0x22, 0xD8,  // mov eax, 0x300000; mov cr3, eax
                    0xB8, 0x10, 0x00, 0x00, 0x00, 0x0F, 0x22, 0xE0,  // mov eax, 0x10; mov cr4, eax: PSE
                    0x0F, 0x20, 0xC0, 0x0D, 0x00, 0x00, 0x00, 0x80,  // mov eax, cr0; or eax, 0x80000000
                    0x0F, 0x22, 0xC0,                                // mov cr0, eax
                    0x90, 0x90, 0x90, 0x90, 0x90, 0x90, 0x90, 0x90,  // nop
                    0x29, 0xC0,                                      // sub eax, eax
                    0xD0, 0x15, 0x00, 0x00, 0x40, 0x00},             // rcl byte [0x400000], 1
                   GetParam());
  ASSERT_TRUE(m);
  EXPECT_EQ(m->run({.instructions = 1000}).kind, StopKind::triple_fault);  // there is no IDT
  ASSERT_FALSE(m->deliveries().empty());
  const Delivery& delivery = m->deliveries().back().delivery;
  EXPECT_EQ(delivery.attempts.front().exception.vector, 14);
  EXPECT_EQ(delivery.before.rflags & 0x8D5, 0x44u);  // ZF and PF
}

INSTANTIATE_TEST_SUITE_P(Lanes, StaleBlock,
                         testing::Values(Execution::exact, Execution::fast, Execution::restless));

}  // namespace
}  // namespace ringside
