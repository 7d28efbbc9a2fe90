// SPDX-License-Identifier: GPL-2.0-or-later
#include "sim/inspect/listing.h"

#include <gmock/gmock.h>

#include <cstring>

#include "subject_image.h"

namespace ringside {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

// The subject's code as guest memory: one page, the file's second (see subject.ld); nothing else is mapped.
class ListingTest : public testing::Test {
 protected:
  static constexpr std::uint64_t kCode = placed::base;
  const Symbols symbols = load_image("subject.elf");
  SourceCache sources;
  std::vector<std::byte> page = [] {
    auto bytes = image_bytes("subject.elf");
    return std::vector<std::byte>(bytes.begin() + 0x1000, bytes.begin() + 0x2000);
  }();

  ListingInputs inputs(const Symbols& names) {
    return {
        .symbols = names, .sources = &sources, .read = [this](VirtAddr address, std::span<std::byte> out) {
          const std::uint64_t offset = address.value - kCode;
          if (offset >= page.size() || out.size() > page.size() - offset) return false;
          std::memcpy(out.data(), page.data() + offset, out.size());
          return true;
        }};
  }
  ListingInputs inputs() { return inputs(symbols); }

  static std::vector<ListingRow> of_kind(const std::vector<ListingRow>& rows, ListingRow::Kind kind) {
    std::vector<ListingRow> found;
    std::ranges::copy_if(rows, std::back_inserter(found),
                         [&](const ListingRow& row) { return row.kind == kind; });
    return found;
  }
  static std::vector<std::uint64_t> offsets(const std::vector<ListingRow>& rows) {
    std::vector<std::uint64_t> found;
    for (const ListingRow& row : of_kind(rows, ListingRow::Kind::instruction))
      found.push_back(row.address.value - kCode);
    return found;
  }
};

TEST_F(ListingTest, HasTheRowsAskedForAroundTheInstructionPointer) {
  // pushes: push rbx (1 byte), sub rsp, 32 (4), nop (1), add (4), pop (1), ret (1).
  const auto rows = listing(inputs(), {.around = placed::pushes + 5, .before = 1, .after = 2});
  EXPECT_THAT(offsets(rows), ElementsAre(0xC01, 0xC05, 0xC06, 0xC0A));
  for (const ListingRow& row : rows)
    EXPECT_EQ(row.current, row.kind == ListingRow::Kind::instruction && row.address == placed::pushes + 5);
}

TEST_F(ListingTest, StaysInPhaseAcrossFunctions) {
  // no_rules: push, mov (3 bytes), nop. In front of it lies bottom with its padding.
  const auto rows = listing(inputs(), {.around = placed::no_rules + 4, .before = 3, .after = 0});
  const auto seen = offsets(rows);
  ASSERT_EQ(seen.size(), 4u);
  EXPECT_THAT(std::vector(seen.begin() + 1, seen.end()), ElementsAre(0xF00, 0xF01, 0xF04));
}

TEST_F(ListingTest, DecodesTheInstructionPointerEvenInTheMiddleOfAnInstruction) {
  // One byte into "sub rsp, 32" (48 83 EC 20): 83 EC 20 is "sub esp, 32".
  const auto rows = of_kind(listing(inputs(), {.around = placed::pushes + 2, .before = 2, .after = 0}),
                            ListingRow::Kind::instruction);
  ASSERT_EQ(rows.size(), 3u);
  EXPECT_EQ(text(rows[0].instruction), "push    rbx");
  EXPECT_EQ(rows[1].instruction.size, 1);
  EXPECT_EQ(text(rows[2].instruction), "sub     esp, 0x20");
  EXPECT_TRUE(rows[2].current);
}

TEST_F(ListingTest, FindsThePhaseWithoutSymbols) {
  const Symbols none = Symbols::none();
  const auto rows = listing(inputs(none), {.around = placed::pushes + 5, .before = 2, .after = 1});
  EXPECT_THAT(offsets(rows), ElementsAre(0xC00, 0xC01, 0xC05, 0xC06));
}

TEST_F(ListingTest, CallsNameTheirTargets) {
  const auto rows = listing(inputs(), {.around = placed::caller, .before = 0, .after = 0});
  const auto instructions = of_kind(rows, ListingRow::Kind::instruction);
  ASSERT_EQ(instructions.size(), 1u);
  EXPECT_EQ(instructions[0].target_name, "subject::leaf");
  EXPECT_EQ(text(instructions[0]),
            "=> ffffffff80100b00  e8 fb fe ff ff            call    0xffffffff80100a00  ; subject::leaf");
}

TEST_F(ListingTest, VariablesReadRelativeToTheInstructionPointerAreNamed) {
  const auto rows = listing(inputs(), placed::start, placed::start + 0x22);
  const auto instructions = of_kind(rows, ListingRow::Kind::instruction);
  const auto load = std::ranges::find_if(instructions, [](const ListingRow& row) {
    return row.instruction.operands.find("rip") != std::string::npos;
  });
  ASSERT_NE(load, instructions.end());
  EXPECT_EQ(load->target_name, "subject::table+0x4");  // table[1]
}

TEST_F(ListingTest, ConstantsThatAreAddressesAreNamed) {
  // _start passes &counter in RDI.
  const auto instructions =
      of_kind(listing(inputs(), placed::start, placed::start + 0x22), ListingRow::Kind::instruction);
  const auto load = std::ranges::find_if(
      instructions, [](const ListingRow& row) { return row.instruction.immediate == placed::counter.value; });
  ASSERT_NE(load, instructions.end());
  EXPECT_EQ(load->target_name, "subject::counter");
}

TEST_F(ListingTest, PutsEachLineOfTheSourceAboveItsCode) {
  const auto rows = listing(inputs(), placed::outer, placed::outer + 5);
  std::vector<std::string> shape;
  for (const ListingRow& row : rows) {
    if (row.kind == ListingRow::Kind::label) shape.push_back(row.text + ":");
    if (row.kind == ListingRow::Kind::source && row.has_code)
      shape.push_back(std::to_string(row.place.line) + row.text);
    if (row.kind == ListingRow::Kind::instruction) shape.push_back(row.instruction.mnemonic);
  }
  const auto line = [](const char* mark, const char* code) {
    return std::to_string(marked_line("subject.cpp", mark)) + code + mark;
  };
  ASSERT_GE(shape.size(), 10u);
  shape.resize(10);
  EXPECT_EQ(shape[0], "subject::outer():");
  EXPECT_THAT(shape,
              testing::Contains(line("in innermost", R"(  asm volatile("at_innermost: nop");  // mark: )")));
  EXPECT_THAT(shape, testing::Contains("at_middle:"));
}

TEST_F(ListingTest, SaysWhichInlinedFunctionALineBelongsTo) {
  const auto rows = listing(inputs(), placed::outer, placed::outer + 5);
  const unsigned line = marked_line("subject.cpp", "in innermost");
  const auto inside = std::ranges::find_if(rows, [&](const ListingRow& row) {
    return row.kind == ListingRow::Kind::source && row.place.line == line;
  });
  ASSERT_NE(inside, rows.end());
  EXPECT_EQ(inside->inlined, "subject::innermost");
}

TEST_F(ListingTest, UnmappedMemoryIsOneRow) {
  const auto nowhere = listing(inputs(), {.around = VirtAddr{0}, .before = 5, .after = 5});
  ASSERT_EQ(nowhere.size(), 1u);
  EXPECT_EQ(nowhere[0].kind, ListingRow::Kind::unreadable);
  EXPECT_TRUE(nowhere[0].current);
  EXPECT_EQ(text(nowhere[0]), "   0000000000000000  (not mapped)");

  const auto at_end = listing(inputs(), {.around = VirtAddr{kCode + 0xFFF}, .before = 0, .after = 5});
  EXPECT_EQ(at_end.back().kind, ListingRow::Kind::unreadable);
  EXPECT_EQ(at_end.back().address, VirtAddr{kCode + 0x1000});
  EXPECT_THAT(of_kind(at_end, ListingRow::Kind::instruction), testing::SizeIs(1));
}

TEST_F(ListingTest, TheTopOfTheAddressSpaceIsNoTrap) {
  EXPECT_EQ(listing(inputs(), {.around = VirtAddr{~0ull}}).size(), 1u);
  EXPECT_FALSE(listing(inputs(), VirtAddr{~0ull - 5}, VirtAddr{~0ull}).empty());
}

TEST_F(ListingTest, WithoutSourcesTheFileIsNamed) {
  ListingInputs without = inputs();
  without.sources = nullptr;
  const auto rows =
      of_kind(listing(without, placed::counter_add, placed::counter_add + 1), ListingRow::Kind::source);
  ASSERT_FALSE(rows.empty());
  EXPECT_EQ(rows[0].text, "");
  EXPECT_THAT(text(rows[0]), HasSubstr("subject.cpp"));
}

TEST_F(ListingTest, MemoryOperandsBelongToTheCurrentInstructionOnly) {
  CpuState cpu;
  cpu.cr0 = cr0::pe | cr0::pg;
  cpu.efer = efer::lma;
  cpu.cs.attributes = 1 << 13;
  ListingInputs with = inputs();
  with.registers = &cpu;
  // _start + 4: mov esi, dword ptr [rip + ...], after push and mov.
  const auto rows = of_kind(listing(with, {.around = placed::start + 4, .before = 2, .after = 8}),
                            ListingRow::Kind::instruction);
  ASSERT_GE(rows.size(), 3u);
  EXPECT_THAT(rows[2].instruction.memory, ElementsAre(MemoryOperand{placed::table + 4, 4, true, false}));
  EXPECT_THAT(rows[1].instruction.memory, IsEmpty());
  EXPECT_THAT(rows[3].instruction.memory, IsEmpty());
}

}  // namespace
}  // namespace ringside
