// SPDX-License-Identifier: GPL-2.0-or-later
// ringside-cli record and replay.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <fstream>
#include <nlohmann/json.hpp>
#include <thread>

#include "tests/cli/program/program.h"

namespace ringside::testing {
namespace {

namespace fs = std::filesystem;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::StartsWith;

class Recorded : public ::testing::Test {
 protected:
  // A recorded run of the kernel with something typed; its --json.
  nlohmann::json record(Arguments more = {"--keys", "ticks<Enter>fault pf<Enter>"}) {
    Arguments arguments{"record", kKernel, "--out", file_, "--json", "--idle-time", "50ms"};
    arguments.insert(arguments.end(), more.begin(), more.end());
    const Finished finished = run(arguments);
    EXPECT_TRUE(fs::exists(file_)) << finished.err;
    return nlohmann::json::parse(finished.out, nullptr, false);
  }
  nlohmann::json replay_json(Arguments more = {}) {
    more.insert(more.begin(), {"replay", file_, "--json"});
    const Finished finished = run(more);
    EXPECT_TRUE(nlohmann::json::accept(finished.out)) << finished.out << finished.err;
    auto json = nlohmann::json::parse(finished.out, nullptr, false);
    EXPECT_EQ(json.value("exit_status", -1), finished.status);
    return json;
  }
  Finished replay(Arguments more = {}) {
    more.insert(more.begin(), {"replay", file_});
    return run(more);
  }

  TemporaryFolder folder_;
  const std::string file_ = folder_ / "run.recording";
};

// --- the same again ---

TEST_F(Recorded, RunsReplayToTheSameState) {
  const auto then = record();
  for (const char* way : {"--quiet", "--exact"}) {
    const auto now = replay_json({"--verify", way});
    EXPECT_EQ(now["as_recorded"], true);
    EXPECT_EQ(now["exit_status"], 0);
    EXPECT_GE(now["states"]["compared"], 3);
    EXPECT_EQ(now["states"]["agreed"], now["states"]["compared"]);
    for (const char* same : {"state_hash", "instructions", "time_ns", "screen", "serial", "registers", "rip"})
      EXPECT_EQ(now[same], then[same]) << same;
  }
}

TEST_F(Recorded, RecordingChangesNothingForTheGuest) {
  const Arguments typed{"--keys", "ticks<Enter>", "--idle-time", "50ms", "--json"};
  Arguments plain{"run", kKernel};
  plain.insert(plain.end(), typed.begin(), typed.end());
  EXPECT_EQ(nlohmann::json::parse(run(plain).out), record({"--keys", "ticks<Enter>"}));
}

TEST_F(Recorded, RunRecordIsTheSameAsRecord) {
  record({"--keys", "ticks<Enter>"});
  const std::string before = contents(file_);
  EXPECT_EQ(run({"run", kKernel, "--record", file_, "--idle-time", "50ms", "--keys", "ticks<Enter>"}).status,
            6);
  EXPECT_EQ(contents(file_), before);
}

TEST_F(Recorded, TheStatusOfARecordedRunIsTheGuests) {
  EXPECT_EQ(run({"record", kBehave, "--append", "e10", "--out", file_}).status, 33);
  EXPECT_EQ(replay().status, 0);
  EXPECT_THAT(replay().err, HasSubstr("as recorded"));
}

TEST_F(Recorded, EachWayThatARunEndsIsReplayed) {
  for (const char* way : {"e10", "w", "p", "t", "r", "h", "i", "s", "z", "b", "k"}) {
    run({"record", kBehave, "--append", way, "--out", file_, "--max-instructions", "2M", "--idle-time",
         "50ms", "--keys", "a", "--quiet"});
    EXPECT_EQ(replay_json({"--verify"})["as_recorded"], true) << way;
  }
}

TEST_F(Recorded, ModulesAreFoundByTheirContents) {
  const std::string module = folder_ / "data.bin";
  std::ofstream(module) << "some data";
  record({"--module", module + "=words for it"});
  EXPECT_EQ(replay_json()["as_recorded"], true);
  fs::rename(module, folder_ / "moved.bin");
  EXPECT_THAT(replay().err, AllOf(HasSubstr("data.bin"), HasSubstr("--module")));
  EXPECT_EQ(replay_json({"--module", folder_ / "moved.bin"})["as_recorded"], true);
}

// --- somewhere in it ---

TEST_F(Recorded, StandsAtAnInstruction) {
  record();
  const auto there = replay_json({"--to", "100000"});
  EXPECT_EQ(there["instructions"], 100000);
  EXPECT_EQ(there["exit_status"], 0);
  EXPECT_FALSE(there.contains("as_recorded"));
  EXPECT_EQ(replay_json({"--to", "@100000", "--verify"})["state_hash"], there["state_hash"]);
  EXPECT_EQ(replay_json({"--to", "0"})["instructions"], 0);
}

TEST_F(Recorded, StandsAtAnEventAndSaysWhatHappened) {
  record();
  const Finished there = replay({"--to", "#pf"});
  EXPECT_EQ(there.status, 0);
  EXPECT_THAT(there.out, HasSubstr("page fault (#PF)"));
  EXPECT_THAT(there.out, HasSubstr("not mapped"));
}

TEST_F(Recorded, StandsAtAPlaceAndShowsATableAndTheScreen) {
  record();
  const Finished there = replay({"--to", "kernel_main", "--show", "registers", "--screen"});
  EXPECT_EQ(there.status, 0);
  EXPECT_THAT(there.out, AllOf(HasSubstr("RIP"), HasSubstr("kernel_main")));
}

TEST_F(Recorded, DoesWhatIsSaidInOrder) {
  record();
  const auto there = replay_json({"--to", "#pf", "--do", "back", "--do", "who-wrote rax", "--do", "step"});
  ASSERT_EQ(there["answers"].size(), 3u);
  EXPECT_THAT(there["answers"][1]["answer"].get<std::string>(), HasSubstr("movabs"));
  EXPECT_EQ(there["instructions"], replay_json({"--to", "#pf"})["instructions"]);
  const Finished wrong = replay({"--do", "dance"});
  EXPECT_EQ(wrong.status, 2);
  EXPECT_THAT(wrong.err, HasSubstr("dance"));
}

TEST_F(Recorded, SaysWhereAPointIsNotInIt) {
  record({"--keys", "ticks<Enter>"});
  for (const char* point : {"#pf", "triple-fault", "999999999999", "text:never printed"}) {
    const Finished finished = replay({"--to", point});
    EXPECT_EQ(finished.status, 2) << point;
    EXPECT_THAT(finished.err, HasSubstr("ringside-cli: ")) << point;
  }
}

// --- when it is not the same ---

TEST_F(Recorded, AnotherImageIsRefused) {
  record();
  const Finished other = replay({"--image", kBehave});
  EXPECT_EQ(other.status, 2);
  EXPECT_THAT(other.err, HasSubstr("another image"));
  EXPECT_EQ(replay({"--image", kKernel}).status, 0);
}

TEST_F(Recorded, AChangedFileIsRefused) {
  record();
  std::string text = contents(file_);
  text[text.size() / 2] ^= 1;
  std::ofstream(file_, std::ios::binary) << text;
  EXPECT_EQ(replay().status, 2);
  EXPECT_THAT(replay().err, HasSubstr("checksum"));
}

TEST_F(Recorded, MistakesAreNamed) {
  EXPECT_EQ(run({"record", kKernel}).status, 2);
  EXPECT_THAT(run({"record", kKernel}).err, HasSubstr("--out"));
  EXPECT_THAT(run({"replay", folder_ / "none"}).err, HasSubstr("check the path"));
  EXPECT_THAT(run({"replay", kKernel}).err, HasSubstr("no recording"));
  EXPECT_EQ(run({"record", kKernel, "--out", folder_ / "lost/run.recording"}).status, 2);
  EXPECT_THAT(run({"record", kKernel, "--out", "/"}).err, HasSubstr("is a folder"));
}

// --- what the host does ---

void wait_for_bytes(const std::string& file) {
  while (!fs::exists(file) || fs::file_size(file) == 0)
    std::this_thread::sleep_for(std::chrono::milliseconds(2));
}

TEST_F(Recorded, AnInterruptedRunIsRecordedUpToThere) {
  const std::string serial = folder_ / "serial";
  Running guest({"record", kBehave, "--append", "l", "--out", file_, "--serial", serial});
  wait_for_bytes(serial);
  ::kill(guest.pid(), SIGTERM);
  const Finished finished = guest.finish();
  EXPECT_TRUE(finished.signal == SIGTERM || finished.status == 33) << finished.err;
  EXPECT_EQ(replay_json({"--verify"})["as_recorded"], true);
}

TEST_F(Recorded, AClosedPipeLosesNothing) {
  int pipe[2];
  ASSERT_EQ(::pipe(pipe), 0);
  ::close(pipe[0]);
  const pid_t child = ::fork();
  if (child == 0) {
    ::dup2(pipe[1], STDOUT_FILENO);
    become({"record", kKernel, "--out", file_, "--quiet"});
  }
  ::close(pipe[1]);
  int status = 0;
  ::waitpid(child, &status, 0);
  EXPECT_TRUE(WIFSIGNALED(status) && WTERMSIG(status) == SIGPIPE) << status;
  EXPECT_EQ(replay_json({"--verify"})["as_recorded"], true);
}

TEST_F(Recorded, WhenTheFolderIsGoneItIsKeptElsewhere) {
  fs::create_directory(folder_ / "lost");
  fs::create_directory(folder_ / "tmp");
  const std::string serial = folder_ / "serial";
  Running guest({"record", kBehave, "--append", "m", "--out", folder_ / "lost/run.recording",
                 "--max-instructions", "100G"},
                {{"TMPDIR", folder_ / "tmp"}});
  // The folder is there when the run begins, which is when the signal is waited for.
  for (std::string caught; !caught.contains("SigCgt");) {
    std::ifstream file(fmt::format("/proc/{}/status", guest.pid()));
    for (std::string line; std::getline(file, line);)
      if (line.starts_with("SigCgt:") && std::stoull(line.substr(8), nullptr, 16) & (1u << (SIGTERM - 1)))
        caught = line;
    std::this_thread::sleep_for(std::chrono::milliseconds(2));
  }
  fs::remove_all(folder_ / "lost");
  ::kill(guest.pid(), SIGTERM);
  const Finished finished = guest.finish();
  EXPECT_EQ(finished.status, 2);
  EXPECT_THAT(finished.err, AllOf(HasSubstr("lost/run.recording cannot be written"), HasSubstr("instead")));
  const auto kept = fs::directory_iterator(folder_ / "tmp")->path();
  EXPECT_EQ(run({"replay", kept, "--verify"}).status, 0);
}

TEST_F(Recorded, AFullDiskLeavesTheOlderRecordingAsItWas) {
  record({"--keys", "ticks<Enter>"});
  const std::string before = contents(file_);
  const pid_t child = ::fork();
  if (child == 0) {
    const rlimit small{1024, 1024};
    ::signal(SIGXFSZ, SIG_IGN);
    ::setrlimit(RLIMIT_FSIZE, &small);
    become({"record", kKernel, "--out", file_, "--keys", "help<Enter>", "--idle-time", "50ms", "--json",
            "--quiet"});
  }
  int status = 0;
  ::waitpid(child, &status, 0);
  EXPECT_EQ(WEXITSTATUS(status), 2);
  EXPECT_EQ(contents(file_), before);
}

TEST_F(Recorded, ARunWithHardlyAnyHistoryIsRecordedAllTheSame) {
  const auto then = record({"--keys", "ticks<Enter>help<Enter>", "--history", "1"});
  EXPECT_EQ(replay_json({"--verify", "--history", "1"})["state_hash"], then["state_hash"]);
  EXPECT_NE(run({"record", kKernel, "--out", file_, "--history", "0"}).status, 0);
}

// The figure of ./ringside bench --only repeats, in small: a different text each time.
TEST_F(Recorded, TwentyOfTwentyRepeatsAreEqual) {
  unsigned equal = 0;
  for (unsigned i = 0; i < 20; ++i) {
    const auto then = record({"--keys", fmt::format("echo {}<Enter>ticks<Enter>", i * 7919)});
    const auto now = replay_json({"--verify"});
    equal += now["as_recorded"] == true && now["state_hash"] == then["state_hash"];
  }
  EXPECT_EQ(equal, 20u);
}

}  // namespace
}  // namespace ringside::testing
