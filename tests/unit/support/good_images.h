// SPDX-License-Identifier: GPL-2.0-or-later
// Good kernel images of every kind, to break. Small, so that every cut and many changes are quick.
#pragma once

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "tests/unit/support/elf_builder.h"

namespace ringside::testing {

inline constexpr std::size_t kGoodImagesRam = 4 << 20;

inline TestElf good(bool is_64 = true, ByteVector header = multiboot2_header()) {
  TestElf elf{.is_64 = is_64,
              .entry = 0x100000,
              .segments = {{.physical = 0x100000, .content = header, .memory_size = 0x2000},
                           {.physical = 0x110000, .content = filled(100, 7)}},
              .sections = {{.type = 2, .content = filled(48, 2), .alignment = 8},
                           {.type = 3, .content = filled(20, 0)}},
              .names_index = 2};
  return elf;
}

// A flat image by Multiboot 1 with its header at offset 0.
inline ByteVector flat1(std::initializer_list<std::uint32_t> fields) {
  ByteVector image = multiboot1_header(1 << 16, fields);
  append(image, filled(64, 0x90));
  return image;
}

inline ByteVector cut(ByteVector image, std::size_t size) {
  image.resize(size);
  return image;
}

inline std::vector<ByteVector> good_images() {
  ByteVector flat2 = multiboot2_header({multiboot2_tag(2, 0, {0x200000, 0x200000, 0x200040, 0x201000}),
                                        multiboot2_tag(3, 0, {0x200010}), multiboot2_tag(1, 0, {1, 6})});
  return {good(true).build(),
          good(false).build(),
          good(true, multiboot1_header(3)).build(),
          good(false, multiboot1_header(3)).build(),
          flat1({0x200000, 0x200000, 0x200020, 0x201000, 0x200010}),
          flat2,
          good(true, multiboot2_header({multiboot2_tag(10, 0, {0x100000, 0x300000, 0x1000, 2}),
                                        multiboot2_tag(5, 1, {80, 25, 0})}))
              .build()};
}

inline void expect_one_sentence(const std::string& sentence) {
  EXPECT_EQ(sentence.back(), '.') << sentence;
  EXPECT_EQ(sentence.find('\n'), std::string::npos) << sentence;
  EXPECT_EQ(sentence.find(". "), std::string::npos) << sentence;
  EXPECT_LT(sentence.size(), 260u) << sentence;
}

}  // namespace ringside::testing
