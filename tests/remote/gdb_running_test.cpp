// SPDX-License-Identifier: GPL-2.0-or-later
// Running and stepping: each packet, as bytes, against a session with the real kernel.
#include <fmt/format.h>
#include <gmock/gmock.h>

#include <string>

#include "tests/remote/client.h"

namespace ringside {
namespace {

using testing::breakpoint;
using testing::Client;
using ::testing::HasSubstr;
using ::testing::StartsWith;
using testing::wait_for_an_interrupt;

// --- running ---

TEST(Running, StopsAtABreakpointThatNobodyCanSeeInMemory) {
  Client c;
  const std::uint64_t code = c.address("kernel_main");
  const std::string before = c.ask(fmt::format("m{:x},4", code));
  EXPECT_EQ(c.ask(breakpoint(code)), "OK");
  const std::string stop = c.ask("vCont;c:1");
  EXPECT_THAT(stop, StartsWith("T05swbreak:;thread:1;"));
  EXPECT_THAT(stop, HasSubstr("10:" + little_endian_hex(code, 8)));
  EXPECT_EQ(c.rip(), code);
  EXPECT_EQ(c.ask(fmt::format("m{:x},4", code)), before);
  EXPECT_EQ(c.ask("?"), stop);
}

TEST(Running, AHardwareBreakpointSaysSoAndIsRemoved) {
  Client c;
  const std::uint64_t first = c.address("load_segments"), second = c.address("load_interrupt_table");
  c.ask(fmt::format("Z1,{:x},1", first));
  c.ask(fmt::format("Z1,{:x},1", first));  // twice is once
  c.ask(fmt::format("Z1,{:x},1", second));
  EXPECT_EQ(c.ask(fmt::format("z1,{:x},1", first)), "OK");
  EXPECT_THAT(c.ask("c"), StartsWith("T05hwbreak:;"));
  EXPECT_EQ(c.rip(), second);
}

TEST(Running, ABreakpointIsFoundWhereverTheSlicesEnd) {
  for (const Ticks slice : {1, 7, 64, 4096}) {
    Client c;
    const std::uint64_t code = c.address("kernel_main");
    c.ask(breakpoint(code));
    c.server.receive(framed("c"));
    while (c.server.running()) c.server.run_slice(slice);
    EXPECT_EQ(c.rip(), code) << slice;
    EXPECT_THAT(c.answer(), HasSubstr("swbreak")) << slice;
  }
}

TEST(Running, AStepIsOneInstruction) {
  Client c;
  EXPECT_THAT(c.ask("vCont;s:1"), StartsWith("T05thread:1;"));
  EXPECT_EQ(c.session->machine().instructions(), 1u);
  c.ask("s");
  EXPECT_EQ(c.session->machine().instructions(), 2u);
}

TEST(Running, ARangeIsSteppedUntilItIsLeft) {
  Client c;
  c.ask(breakpoint(c.address("kernel_main")));
  c.ask("c");
  const std::uint64_t start = c.rip();
  c.ask(fmt::format("vCont;r{:x},{:x}:1", start, start + 4));
  EXPECT_EQ(c.rip(), start + 4);  // push rbp; mov rbp, rsp
}

TEST(Running, AStepRunsAnInterruptsHandlerToItsEnd) {
  Client c;
  wait_for_an_interrupt(c);
  const Machine& machine = c.session->machine();
  const std::uint64_t before = machine.instructions(), rip = c.rip();
  c.ask("s");
  EXPECT_GT(machine.instructions(), before + 50);
  EXPECT_GT(c.rip(), rip);
  EXPECT_LT(c.rip(), rip + 16);
}

TEST(Running, AStepStopsInAnInterruptsHandlerWhereThatIsAskedFor) {
  Client c;
  wait_for_an_interrupt(c);
  const Machine& machine = c.session->machine();
  const std::uint64_t before = machine.instructions();
  EXPECT_THAT(c.monitor("interrupts into"), HasSubstr("into"));
  c.ask("s");
  EXPECT_EQ(machine.instructions(), before + 1);
  EXPECT_EQ(c.rip(), machine.deliveries().back().delivery.after.rip);
}

TEST(Running, ABreakpointInAnInterruptsHandlerEndsTheStep) {
  Client c;
  wait_for_an_interrupt(c);
  const std::uint64_t handler = c.address("handle_trap");
  c.ask(breakpoint(handler));
  EXPECT_THAT(c.ask("s"), HasSubstr("swbreak"));
  EXPECT_EQ(c.rip(), handler);
}

// --- watchpoints ---

TEST(Watching, AStoreStopsBehindTheInstructionThatMadeIt) {
  Client c;
  const std::uint64_t stack = c.address("kernel::tss") + 4;  // RSP0
  const auto value = [&] { return c.ask(fmt::format("m{:x},8", stack)); };
  c.ask(breakpoint(c.address("load_segments")));
  ASSERT_THAT(c.ask("c"), HasSubstr("swbreak"));
  EXPECT_EQ(value(), little_endian_hex(0, 8));
  EXPECT_EQ(c.ask(fmt::format("Z2,{:x},8", stack)), "OK");
  EXPECT_THAT(c.ask("c"), HasSubstr(fmt::format("watch:{:x};", stack)));
  EXPECT_EQ(value(), little_endian_hex(c.address("kernel_stack_top"), 8));
  EXPECT_EQ(c.ask(fmt::format("z2,{:x},8", stack)), "OK");
  c.ask(breakpoint(c.address("run_prompt")));
  EXPECT_THAT(c.ask("c"), HasSubstr("swbreak"));
}

TEST(Watching, LoadsAndAccessesAreToldApart) {
  Client c;
  const std::uint64_t console = c.address("kernel::console");
  c.ask(breakpoint(c.address("load_segments")));
  c.ask("c");
  c.ask(fmt::format("Z3,{:x},10", console));
  c.ask("c");
  ASSERT_TRUE(c.session->last_stop()->hit);
  EXPECT_FALSE(c.session->last_stop()->hit->access.store);
  EXPECT_THAT(c.ask("?"), HasSubstr(fmt::format("rwatch:{:x};", console)));
  c.ask(fmt::format("z3,{:x},10", console));
  c.ask(fmt::format("Z4,{:x},10", console));
  EXPECT_THAT(c.ask("c"), HasSubstr(fmt::format("awatch:{:x};", console)));
}

TEST(Watching, WhatIsNotWatchedAnyMoreStopsNoStep) {
  Client c;
  const std::uint64_t code = c.address("kernel_main");
  c.ask(breakpoint(code));
  c.ask("c");
  const std::uint64_t rsp = c.session->machine().cpu()[Gpr::rsp];
  c.ask(fmt::format("Z2,{:x},8", rsp - 8));
  EXPECT_THAT(c.ask("c"), HasSubstr("watch:"));  // push rbp
  c.ask(fmt::format("z2,{:x},8", rsp - 8));
  c.ask("P7=" + little_endian_hex(rsp, 8));
  c.ask("P10=" + little_endian_hex(code, 8));
  EXPECT_THAT(c.ask("s"), StartsWith("T05thread"));
}

TEST(Watching, HalfTheAddressSpaceIsTooMuch) {
  Client c;
  EXPECT_EQ(c.ask("Z2,0,ffffffffffffffff"), "E22");
  EXPECT_THAT(c.ask("s"), StartsWith("T05thread"));
}

TEST(Watching, AStepThatStoresSaysSo) {
  Client c;
  c.ask(breakpoint(c.address("kernel_main")));
  c.ask("c");
  const std::uint64_t top = c.session->machine().cpu()[Gpr::rsp] - 8;
  c.ask(fmt::format("Z2,{:x},8", top));
  EXPECT_THAT(c.ask("s"), HasSubstr(fmt::format("watch:{:x};", top)));  // push rbp
  c.ask(fmt::format("z2,{:x},8", top));
  EXPECT_THAT(c.ask("s"), StartsWith("T05thread"));
}

TEST(Running, WhateverComesWhileItRunsStopsIt) {
  Client c;
  c.server.receive(framed("c"));
  ASSERT_TRUE(c.server.running());
  c.server.run_slice(1'000'000);
  ASSERT_TRUE(c.server.running());
  EXPECT_EQ(c.answer(), "(nothing)");
  c.server.receive("+");
  EXPECT_TRUE(c.server.running()) << "an acknowledgement is nothing to stop for";
  c.server.receive("\x03");
  EXPECT_FALSE(c.server.running());
  EXPECT_THAT(c.answer(), StartsWith("T02thread:1;"));
  c.server.receive("\x03");
  EXPECT_EQ(c.answer(), "(nothing)") << "who stands cannot be stopped";
  c.server.receive(framed("c") + framed("qC"));
  EXPECT_FALSE(c.server.running());
  EXPECT_EQ(c.answer(), "QC1");
}

TEST(Running, AnIdleGuestSaysHowLongItIsIdle) {
  Client c;
  c.ask(breakpoint(c.address("run_prompt")));
  c.ask("c");
  c.ask(fmt::format("z0,{:x},1", c.address("run_prompt")));
  c.server.receive(framed("c"));
  for (int i = 0; i < 100; ++i) c.server.run_slice(10'000'000);
  EXPECT_TRUE(c.server.running());
  EXPECT_GT(c.server.idle(), 9'900'000u);
}

TEST(Running, AHaltedGuestThatIsSteppedCanBeStopped) {
  Client c;
  c.server.receive(framed("c"));
  while (!c.session->machine().cpu().halted) c.server.run_slice(1'000'000);
  c.server.receive("\x03");
  c.server.receive(framed("s"));
  for (int i = 0; i < 50 && c.server.running(); ++i) c.server.run_slice(1'000'000);
  EXPECT_FALSE(c.server.running()) << "the timer has woken it";
}

}  // namespace
}  // namespace ringside
