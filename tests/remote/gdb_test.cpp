// SPDX-License-Identifier: GPL-2.0-or-later
// Debian's own gdb at the other end of the line, in batch mode: what a person types and what he reads.
// `timeout` only keeps a broken server from holding up the other tests; no test waits for a clock.
#include <gmock/gmock.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <array>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

namespace {

using ::testing::ContainsRegex;
using ::testing::HasSubstr;
using ::testing::Not;

const std::string kKernel = RINGSIDE_KERNEL_IMAGE;
const std::string kServer = std::string(RINGSIDE_CLI) + " gdb " + kKernel + " --stdio ";

// A folder that vanishes with this object.
class Folder {
 public:
  Folder() {
    std::string path = (std::filesystem::temp_directory_path() / "ringside-gdb-XXXXXX").string();
    path_ = ::mkdtemp(path.data());
  }
  ~Folder() { std::filesystem::remove_all(path_); }
  std::string operator/(const char* name) const { return (path_ / name).string(); }

 private:
  std::filesystem::path path_;
};

std::string output_of(const std::string& command) {
  FILE* pipe = ::popen(("{ " + command + "\n} 2>&1").c_str(), "r");
  std::string text;
  std::array<char, 4096> bytes;
  for (std::size_t got; (got = ::fread(bytes.data(), 1, bytes.size(), pipe)) > 0;)
    text.append(bytes.data(), got);
  ::pclose(pipe);
  return text;
}

// What gdb prints. Each command runs even if one before has failed, as at a prompt.
std::string gdb(const std::vector<std::string>& commands, const std::string& target) {
  std::string line = "timeout 60 gdb -nx -batch " + kKernel +
                     " -ex 'set confirm off' -ex 'set pagination off' -ex 'set width 0' -ex 'target remote " +
                     target + "'";
  for (const std::string& command : commands) line += " -ex '" + command + "'";
  return output_of(line);
}

std::string debug(const std::vector<std::string>& commands, const std::string& options = {}) {
  return gdb(commands, "| " + kServer + options);
}

TEST(Gdb, IsThere) {
  EXPECT_THAT(output_of("gdb --version"), HasSubstr("GNU gdb"))
      << "install gdb: these tests cannot do without";
}

TEST(Gdb, StandsBeforeTheFirstInstruction) {
  const std::string text =
      debug({"info registers rip cr0 efer", "x/2i $pc", "info threads", "maintenance print architecture"});
  EXPECT_THAT(text, HasSubstr("start ()"));
  EXPECT_THAT(text, HasSubstr("<start>"));
  EXPECT_THAT(text, HasSubstr("[ PE ET ]"));
  EXPECT_THAT(text, HasSubstr("cli"));
  EXPECT_THAT(text, HasSubstr("(protected mode, ring 0)"));
  EXPECT_THAT(text, HasSubstr("i386:x86-64"));
}

TEST(Gdb, BreaksAtASymbolAndShowsTheCalls) {
  const std::string text = debug({"break load_segments", "continue", "backtrace", "info source"});
  EXPECT_THAT(text, ContainsRegex("Breakpoint 1, kernel::load_segments \\(\\) at .*segments.cpp"));
  EXPECT_THAT(text, ContainsRegex("#1 .* in kernel::.*boot"));
  EXPECT_THAT(text, ContainsRegex("#2 .* in kernel_main"));
  EXPECT_THAT(text, ContainsRegex("#3 .* in start_high"));
  EXPECT_THAT(text, Not(HasSubstr("Cannot access memory")));
}

TEST(Gdb, GoesFromThirtyTwoBitCodeAcrossTheSwitchToLongMode) {
  const std::string text = debug({"break enable_long_mode", "continue", "info registers cr0 efer", "stepi",
                                  "next", "break start64", "continue", "info registers cr0 efer", "x/i $pc",
                                  "stepi", "break kernel_main", "continue", "info registers rsp", "finish"},
                                 "--append \"exit=1\"");
  EXPECT_THAT(text, HasSubstr("enable_long_mode ()"));
  EXPECT_THAT(text, ContainsRegex("efer +0x0 +\\[ \\]"));
  EXPECT_THAT(text, HasSubstr("start64 ()"));
  EXPECT_THAT(text, ContainsRegex("efer +0xd00 +\\[ LME LMA NXE \\]"));
  EXPECT_THAT(text, ContainsRegex("cr0 .*\\[ PE .*PG \\]"));
  EXPECT_THAT(text, HasSubstr("kernel_main (magic="));
  EXPECT_THAT(text, Not(HasSubstr("too long")));
  EXPECT_THAT(text, Not(HasSubstr("mismatch")));
}

TEST(Gdb, StepsByInstructionByLineIntoAndOut) {
  const std::string text =
      debug({"break run_prompt", "continue", "stepi", "next", "step", "backtrace 1", "finish"});
  EXPECT_THAT(text, ContainsRegex("show_prompt\\(?\\)?;"));
  EXPECT_THAT(text, HasSubstr("show_prompt () at"));
  EXPECT_THAT(text, HasSubstr("read_line(line, previous);")) << "where finish comes back";
}

TEST(Gdb, ReadsVariablesRegistersAndMemory) {
  const std::string text = debug({"break run_prompt", "continue", "print kernel::tss.rsp[0]", "print/x $cs",
                                  "print sizeof(kernel::tss)", "x/2i $pc", "print $xmm0.uint128", "x/x 0",
                                  "x/x 0xffff7fffffffffff", "info locals"});
  EXPECT_THAT(text, ContainsRegex("\\$1 = 18446744071[0-9]+"));
  EXPECT_THAT(text, HasSubstr("$2 = 0x8"));
  EXPECT_THAT(text, HasSubstr("$3 = 104"));
  EXPECT_THAT(text, HasSubstr("push   %rbp"));
  EXPECT_THAT(text, HasSubstr("Cannot access memory at address 0x0"));
  EXPECT_THAT(text, HasSubstr("Cannot access memory at address 0xffff7fffffffffff"));
  EXPECT_THAT(text, HasSubstr("line = {"));
}

TEST(Gdb, ChangesVariablesRegistersAndTheFlowOfThings) {
  const std::string text =
      debug({"break run_prompt", "continue", "set var kernel::tss.rsp[0] = 4660", "print kernel::tss.rsp[0]",
             "set var $rax = 77", "print $rax", "set var $cr3 = 1"});
  EXPECT_THAT(text, HasSubstr("$1 = 4660"));
  EXPECT_THAT(text, HasSubstr("$2 = 77"));
  EXPECT_THAT(text, HasSubstr("Could not write register \"cr3\""));
}

// The breakpoint at which the call comes back is on a page that cannot be executed.
TEST(Gdb, CallsAFunctionOfTheGuest) {
  const std::string text =
      debug({"break run_prompt", "continue", "print kernel::timer_ticks()", "info registers rip"});
  EXPECT_THAT(text, HasSubstr("$1 = 0"));
  EXPECT_THAT(text, ContainsRegex("rip .*<kernel::run_prompt\\(\\)>"));
}

TEST(Gdb, WatchesAVariable) {
  const std::string text = debug({"watch kernel::tss.rsp[0]", "continue", "backtrace 1"});
  EXPECT_THAT(text, HasSubstr("Hardware watchpoint 1: kernel::tss.rsp[0]"));
  EXPECT_THAT(text, ContainsRegex("Old value = 0\nNew value = 18446744071[0-9]+"));
  EXPECT_THAT(text, HasSubstr("kernel::load_segments"));
}

TEST(Gdb, WatchesLoads) {
  const std::string text = debug({"break load_segments", "continue", "rwatch kernel::console", "continue"});
  EXPECT_THAT(text, HasSubstr("Hardware read watchpoint 2: kernel::console"));
  EXPECT_THAT(text, HasSubstr("\nValue = "));
}

TEST(Gdb, StepsBackwards) {
  const std::string text =
      debug({"stepi", "stepi", "stepi", "info registers rip", "reverse-stepi", "reverse-stepi",
             "info registers rip", "reverse-continue", "info registers rip"});
  EXPECT_THAT(text, ContainsRegex("rip .*<start\\+7>\n(.*\n)*rip .*<start\\+1>\n(.*\n)*rip .*<start>"));
  EXPECT_THAT(text, HasSubstr("No more reverse-execution history."));
}

TEST(Gdb, StepsBackwardsByLineOverCallsAndOutOfThem) {
  const std::string text = debug({"break run_prompt", "continue", "next", "next", "info line", "reverse-next",
                                  "info line", "step", "backtrace 1", "reverse-finish", "info line"});
  EXPECT_THAT(text, ContainsRegex("read_line\\(line, .*\n(.*\n)*13[0-9].*show_prompt\\(\\);\n(.*\n)*#0 "
                                  ".*show_prompt \\(\\)(.*\n)*.*13[0-9]"));
}

TEST(Gdb, GoesBackToWhoWroteAVariable) {
  const std::string text = debug({"break run_prompt", "continue", "watch kernel::tss.rsp[0]",
                                  "reverse-continue", "backtrace 1", "continue"});
  EXPECT_THAT(text, ContainsRegex("Old value = 18446744071[0-9]+\nNew value = 0\n(.*\n)*#0 .*load_segments"));
  EXPECT_THAT(text, ContainsRegex("Old value = 0\nNew value = 18446744071")) << "and forward again";
}

TEST(Gdb, GoesBackFromATripleFault) {
  const std::string text = debug({"continue", "reverse-stepi", "x/i $pc", "break kernel::triple_fault",
                                  "reverse-continue", "delete", "continue"},
                                 "--append \"run=fault triple\"");
  EXPECT_THAT(text, HasSubstr("int3"));
  EXPECT_THAT(text, HasSubstr("Breakpoint 1, kernel::triple_fault ()"));
  EXPECT_THAT(text, ContainsRegex("received signal SIGSEGV(.*\n)*.*received signal SIGSEGV"))
      << "the same end again";
}

TEST(Gdb, AsksTheMonitor) {
  const std::string text = debug({"stepi", "monitor what", "break run_prompt", "continue", "monitor idt",
                                  "monitor walk 0x0", "monitor help", "monitor gibberish"});
  EXPECT_THAT(text, HasSubstr("Next: start"));
  EXPECT_THAT(text, HasSubstr("Interrupt Descriptor Table"));
  EXPECT_THAT(text, HasSubstr("not present"));
  EXPECT_THAT(text, HasSubstr("who-wrote"));
  EXPECT_THAT(text, HasSubstr("gibberish"));
}

TEST(Gdb, AsksWhoWroteAndIsTakenThere) {
  const std::string text = debug({"break run_prompt", "continue", "monitor who-wrote kernel::tss 8",
                                  "monitor back-to load_segments", "maintenance flush register-cache",
                                  "backtrace 1", "monitor type exit 2<Enter>", "delete", "continue"});
  EXPECT_THAT(text, HasSubstr("load_segments+"));
  EXPECT_THAT(text, HasSubstr("#0  kernel::load_segments ()"));
  EXPECT_THAT(text, HasSubstr("ends the run with status 5."));
}

TEST(Gdb, SeesTheGuestsEndTwice) {
  const std::string text = debug({"continue", "backtrace", "continue"}, "--append \"exit=3\"");
  EXPECT_THAT(text, HasSubstr("ends the run with status 7."));
  EXPECT_THAT(text, HasSubstr("Program received signal SIGTRAP"));
  EXPECT_THAT(text, ContainsRegex("#[0-9] .*kernel_main"));
  EXPECT_THAT(text, HasSubstr("exited with code 07"));
}

TEST(Gdb, SeesATripleFault) {
  const std::string text = debug({"continue", "backtrace 1", "continue"}, "--append \"run=fault triple\"");
  EXPECT_THAT(text, HasSubstr("riple fault"));
  EXPECT_THAT(text, HasSubstr("received signal SIGSEGV"));
  EXPECT_THAT(text, HasSubstr("#0  kernel::triple_fault ()"));
  EXPECT_THAT(text, HasSubstr("terminated with signal SIGSEGV"));
}

// Ctrl-C when the guest is known to run: it has printed its prompt.
TEST(Gdb, PausesARunningGuestAtCtrlC) {
  const Folder folder;
  const std::string log = folder / "serial.txt", script = folder / "interrupt.py";
  std::ofstream(script) << "import os, signal, threading, time\n"
                           "def wait():\n"
                           "  while True:\n"
                           "    try:\n"
                           "      if \"ringside>\" in open(\""
                        << log
                        << "\", errors=\"replace\").read(): break\n"
                           "    except FileNotFoundError: pass\n"
                           "    time.sleep(0.01)\n"
                           "  os.kill(os.getpid(), signal.SIGINT)\n"
                           "threading.Thread(target=wait, daemon=True).start()\n";
  const std::string text =
      debug({"source " + script, "continue", "backtrace 1", "stepi", "kill"}, "--serial " + log);
  EXPECT_THAT(text, HasSubstr("Program received signal SIGINT"));
  EXPECT_THAT(text, HasSubstr("::idle"));
  EXPECT_THAT(text, HasSubstr("killed"));
}

TEST(Gdb, TypesForAnAbsentPerson) {
  const std::string text = debug({"continue"}, "--keys \"exit 5<Enter>\"");
  EXPECT_THAT(text, HasSubstr("ends the run with status 11."));
}

// --- sockets ---

std::string serve_and(const std::string& options, const Folder& folder, const std::string& wait,
                      const std::string& client) {
  const std::string said = folder / "said.txt";
  return output_of(std::string(RINGSIDE_CLI) + " gdb " + kKernel + " " + options + " 2> " + said +
                   " & server=$!; until " + wait + "; do kill -0 $server || break; sleep 0.01; done; cat " +
                   said + "; " + client + "; wait $server; echo status $?");
}

std::string client(const std::string& target, const std::string& commands) {
  return "timeout 60 gdb -nx -batch " + kKernel + " -ex \"target remote " + target + "\" " + commands;
}

TEST(Socket, APortServesOneClientAfterTheOther) {
  const Folder folder;
  const std::string said = folder / "said.txt";
  const std::string port = "port=$(sed \"s/.*remote :\\([0-9]*\\).*/\\1/\" " + said + "); ";
  const std::string text = serve_and("--port 0", folder, "grep -q remote " + said,
                                     port + client(":$port", "-ex stepi -ex stepi") + "; " +
                                         client(":$port", "-ex \"info registers rip\" -ex kill"));
  EXPECT_THAT(text, HasSubstr("Waiting for gdb. Type: gdb " + kKernel + " -ex \"target remote :"));
  EXPECT_THAT(text, ContainsRegex("rip .*<start\\+2>")) << "the machine stands where the first left it";
  EXPECT_THAT(text, HasSubstr("status 0"));
}

TEST(Recording, LiesBeforeGdbAndRepeatsWhatWasTyped) {
  const Folder folder;
  const std::string recording = folder / "run.recording";
  output_of(std::string(RINGSIDE_CLI) + " record " + kKernel +
            " --quiet --serial /dev/null --keys 'fault pf<Enter>' --out " + recording);
  const std::string text =
      gdb({"monitor break #pf", "continue", "monitor where", "reverse-stepi", "info registers rip"},
          "| " + std::string(RINGSIDE_CLI) + " gdb " + recording + " --stdio");
  EXPECT_THAT(text, HasSubstr("in the past"));
  EXPECT_THAT(text, HasSubstr("read_unmapped_page"));
}

TEST(Socket, AFileServesOnceAndGoes) {
  const Folder folder;
  const std::string path = folder / "socket";
  const std::string text =
      serve_and("--once --socket " + path, folder, "[ -S " + path + " ]", client(path, "-ex stepi"));
  EXPECT_THAT(text, HasSubstr("start () at"));
  EXPECT_THAT(text, HasSubstr("status 0"));
  EXPECT_FALSE(std::filesystem::exists(path));
}

TEST(Socket, NoiseAndAClientThatLeavesInTheMiddleEndNothing) {
  const Folder folder;
  const std::string path = folder / "socket";
  const std::string rude = "python3 -c \"import socket; s = socket.socket(socket.AF_UNIX); s.connect(\\\"" +
                           path + "\\\"); s.send(b\\\"GET / HTTP/1.1$g#67$c#63\\\")\"";
  const std::string text =
      serve_and("--socket " + path, folder, "[ -S " + path + " ]", rude + "; " + client(path, "-ex kill"));
  EXPECT_THAT(text, HasSubstr("killed"));
  EXPECT_THAT(text, HasSubstr("status 0"));
}

TEST(Socket, WhatCannotBeListenedAtIsOneSentence) {
  EXPECT_THAT(
      output_of(std::string(RINGSIDE_CLI) + " gdb " + kKernel + " --socket /nowhere/at/all; echo status $?"),
      ContainsRegex("ringside-cli: .*/nowhere/at/all.*\nstatus 2"));
  EXPECT_THAT(output_of(kServer + "--serial - < /dev/null; echo status $?"),
              HasSubstr("give the bytes of COM1 a file"));
}

}  // namespace
