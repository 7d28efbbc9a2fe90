// SPDX-License-Identifier: GPL-2.0-or-later
// Names and lines of an image whose addresses its linker script fixes and whose lines its source marks.
#include "sim/symbols/symbols.h"

#include <gmock/gmock.h>

#include <cstring>
#include <thread>

#include "subject_image.h"

namespace ringside {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

class NamesInEveryImage : public testing::TestWithParam<const char*> {
 protected:
  const Symbols symbols = load_image(GetParam());
};

TEST_P(NamesInEveryImage, FunctionsHaveTheNamesOfTheSource) {
  EXPECT_EQ(symbols.name(placed::start), "_start");
  EXPECT_EQ(symbols.name(placed::counter_add), "subject::Counter::add");
  EXPECT_EQ(symbols.name(placed::counter_call), "subject::Counter::operator()");
  EXPECT_EQ(symbols.name(placed::twice), "subject::twice<long>");
  EXPECT_EQ(symbols.name(placed::hidden), "subject::hidden");
  EXPECT_EQ(symbols.find(placed::hidden)->symbol->signature, "subject::(anonymous namespace)::hidden(int)");
}

TEST_P(NamesInEveryImage, FullNamesAndLinkageNamesAreKept) {
  const auto location = symbols.find(placed::counter_call + 1);
  ASSERT_TRUE(location);
  EXPECT_EQ(location->symbol->linkage_name, "_ZNK7subject7CounterclEi");
  EXPECT_EQ(location->symbol->signature, "subject::Counter::operator()(int) const");
  EXPECT_EQ(location->symbol->start, placed::counter_call);
  EXPECT_EQ(location->offset, 1u);
}

TEST_P(NamesInEveryImage, OffsetsAreShownInHexadecimal) {
  EXPECT_EQ(symbols.name(placed::caller + 6), "subject::caller+0x6");
  EXPECT_EQ(symbols.name(placed::table + 15), "subject::table+0xf");
}

TEST_P(NamesInEveryImage, PaddingAndUnmappedAddressesHaveNoName) {
  EXPECT_EQ(symbols.name(placed::hidden + 0xF0), "");  // the function is three instructions long
  EXPECT_EQ(symbols.name(VirtAddr{0}), "");
  EXPECT_EQ(symbols.name(VirtAddr{~0ull}), "");
  EXPECT_FALSE(symbols.find(VirtAddr{placed::base - 1}));
}

TEST_P(NamesInEveryImage, AssemblyWithoutSizesReachesToTheNextSymbol) {
  // push, mov, nop, pop, ret: 1 + 3 + 1 + 1 + 1 bytes; the labels among them are functions to the symbol
  // table.
  EXPECT_EQ(symbols.name(placed::no_rules + 3), "no_rules+0x3");
  EXPECT_EQ(symbols.name(placed::no_rules + 6), "at_ret");
  EXPECT_EQ(symbols.name(placed::no_rules + 7), "after_no_rules");
}

TEST_P(NamesInEveryImage, VariablesAreObjects) {
  std::vector<std::string> names;
  for (const Symbol& object : symbols.objects()) names.push_back(object.name);
  EXPECT_THAT(names, testing::IsSupersetOf({"subject::table", "subject::counter", "subject::thread"}));
  EXPECT_EQ(symbols.find(placed::table)->symbol->size, 16u);
  EXPECT_EQ(symbols.find(placed::counter)->symbol->start, placed::counter);
}

TEST_P(NamesInEveryImage, FunctionsAreSortedAndDoNotOverlap) {
  const auto& functions = symbols.functions();
  ASSERT_GT(functions.size(), 16u);
  for (std::size_t i = 1; i < functions.size(); ++i) {
    EXPECT_LE(functions[i - 1].start.value + functions[i - 1].size, functions[i].start.value)
        << functions[i].name;
  }
}

TEST_P(NamesInEveryImage, ASymbolIsFoundByAnyOfItsNames) {
  for (const char* name : {"_ZN7subject7Counter3addEi", "subject::Counter::add(int)", "subject::Counter::add",
                           "Counter::add", "add"}) {
    EXPECT_EQ(symbols.address(name), placed::counter_add) << name;
  }
  EXPECT_EQ(symbols.address("subject::hidden"), placed::hidden);
  EXPECT_EQ(symbols.address("subject::(anonymous namespace)::hidden"), placed::hidden);
  EXPECT_EQ(symbols.address("hidden"), placed::hidden);
  EXPECT_EQ(symbols.address("_start"), placed::start);
  EXPECT_EQ(symbols.address("first::init"), placed::first_init);
  EXPECT_EQ(symbols.address("subject::counter"), placed::counter);
  EXPECT_EQ(symbols.address("text_end"), VirtAddr{placed::base + 0x1000});
  EXPECT_EQ(symbols.address("base"), VirtAddr{placed::base});
}

TEST_P(NamesInEveryImage, PartsOfAComponentAreNoName) {
  EXPECT_FALSE(symbols.address("dd"));
  EXPECT_FALSE(symbols.address("nter::add"));
  EXPECT_FALSE(symbols.address(""));
}

TEST_P(NamesInEveryImage, AnAmbiguousNameHasNoAddress) { EXPECT_FALSE(symbols.address("init")); }

TEST_P(NamesInEveryImage, TypedTextBecomesAnAddress) {
  EXPECT_EQ(symbols.resolve("subject::leaf"), placed::leaf);
  EXPECT_EQ(symbols.resolve(" leaf + 0x10 "), placed::leaf + 16);
  EXPECT_EQ(symbols.resolve("leaf+16"), placed::leaf + 16);
  EXPECT_EQ(symbols.resolve("leaf-1")->value, placed::leaf.value - 1);
  EXPECT_EQ(symbols.resolve("0xffffffff80100a00"), placed::leaf);
  EXPECT_EQ(symbols.resolve("*0xffff'ffff'8010'0a00"), placed::leaf);
  EXPECT_EQ(symbols.resolve("0x1000+0x20"), VirtAddr{0x1020});
  EXPECT_EQ(symbols.resolve("4096"), VirtAddr{4096});
  EXPECT_EQ(symbols.resolve("Counter::operator()"), placed::counter_call);
}

TEST_P(NamesInEveryImage, AmbiguityNamesTheAnswers) {
  const auto answer = symbols.resolve("init");
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().sentence,
            "\"init\" could be subject::first::init() (0xffffffff80100400) or subject::second::init() "
            "(0xffffffff80100500); write more of the name.");
}

TEST_P(NamesInEveryImage, AnUnknownNameIsMetWithSimilarOnes) {
  EXPECT_EQ(symbols.resolve("interupt_entry").error().sentence,
            "No symbol of this image is called \"interupt_entry\"; did you mean interrupt_entry?");
  EXPECT_EQ(symbols.resolve("qwertyuiop").error().sentence,
            "No symbol of this image is called \"qwertyuiop\".");
  EXPECT_EQ(symbols.resolve("  ").error().sentence, "There is no address in an empty text.");
}

INSTANTIATE_TEST_SUITE_P(Images, NamesInEveryImage,
                         testing::Values("subject.elf", "subject_dwarf4.elf", "subject_debug_frame.elf",
                                         "subject_compressed.elf", "subject_plain.elf"));

class LinesInEveryDebugImage : public testing::TestWithParam<const char*> {
 protected:
  const Symbols symbols = load_image(GetParam());
  const std::string source_file = SUBJECT_SOURCES "/subject.cpp";

  VirtAddr label(const char* name) {
    const auto address = symbols.address(name);
    EXPECT_TRUE(address) << name;
    return address.value_or(VirtAddr{});
  }
};

TEST_P(LinesInEveryDebugImage, AFunctionsStartIsItsOpeningLine) {
  const auto place = symbols.source(placed::counter_add);
  ASSERT_TRUE(place);
  EXPECT_EQ(place->file, source_file);
  EXPECT_EQ(place->line, marked_line("subject.cpp", "Counter::add opens"));
}

TEST_P(LinesInEveryDebugImage, InstructionsKnowTheirLine) {
  EXPECT_EQ(symbols.source(label("at_outer"))->line, marked_line("subject.cpp", "in outer"));
  EXPECT_EQ(symbols.source(label("at_innermost"))->line, marked_line("subject.cpp", "in innermost"));
  EXPECT_EQ(symbols.source(VirtAddr{label("after_call").value - 1})->line,
            marked_line("subject.cpp", "caller calls leaf"));
}

TEST_P(LinesInEveryDebugImage, LineRowsAgreeWithPlaces) {
  const LineRow* row = symbols.line_row(label("at_innermost"));
  ASSERT_NE(row, nullptr);
  EXPECT_EQ(row->start, label("at_innermost"));
  EXPECT_EQ(row->size, 1u);  // a NOP
  EXPECT_EQ(symbols.source_files()[row->file], source_file);
}

TEST_P(LinesInEveryDebugImage, AddressesOutsideCodeHaveNoLine) {
  EXPECT_FALSE(symbols.source(placed::table));
  EXPECT_FALSE(symbols.source(VirtAddr{0}));
  EXPECT_FALSE(symbols.source(VirtAddr{~0ull}));
}

TEST_P(LinesInEveryDebugImage, ALineHasOneAddressInEachFunctionItIsInlinedInto) {
  const unsigned line = marked_line("subject.h", "shared line");
  EXPECT_THAT(symbols.addresses("subject.h", line), ElementsAre(placed::twin_a, placed::twin_b));
}

TEST_P(LinesInEveryDebugImage, ALineWithoutCodeStandsForTheNextOneWithCode) {
  const unsigned comment = marked_line("subject.cpp", "comment without code");
  EXPECT_EQ(marked_line("subject.cpp", "first code after the comment"), comment + 1);
  EXPECT_THAT(symbols.addresses("subject.cpp", comment), ElementsAre(label("end_of_caller")));
  EXPECT_THAT(symbols.addresses("subject.cpp", comment + 1), ElementsAre(label("end_of_caller")));
}

TEST_P(LinesInEveryDebugImage, LinesWithCodeAreTold) {
  const auto& files = symbols.source_files();
  const auto file = static_cast<std::uint32_t>(std::ranges::find(files, source_file) - files.begin());
  const auto lines = symbols.lines().lines_with_code(file);
  EXPECT_TRUE(std::ranges::is_sorted(lines));
  for (const char* mark : {"Counter::add opens", "in innermost", "outer calls middle", "caller calls leaf"}) {
    EXPECT_THAT(lines, testing::Contains(marked_line("subject.cpp", mark)));
  }
  EXPECT_THAT(lines, testing::Not(testing::Contains(marked_line("subject.cpp", "comment without code"))));
}

TEST_P(LinesInEveryDebugImage, FilesAreNamedByWholeComponentsOfTheirPath) {
  const unsigned line = marked_line("subject.cpp", "in outer");
  EXPECT_THAT(symbols.addresses("subject/subject.cpp", line), ElementsAre(placed::outer));
  EXPECT_THAT(symbols.addresses("./subject.cpp", line), ElementsAre(placed::outer));
  EXPECT_THAT(symbols.addresses(source_file, line), ElementsAre(placed::outer));
  EXPECT_THAT(symbols.addresses("ject.cpp", line), IsEmpty());
  EXPECT_THAT(symbols.addresses("subject.cpp", 100000), IsEmpty());
}

TEST_P(LinesInEveryDebugImage, FileAndLineCanBeTyped) {
  const unsigned line = marked_line("subject.cpp", "in outer");
  EXPECT_EQ(symbols.resolve("subject.cpp:" + std::to_string(line)), placed::outer);
  const unsigned shared = marked_line("subject.h", "shared line");
  EXPECT_THAT(*symbols.resolve_all("subject.h:" + std::to_string(shared)),
              ElementsAre(placed::twin_a, placed::twin_b));
}

TEST_P(LinesInEveryDebugImage, LinesThatCannotBeFoundAreExplained) {
  EXPECT_EQ(symbols.resolve("subjct.cpp:1").error().sentence,
            "No source file with code in this image is called \"subjct.cpp\"; did you mean subject.cpp?");
  EXPECT_EQ(symbols.resolve("subject.cpp:99999").error().sentence,
            "subject.cpp has no code at line 99999 or after it.");
}

TEST_P(LinesInEveryDebugImage, InlinedCallsAreListedInnermostFirst) {
  const auto calls = symbols.inlined(label("at_innermost"));
  ASSERT_EQ(calls.size(), 2u);
  EXPECT_EQ(calls[0].function, "subject::innermost");
  EXPECT_EQ(calls[0].called_at.line, marked_line("subject.cpp", "middle calls innermost"));
  EXPECT_EQ(calls[0].called_at.file, source_file);
  EXPECT_EQ(calls[1].function, "subject::middle");
  EXPECT_EQ(calls[1].called_at.line, marked_line("subject.cpp", "outer calls middle"));
  EXPECT_THAT(symbols.inlined(label("at_outer")), IsEmpty());
  EXPECT_THAT(symbols.inlined(label("after_middle")), IsEmpty());
  ASSERT_EQ(symbols.inlined(label("at_middle")).size(), 1u);
}

TEST_P(LinesInEveryDebugImage, SourceFramesReadLikeAStackOfCalls) {
  const auto frames = symbols.source_frames(label("at_innermost"));
  ASSERT_EQ(frames.size(), 3u);
  EXPECT_EQ(frames[0].function, "subject::innermost");
  EXPECT_EQ(frames[0].source->line, marked_line("subject.cpp", "in innermost"));
  EXPECT_TRUE(frames[0].inlined);
  EXPECT_EQ(frames[1].source->line, marked_line("subject.cpp", "middle calls innermost"));
  EXPECT_EQ(frames[2].function, "subject::outer");
  EXPECT_EQ(frames[2].source->line, marked_line("subject.cpp", "outer calls middle"));
  EXPECT_FALSE(frames[2].inlined);
}

INSTANTIATE_TEST_SUITE_P(Images, LinesInEveryDebugImage,
                         testing::Values("subject.elf", "subject_dwarf4.elf", "subject_debug_frame.elf",
                                         "subject_compressed.elf"));

TEST(Symbols, AnImageWithoutDebugInformationHasNoLines) {
  const Symbols symbols = load_image("subject_plain.elf");
  EXPECT_FALSE(symbols.has_lines());
  EXPECT_FALSE(symbols.source(placed::outer));
  EXPECT_THAT(symbols.inlined(placed::outer), IsEmpty());
  EXPECT_EQ(symbols.resolve("subject.cpp:10").error().sentence,
            "subject.cpp:10 cannot be found: this image carries no line numbers. Build it with -g.");
}

TEST(Symbols, NoneKnowsNothingAndSaysSo) {
  const Symbols none = Symbols::none();
  EXPECT_EQ(none.name(placed::outer), "");
  EXPECT_FALSE(none.source(placed::outer));
  EXPECT_THAT(none.functions(), IsEmpty());
  EXPECT_THAT(none.source_files(), IsEmpty());
  EXPECT_EQ(none.resolve("0x10"), VirtAddr{0x10});
  EXPECT_EQ(none.resolve("main").error().sentence,
            "\"main\" cannot be found: this image carries no symbols.");
}

TEST(Symbols, WhatIsNoElfFileIsRefusedWithASentence) {
  const char text[] = "this is a letter";
  const auto symbols = Symbols::load(std::as_bytes(std::span(text)));
  ASSERT_FALSE(symbols);
  EXPECT_THAT(symbols.error().sentence, HasSubstr("not an ELF file"));
  EXPECT_FALSE(Symbols::load({}));
}

TEST(Symbols, ThirtyTwoBitImagesAreReadToo) {
  const Symbols symbols = load_image("subject_32.elf");
  EXPECT_EQ(symbols.address("entry_32"), VirtAddr{0x101000});
  EXPECT_EQ(symbols.name(VirtAddr{0x101001}), "entry_32+0x1");
  const auto place = symbols.source(VirtAddr{0x101001});
  ASSERT_TRUE(place);
  EXPECT_EQ(place->file, SUBJECT_SOURCES "/entry_32.S");
  EXPECT_EQ(place->line, marked_line("entry_32.S", "cli"));
}

TEST(Symbols, SeveralThreadsMayAskAtOnce) {
  const Symbols symbols = load_image("subject.elf");
  std::vector<std::jthread> threads;
  std::array<unsigned, 8> lines{};
  for (unsigned& line : lines) {
    threads.emplace_back([&] {
      symbols.inlined(placed::outer);
      line = symbols.source(placed::counter_add)->line;
    });
  }
  threads.clear();
  EXPECT_THAT(lines, testing::Each(marked_line("subject.cpp", "Counter::add opens")));
}

}  // namespace
}  // namespace ringside
