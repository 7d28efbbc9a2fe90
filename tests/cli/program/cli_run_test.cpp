// SPDX-License-Identifier: GPL-2.0-or-later
// ringside-cli run: exit statuses, output files, --until, typing, budgets, mistakes.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <fstream>
#include <nlohmann/json.hpp>
#include <thread>

#include "tests/cli/program/program.h"

namespace ringside::testing {
namespace {

using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::StartsWith;

nlohmann::json run_json(Arguments arguments) {
  arguments.insert(arguments.begin() + 1, "--json");
  const Finished finished = run(arguments);
  EXPECT_TRUE(nlohmann::json::accept(finished.out)) << finished.out << finished.err;
  auto json = nlohmann::json::parse(finished.out, nullptr, false);
  EXPECT_EQ(json.value("exit_status", -1), finished.status);
  return json;
}

// --- how a run ends, and the exit status ---

struct End {
  const char* way;
  int status;
  const char* stop;
  const char* says;
};

class Ends : public ::testing::TestWithParam<End> {};

TEST_P(Ends, WithItsOwnStatusAndName) {
  const End& end = GetParam();
  const auto json =
      run_json({"run", kBehave, "--append", end.way, "--max-instructions", "100M", "--idle-time", "50ms"});
  EXPECT_EQ(json["exit_status"], end.status);
  EXPECT_EQ(json["stop"], end.stop);
  EXPECT_THAT(json["sentence"].get<std::string>(), HasSubstr(end.says));
}

INSTANTIATE_TEST_SUITE_P(
    Run, Ends,
    ::testing::Values(End{"e10", 33, "debug-exit", "33"},    // (0x10 << 1) | 1: how kernels report success
                      End{"e11", 35, "debug-exit", "35"},    //
                      End{"e00", 1, "debug-exit", ""},       // never 0
                      End{"e7f", 255, "debug-exit", "255"},  //
                      End{"e80", 1, "debug-exit", ""},       // 8 bits of 257 are left
                      End{"w", 0x69, "debug-exit", ""},      // (0x1234 << 1) | 1 = 0x2469
                      End{"p", 0, "power-off", ""}, End{"m", 4, "budget", "--max-instructions"},
                      End{"i", 6, "idle", "--keys"}, End{"z", 6, "idle", ""},
                      End{"h", 8, "halted-forever", "interrupts off"},
                      End{"s", 8, "halted-forever", "circles"}, End{"r", 10, "reset", "0x64"},
                      End{"t", 12, "triple-fault", "riple fault"}),
    [](const auto& info) { return std::string(info.param.way); });

TEST(Run, JsonHoldsTheWholeGuestStatusWhenAProcessCannot) {
  EXPECT_EQ(run_json({"run", kBehave, "--append", "e80"})["guest_status"], 257);
  EXPECT_EQ(run_json({"run", kBehave, "--append", "w"})["guest_status"], 0x2469);
  EXPECT_FALSE(run_json({"run", kBehave, "--append", "p"}).contains("guest_status"));
}

TEST(Run, TheHelpHoldsTheTableOfStatuses) {
  const std::string help = run({"run", "--help"}).out;
  for (const char* line :
       {"0  the guest switched", "odd  the guest wrote", "4  --max-instr", "6  the guest waits", "8  HLT",
        "10  the guest reset", "12  triple fault", "14  the engine", "2  wrong arguments"})
    EXPECT_THAT(help, HasSubstr(line));
}

TEST(Run, TripleFaultIsToldLinkByLink) {
  const Finished finished = run({"run", kBehave, "--append", "t"});
  EXPECT_EQ(finished.status, 12);
  EXPECT_THAT(finished.err, HasSubstr("broken"));
  EXPECT_THAT(finished.err, HasSubstr("IDT limit is 0"));
  EXPECT_THAT(finished.out, IsEmpty());
}

// --- the bytes of the guest ---

std::string all_bytes() {
  std::string bytes;
  for (unsigned i = 0; i < 256; ++i) bytes += static_cast<char>(i);
  return bytes;
}

TEST(Run, SerialFileHoldsExactlyTheBytesSent) {
  TemporaryFolder folder;
  const auto file = folder / "serial";
  std::ofstream(file) << "what was there before, and is longer than what comes: " << std::string(500, 'x');
  const Finished finished =
      run({"run", kBehave, "--append", "b", "--serial", file, "--console", folder / "console"});
  EXPECT_EQ(finished.status, 33);
  EXPECT_EQ(contents(file), all_bytes());
  EXPECT_EQ(contents(folder / "console"), "E9");
  EXPECT_THAT(finished.out, IsEmpty());
}

TEST(Run, SerialBytesGoToStandardOutputUnchanged) {
  EXPECT_EQ(run({"run", kBehave, "--append", "b"}).out, all_bytes());
  EXPECT_EQ(run({"run", kBehave, "--append", "b", "--serial", "-", "--quiet"}).out, all_bytes());
}

TEST(Run, SerialFileAndJsonAgree) {
  TemporaryFolder folder;
  const auto json =
      run_json({"run", kKernel, "--append", "exit=16 run=ticks", "--serial", folder / "serial"});
  EXPECT_EQ(json["exit_status"], 33);
  EXPECT_EQ(json["serial"], contents(folder / "serial"));
  EXPECT_EQ(json["serial_bytes"], contents(folder / "serial").size());
  EXPECT_GT(json["serial_bytes"], 100);
}

TEST(Run, SerialFileIsCompleteAfterATripleFaultAndABudget) {
  TemporaryFolder folder;
  EXPECT_EQ(run({"run", kKernel, "--append", "run=fault triple", "--serial", folder / "serial"}).status, 12);
  EXPECT_THAT(contents(folder / "serial"), EndsWith("ringside> fault triple\r\n"));
  EXPECT_EQ(
      run({"run", kBehave, "--append", "l", "--max-instructions", "100k", "--serial", folder / "serial"})
          .status,
      4);
  const auto json = run_json({"run", kBehave, "--append", "l", "--max-instructions", "100k"});
  EXPECT_EQ(contents(folder / "serial"), json["serial"]);
  EXPECT_GT(json["serial_bytes"], 1000);
}

TEST(Run, FullDiskIsAnErrorWithASentence) {
  if (::access("/dev/full", W_OK) != 0) GTEST_SKIP() << "no /dev/full here";
  const Finished finished = run({"run", kBehave, "--append", "b", "--serial", "/dev/full"});
  EXPECT_EQ(finished.status, 2);
  EXPECT_THAT(finished.err, HasSubstr("/dev/full: No space left"));
}

// As for any program in a pipe; the file gets what was sent up to there.
TEST(Run, ClosedPipeEndsTheRunSilently) {
  int pipe[2];
  ASSERT_EQ(::pipe(pipe), 0);
  ::close(pipe[0]);
  const pid_t child = ::fork();
  if (child == 0) {
    ::dup2(pipe[1], STDOUT_FILENO);
    become({"run", kBehave, "--append", "l"});
  }
  ::close(pipe[1]);
  int status = 0;
  ::waitpid(child, &status, 0);
  EXPECT_TRUE(WIFSIGNALED(status));
  EXPECT_EQ(WTERMSIG(status), SIGPIPE);
}

TEST(Run, SignalEndsTheRunWithTheFileComplete) {
  for (const int signal : {SIGINT, SIGTERM, SIGHUP}) {
    TemporaryFolder folder;
    const std::string file = folder / "serial";
    // Says something, and then counts until somebody ends it.
    Running running({"run", kKernel, "--serial", file, "--idle-time", "1e6", "--max-time", "1e6"});
    for (int i = 0; i < 3000 && !contents(file).ends_with("ringside> "); ++i)
      std::this_thread::sleep_for(std::chrono::milliseconds(10));
    ::kill(running.pid(), signal);
    const Finished finished = running.finish();
    EXPECT_EQ(finished.signal, signal);
    EXPECT_THAT(contents(file), EndsWith("ringside> "));
    EXPECT_THAT(finished.err, HasSubstr("interrupted"));
  }
}

TEST(Run, ScreenIsWhatTheSerialLineSaidToo) {
  const Finished finished = run({"run", kKernel, "--screen", "--quiet"});
  EXPECT_THAT(finished.out, StartsWith("Ringside    a kernel to look into\n"));
  EXPECT_THAT(finished.out, HasSubstr("\nringside>"));
  EXPECT_EQ(std::ranges::count(finished.out, '\n'), 25);
  EXPECT_THAT(finished.out, Not(HasSubstr("\x1b")));  // no colours into a file
  EXPECT_THAT(finished.err, IsEmpty());
}

// --- --until ---

TEST(Run, UntilASymbolStopsBeforeItsFirstInstruction) {
  const auto json = run_json({"run", kBehave, "--append", "s", "--until", "circle"});
  EXPECT_EQ(json["stop"], "until");
  EXPECT_EQ(json["exit_status"], 0);
  EXPECT_EQ(json["symbol"], "circle");
}

TEST(Run, UntilTakesEveryFormOfPoint) {
  EXPECT_EQ(run_json({"run", kKernel, "--until", "kernel_main"})["symbol"], "kernel_main");
  EXPECT_EQ(run_json({"run", kKernel, "--until", "@12345"})["instructions"], 12345);
  EXPECT_EQ(run_json({"run", kKernel, "--until", "3 ms"})["time_ns"], 3'000'000);
  EXPECT_THAT(run_json({"run", kKernel, "--until", "text:segments"})["serial"].get<std::string>(),
              EndsWith("segments"));
  const auto halted = run_json({"run", kKernel, "--until", "halt"});
  EXPECT_EQ(halted["stop"], "until");
  EXPECT_THAT(halted["symbol"].get<std::string>(), HasSubstr("idle"));
  EXPECT_EQ(run_json({"run", kKernel, "--append", "run=fault pf", "--until", "#pf"})["registers"]["cr2"],
            "0x123456789000");
}

// The end of a slice of machine time falls on instructions; none of them may be run past.
TEST(Run, UntilAnAddressIsFoundWhereverASliceEnds) {
  const std::string at = run_json({"run", kBehave, "--append", "m", "--until", "@5000000"})["rip"];
  const auto json = run_json({"run", kBehave, "--append", "m", "--until", at});
  EXPECT_EQ(json["stop"], "until");
  EXPECT_LT(json["instructions"], 100);
}

TEST(Run, APointThatIsNotReachedIsNoSuccess) {
  const auto json = run_json({"run", kBehave, "--append", "h", "--until", "circle"});
  EXPECT_EQ(json["stop"], "halted-forever");
  EXPECT_EQ(json["exit_status"], 8);
}

// --- typing ---

TEST(Run, KeysAreTypedAtThePrompt) {
  const auto json = run_json({"run", kKernel, "--keys", "echo Hello, World!<Enter>exit 0x20<Enter>"});
  EXPECT_THAT(json["serial"].get<std::string>(),
              HasSubstr("ringside> echo Hello, World!\r\nHello, World!\r\nringside> exit 0x20\r\n"));
  EXPECT_EQ(json["exit_status"], 65);
}

TEST(Run, SerialInputIsTypedAtThePrompt) {
  const auto json = run_json({"run", kKernel, "--serial-input", "echo \\x41\\x42\\n"});
  EXPECT_THAT(json["serial"].get<std::string>(), HasSubstr("\nAB\r\n"));
  EXPECT_EQ(json["stop"], "idle");
}

// Set 1 scan codes, press and release: H 23 A3, Enter 1C.
TEST(Run, GuestThatAsksTheKeyboardInALoopGetsEveryKey) {
  const auto json = run_json({"run", kBehave, "--append", "k", "--keys", "h<Enter>"});
  EXPECT_EQ(json["exit_status"], 33);
  TemporaryFolder folder;
  run({"run", kBehave, "--append", "k", "--keys", "h<Enter>", "--serial", folder / "serial"});
  EXPECT_EQ(contents(folder / "serial"), "\x23\xA3\x1C");
}

TEST(Run, GuestThatAsksTheSerialPortInALoopGetsEveryCharacter) {
  const std::string line = "the quick brown fox jumps over the lazy dog";
  EXPECT_EQ(run({"run", kBehave, "--append", "c", "--serial-input", line + "\\n"}).out, line + "\n");
}

TEST(Run, WhatWasNotTypedIsSaid) {
  const Finished finished = run({"run", kBehave, "--append", "h", "--keys", "abc"});
  EXPECT_EQ(finished.status, 8);
  EXPECT_THAT(finished.err, HasSubstr("6 of 6 key strokes were not typed"));
}

// --- the same run, again and in the other way ---

TEST(Run, SameInputsGiveTheSameState) {
  const Arguments arguments{"run", kKernel, "--keys", "ticks<Enter>"};
  const auto first = run_json(arguments);
  EXPECT_EQ(run_json(arguments)["state_hash"], first["state_hash"]);
  Arguments exact = arguments;
  exact.push_back("--exact");
  EXPECT_EQ(run_json(exact)["state_hash"], first["state_hash"]);
  EXPECT_NE(run_json({"run", kKernel, "--keys", "irqs<Enter>"})["state_hash"], first["state_hash"]);
}

TEST(Run, InstructionBudgetIsExact) {
  EXPECT_EQ(run_json({"run", kBehave, "--append", "m", "--max-instructions", "12'345"})["instructions"],
            12345);
  EXPECT_EQ(run_json({"run", kKernel, "--max-time", "7ms"})["time_ns"], 7'000'000);
}

TEST(Run, ModulesReachTheKernel) {
  TemporaryFolder folder;
  std::ofstream(folder / "one.bin") << "MODU0123";
  const std::string images = RINGSIDE_BOOT_IMAGES;
  const Finished finished = run({"run", images + "/multiboot1_elf32.elf", "--append", "one two", "--memory",
                                 "128", "--module", (folder / "one.bin").string() + "=hello"});
  EXPECT_EQ(finished.status, 33);
  EXPECT_THAT(finished.out, HasSubstr("command='one two' module='hello' size=00000008 starts=55444f4d"));
}

// --- mistakes ---

struct Mistake {
  const char* name;
  Arguments arguments;
  const char* says;
};

class Mistakes : public ::testing::TestWithParam<Mistake> {};

TEST_P(Mistakes, AreOneSentenceAndStatusTwo) {
  const Finished finished = run(GetParam().arguments);
  EXPECT_EQ(finished.status, 2);
  EXPECT_THAT(finished.err, HasSubstr(GetParam().says));
  EXPECT_THAT(finished.err, StartsWith("ringside-cli: "));
  EXPECT_THAT(finished.out, IsEmpty());
}

INSTANTIATE_TEST_SUITE_P(
    Run, Mistakes,
    ::testing::Values(Mistake{"no_command", {}, "subcommand"},
                      Mistake{"missing_file", {"run", "/no/such"}, "There is no kernel image"},
                      Mistake{"folder", {"run", "/"}, "folder"},
                      Mistake{"no_kernel", {"run", RINGSIDE_CLI}, "ringside-cli: "},
                      Mistake{"text_file", {"run", __FILE__}, "neither"},
                      Mistake{"count", {"run", kKernel, "--max-instructions", "many"}, "5000, 500k"},
                      Mistake{"time", {"run", kKernel, "--max-time", "-3"}, "300ms"},
                      Mistake{"memory", {"run", kKernel, "--memory", "1"}, "2 to 3072"},
                      Mistake{"keys", {"run", kKernel, "--keys", "<Entre>"}, "Entre"},
                      Mistake{"escape", {"run", kKernel, "--serial-input", "\\q"}, "\\xHH"},
                      Mistake{"until", {"run", kKernel, "--until", "kernel_mian"}, "kernel_mian"},
                      Mistake{"module", {"run", kKernel, "--module", "/no/such"}, "There is no module"},
                      Mistake{"serial", {"run", kKernel, "--serial", "/no/such/file"}, "/no/such/file"},
                      Mistake{"two_claims", {"run", kKernel, "--json", "--serial", "-"}, "standard output"},
                      Mistake{"option", {"run", kKernel, "--untl", "x"}, "--untl"}),
    [](const auto& info) { return std::string(info.param.name); });

TEST(Run, EveryCutOffImageIsASentence) {
  TemporaryFolder folder;
  const std::string whole = contents(kBehave);
  for (std::size_t size : {std::size_t{0}, std::size_t{3}, std::size_t{51}, std::size_t{100}}) {
    std::ofstream(folder / "cut", std::ios::trunc) << whole.substr(0, size);
    const Finished finished = run({"run", folder / "cut"});
    EXPECT_EQ(finished.status, 2) << size;
    EXPECT_THAT(finished.err, StartsWith("ringside-cli: "));
  }
}

TEST(Run, TheKernelBesideTheProgramIsTheDefault) {
  EXPECT_THAT(run({"run", "--until", "text:kernel"}, {{"RINGSIDE_KERNEL", ""}}).out, StartsWith("Ringside"));
  const Finished named = run({"run", "--append", "e10"}, {{"RINGSIDE_KERNEL", kBehave}});
  EXPECT_EQ(named.status, 33);
}

TEST(Run, HelpAndVersionSucceed) {
  for (const Arguments& arguments :
       {Arguments{"--help"}, {"run", "--help"}, {"inspect", "--help"}, {"explain", "--help"}}) {
    const Finished finished = run(arguments);
    EXPECT_EQ(finished.status, 0);
    EXPECT_THAT(finished.out, HasSubstr("ringside-cli"));
  }
  EXPECT_THAT(run({"--version"}).out, StartsWith("Ringside 0."));
}

TEST(Run, InteractiveWithoutATerminalRunsPlainly) {
  const Finished finished = run({"run", kBehave, "--append", "e10", "--interactive"});
  EXPECT_EQ(finished.status, 33);
  EXPECT_THAT(finished.err, HasSubstr("needs a terminal"));
}

}  // namespace
}  // namespace ringside::testing
