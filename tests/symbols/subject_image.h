// SPDX-License-Identifier: GPL-2.0-or-later
// The images built from subject/, and where things are in its sources.
#pragma once

#include <gtest/gtest.h>

#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "sim/symbols/symbols.h"

namespace ringside {

inline std::vector<std::byte> image_bytes(const std::string& name) {
  std::ifstream file(std::string(SUBJECT_IMAGES "/") + name, std::ios::binary);
  EXPECT_TRUE(file.good()) << name;
  const std::string text(std::istreambuf_iterator<char>(file), {});
  const auto* bytes = reinterpret_cast<const std::byte*>(text.data());
  return {bytes, bytes + text.size()};
}

inline Symbols load_image(const std::string& name) {
  auto symbols = Symbols::load(image_bytes(name));
  EXPECT_TRUE(symbols.has_value());
  return symbols ? std::move(*symbols) : Symbols::none();
}

// The line that ends in "// mark: TEXT"; 0 and a failure when there is none.
inline unsigned marked_line(const std::string& file, const std::string& mark) {
  std::ifstream source(std::string(SUBJECT_SOURCES "/") + file);
  std::string line;
  for (unsigned number = 1; std::getline(source, line); ++number) {
    if (line.ends_with("// mark: " + mark)) return number;
  }
  ADD_FAILURE() << "no mark " << mark << " in " << file;
  return 0;
}

// Where subject.ld puts the functions.
namespace placed {
inline constexpr std::uint64_t base = 0xffffffff80100000;
inline constexpr VirtAddr start{base}, hidden{base + 0x100}, counter_add{base + 0x200},
    counter_call{base + 0x300}, first_init{base + 0x400}, second_init{base + 0x500}, twice{base + 0x600},
    outer{base + 0x700}, twin_a{base + 0x800}, twin_b{base + 0x900}, leaf{base + 0xa00}, caller{base + 0xb00},
    pushes{base + 0xc00}, interrupt_entry{base + 0xd00}, bottom{base + 0xe00}, no_rules{base + 0xf00};
inline constexpr VirtAddr table{base + 0x4000}, counter{base + 0x5000};
}  // namespace placed

}  // namespace ringside
