// SPDX-License-Identifier: GPL-2.0-or-later
// kernel.elf on our machine and under QEMU, byte for byte what it says on COM1: addresses, registers and
// backtraces included. Its log holds no number that depends on the machine. (Of its tests those whose log
// does not depend on how fast QEMU is; kernel/test/run.sh runs all.)
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <string>

#include "side_by_side.h"

namespace ringside::testing {
namespace {

struct Boot {
  std::string_view command_line;
  int status;          // (exit << 1) | 1
  bool fault = false;  // the panic shows saved flags with RF set (17.3.1.1); QEMU never sets it
  std::string_view theirs = "", ours = "";  // what else QEMU says differently, and what the manual says
  std::string_view suite = "";              // of the kernel's tests, in place of the kernel as it ships
};

constexpr int kLeft = 5 << 1 | 1, kPanic = 0x11 << 1 | 1, kPassed = 0x10 << 1 | 1;

// #SS(0) for a stack address that is not canonical: volume 1 3.3.7.1. P in the error code for a reserved
// bit: 4.7.
const Boot kBoots[] = {
    {"exit=5", kLeft},
    {"exit=5 run=help;fault;mishap", kLeft},
    {.command_line = "test", .status = kPassed, .suite = "arch"},
    {.command_line = "test", .status = kPassed, .suite = "boot"},
    {.command_line = "test", .status = kPassed, .suite = "drivers"},
    {.command_line = "test", .status = kPassed, .suite = "format"},
    {.command_line = "test", .status = kPassed, .suite = "interrupts"},
    {.command_line = "test", .status = kPassed, .suite = "keyboard"},
    {.command_line = "test", .status = kPassed, .suite = "lib"},
    {.command_line = "test", .status = kPassed, .suite = "registers"},
    {.command_line = "test", .status = kPassed, .suite = "runner"},
    {"quiet exit=5 run=echo one; echo two  words ;;walk 0xffffffff80101000;walk 0;walk 0x8000000000000000",
     kLeft},
    {"quiet exit=5 run=fault db", kLeft},
    {"quiet exit=5 run=fault bp", kLeft},
    {"quiet exit=5 run=fault of", kLeft},
    {"quiet exit=5 run=fault xm", kLeft},
    {"quiet exit=5 run=fault br", kPanic},
    {"quiet exit=5 run=fault nmi", kPanic},
    {"quiet exit=5 run=fault mc", kPanic},
    {"quiet exit=5 run=fault de", kPanic, true},
    {"quiet exit=5 run=fault ud", kPanic, true},
    {"quiet exit=5 run=fault nm", kPanic, true},
    {"quiet exit=5 run=fault df", kPanic},
    {"quiet exit=5 run=fault ts", kPanic, true},
    {"quiet exit=5 run=fault np", kPanic, true},
    {"quiet exit=5 run=fault ss", kPanic, true},
    {"quiet exit=5 run=fault ss0", kPanic, true, "#GP general protection", "#SS stack-segment fault"},
    {"quiet exit=5 run=fault gp", kPanic, true},
    {"quiet exit=5 run=fault gpsel", kPanic, true},
    {"quiet exit=5 run=fault pf", kPanic, true},
    {"quiet exit=5 run=fault null", kPanic, true},
    {"quiet exit=5 run=fault ro", kPanic, true},
    {"quiet exit=5 run=fault text", kPanic, true},
    {"quiet exit=5 run=fault nx", kPanic, true},
    {"quiet exit=5 run=fault rsvd", kPanic, true, "error code 0x8", "error code 0x9"},
    {"quiet exit=5 run=fault mf", kPanic, true},
    {"quiet exit=5 run=fault overflow", kPanic},
    {"quiet exit=5 run=fault bounds", kPanic},
    {"quiet exit=5 run=fault panic", kPanic},
};

std::string as_the_manual_says(std::string log, const Boot& boot) {
  const auto change = [&](std::string_view from, const std::string& to) {
    const std::size_t at = log.find(from);
    if (at != std::string::npos) log.replace(at, from.size(), to);
  };
  if (!boot.theirs.empty()) change(boot.theirs, std::string(boot.ours));
  const std::size_t flags = log.find("rflags 0x");
  if (boot.fault && flags != std::string::npos) {
    const std::size_t digits = flags + 9, end = log.find_first_not_of("0123456789abcdef", digits);
    const std::uint64_t value = std::stoull(log.substr(digits, end - digits), nullptr, 16) | rflags::rf;
    log.replace(digits, end - digits, fmt::format("{:x}", value));
  }
  return log;
}

void PrintTo(const Boot& boot, std::ostream* out) { *out << boot.command_line << " " << boot.suite; }

class KernelLog : public ::testing::TestWithParam<Boot> {};
INSTANTIATE_TEST_SUITE_P(Boots, KernelLog, ::testing::ValuesIn(kBoots));

TEST_P(KernelLog, IsAsUnderQemu) {
  const Boot& boot = GetParam();
  const std::string words(boot.command_line);
  // QEMU puts the image's path before the command line, and a register or two may point into it.
  const std::string image =
      boot.suite.empty() ? RINGSIDE_KERNEL : fmt::format("{}/{}.elf", RINGSIDE_KERNEL_SUITES, boot.suite);
  const auto ours = on_ringside({.image = image, .command_line = image + " " + words});
  ASSERT_TRUE(ours) << ours.error().sentence;
  const auto theirs = on_qemu({.image = image, .command_line = words});
  ASSERT_TRUE(theirs) << theirs.error().sentence;
  EXPECT_EQ(ours->status, boot.status) << words;
  EXPECT_EQ(theirs->status, boot.status) << words;
  EXPECT_EQ(ours->serial, as_the_manual_says(theirs->serial, boot)) << words;
}

}  // namespace
}  // namespace ringside::testing
