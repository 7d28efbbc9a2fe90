// SPDX-License-Identifier: GPL-2.0-or-later
// What is read of a kernel as a file, which a linker script can make of any bytes.
#include "labs/kit/image_words.h"

#include <gmock/gmock.h>

namespace ringside::labs {
namespace {

using namespace testing;

// A table of `symbols` undefined names, all of them at the start of a text of `text` letters.
struct File {
  ElfImage elf;
  std::vector<std::byte> bytes;

  File(std::size_t tables, std::size_t symbols, std::size_t text) : bytes(24 * (symbols + 1)) {
    for (std::size_t i = 0; i < tables; ++i)
      elf.sections.push_back(
          {.name = ".symtab", .type = kSectionSymbols, .address = 0, .offset = 0, .size = bytes.size()});
    elf.sections.push_back(
        {.name = ".strtab", .type = 3, .address = 0, .offset = bytes.size(), .size = text + 1});
    bytes.resize(bytes.size() + text, std::byte{'x'});
    bytes.push_back(std::byte{0});
  }
};

TEST(UndefinedNames, AreReadFromTheSymbolTable) {
  const File file(1, 2, 5);
  EXPECT_THAT(undefined_names(file.elf, file.bytes), ElementsAre("xxxxx", "xxxxx"));
}

TEST(UndefinedNames, OfFurtherSymbolTablesDoNotCount) {
  const File file(3, 2, 5);
  EXPECT_THAT(undefined_names(file.elf, file.bytes), SizeIs(2));
}

TEST(UndefinedNames, AreNoMoreAndNoLongerThanSomebodyReads) {
  const File file(1, 1000, 100'000);
  const auto names = undefined_names(file.elf, file.bytes);
  EXPECT_THAT(names, SizeIs(32));
  EXPECT_THAT(names, Each(SizeIs(256)));
}

}  // namespace
}  // namespace ringside::labs
