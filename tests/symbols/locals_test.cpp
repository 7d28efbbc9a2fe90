// SPDX-License-Identifier: GPL-2.0-or-later
// The parameters of subject/locals.cpp at places that the ABI fixes.
#include <gmock/gmock.h>

#include "subject_image.h"

namespace ringside {
namespace {

constexpr unsigned kRsp = 4, kRbp = 5, kRsi = 6, kRdi = 7;
constexpr std::uint64_t kStack = 0xffffffff80200000;

class LocalsInEveryDebugImage : public testing::TestWithParam<const char*> {
 protected:
  const Symbols symbols = load_image(GetParam());
  const ReadMemory nothing_mapped = [](VirtAddr, std::span<std::byte>) { return false; };

  // Entry `index` of the backtrace of a processor that stands at `label`.
  std::vector<LocalVariable> locals(const char* label, std::size_t index = 0) {
    UnwindRegisters registers{.rip = symbols.address(label).value_or(VirtAddr{}).value};
    registers.gpr[kRsp] = kStack;
    registers.gpr[kRbp] = kStack + 16;  // 16 bytes of variables between the two
    registers.gpr[kRdi] = 5;
    registers.gpr[kRsi] = 0x7000;
    // A return address, so that the frame's borders are known.
    const ReadMemory read = [](VirtAddr, std::span<std::byte> out) {
      std::ranges::fill(out, std::byte{});
      return true;
    };
    const auto frames = symbols.backtrace(registers, read);
    EXPECT_GT(frames.size(), index);
    return index < frames.size() ? symbols.locals(frames[index], read) : std::vector<LocalVariable>();
  }

  static const LocalVariable& named(const std::vector<LocalVariable>& variables, const std::string& name) {
    for (const LocalVariable& variable : variables) {
      if (variable.name == name) return variable;
    }
    ADD_FAILURE() << "no variable " << name;
    static const LocalVariable none;
    return none;
  }
};

TEST_P(LocalsInEveryDebugImage, ParametersOfAFunctionJustEnteredAreWhereTheAbiPutsThem) {
  const auto variables = locals("subject::measure");
  const LocalVariable& amount = named(variables, "amount");
  EXPECT_TRUE(amount.is_parameter);
  EXPECT_EQ(amount.value, 5u);  // the first integer: EDI
  EXPECT_FALSE(amount.address);
  EXPECT_EQ(display_name(*amount.type), "int");
  EXPECT_EQ(named(variables, "out").value, 0x7000u);  // the second: RSI
  const LocalVariable& big = named(variables, "big");
  EXPECT_EQ(big.address, VirtAddr{kStack + 8});  // class MEMORY: above the return address
  EXPECT_FALSE(big.value);
  EXPECT_EQ(big.type->size, 24u);
}

TEST_P(LocalsInEveryDebugImage, InnerBlocksAddTheirVariablesBehindThoseOfTheFunction) {
  std::vector<std::string> names;
  for (const LocalVariable& variable : locals("in_block")) names.push_back(variable.name);
  EXPECT_THAT(names, testing::ElementsAre("amount", "out", "big", "doubled", "inner"));
  EXPECT_EQ(named(locals("in_block"), "inner").line, marked_line("locals.cpp", "inner"));
}

TEST_P(LocalsInEveryDebugImage, VolatileVariablesLieInTheFrame) {
  const auto variables = locals("in_block");
  const LocalVariable &doubled = named(variables, "doubled"), &inner = named(variables, "inner");
  ASSERT_TRUE(doubled.address && inner.address);
  for (const LocalVariable* variable : {&doubled, &inner}) {
    EXPECT_LT(variable->address->value, kStack + 16) << variable->name;
    EXPECT_GE(variable->address->value, kStack) << variable->name;
    EXPECT_EQ(variable->address->value % 4, 0u);
  }
  EXPECT_NE(doubled.address, inner.address);
}

TEST_P(LocalsInEveryDebugImage, AnInlinedFunctionHasVariablesOfItsOwn) {
  const auto inlined = locals("in_with_level", 0);
  ASSERT_EQ(inlined.size(), 1u);
  EXPECT_EQ(inlined[0].name, "level");
  EXPECT_EQ(inlined[0].value, 3u);
  EXPECT_TRUE(inlined[0].is_parameter);
  std::vector<std::string> around;
  for (const LocalVariable& variable : locals("in_with_level", 1)) around.push_back(variable.name);
  EXPECT_THAT(around, testing::ElementsAre("amount", "out", "big", "doubled"));
}

TEST_P(LocalsInEveryDebugImage, CodeWithoutVariablesHasNone) {
  EXPECT_THAT(locals("pushes"), testing::IsEmpty());
  StackFrame nowhere;
  EXPECT_THAT(symbols.locals(nowhere, nothing_mapped), testing::IsEmpty());
}

INSTANTIATE_TEST_SUITE_P(Images, LocalsInEveryDebugImage,
                         testing::Values("subject.elf", "subject_dwarf4.elf", "subject_debug_frame.elf",
                                         "subject_compressed.elf"));

TEST(Locals, NeedDebugInformation) {
  const Symbols plain = load_image("subject_plain.elf");
  StackFrame frame;
  frame.pc = placed::start;
  EXPECT_THAT(plain.locals(frame, nullptr), testing::IsEmpty());
  EXPECT_THAT(Symbols::none().locals(frame, nullptr), testing::IsEmpty());
}

TEST(Locals, ScratchRegistersOfCallersAreNotGuessed) {
  // measure called leaf (as far as the stack says): what RDI held is lost, what lies in memory is not.
  const Symbols symbols = load_image("subject.elf");
  const std::uint64_t return_address =
      placed::first_init.value + 0x40 + 1;  // inside measure, behind its first byte
  const ReadMemory read = [&](VirtAddr address, std::span<std::byte> out) {
    for (std::byte& byte : out) {
      const std::uint64_t offset = address.value++ - kStack;
      byte = offset < 8 ? static_cast<std::byte>(return_address >> 8 * offset) : std::byte{};
    }
    return true;
  };
  UnwindRegisters registers{.rip = placed::leaf.value};
  registers.gpr[kRsp] = kStack;
  registers.gpr[kRdi] = 5;
  const auto frames = symbols.backtrace(registers, read);
  ASSERT_GE(frames.size(), 2u);
  ASSERT_EQ(frames[1].function, "subject::measure");
  for (const LocalVariable& variable : symbols.locals(frames[1], read)) {
    if (variable.name == "amount") {
      EXPECT_FALSE(variable.value);
    }
    if (variable.name == "big") {
      EXPECT_TRUE(variable.address);
    }
  }
}

}  // namespace
}  // namespace ringside
