// SPDX-License-Identifier: GPL-2.0-or-later
// Each packet, as bytes, against a session with the real kernel.
#include "sim/remote/gdb_server.h"

#include <fmt/format.h>
#include <gmock/gmock.h>

#include <random>

#include "sim/remote/description.h"
#include "sim/remote/registers.h"
#include "tests/remote/client.h"

namespace ringside {
namespace {

using testing::Client;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::MatchesRegex;
using ::testing::Not;
using ::testing::StartsWith;

std::string breakpoint(std::uint64_t address) { return fmt::format("Z0,{:x},1", address); }

// --- the line ---

TEST(Line, AcknowledgesEachPacketUntilItIsToldNotTo) {
  Client c;
  c.server.receive(framed("qC"));
  EXPECT_EQ(c.server.take_output(), "+$QC1#c5");
  c.server.receive(framed("QStartNoAckMode"));
  EXPECT_EQ(c.server.take_output(), "+$OK#9a");
  c.server.receive(framed("qC"));
  EXPECT_EQ(c.server.take_output(), "$QC1#c5");
}

TEST(Line, AsksAgainForABrokenPacketAndRepeatsWhatGotLost) {
  Client c;
  c.server.receive("$qC#00");
  EXPECT_EQ(c.server.take_output(), "-");
  c.server.receive(framed("qC"));
  EXPECT_EQ(c.server.take_output(), "+$QC1#c5");
  c.server.receive("-");
  EXPECT_EQ(c.server.take_output(), "$QC1#c5");
}

TEST(Line, WhatIsNotSupportedIsAnsweredByNothing) {
  Client c;
  for (const char* packet : {"vMustReplyEmpty", "qTStatus", "!", "A", "Y", "vRun;", "b", "bx", ""})
    EXPECT_EQ(c.ask(packet), "") << packet;
}

TEST(Line, GarbageInPacketsIsAnsweredAndChangesNothing) {
  Client c;
  const std::uint64_t before = c.session->machine().state_hash();
  std::mt19937 random(11);
  constexpr std::string_view kStarts = "gGpPmMXZzHTqQvbRD?";
  for (int round = 0; round < 3000; ++round) {
    std::string packet(1, kStarts[random() % kStarts.size()]);
    if (packet == "D") continue;
    for (unsigned i = random() % 12; i > 0; --i) packet += ",:;=xyz-0.\xFF\x01"[random() % 12];
    c.ask(packet);
    ASSERT_FALSE(c.server.running()) << packet;
  }
  EXPECT_EQ(c.ask("qC"), "QC1");
  EXPECT_EQ(c.session->machine().state_hash(), before);
}

TEST(Line, NumbersThatAreNoneAreErrors) {
  Client c;
  for (const char* packet : {"m",
                             "m,",
                             "mx,4",
                             "m0,",
                             "m0,11111111111111111",
                             "M0,1",
                             "M0,2:00",
                             "M0,1:zz",
                             "X0,2:a",
                             "p",
                             "pxx",
                             "P",
                             "P0",
                             "P0=",
                             "P0=00",
                             "Z0",
                             "Z0,",
                             "Z0,x,1",
                             "Z0,0",
                             "vCont;",
                             "vCont;q",
                             "vCont;r",
                             "vCont;r1",
                             "cxyz",
                             "G",
                             "G00",
                             "qRcmd,1",
                             "qXfer:features:read:target.xml:x,y"})
    EXPECT_EQ(c.ask(packet), "E01") << packet;
}

// --- what the target is ---

TEST(Target, SaysWhatItCan) {
  Client c;
  const std::string features = c.ask("qSupported:multiprocess+;swbreak+;hwbreak+");
  for (const char* feature : {"PacketSize=4000", "qXfer:features:read+", "qXfer:memory-map:read+", "swbreak+",
                              "hwbreak+", "QStartNoAckMode+", "vContSupported+"})
    EXPECT_THAT(features, HasSubstr(feature));
  EXPECT_EQ(c.ask("vCont?"), "vCont;c;C;s;S;r");
  EXPECT_EQ(c.ask("qAttached"), "1");
  EXPECT_EQ(c.ask("qfThreadInfo"), "m1");
  EXPECT_EQ(c.ask("qsThreadInfo"), "l");
  EXPECT_EQ(c.ask("T1"), "OK");
  EXPECT_EQ(c.ask("T2"), "E01");
  EXPECT_EQ(c.ask("Hg1"), "OK");
  EXPECT_EQ(*from_hex(c.ask("qThreadExtraInfo,1")), "protected mode, ring 0");
}

std::string whole(Client& c, const std::string& object) {
  std::string all;
  for (;;) {
    const std::string piece = c.ask(fmt::format("qXfer:{}:{:x},100", object, all.size()));
    all += piece.substr(1);
    if (piece[0] != 'm') return all;
  }
}

TEST(Target, ADescriptionIsReadInPieces) {
  Client c;
  EXPECT_EQ(whole(c, "features:read:target.xml"), target_description());
  EXPECT_EQ(whole(c, "memory-map:read:"), linear_memory_map());
  EXPECT_THAT(whole(c, "exec-file:read:1"), EndsWith("kernel.elf"));
  EXPECT_EQ(c.ask("qXfer:features:read:other.xml:0,100"), "E00");
  EXPECT_EQ(c.ask("qXfer:features:read:target.xml:fffff,100"), "l");
}

TEST(Target, TheDescriptionHasEachRegisterOnceInTheOrderOfThePacketG) {
  const std::string text = target_description();
  std::size_t at = 0;
  unsigned number = 0;
  for (const RemoteRegister& reg : remote_registers()) {
    const std::string line = fmt::format("<reg name=\"{}\" bitsize=\"{}\" type=\"{}\" regnum=\"{}\"",
                                         reg.name, reg.bytes * 8, reg.type, number++);
    const std::size_t found = text.find(line);
    ASSERT_NE(found, std::string::npos) << line;
    EXPECT_GT(found, at);
    at = found;
  }
}

// --- registers ---

TEST(Registers, ComeInGdbsOrder) {
  Client c;
  const std::string all = c.ask("g");
  const CpuState& cpu = c.session->machine().cpu();
  EXPECT_EQ(all.substr(0, 16), little_endian_hex(cpu[Gpr::rax], 8));
  EXPECT_EQ(all.substr(16, 16), little_endian_hex(cpu[Gpr::rbx], 8));
  EXPECT_EQ(all.substr(16 * 16, 16), little_endian_hex(cpu.rip, 8));  // the 17th
  EXPECT_EQ(all.substr(17 * 16 + 8, 8), "08000000");                  // cs
  std::size_t bytes = 0;
  for (const RemoteRegister& reg : remote_registers()) bytes += reg.bytes;
  EXPECT_EQ(all.size(), bytes * 2);
  EXPECT_EQ(c.ask("p10"), little_endian_hex(cpu.rip, 8));
  EXPECT_EQ(c.ask("pff"), "E02");
}

TEST(Registers, AreAsManyInLongModeAsBefore) {
  Client c;
  const std::size_t before = c.ask("g").size();
  c.ask(breakpoint(c.address("kernel_main")));
  c.ask("c");
  ASSERT_EQ(mode(c.session->machine().cpu()), CpuMode::long_64);
  EXPECT_EQ(c.ask("g").size(), before);
}

TEST(Registers, AreWrittenOneByOneAndTogether) {
  Client c;
  EXPECT_EQ(c.ask("P0=efbeadde00000000"), "OK");
  EXPECT_EQ(c.session->machine().cpu()[Gpr::rax], 0xDEADBEEFu);
  EXPECT_EQ(c.ask("P10=0000200000000000"), "OK");
  EXPECT_EQ(c.rip(), 0x200000u);
  std::string all = c.ask("g");
  all.replace(16, 16, "7856341200000000");
  EXPECT_EQ(c.ask("G" + all), "OK");
  EXPECT_EQ(c.session->machine().cpu()[Gpr::rbx], 0x12345678u);
  EXPECT_EQ(c.ask("g"), all);
}

TEST(Registers, ThatCannotBeSetSayNoUnlessTheyHoldTheValue) {
  Client c;
  const std::string cs = c.ask("p12");
  EXPECT_EQ(c.ask("P12=" + cs), "OK");
  EXPECT_EQ(c.ask("P12=ff000000"), "E03");
  EXPECT_EQ(c.ask("p12"), cs);
}

// --- memory ---

TEST(Memory, IsReadAndWritten) {
  Client c;
  EXPECT_EQ(c.ask("M200000,4:01020304"), "OK");
  EXPECT_EQ(c.ask("X200004,3:a}\x03$"),
            "E01");  // a beginning ends the packet before: three bytes are said, two come
  EXPECT_EQ(c.ask(std::string("X200004,3:a#}")), "OK");
  EXPECT_EQ(c.ask("m200000,7"), "0102030461237d");
  EXPECT_EQ(c.ask("X200000,0:"), "OK");  // how gdb asks whether there is X
}

TEST(Memory, IsThatOfThePageTables) {
  Client c;
  c.ask(breakpoint(c.address("run_prompt")));
  c.ask("c");
  const std::uint64_t code = c.address("run_prompt");
  const std::string high = c.ask(fmt::format("m{:x},8", code));
  EXPECT_EQ(high.size(), 16u);
  EXPECT_EQ(high, c.ask(fmt::format("m{:x},8", 0xFFFF800000000000 + (code - 0xFFFFFFFF80000000))));
  EXPECT_EQ(c.ask("m0,8"), "E14") << "a null pointer is not mapped";
  EXPECT_EQ(c.ask("m7fffffffffff,8"), "E14");
  EXPECT_EQ(c.ask("mffff7fffffffffff,8"), "E14");
  EXPECT_EQ(c.ask("mffffffffffffffff,8"), "E14");
  EXPECT_EQ(c.ask("M0,1:00"), "E14");
  // The guard page follows: what comes before it is read.
  const std::uint64_t guard = c.address("kernel_stack_guard");
  EXPECT_EQ(c.ask(fmt::format("m{:x},8", guard - 4)).size(), 8u);
  EXPECT_EQ(c.ask(fmt::format("m{:x},8", guard)), "E14");
}

TEST(Memory, HighAddressesBeforeLongModeAreReadFromTheImage) {
  Client c;
  const std::uint64_t code = c.address("kernel_main");
  const std::string early = c.ask(fmt::format("m{:x},20", code));
  EXPECT_EQ(early.size(), 64u);
  EXPECT_EQ(c.ask(fmt::format("M{:x},1:00", code)), "E14");
  c.ask(breakpoint(code));
  c.ask("c");
  EXPECT_EQ(c.ask(fmt::format("m{:x},20", code)), early);
}

TEST(Memory, AskedForTooMuchGivesWhatFitsAPacket) {
  Client c;
  EXPECT_LE(c.ask("m0,ffffffffffffffff").size(), kPacketSize);
}

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

// A kernel that waits in HLT, and the timer's interrupt that is to be accepted next.
void wait_for_an_interrupt(Client& c) {
  c.server.receive(framed("c"));
  while (!c.session->machine().cpu().halted) c.server.run_slice(1'000'000);
  c.server.receive("\x03");
  c.session->run(RunLimits{.stop_on = {EventKind::irq_raised}, .until_serial = {}});
  ASSERT_TRUE(c.session->machine().cpu().halted);
  c.answer();
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

// --- the end ---

TEST(End, IsAStopFirstAndAnExitThen) {
  Client c("exit=3");
  EXPECT_THAT(c.ask("c"), StartsWith("T05thread:1;"));
  EXPECT_THAT(c.printed, HasSubstr("ends the run with status 7."));
  EXPECT_EQ(c.ask(fmt::format("m{:x},1", c.rip())).size(), 2u) << "it can be looked at";
  EXPECT_EQ(c.ask("P0=0000000000000000"), "E04");
  EXPECT_EQ(c.ask("M200000,1:55"), "E04");
  EXPECT_EQ(c.ask("c"), "W07");
  EXPECT_EQ(c.ask("vCont;s:1"), "W07");
}

TEST(End, ATripleFaultIsASegmentationFault) {
  Client c("run=fault triple");
  EXPECT_THAT(c.ask("c"), StartsWith("T0bthread:1;"));
  EXPECT_THAT(c.printed, HasSubstr("riple fault"));
  EXPECT_EQ(c.ask("c"), "X0b");
}

TEST(End, DetachingLeavesTheMachineAsItIsAndKillingEnds) {
  Client c;
  c.ask(breakpoint(c.address("kernel_main")));
  c.ask("c");
  EXPECT_EQ(c.ask("D"), "OK");
  EXPECT_TRUE(c.server.detached());
  c.server.connected();
  EXPECT_FALSE(c.server.detached());
  EXPECT_TRUE(c.session->machine().breakpoints().empty());
  EXPECT_EQ(c.rip(), c.address("kernel_main"));
  EXPECT_EQ(c.ask("k"), "(nothing)");
  EXPECT_TRUE(c.server.killed());
}

TEST(End, AClientThatVanishesInTheMiddleLeavesItStanding) {
  Client c;
  c.ask(breakpoint(c.address("run_prompt")));
  c.server.receive(framed("c"));
  c.server.run_slice(1000);
  c.server.disconnected();
  EXPECT_FALSE(c.server.running());
  c.server.connected();
  EXPECT_THAT(c.ask("?"), StartsWith("T05thread:1;"));
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
