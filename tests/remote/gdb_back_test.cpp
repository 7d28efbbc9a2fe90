// SPDX-License-Identifier: GPL-2.0-or-later
// Back in time, and gdb's "monitor", against a session with the real kernel.
#include <fmt/format.h>
#include <gmock/gmock.h>

#include <atomic>

#include "tests/remote/client.h"

namespace ringside {
namespace {

using testing::breakpoint;
using testing::Client;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;
using testing::wait_for_an_interrupt;

// --- back in time ---

TEST(Back, AStepBackIsOneInstruction) {
  Client c;
  c.ask("s");
  c.ask("s");
  const std::uint64_t hash = c.session->machine().state_hash();
  c.ask("s");
  EXPECT_THAT(c.ask("bs"), StartsWith("T05thread:1;"));
  EXPECT_EQ(c.session->machine().instructions(), 2u);
  EXPECT_EQ(c.session->machine().state_hash(), hash);
}

TEST(Back, TheStartOfHistoryIsSaid) {
  Client c;
  EXPECT_THAT(c.ask("bs"), StartsWith("T05replaylog:begin;"));
  c.ask("s");
  EXPECT_THAT(c.ask("bc"), StartsWith("T05replaylog:begin;"));
  EXPECT_EQ(c.session->machine().instructions(), 0u);
}

TEST(Back, ContinuesToTheBreakpointBefore) {
  Client c;
  const std::uint64_t first = c.address("load_segments"), second = c.address("load_interrupt_table");
  c.ask(breakpoint(first));
  c.ask(breakpoint(second));
  c.ask("c");
  const std::uint64_t hash = c.session->machine().state_hash();
  c.ask("c");
  ASSERT_EQ(c.rip(), second);
  EXPECT_THAT(c.ask("bc"), StartsWith("T05swbreak:;"));
  EXPECT_EQ(c.rip(), first);
  EXPECT_EQ(c.session->machine().state_hash(), hash);
}

TEST(Back, ContinuesToBeforeTheStoreToWhatIsWatched) {
  Client c;
  const std::uint64_t stack = c.address("kernel::tss") + 4;
  c.ask(breakpoint(c.address("run_prompt")));
  c.ask("c");
  c.ask(fmt::format("Z2,{:x},8", stack));
  EXPECT_THAT(c.ask("bc"), HasSubstr(fmt::format("watch:{:x};", stack)));
  EXPECT_EQ(c.ask(fmt::format("m{:x},8", stack)), little_endian_hex(0, 8));
  EXPECT_THAT(c.ask("s"), HasSubstr(fmt::format("watch:{:x};", stack)));
  EXPECT_EQ(c.ask(fmt::format("m{:x},8", stack)), little_endian_hex(c.address("kernel_stack_top"), 8));
}

TEST(Back, AStepBackGoesBeforeTheInterruptThatCame) {
  Client c;
  wait_for_an_interrupt(c);
  const std::uint64_t behind_hlt = c.rip(), before = c.session->machine().instructions();
  c.ask("s");
  c.ask("bs");
  EXPECT_EQ(c.rip(), behind_hlt);
  EXPECT_GT(c.session->machine().instructions(), before);
  c.ask("bs");
  EXPECT_EQ(c.rip(), behind_hlt - 1) << "HLT";
  EXPECT_EQ(c.session->machine().instructions(), before - 1);
}

TEST(Back, AStepBackGoesIntoAnInterruptsHandlerWhereThatIsAskedFor) {
  Client c;
  wait_for_an_interrupt(c);
  const std::uint64_t behind_hlt = c.rip();
  c.ask("s");
  c.monitor("interrupts into");
  c.ask("bs");
  EXPECT_EQ(c.rip(), behind_hlt);
  c.ask("bs");
  EXPECT_EQ(c.ask(fmt::format("m{:x},2", c.rip())), "48cf") << "IRETQ";
}

TEST(Back, TheGuestsEndCanBeLeft) {
  Client c("exit=3");
  c.ask("c");
  ASSERT_TRUE(c.session->machine().final_stop());
  EXPECT_THAT(c.ask("bs"), StartsWith("T05thread:1;"));
  EXPECT_FALSE(c.session->machine().final_stop());
  EXPECT_THAT(c.ask("c"), StartsWith("T05thread:1;")) << "the end again, not an exit";
  EXPECT_EQ(c.ask("c"), "W07");
}

TEST(Back, ASearchCanBeEndedAndTheMachineStandsWhereItStood) {
  Client c;
  c.ask(breakpoint(c.address("run_prompt")));
  c.ask("c");
  c.ask(fmt::format("z0,{:x},1", c.address("run_prompt")));
  const std::uint64_t hash = c.session->machine().state_hash();
  const std::atomic<bool> pause{true};
  c.server.receive(framed("bc"));
  ASSERT_TRUE(c.server.searches());
  c.server.run_slice(1, &pause);
  EXPECT_FALSE(c.server.running());
  EXPECT_THAT(c.answer(), StartsWith("T02"));
  EXPECT_EQ(c.session->machine().state_hash(), hash);
}

TEST(Back, ChangingThePastBeginsABranch) {
  Client c;
  for (int i = 0; i < 5; ++i) c.ask("s");
  c.ask("bs");
  EXPECT_EQ(c.ask("P0=2a00000000000000"), "OK");
  EXPECT_EQ(c.session->timeline().branches().size(), 2u);
  EXPECT_FALSE(c.session->timeline().in_past());
}

// --- monitor ---

TEST(MonitorWords, ShowWhatThereIsToInspect) {
  Client c;
  EXPECT_THAT(c.monitor("help"), HasSubstr("idt"));
  EXPECT_THAT(c.monitor("control"), HasSubstr("CR0"));
  EXPECT_EQ(c.monitor("inspect control"), c.monitor("control"));
  EXPECT_THAT(c.monitor(" walk  0x100000 write "), HasSubstr("0x"));
  EXPECT_THAT(c.monitor("nonsense"), HasSubstr("help lists"));
  EXPECT_THAT(c.monitor("walk nowhere_at_all"), HasSubstr("nowhere_at_all"));
}

TEST(MonitorWords, SayWhatHasJustHappened) {
  Client c;
  EXPECT_THAT(c.monitor("what"), HasSubstr("entry"));
  c.ask("s");
  c.ask("s");
  c.ask("s");
  EXPECT_THAT(c.monitor("what"), HasSubstr("mov esp"));
}

TEST(MonitorWords, MoveTheMachineAndSayWhatGdbShouldBeTold) {
  Client c;
  for (int i = 0; i < 9; ++i) c.ask("s");
  EXPECT_THAT(c.monitor("seek 4"), HasSubstr("maintenance flush register-cache"));
  EXPECT_EQ(c.session->machine().instructions(), 4u);
  EXPECT_THAT(c.monitor("where"), Not(HasSubstr("maintenance")));
  EXPECT_THAT(c.ask("?"), HasSubstr("10:" + little_endian_hex(c.rip(), 8)));
  EXPECT_THAT(c.monitor("set rax 7"), HasSubstr("maintenance flush register-cache"));
}

TEST(MonitorWords, BreakAtEventsBesideGdbsOwnBreakpoints) {
  Client c("run=fault pf");
  EXPECT_THAT(c.monitor("break #pf"), StartsWith("0 "));
  const std::uint64_t code = c.address("run_prompt"), early = c.address("load_segments");
  c.ask(breakpoint(early));
  c.ask(breakpoint(code));
  EXPECT_THAT(c.monitor("breakpoints"), Not(HasSubstr("1 "))) << "gdb's are gdb's";
  EXPECT_THAT(c.ask("c"), StartsWith("T05swbreak:;"));
  c.ask(fmt::format("z0,{:x},1", early));
  c.printed.clear();
  EXPECT_THAT(c.ask("c"), StartsWith("T05thread:1;"));
  EXPECT_THAT(c.printed, HasSubstr("age fault"));
  EXPECT_EQ(c.session->last_stop()->kind, StopKind::event);
  c.monitor("delete all");
  EXPECT_EQ(c.session->machine().breakpoints().size(), 1u);
}

TEST(MonitorWords, TypeWhereSomebodyTakesKeys) {
  Client c;
  EXPECT_THAT(c.monitor("type x"), HasSubstr("help lists"));
  std::string typed;
  c.server.set_typing([&](std::string_view keys) -> Result<void> {
    typed = keys;
    return {};
  });
  c.monitor("type help<Enter>");
  EXPECT_EQ(typed, "help<Enter>");
}

TEST(MonitorWords, ResetBeginsAgain) {
  Client c;
  c.ask("s");
  EXPECT_THAT(c.monitor("reset"), HasSubstr("maintenance flush register-cache"));
  EXPECT_EQ(c.session->machine().instructions(), 0u);
}

}  // namespace
}  // namespace ringside
