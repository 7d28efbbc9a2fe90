// SPDX-License-Identifier: GPL-2.0-or-later
#include "labs/kit/image_words.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <optional>

#include "labs/kit/step_state.h"
#include "sim/inspect/memory_tables.h"

namespace ringside::labs {
namespace {

using testing::Matcher;
using OfImage = Matcher<const Pc&>;

class ImageMatcher : public testing::MatcherInterface<const Pc&> {
 public:
  using Wrong = std::function<std::string(const Pc&)>;  // "": all is well
  ImageMatcher(std::string description, Wrong wrong)
      : description_(std::move(description)), wrong_(std::move(wrong)) {}
  bool MatchAndExplain(const Pc& pc, testing::MatchResultListener* listener) const override {
    const std::string wrong = wrong_(pc);
    *listener << wrong;
    return wrong.empty();
  }
  void DescribeTo(std::ostream* out) const override { *out << description_; }
  void DescribeNegationTo(std::ostream* out) const override { *out << "not: " << description_; }

 private:
  std::string description_;
  Wrong wrong_;
};

OfImage image_matcher(std::string description, ImageMatcher::Wrong wrong) {
  return OfImage(new ImageMatcher(std::move(description), std::move(wrong)));
}

Bytes file_of(const Pc& pc) { return pc.is_reference() ? check_state().reference : check_state().image; }

ElfImage elf_of(const Pc& pc) {
  auto elf = parse_elf(file_of(pc));
  if (!elf) fail_step(pc, "an ELF file", elf.error().sentence, "");
  return std::move(*elf);
}

std::string rights_of(const ElfSegment& segment) {
  constexpr std::uint32_t kExecute = 1, kWrite = 2, kRead = 4;
  return fmt::format("{}{}{}", segment.flags & kRead ? 'r' : '-', segment.flags & kWrite ? 'w' : '-',
                     segment.flags & kExecute ? 'x' : '-');
}

std::optional<SectionPlace> find_section(const Pc& pc, std::string_view name) {
  const ElfImage elf = elf_of(pc);
  const auto found = std::ranges::find(elf.sections, name, &ElfSection::name);
  if (found == elf.sections.end()) return std::nullopt;
  SectionPlace place{.address = found->address,
                     .physical = 0,
                     .bytes = found->size,
                     .bytes_in_file = found->in_file() ? found->size : 0,
                     .rights = "---"};
  for (const ElfSegment& segment : elf.segments)
    if (found->address - segment.virtual_address < segment.memory_size) {
      place.physical = segment.physical + (found->address - segment.virtual_address);
      place.rights = rights_of(segment);
    }
  return place;
}

// A matcher of one section's number, an address or a count.
template <class T>
OfImage of_section(std::string name, std::string_view what, std::uint64_t SectionPlace::*number,
                   Matcher<T> matches) {
  std::ostringstream wanted;
  matches.DescribeTo(&wanted);
  return image_matcher(fmt::format("section {} {} {}", name, what, wanted.str()),
                       [=](const Pc& pc) -> std::string {
                         const auto place = find_section(pc, name);
                         if (!place) return fmt::format("the image has no section {}", name);
                         const T value{(*place).*number};
                         return matches.Matches(value) ? "" : "it is " + testing::PrintToString(value);
                       });
}

}  // namespace

// In a symbol table: 24 bytes each; section index 0 is "undefined" (gABI 4, "Symbol Table").
std::vector<std::string> undefined_names(const ElfImage& elf, Bytes bytes) {
  constexpr std::uint64_t kEntry = 24, kSectionIndex = 6, kLongestName = 256;
  constexpr std::size_t kMostNames = 32;
  const ByteView file(bytes);
  const auto names = std::ranges::find(elf.sections, ".strtab", &ElfSection::name);
  // The first table only: an ELF file has at most one (gABI 4, "Sections"), and a crafted one could have
  // thousands over the same bytes.
  const auto table = std::ranges::find(elf.sections, kSectionSymbols, &ElfSection::type);
  std::vector<std::string> all;
  if (names == elf.sections.end() || table == elf.sections.end()) return all;
  for (std::uint64_t at = kEntry; at + kEntry <= table->size && all.size() < kMostNames; at += kEntry) {
    if (file.u16(table->offset + at + kSectionIndex) != 0) continue;
    std::string name;
    for (std::uint64_t from = names->offset + file.u32(table->offset + at);
         file.u8(from) != 0 && name.size() < kLongestName; ++from)
      name += static_cast<char>(file.u8(from));
    if (!name.empty()) all.push_back(name);
  }
  return all;
}

void expect_image(const Pc& pc, std::string file, const OfImage& matcher, std::string why) {
  try {
    expect(pc, matcher, std::move(why));
  } catch (const StepFailed&) {
    Finding& finding = *check_state().finding;
    finding.symbol = "the image";
    finding.file = std::move(file);
    finding.line = 0;
    throw;
  }
}

SectionPlace section(const Pc& pc, std::string_view name) {
  const auto place = find_section(pc, name);
  if (!place)
    fail_step(pc, fmt::format("a section {} in the image", name), "there is none of this name",
              "The linker script decides what sections there are.");
  return *place;
}

OfImage StandsAlone() {
  return image_matcher("an image that needs nobody else", [](const Pc& pc) -> std::string {
    if (const auto open = undefined_names(elf_of(pc), file_of(pc)); !open.empty())
      return fmt::format("{} {} in it and nowhere defined", fmt::join(open, ", "),
                         open.size() == 1 ? "is called or read" : "are called or read");
    const ElfImage elf = elf_of(pc);
    for (const char* name : {".interp", ".dynamic"})
      if (std::ranges::find(elf.sections, name, &ElfSection::name) != elf.sections.end())
        return fmt::format("it has a section {}, which is for a dynamic linker", name);
    return "";
  });
}

OfImage SectionRights(std::string name, std::string rights) {
  return image_matcher(fmt::format("section {} is loaded with the rights {}", name, rights),
                       [=](const Pc& pc) -> std::string {
                         const auto place = find_section(pc, name);
                         if (!place) return fmt::format("the image has no section {}", name);
                         if (place->bytes == 0) return fmt::format("section {} is empty", name);
                         return place->rights == rights ? "" : fmt::format("it is {}", place->rights);
                       });
}

OfImage SectionLinked(std::string name, Matcher<Hex> address) {
  return of_section(std::move(name), "is linked at an address that", &SectionPlace::address,
                    std::move(address));
}
OfImage SectionLoaded(std::string name, Matcher<Hex> physical) {
  return of_section(std::move(name), "is loaded to a physical address that", &SectionPlace::physical,
                    std::move(physical));
}
OfImage SectionInFile(std::string name, Matcher<std::uint64_t> bytes) {
  return of_section(std::move(name), "takes a number of bytes in the file that", &SectionPlace::bytes_in_file,
                    std::move(bytes));
}

OfImage RightsHavePagesOfTheirOwn() {
  return image_matcher(
      "no page of memory belongs to two segments with different rights", [](const Pc& pc) -> std::string {
        constexpr std::uint64_t kPage = 4096;
        const auto all = elf_of(pc).segments;
        for (const ElfSegment& a : all)
          for (const ElfSegment& b : all) {
            const std::uint64_t end = a.virtual_address + a.memory_size - 1;
            if (a.virtual_address < b.virtual_address && a.flags != b.flags &&
                end / kPage >= b.virtual_address / kPage)
              return fmt::format("the page at {} belongs to a segment {} and to one {}",
                                 hex64(b.virtual_address / kPage * kPage), rights_of(a), rights_of(b));
          }
        return "";
      });
}

}  // namespace ringside::labs
