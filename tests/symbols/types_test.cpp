// SPDX-License-Identifier: GPL-2.0-or-later
// Layouts of subject/data.cpp, worked out by hand from the ABI's alignment rules.
#include "sim/symbols/types.h"

#include <gmock/gmock.h>

#include "subject_image.h"

namespace ringside {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

class TypesInEveryDebugImage : public testing::TestWithParam<const char*> {
 protected:
  const Symbols symbols = load_image(GetParam());
  const Types& types = symbols.types();
};

TEST_P(TypesInEveryDebugImage, MembersLieWhereTheAbiPutsThem) {
  const Type* thread = types.find("subject::Thread");
  ASSERT_NE(thread, nullptr);
  EXPECT_EQ(thread->kind, Type::Kind::structure);
  EXPECT_EQ(thread->name, "subject::Thread");
  // Base 0-7, id 8-15, state 16, bit-fields from bit 8 of the word at 16, union 20-23, queue 24-39, peers
  // 40-55, alive 56.
  EXPECT_EQ(thread->size, 64u);
  EXPECT_EQ(types.member_offset("subject::Thread", "id"), 8u);
  EXPECT_EQ(types.member_offset("subject::Thread", "state"), 16u);
  EXPECT_EQ(types.member_offset("subject::Thread", "queue"), 24u);
  EXPECT_EQ(types.member_offset("subject::Thread", "peers"), 40u);
  EXPECT_EQ(types.member_offset("subject::Thread", "alive"), 56u);
}

TEST_P(TypesInEveryDebugImage, PathsLeadThroughMembersBasesAndAnonymousUnions) {
  EXPECT_EQ(types.member_offset("Thread", "queue.value"), 32u);
  EXPECT_EQ(types.member_offset("Thread", "name"), 0u);
  EXPECT_EQ(types.member_offset("Thread", "whole"), 20u);
  EXPECT_EQ(types.member_offset("Thread", "halves"), 20u);
  EXPECT_EQ(types.member_offset("Thread", ""), 0u);
  EXPECT_FALSE(types.member_offset("Thread", "nothing"));
  EXPECT_FALSE(types.member_offset("Thread", "queue.nothing"));
  EXPECT_FALSE(types.member_offset("Nothing", "x"));
  EXPECT_FALSE(types.member_offset("Thread", "count"));  // static: no part of the object
}

TEST_P(TypesInEveryDebugImage, BitFieldsAreCountedFromBitZeroOfTheirByte) {
  const Type* thread = types.find("Thread");
  const auto priority = thread->member("priority"), flags = thread->member("flags");
  ASSERT_TRUE(priority && flags);
  // The ABI packs them behind the state: bits 8-10 and 11-23 of the word at 16.
  EXPECT_EQ(priority->bits, 3);
  EXPECT_EQ(priority->offset * 8 + priority->bit_offset, 17u * 8);
  EXPECT_EQ(flags->bits, 13);
  EXPECT_EQ(flags->offset * 8 + flags->bit_offset, 17u * 8 + 3);
}

TEST_P(TypesInEveryDebugImage, PointersArraysAndEnumerationsLeadToTheirTypes) {
  const Type* node = types.find("Node");
  ASSERT_NE(node, nullptr);
  const auto next = node->member("next");
  ASSERT_TRUE(next);
  EXPECT_EQ(next->type->kind, Type::Kind::pointer);
  EXPECT_EQ(next->type->target, node);
  EXPECT_EQ(next->type->size, 8u);
  EXPECT_EQ(display_name(*next->type), "subject::Node *");

  const Type* state = types.find("State");
  ASSERT_NE(state, nullptr);
  EXPECT_EQ(state->size, 1u);
  ASSERT_EQ(state->enumerators.size(), 3u);
  EXPECT_EQ(state->enumerators[2].name, "blocked");
  EXPECT_EQ(state->enumerators[2].value, 7);

  const auto matrix = types.variable("subject::matrix");
  ASSERT_TRUE(matrix);
  EXPECT_THAT(matrix->type->dimensions, ElementsAre(2u, 3u));
  EXPECT_EQ(matrix->type->size, 24u);
  EXPECT_EQ(display_name(*matrix->type), "int [2][3]");
}

TEST_P(TypesInEveryDebugImage, TypedefsStandForWhatTheyName) {
  const Type* word = types.find("subject::Word");
  ASSERT_NE(word, nullptr);
  EXPECT_EQ(word->kind, Type::Kind::unsigned_integer);
  EXPECT_EQ(word->size, 8u);
}

TEST_P(TypesInEveryDebugImage, VariablesHaveTheAddressOfTheirSymbol) {
  for (const char* name : {"subject::thread", "subject::head", "subject::counter", "subject::secret"}) {
    const auto variable = types.variable(name);
    ASSERT_TRUE(variable) << name;
    EXPECT_EQ(variable->address, symbols.address(name)) << name;
    EXPECT_EQ(variable->name, name);
  }
  EXPECT_EQ(types.variable("table")->address, placed::table);
  EXPECT_EQ(types.variable("Thread::count")->name, "subject::Thread::count");
  EXPECT_EQ(types.variable("next_id::counter")->name, "subject::next_id::counter");
}

TEST_P(TypesInEveryDebugImage, WhatFitsSeveralVariablesIsNone) {
  EXPECT_FALSE(types.variable("nothing"));
  EXPECT_FALSE(types.variable(""));
  // subject::counter and subject::next_id::counter.
  EXPECT_FALSE(types.variable("counter"));
}

TEST_P(TypesInEveryDebugImage, ATypeThatIsDefinedNowhereHasNoMembers) {
  const auto opaque = types.variable("subject::opaque");
  ASSERT_TRUE(opaque);
  ASSERT_EQ(opaque->type->kind, Type::Kind::pointer);
  EXPECT_EQ(display_name(*opaque->type), "subject::Opaque *");
  EXPECT_THAT(opaque->type->target->members, IsEmpty());
}

TEST_P(TypesInEveryDebugImage, PointersToFunctionsAreNamedSo) {
  EXPECT_EQ(display_name(*types.variable("subject::callback")->type), "function *");
}

TEST_P(TypesInEveryDebugImage, ConstantsWithoutAPlaceAreReadFromTheDebugInformation) {
  const auto bytes = [](std::initializer_list<int> values) {
    std::vector<std::byte> all;
    for (const int value : values) all.push_back(static_cast<std::byte>(value));
    return all;
  };
  EXPECT_EQ(types.constant("subject::Limits::kMark"), bytes({0xFD}))
      << "as long as its type, not sign-extended";
  EXPECT_EQ(types.constant("subject::Limits::kLowest"), bytes({0xFE, 0xFF}));
  EXPECT_EQ(types.constant("subject::Limits::kPair"), bytes({1, 0, 3, 2}));
  EXPECT_THAT(types.constant("subject::Limits::nothing"), IsEmpty());
  EXPECT_THAT(types.constant("subject::title"), IsEmpty()) << "a variable is in memory";
}

INSTANTIATE_TEST_SUITE_P(Images, TypesInEveryDebugImage,
                         testing::Values("subject.elf", "subject_dwarf4.elf", "subject_debug_frame.elf",
                                         "subject_compressed.elf"));

TEST(Types, OfAnImageWithoutDebugInformationAreNone) {
  const Symbols plain = load_image("subject_plain.elf");
  EXPECT_EQ(plain.types().find("subject::Thread"), nullptr);
  EXPECT_FALSE(plain.types().variable("subject::thread"));
  EXPECT_THAT(plain.types().variables(), IsEmpty());
  EXPECT_THAT(Symbols::none().types().variables(), IsEmpty());
}

}  // namespace
}  // namespace ringside
