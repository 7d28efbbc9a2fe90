// SPDX-License-Identifier: GPL-2.0-or-later
// The variables of subject/data.cpp with the values they are initialised with.
#include "sim/inspect/values.h"

#include <elf.h>
#include <gmock/gmock.h>

#include <cstring>

#include "subject_image.h"

namespace ringside {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

class ValuesTest : public testing::Test {
 protected:
  const Symbols symbols = load_image("subject.elf");
  std::vector<std::byte> image = image_bytes("subject.elf");
  // Guest memory as a loader fills it: the image's segments, the rest of each zero (ELF gABI, "Program
  // Header").
  ValueReader reader{symbols, [this](VirtAddr address, std::span<std::byte> out) {
                       for (std::byte& byte : out) {
                         const std::byte* found = at(address);
                         if (!found) return false;
                         byte = *found;
                         address.value++;
                       }
                       return true;
                     }};

  const std::byte* at(VirtAddr address) const {
    static constexpr std::byte kZero{};
    Elf64_Ehdr header;
    std::memcpy(&header, image.data(), sizeof header);
    for (unsigned i = 0; i < header.e_phnum; ++i) {
      Elf64_Phdr segment;
      std::memcpy(&segment, image.data() + header.e_phoff + i * sizeof segment, sizeof segment);
      const std::uint64_t offset = address.value - segment.p_vaddr;
      if (segment.p_type != PT_LOAD || offset >= segment.p_memsz) continue;
      return offset < segment.p_filesz ? &image[segment.p_offset + offset] : &kZero;
    }
    return nullptr;
  }

  std::string text(const char* expression) {
    const auto value = reader.look_up(expression);
    return value ? reader.text(*value) : value.error().sentence;
  }
};

TEST_F(ValuesTest, NumbersAreReadByTheirType) {
  EXPECT_EQ(text("subject::thread.id"), "-5");
  EXPECT_EQ(text("subject::word"), "1234605616436508552 (0x1122334455667788)");
  EXPECT_EQ(text("subject::secret"), "42");
  EXPECT_EQ(text("subject::thread.alive"), "true");
  EXPECT_EQ(text("subject::letter"), "'A' (65)");
  EXPECT_EQ(text("next_id::counter"), "100");
}

TEST_F(ValuesTest, EnumeratorsAreNamedAndWhatIsNoneIsCalledSo) {
  EXPECT_EQ(text("subject::thread.state"), "blocked");
  EXPECT_EQ(text("subject::odd"), "9 (no subject::State)");
}

TEST_F(ValuesTest, BitFieldsAreCutOut) {
  EXPECT_EQ(text("subject::thread.priority"), "5");
  EXPECT_EQ(text("subject::thread.flags"), "100");
}

TEST_F(ValuesTest, AnonymousUnionsAndBaseClassesAreSeenThrough) {
  EXPECT_EQ(text("subject::thread.whole"), "131073 (0x20001)");
  EXPECT_EQ(text("subject::thread.halves[1]"), "2");
  EXPECT_THAT(text("subject::thread.name"), HasSubstr("subject::title \"idle\""));
}

TEST_F(ValuesTest, PointersAreNamedAndFollowed) {
  EXPECT_THAT(text("subject::head.next"), HasSubstr(" subject::tail"));
  EXPECT_EQ(text("subject::head.next->value"), "20");
  EXPECT_EQ(text("subject::thread.peers[0]->queue.next->next->value"), "20");
  EXPECT_EQ(text("*subject::head.next"), "{2 members}");
  EXPECT_EQ(text("subject::tail.next"), "null");
  EXPECT_EQ(text("subject::opaque"), "null");
}

TEST_F(ValuesTest, ArraysAreIndexed) {
  EXPECT_EQ(text("subject::table[3]"), "4");
  EXPECT_EQ(text("subject::matrix[4]"), "5");  // counted through the rows
  EXPECT_EQ(text("subject::table"), "{4 elements}");
  EXPECT_EQ(text("subject::title"), "\"idle\"");
  EXPECT_EQ(text("subject::table[4]"), "subject::table has 4 elements, counted from 0.");
}

TEST_F(ValuesTest, AnyAddressCanBeSeenAsAnyType) {
  EXPECT_EQ(text("subject::Node @ subject::tail.value"), "20");
  const std::string address = std::to_string(symbols.address("subject::head")->value);
  EXPECT_EQ(text(("Node @ " + address + ".next->value").c_str()), "20");
}

TEST_F(ValuesTest, AStructWithOneMemberStandsForIt) {
  EXPECT_EQ(text("subject::registers"), "{2 elements}");
  EXPECT_EQ(text("subject::registers[1]"), "160");
  EXPECT_EQ(text("subject::registers.elements[1].number"), "160");
  EXPECT_EQ(reader.number(*reader.look_up("subject::registers[0]")), 0x20u);
  const auto rows = value_rows(reader, *reader.look_up("subject::registers"));
  ASSERT_EQ(rows.size(), 3u);
  EXPECT_EQ(rows[1].name, "[0]");
  EXPECT_EQ(rows[1].type, "subject::Register");
  EXPECT_EQ(rows[1].text, "32");
}

TEST_F(ValuesTest, WrappedPointersAreFollowedToo) {
  EXPECT_EQ(text("subject::wrapped[0]->value"), "10");
  EXPECT_EQ(reader.chain(*reader.look_up("subject::wrapped[0]"), "next").objects.size(), 2u);
}

TEST_F(ValuesTest, StringViewsShowTheirText) { EXPECT_EQ(text("subject::greeting"), "\"hello, world\""); }

TEST_F(ValuesTest, BytesAreNumbersAndOnlyCharIsText) {
  EXPECT_EQ(text("subject::byte"), "200");
  EXPECT_EQ(text("subject::small"), "-3");
}

TEST_F(ValuesTest, ErrorsNameThePartThatDoesNotExist) {
  EXPECT_EQ(text("subject::thred"),
            "No variable of this image is called \"subject::thred\"; did you mean subject::thread?");
  EXPECT_EQ(text("subject::thread.prioritty"),
            "subject::Thread has no member prioritty; did you mean priority?");
  EXPECT_EQ(text("subject::tail.next->value"), "subject::tail.next is null.");
  EXPECT_EQ(text("*subject::word"), "subject::word is no pointer but long unsigned int.");
  EXPECT_EQ(text("subject::word[0]"), "subject::word is no array but long unsigned int.");
  EXPECT_EQ(text("subject::table[x]"), "The index of subject::table must be a number in brackets.");
  EXPECT_EQ(text("subject::table + 1"), "\"+ 1\" at the end of the expression is not understood.");
  EXPECT_EQ(text("counter"),
            "\"counter\" could be subject::counter or subject::next_id::counter; write more of the name.");
  EXPECT_EQ(text(""), "An expression starts with the name of a variable or a type.");
  EXPECT_EQ(text("Nod @ 0x1000"), "No type of this image is called \"Nod\".");
}

TEST_F(ValuesTest, WhatIsNotMappedIsSaid) {
  EXPECT_EQ(text("Node @ 0x1000.value"), "not mapped");
  EXPECT_EQ(text("Node @ 0x1000.next->value"), "Node @ 0x1000.next at 0x1000 cannot be read: not mapped.");
  const ValueReader blind{symbols, nullptr};
  EXPECT_FALSE(blind.number(*blind.look_up("subject::word")));
}

TEST_F(ValuesTest, ListsAreFollowedToTheirEnd) {
  const auto chain = reader.chain(*reader.look_up("subject::head"), "next");
  std::vector<std::string> values;
  for (const Value& node : chain.objects) values.push_back(reader.text(*reader.member(node, "value")));
  EXPECT_THAT(values, ElementsAre("10", "20"));
  EXPECT_FALSE(chain.loops);
  EXPECT_FALSE(chain.breaks);
  EXPECT_EQ(reader.chain(*reader.look_up("subject::head.next"), "next").objects.size(),
            1u);  // from a pointer
  EXPECT_TRUE(reader.chain(*reader.look_up("subject::tail.next"), "next").objects.empty());
}

TEST_F(ValuesTest, ListsThatLoopOrBreakAreCutThere) {
  const auto loop = reader.chain(*reader.look_up("subject::loop"), "next");
  EXPECT_EQ(loop.objects.size(), 1u);
  EXPECT_TRUE(loop.loops);
  const auto broken = reader.chain(*reader.look_up("Node @ 0x1000"), "next");
  EXPECT_TRUE(broken.objects.empty());
  EXPECT_TRUE(broken.breaks);
  EXPECT_EQ(reader.chain(*reader.look_up("subject::head"), "next", 1).objects.size(), 1u);
}

TEST_F(ValuesTest, LocalVariablesHideOthersAndMayBeInRegisters) {
  const Types& types = symbols.types();
  const VirtAddr head = *symbols.address("subject::head");
  const Type* pointer = types.find("Node")->member("next")->type;
  reader.locals = {{.name = "node", .type = pointer, .value = head.value},
                   {.name = "small", .type = types.find("int"), .value = 0xFFFFFFFFFFFFFFFE},
                   {.name = "letter", .type = types.find("Node"), .address = head},
                   {.name = "gone", .type = types.find("int")}};
  EXPECT_EQ(text("node->value"), "10");
  EXPECT_EQ(text("node->next->value"), "20");
  EXPECT_EQ(text("small"), "-2");
  EXPECT_EQ(text("letter.value"), "10");
  EXPECT_EQ(text("gone"), "gone has been optimised away at this instruction.");
}

TEST_F(ValuesTest, RowsAreATreeOfParts) {
  const auto rows = value_rows(reader, *reader.look_up("subject::head"));
  ASSERT_EQ(rows.size(), 3u);
  EXPECT_EQ(rows[0].name, "subject::head");
  EXPECT_EQ(rows[0].type, "subject::Node");
  EXPECT_EQ(rows[1].name, "next");
  EXPECT_EQ(rows[1].depth, 1u);
  EXPECT_EQ(rows[2].name, "value");
  EXPECT_EQ(rows[2].text, "10");
  EXPECT_EQ(rows[2].value.address, *symbols.address("subject::head") + 8);

  EXPECT_EQ(value_rows(reader, *reader.look_up("subject::head"), 0).size(), 1u);
  EXPECT_EQ(value_rows(reader, *reader.look_up("subject::table"), 1, 3).size(), 4u);
}

}  // namespace
}  // namespace ringside
