// SPDX-License-Identifier: GPL-2.0-or-later
// Each packet that asks or changes, as bytes, against a session with the real kernel; and how it ends.
#include <fmt/format.h>
#include <gmock/gmock.h>

#include <random>

#include "sim/remote/description.h"
#include "sim/remote/registers.h"
#include "tests/remote/client.h"

namespace ringside {
namespace {

using testing::breakpoint;
using testing::Client;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::StartsWith;

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

}  // namespace
}  // namespace ringside
