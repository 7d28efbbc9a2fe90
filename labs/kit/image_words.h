// SPDX-License-Identifier: GPL-2.0-or-later
// Words for the kernel as a file: what the linker has made of it (System V ABI, chapters 4 and 5).
//
//   expect_image(pc, "linker.ld", SectionRights(".text", "r-x"), "Code that can be written can be
//   rewritten.");
#pragma once

#include <string>

#include "labs/kit/expect.h"
#include "sim/boot/elf_image.h"

namespace ringside::labs {

// As expect(), but what is wrong lies in the file, whose making `file` of the student's decides: the finding
// points there and not to where the processor stands.
void expect_image(const Pc& pc, std::string file, const testing::Matcher<const Pc&>& matcher,
                  std::string why);

// Nothing in it is left to be found by somebody at run time: no undefined symbol, not even a weak one, no
// interpreter, no dynamic section.
testing::Matcher<const Pc&> StandsAlone();

// Names that the linker left open, the first 32 of them; `bytes`: the file that `elf` was read from.
std::vector<std::string> undefined_names(const ElfImage& elf, Bytes bytes);

// A section's rights by the segment that loads it: "r-x", "r--", "rw-".
testing::Matcher<const Pc&> SectionRights(std::string section, std::string rights);
// Where it is linked, and where it is loaded.
testing::Matcher<const Pc&> SectionLinked(std::string section, testing::Matcher<Hex> address);
testing::Matcher<const Pc&> SectionLoaded(std::string section, testing::Matcher<Hex> physical);
// How much of it is in the file: 0 for memory that begins as zeros.
testing::Matcher<const Pc&> SectionInFile(std::string section, testing::Matcher<std::uint64_t> bytes);
// No two segments with different rights meet in one page of 4 KiB.
testing::Matcher<const Pc&> RightsHavePagesOfTheirOwn();

// The section's border: address and bytes of memory. Fails the step where the image has none of this name.
struct SectionPlace {
  std::uint64_t address = 0, physical = 0, bytes = 0, bytes_in_file = 0;
  std::string rights;
};
SectionPlace section(const Pc& pc, std::string_view name);

}  // namespace ringside::labs
