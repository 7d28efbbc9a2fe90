// SPDX-License-Identifier: GPL-2.0-or-later
// Stacks laid out by hand from the text of subject/frames.S and subject.cpp, then walked.
#include "sim/symbols/unwind.h"

#include <gtest/gtest.h>

#include <map>

#include "subject_image.h"

namespace ringside {
namespace {

constexpr unsigned kRax = 0, kRbx = 3, kRsp = 4, kRbp = 5;
constexpr std::uint64_t kStack = 0xffffffff80200000;

// Guest memory of whole words; everything else is unmapped.
class Words {
 public:
  Words(std::initializer_list<std::pair<const std::uint64_t, std::uint64_t>> words) : words_(words) {}
  explicit Words(std::map<std::uint64_t, std::uint64_t> words) : words_(std::move(words)) {}

  bool operator()(VirtAddr address, std::span<std::byte> out) const {
    for (std::byte& byte : out) {
      const auto word = words_.find(address.value & ~7ull);
      if (word == words_.end()) return false;
      byte = static_cast<std::byte>(word->second >> 8 * (address.value & 7));
      address.value++;
    }
    return true;
  }

 private:
  std::map<std::uint64_t, std::uint64_t> words_;
};

std::vector<std::string> functions(const std::vector<StackFrame>& frames) {
  std::vector<std::string> names;
  for (const StackFrame& frame : frames) names.push_back(frame.function);
  return names;
}

class Rules : public testing::TestWithParam<const char*> {
 protected:
  const Symbols symbols = load_image(GetParam());
  std::uint64_t at(const char* label) { return symbols.address(label).value_or(VirtAddr{}).value; }
};

TEST_P(Rules, SavedRegistersAndTheReturnAddressAreFound) {
  // in_pushes: 32 bytes of locals, RBX, the return address into bottom.
  const Words memory{{kStack + 32, 0x1234}, {kStack + 40, at("after_bottom_call")}};
  UnwindRegisters registers{.rip = at("in_pushes")};
  registers.gpr[kRsp] = kStack;
  const auto frames = symbols.backtrace(registers, memory);
  ASSERT_EQ(functions(frames), (std::vector<std::string>{"pushes", "bottom"}));
  EXPECT_EQ(frames[0].found, StackFrame::Found::processor);
  EXPECT_EQ(frames[0].cfa, VirtAddr{kStack + 48});
  EXPECT_EQ(frames[0].offset, 5u);  // push is 1 byte, sub 4
  EXPECT_EQ(frames[1].found, StackFrame::Found::rules);
  EXPECT_TRUE(frames[1].pc_is_return);
  EXPECT_EQ(frames[1].pc.value, at("after_bottom_call"));
  EXPECT_EQ(frames[1].registers.gpr[kRbx], 0x1234u);
  EXPECT_EQ(frames[1].registers.gpr[kRsp], kStack + 48);
}

TEST_P(Rules, TheFirstInstructionHasItsOwnRule) {
  const Words memory{{kStack, at("after_bottom_call")}};
  UnwindRegisters registers{.rip = placed::pushes.value};
  registers.gpr[kRsp] = kStack;
  const auto frames = symbols.backtrace(registers, memory);
  EXPECT_EQ(functions(frames), (std::vector<std::string>{"pushes", "bottom"}));
  EXPECT_EQ(frames[0].cfa, VirtAddr{kStack + 8});
}

TEST_P(Rules, AnInterruptIsCrossedToTheVeryInstructionAndToAnotherStack) {
  // in_interrupt: RAX as pushed, then what the processor pushed: RIP CS RFLAGS RSP SS (SDM volume
  // 3A, 6.14.2).
  constexpr std::uint64_t kOther = 0xffffffff80100f00 + 0x300000;
  const Words memory{{kStack, 0xAAAA},          {kStack + 8, placed::leaf.value},
                     {kStack + 16, 8},          {kStack + 24, 0x202},
                     {kStack + 32, kOther},     {kStack + 40, 0x10},
                     {kOther, at("after_call")}};
  UnwindRegisters registers{.rip = at("in_interrupt")};
  registers.gpr[kRsp] = kStack;
  const auto frames = symbols.backtrace(registers, memory);
  ASSERT_GE(frames.size(), 3u);
  EXPECT_EQ(frames[0].function, "interrupt_entry");
  EXPECT_EQ(frames[1].function, "subject::leaf");
  EXPECT_EQ(frames[1].pc, placed::leaf);
  EXPECT_FALSE(frames[1].pc_is_return);
  EXPECT_EQ(frames[1].registers.gpr[kRax], 0xAAAAu);
  EXPECT_EQ(frames[1].registers.gpr[kRsp], kOther);
  EXPECT_EQ(frames[2].function, "subject::caller");
  EXPECT_EQ(frames[2].source->line, marked_line("subject.cpp", "caller calls leaf"));
}

TEST_P(Rules, CodeOfAnotherImageThatWasInterruptedIsTheLastFrame) {
  const Words memory{{kStack, 0},          {kStack + 8, 0x400000}, {kStack + 16, 0x23},
                     {kStack + 24, 0x202}, {kStack + 32, 0x7000},  {kStack + 40, 0x1b}};
  UnwindRegisters registers{.rip = at("in_interrupt")};
  registers.gpr[kRsp] = kStack;
  const auto frames = symbols.backtrace(registers, memory);
  ASSERT_EQ(functions(frames), (std::vector<std::string>{"interrupt_entry", ""}));
  EXPECT_EQ(frames[1].pc, VirtAddr{0x400000});
  EXPECT_EQ(frames[1].registers.gpr[kRsp], 0x7000u);
}

TEST_P(Rules, InlinedFunctionsAreFramesOfTheirOwn) {
  // outer is a leaf of _start, whose frame pointer has been set up.
  const Words memory{{kStack, placed::start.value + 0x1b}, {kStack + 8, 0}, {kStack + 16, 0}};
  UnwindRegisters registers{.rip = at("at_innermost")};
  registers.gpr[kRsp] = kStack;
  const auto frames = symbols.backtrace(registers, memory);
  ASSERT_EQ(functions(frames),
            (std::vector<std::string>{"subject::innermost", "subject::middle", "subject::outer", "_start"}));
  EXPECT_TRUE(frames[0].inlined);
  EXPECT_TRUE(frames[1].inlined);
  EXPECT_FALSE(frames[2].inlined);
  EXPECT_EQ(frames[1].source->line, marked_line("subject.cpp", "middle calls innermost"));
  EXPECT_EQ(frames[2].source->line, marked_line("subject.cpp", "outer calls middle"));
  EXPECT_EQ(frames[0].cfa, frames[2].cfa);
}

INSTANTIATE_TEST_SUITE_P(Images, Rules,
                         testing::Values("subject.elf", "subject_dwarf4.elf", "subject_debug_frame.elf"));

class WithoutRules : public testing::Test {
 protected:
  const Symbols symbols = load_image("subject.elf");
  std::uint64_t at(const char* label) { return symbols.address(label).value_or(VirtAddr{}).value; }

  std::vector<StackFrame> walk(std::uint64_t rip, std::uint64_t rsp, std::uint64_t rbp,
                               std::map<std::uint64_t, std::uint64_t> words) {
    // The code of no_rules as the processor sees it: push rbp; mov rbp, rsp; nop; pop rbp; ret; nop.
    words[placed::no_rules.value] = 0x90C35D90E5894855;
    UnwindRegisters registers{.rip = rip};
    registers.gpr[kRsp] = rsp;
    registers.gpr[kRbp] = rbp;
    return symbols.backtrace(registers, Words(std::move(words)));
  }
};

TEST_F(WithoutRules, TheChainOfFramePointersLeadsToTheCaller) {
  const auto frames =
      walk(at("in_no_rules"), kStack, kStack, {{kStack, kStack + 64}, {kStack + 8, at("after_bottom_call")}});
  ASSERT_EQ(functions(frames), (std::vector<std::string>{"in_no_rules", "bottom"}));
  EXPECT_EQ(frames[1].found, StackFrame::Found::frame_pointer);
  EXPECT_EQ(frames[1].registers.gpr[kRbp], kStack + 64);
  EXPECT_EQ(frames[1].registers.gpr[kRsp], kStack + 16);
}

TEST_F(WithoutRules, AFunctionJustEnteredHasItsReturnAddressOnTop) {
  const auto frames = walk(placed::no_rules.value, kStack, 0, {{kStack, at("after_bottom_call")}});
  ASSERT_EQ(functions(frames), (std::vector<std::string>{"no_rules", "bottom"}));
  EXPECT_EQ(frames[1].found, StackFrame::Found::stack_top);
}

TEST_F(WithoutRules, AfterPushingTheFramePointerTheReturnAddressIsSecond) {
  const auto frames =
      walk(placed::no_rules.value + 1, kStack, 77, {{kStack, 0x5555}, {kStack + 8, at("after_bottom_call")}});
  ASSERT_EQ(functions(frames), (std::vector<std::string>{"no_rules", "bottom"}));
  EXPECT_EQ(frames[1].registers.gpr[kRbp], 0x5555u);
}

TEST_F(WithoutRules, ACallThroughANullPointerShowsItsCaller) {
  const auto frames = walk(0, kStack, 0, {{kStack, at("after_bottom_call")}});
  ASSERT_EQ(functions(frames), (std::vector<std::string>{"", "bottom"}));
}

TEST_F(WithoutRules, AnUnreadableStackEndsTheWalkAtOnce) {
  EXPECT_EQ(walk(at("in_pushes"), 0x10, 0, {}).size(), 1u);
  EXPECT_EQ(walk(at("in_no_rules"), kStack, 0xDEAD, {}).size(), 1u);
  EXPECT_EQ(symbols.backtrace({.rip = at("in_pushes")}, nullptr).size(), 1u);
}

TEST_F(WithoutRules, AFramePointerThatLeadsBackDownEndsTheWalk) {
  const std::uint64_t back = at("in_no_rules");
  const auto frames = walk(back, kStack, kStack, {{kStack, kStack - 64}, {kStack + 8, back}});
  EXPECT_EQ(frames.size(), 2u);
}

TEST_F(WithoutRules, AnEndlessStackGivesSixtyFourFrames) {
  const std::uint64_t here = at("in_no_rules");
  std::map<std::uint64_t, std::uint64_t> words;
  for (std::uint64_t i = 0; i < 200; ++i) {
    words[kStack + 16 * i] = kStack + 16 * (i + 1);
    words[kStack + 16 * i + 8] = here;
  }
  EXPECT_EQ(walk(here, kStack, kStack, std::move(words)).size(), 64u);
}

TEST_F(WithoutRules, AReturnAddressOutsideCodeEndsTheWalk) {
  EXPECT_EQ(
      walk(at("in_no_rules"), kStack, kStack, {{kStack, kStack + 64}, {kStack + 8, placed::table.value}})
          .size(),
      1u);
}

TEST(UnwindThirtyTwoBits, WordsAreFourBytes) {
  const Symbols symbols = load_image("subject_32.elf");
  // EBP + 4 is the return address: just after the first NOP, as if that were a call.
  const Words memory{{0x9000, 0x0010100100009100}};
  UnwindRegisters registers{.rip = 0x101002, .word_bytes = 4};
  registers.gpr[kRsp] = 0x8FF0;
  registers.gpr[kRbp] = 0x9000;
  const auto frames = symbols.backtrace(registers, memory);
  ASSERT_EQ(frames.size(), 2u);
  EXPECT_EQ(frames[1].pc, VirtAddr{0x101001});
  EXPECT_EQ(frames[1].registers.gpr[kRbp], 0x9100u);
}

TEST(UnwindNone, TheProcessorItselfIsAlwaysAFrame) {
  const auto frames = Symbols::none().backtrace({.rip = 0x1000}, nullptr);
  ASSERT_EQ(frames.size(), 1u);
  EXPECT_EQ(frames[0].pc, VirtAddr{0x1000});
  EXPECT_EQ(frames[0].function, "");
}

}  // namespace
}  // namespace ringside
