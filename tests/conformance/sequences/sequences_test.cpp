// SPDX-License-Identifier: GPL-2.0-or-later
// Port accesses recorded from QEMU, played to our board; and to QEMU once more, so that the files stay true.
#include <gtest/gtest.h>

#include <algorithm>
#include <set>
#include <string>

#include "reasons.h"
#include "sequence.h"

namespace ringside::sequences {
namespace {

constexpr const char* kFiles[] = {"pic8259", "pit8254", "i8042", "uart16550"};
constexpr std::size_t kLeastReads = 140;  // in each

Sequence sequence_of(const std::string& name) {
  const auto sequence = read_file("sequences/" + name + ".txt");
  EXPECT_TRUE(sequence) << sequence.error().sentence;
  return sequence ? *sequence : Sequence{};
}

// Every answer beside what the file has for it. `ours`: with the deviations.
void expect_answers(const Sequence& sequence, const std::vector<std::uint8_t>& answers, bool ours) {
  std::size_t n = 0;
  std::string section;
  for (std::size_t row = 0; row < sequence.size(); ++row) {
    const Line& line = sequence[row];
    if (line.act == Act::section) section = line.text;
    if (line.act != Act::in) continue;
    ASSERT_LT(n, answers.size());
    const unsigned expected = ours ? line.ours.value_or(line.value) : line.value;
    EXPECT_EQ(unsigned{answers[n]}, expected) << std::hex << "line " << std::dec << row + 1 << ", " << section
                                              << ": port " << std::hex << line.port;
    ++n;
  }
  EXPECT_EQ(n, answers.size());
  EXPECT_GE(n, kLeastReads);
}

class Sequences : public ::testing::TestWithParam<const char*> {};
INSTANTIATE_TEST_SUITE_P(Chips, Sequences, ::testing::ValuesIn(kFiles),
                         [](const auto& info) { return std::string(info.param); });

TEST_P(Sequences, OurBoardAnswersAsRecordedOrAsTheDataSheetSays) {
  const Sequence sequence = sequence_of(GetParam());
  expect_answers(sequence, on_board(sequence), true);
}

TEST_P(Sequences, OurMachineAnswersAsItsBoard) {
  const Sequence sequence = sequence_of(GetParam());
  const auto answers = on_machine(sequence);
  ASSERT_TRUE(answers) << answers.error().sentence;
  expect_answers(sequence, *answers, true);
}

TEST_P(Sequences, QemuAnswersAsRecorded) {
  const Sequence sequence = sequence_of(GetParam());
  const auto answers = on_qemu(sequence);
  ASSERT_TRUE(answers) << answers.error().sentence;
  expect_answers(sequence, *answers, false);
}

TEST_P(Sequences, AreWrittenAsTheyAreRead) {
  const auto sequence = sequence_of(GetParam());
  const auto again = parse(print(sequence));
  ASSERT_TRUE(again);
  EXPECT_EQ(print(*again), print(sequence));
}

TEST(SequenceReasons, AreAllNamedAndAllUsed) {
  std::set<std::string> used;
  for (const char* name : kFiles)
    for (const Line& line : sequence_of(name)) {
      if (!line.ours) continue;
      EXPECT_NE(*line.ours, line.value) << name << ": \"" << line.text << "\" is no deviation";
      used.insert(line.reason);
    }
  for (const Reason& reason : kReasons) {
    EXPECT_TRUE(used.contains(std::string(reason.name))) << reason.name << " is met by no sequence";
    used.erase(std::string(reason.name));
  }
  EXPECT_TRUE(used.empty()) << *used.begin() << " is no reason";
}

TEST(SequenceText, RefusesWhatItDoesNotKnow) {
  EXPECT_FALSE(parse("out 43\n"));
  EXPECT_FALSE(parse("in 10000 00\n"));
  EXPECT_FALSE(parse("in 40 00 ours\n"));
  EXPECT_FALSE(parse("wiat 5\n"));
  EXPECT_TRUE(parse("in 40\n")) << "not recorded yet";
}

}  // namespace
}  // namespace ringside::sequences
