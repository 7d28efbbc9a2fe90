// SPDX-License-Identifier: GPL-2.0-or-later
// Non-maskable interrupts: SDM volume 3A 6.7 and 6.7.1 (blocked from the delivery of one to the next
// IRET), 6.14.
#include <gtest/gtest.h>

#include <fstream>
#include <iterator>

#include "side_by_side.h"

namespace ringside::testing {
namespace {

class Nmi : public ::testing::TestWithParam<Execution> {
 protected:
  std::unique_ptr<Machine> machine;

  void SetUp() override {
    std::ifstream file(RINGSIDE_CONFORMANCE_IMAGES "/nmi.elf", std::ios::binary);
    const std::string bytes((std::istreambuf_iterator<char>(file)), {});
    MachineConfig config{.image_name = "nmi.elf", .execution = GetParam()};
    const auto* first = reinterpret_cast<const std::byte*>(bytes.data());
    config.image.assign(first, first + bytes.size());
    auto made = Machine::create(std::move(config));
    ASSERT_TRUE(made) << made.error().sentence;
    machine = std::move(*made);
  }
  std::string console() const { return {machine->debug_console().begin(), machine->debug_console().end()}; }

  // Runs until the console ends in this line.
  ::testing::AssertionResult says(const std::string& line) {
    for (int i = 0; i < 20'000 && !machine->final_stop(); ++i) {
      if (console().ends_with(line + "\n")) return ::testing::AssertionSuccess();
      machine->run({.instructions = 50});
    }
    return ::testing::AssertionFailure() << "no \"" << line << "\" in\n" << console();
  }
  // Runs until there is one more line, and gives it.
  Line next_line() {
    const std::size_t before = lines(console()).size();
    for (int i = 0; i < 20'000 && !machine->final_stop(); ++i) {
      machine->run({.instructions = 50});
      if (lines(console()).size() > before && console().ends_with("\n")) return lines(console())[before];
    }
    return {"nothing", console(), {}};
  }
};
INSTANTIATE_TEST_SUITE_P(Lanes, Nmi, ::testing::Values(Execution::fast, Execution::exact),
                         [](const auto& info) { return info.param == Execution::fast ? "fast" : "exact"; });

TEST_P(Nmi, InterruptsWithInterruptsOff) {
  ASSERT_TRUE(says("ready"));
  ASSERT_FALSE(machine->cpu().rflags & rflags::if_);
  ASSERT_TRUE(machine->apply(RaiseNmi{}));
  const Line line = next_line();
  EXPECT_EQ(line.name, "in a loop");
  // No error code: five quadwords below the pattern's stack; RF is not set for an interrupt.
  EXPECT_EQ("", missing(line, "v=2 cs=8 rsp=6fff00 ss=10 at=6ffed8 in.cs=8 in.ss=10")) << line.text;
  EXPECT_FALSE(line.fields.contains("err"));
  EXPECT_EQ(std::stoull(line.fields.at("fl"), nullptr, 16) & rflags::rf, 0u);
  EXPECT_TRUE(machine->cpu().nmi_blocked);
}

TEST_P(Nmi, ASecondWaitsForIret) {
  ASSERT_TRUE(says("ready"));
  ASSERT_TRUE(machine->apply(RaiseNmi{}));
  ASSERT_TRUE(says("blocked"));
  const std::size_t before = lines(console()).size();
  ASSERT_TRUE(machine->apply(RaiseNmi{}));
  ASSERT_TRUE(machine->apply(RaiseNmi{})) << "one is latched, not two";
  machine->run({.instructions = 5000});
  EXPECT_EQ(lines(console()).size(), before) << "an NMI came while another was being handled";
  EXPECT_TRUE(machine->cpu().nmi_blocked);
  const Line line = next_line();
  EXPECT_EQ(line.name, "after IRETQ");
  EXPECT_EQ("", missing(line, "v=2 cs=8 fl=2 rsp=6fff00 ss=10")) << line.text;
  // The IRETQ has run, its target has not.
  const std::uint64_t interrupted = machine->deliveries().back().delivery.before.rip;
  EXPECT_EQ(machine->memory().read({interrupted - 2}, 2), 0xCF48u);
  ASSERT_TRUE(says("halting")) << "the one latched was all";
}

TEST_P(Nmi, WakesAHaltedProcessor) {
  ASSERT_TRUE(says("ready"));
  ASSERT_TRUE(machine->apply(RaiseNmi{}));
  ASSERT_TRUE(says("blocked"));
  ASSERT_TRUE(machine->apply(RaiseNmi{}));
  ASSERT_TRUE(says("halting"));
  for (int i = 0; i < 100 && !machine->cpu().halted; ++i) machine->step();
  ASSERT_TRUE(machine->cpu().halted);
  const std::uint64_t behind_hlt = machine->cpu().rip;
  ASSERT_TRUE(machine->apply(RaiseNmi{}));
  const Line line = next_line();
  EXPECT_EQ(line.name, "while halted");
  EXPECT_EQ("", missing(line, "v=2 fl=246")) << line.text;
  ASSERT_FALSE(machine->deliveries().empty());
  EXPECT_EQ(machine->deliveries().back().delivery.before.rip, behind_hlt);
}

TEST_P(Nmi, FromRingThreeByIst) {
  ASSERT_TRUE(says("ready"));
  ASSERT_TRUE(machine->apply(RaiseNmi{}));
  ASSERT_TRUE(says("blocked"));
  ASSERT_TRUE(machine->apply(RaiseNmi{}));
  ASSERT_TRUE(says("halting"));
  ASSERT_TRUE(machine->apply(RaiseNmi{}));
  ASSERT_TRUE(says("ring 3"));
  while (machine->cpu().cpl != 3) machine->step();
  ASSERT_TRUE(machine->apply(RaiseNmi{}));
  const Line line = next_line();
  EXPECT_EQ("", missing(line, "v=2 cs=23 rsp=75ff00 ss=1b at=71ffd8 in.cs=8 in.ss=0")) << line.text;
}

}  // namespace
}  // namespace ringside::testing
