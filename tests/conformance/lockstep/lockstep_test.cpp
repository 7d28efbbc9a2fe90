// SPDX-License-Identifier: GPL-2.0-or-later
// Some 300,000 instructions beside QEMU, compared one by one; ./ringside lockstep does it at length.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string_view>

#include "follower.h"
#include "subjects.h"
#include "trace_record.h"
#include "undefined.h"

namespace ringside::lockstep {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr std::uint64_t kInterval = 5000;

// Follows the guests whose names begin so; what they have in common is expected here.
Tally follow_all(std::initializer_list<std::string_view> names, const Amount& amount) {
  Tally total;
  for (const Subject& subject : subjects(amount)) {
    if (std::ranges::none_of(names, [&](std::string_view n) { return subject.name.starts_with(n); }))
      continue;
    const auto outcome = follow(guest(subject), launch_pad(), kInterval);
    EXPECT_TRUE(outcome) << subject.name << ": " << outcome.error().sentence;
    if (!outcome) continue;
    EXPECT_THAT(outcome->unexplained, IsEmpty()) << subject.name << ": " << outcome->end;
    // All of memory at the end, and about every kInterval instructions.
    EXPECT_GE(outcome->tally.memories, 1 + outcome->tally.instructions / (2 * kInterval)) << subject.name;
    total.add(outcome->tally);
  }
  // No instruction goes by without a look: QEMU's own states, and what is behind a resynchronisation, are
  // counted apart.
  EXPECT_GE(total.states, total.instructions);
  EXPECT_LE(total.skipped, total.instructions / 100);
  return total;
}

TEST(Lockstep, TheKernelBootsAndFaults) {
  const Tally tally =
      follow_all({"kernel quiet exit=5 run=fault pf"}, {.instructions = 900'000, .random_guests = 0});
  EXPECT_GT(tally.instructions, 300'000u);
  EXPECT_GE(tally.interrupts, 2u);
  EXPECT_GE(tally.exceptions, 1u);
  EXPECT_EQ(tally.resynchronised, 0u);
}

TEST(Lockstep, BootImagesRunToTheirEnds) {
  const Tally tally = follow_all({"boot "}, {.random_guests = 0});
  EXPECT_GT(tally.instructions, 30'000u);
}

TEST(Lockstep, RandomGuestsFaultAlike) {
  const Tally tally = follow_all({"random "}, {.random_guests = 8, .random_instructions = 15'000});
  EXPECT_GT(tally.instructions, 100'000u);
  EXPECT_GT(tally.exceptions, 500u);
}

TEST(Lockstep, WithoutTheTableOfReasonsDifferencesAreFound) {
  for (const Subject& subject : subjects({.instructions = 900'000, .random_guests = 0}))
    if (subject.name == "kernel quiet exit=5 run=fault pf") {
      const auto outcome = follow(guest(subject), launch_pad(), kInterval, {});
      ASSERT_TRUE(outcome) << outcome.error().sentence;
      ASSERT_FALSE(outcome->unexplained.empty());
      EXPECT_THAT(outcome->unexplained[0], HasSubstr("CS.attributes: ours 0x209b"));
    }
}

TEST(TraceReader, RefusesALineItDoesNotKnow) {
  TraceReader reader;
  reader.feed("Stopped execution of TB chain before 0x1 [0x2]\nSMM: enter\n");
  ASSERT_NE(reader.next(), nullptr);
  EXPECT_EQ(reader.next(), nullptr);
  EXPECT_EQ(reader.unknown_line(), "SMM: enter");
}

TEST(UndefinedFlags, AreThoseOfTheManual) {
  using namespace rflags;
  const auto after = [](std::initializer_list<unsigned> bytes, std::uint64_t rcx = 0) {
    std::vector<std::byte> code;
    for (const unsigned b : bytes) code.push_back(static_cast<std::byte>(b));
    CpuState cpu;
    cpu[Gpr::rcx] = rcx;
    return undefined_flags(cpu, code, 64);
  };
  EXPECT_EQ(after({0x48, 0x01, 0xC8}), 0u) << "ADD";
  EXPECT_EQ(after({0x48, 0x21, 0xC8}), af) << "AND";
  EXPECT_EQ(after({0xF7, 0xE1}), sf | zf | af | pf) << "MUL";
  EXPECT_EQ(after({0xF7, 0xF1}), cf | of | sf | zf | af | pf) << "DIV";
  EXPECT_EQ(after({0xC1, 0xE0, 1}), af) << "SHL by 1";
  EXPECT_EQ(after({0xC1, 0xE0, 4}), af | of) << "SHL by 4";
  EXPECT_EQ(after({0xC1, 0xE0, 32}), 0u) << "SHL by 0: the count is masked";
  EXPECT_EQ(after({0xD2, 0xE0}, 9), af | of | cf) << "SHL of a byte by 9";
  EXPECT_EQ(after({0xD3, 0xC0}, 3), of) << "ROL by 3";
  EXPECT_EQ(after({0x0F, 0xBC, 0xC1}), cf | of | sf | af | pf) << "BSF";
  EXPECT_EQ(after({0x0F, 0xA3, 0xC8}), of | sf | af | pf) << "BT";
}

}  // namespace
}  // namespace ringside::lockstep
