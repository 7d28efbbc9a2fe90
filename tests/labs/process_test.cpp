// SPDX-License-Identifier: GPL-2.0-or-later
// Programs run as children: what comes back of them, and that none outlives its limits.
#include "labs/build/process.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>

namespace ringside::labs {
namespace {

using namespace testing;

ProcessResult shell(const std::string& words, const ProcessLimits& limits = {}) {
  return run_process({"sh", "-c", words}, "/", limits).value();
}

TEST(Process, OutputAndStatusComeBack) {
  const ProcessResult result = shell("echo out; echo err >&2; pwd; exit 3");
  EXPECT_EQ(result.status, 3);
  EXPECT_EQ(result.output, "out\nerr\n/\n");
  EXPECT_FALSE(result.ok());
  EXPECT_TRUE(shell("true").ok());
}

TEST(Process, StandardInputIsEmpty) { EXPECT_EQ(shell("cat").output, ""); }

TEST(Process, MissingProgramIsAnError) {
  EXPECT_THAT(run_process({"no-such-program-here"}, "/").error().sentence,
              HasSubstr("no-such-program-here could not be started"));
}

TEST(Process, SignalIsReported) { EXPECT_EQ(shell("kill -SEGV $$").signal, SIGSEGV); }

TEST(Process, IsKilledSoonAfterItIsCancelled) {
  const std::atomic<bool> now{true};
  const ProcessResult result = shell("sleep 1000", {.cancel = &now});
  EXPECT_TRUE(result.cancelled);
  EXPECT_FALSE(result.timed_out);
  EXPECT_FALSE(result.ok());
  const std::atomic<bool> never{false};
  EXPECT_EQ(shell("sleep 0.2; echo done", {.cancel = &never}).output, "done\n") << "it is waited for";
}

TEST(Process, OutputIsCut) {
  const ProcessResult result = shell("head -c 1000000 /dev/zero", {.output_bytes = 1000});
  EXPECT_EQ(result.output.size(), 1000u);
  EXPECT_TRUE(result.truncated);
  EXPECT_EQ(result.status, 0) << "it could write to the end";
}

TEST(Process, WallClockEndsItAndItsChildren) {
  const ProcessResult result = shell("sleep 100 & sleep 100", {.wall = std::chrono::seconds(1)});
  EXPECT_TRUE(result.timed_out);
}

// A child in the background keeps the pipe open; it is gone with the group when its leader has ended and time
// is up.
TEST(Process, ComputingForEverIsEnded) {
  EXPECT_EQ(shell("while :; do :; done", {.cpu_seconds = 1}).signal, SIGKILL);
}

TEST(Process, ProcessorTimeIsThatOfTheChildrenToo) {
  const ProcessResult idle = shell("sleep 0.1"), busy = shell("timeout 0.5 sh -c 'while :; do :; done'");
  EXPECT_LT(idle.cpu_seconds, 0.1);
  EXPECT_GT(busy.cpu_seconds, 0.2);
}

TEST(Process, AClosedOutputIsNoEnd) {
  const ProcessResult result = shell("exec >&- 2>&-; exec sleep 100", {.wall = std::chrono::seconds(1)});
  EXPECT_TRUE(result.timed_out);
}

TEST(Process, TooManyProcessesAreEnded) {
  const ProcessResult result =
      shell("for i in 1 2 3 4 5 6 7 8 9; do sleep 100 & done; wait", {.processes = 5});
  EXPECT_TRUE(result.too_many);
  EXPECT_FALSE(result.ok());
}

TEST(Process, LargeFileIsRefused) {
  const ProcessResult result =
      shell("head -c 100000 /dev/zero > /tmp/process_test-$$; s=$?; rm -f /tmp/process_test-$$; exit $s",
            {.file_bytes = 1000});
  EXPECT_NE(result.status, 0);
}

}  // namespace
}  // namespace ringside::labs
