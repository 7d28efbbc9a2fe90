// SPDX-License-Identifier: GPL-2.0-or-later
// What the boot loader tells the kernel, in the form of either version of the specification.
// Sources: Multiboot Specification 0.6.96, section 3.3; Multiboot2 Specification 2.0, section 3.6.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace ringside {

inline constexpr std::string_view kBootLoaderName = "Ringside";
inline constexpr std::uint32_t kMultiboot1Magic = 0x2BADB002;  // in EAX at the kernel's entry
inline constexpr std::uint32_t kMultiboot2Magic = 0x36D76289;

struct PlacedModule {
  std::string command_line;
  std::uint32_t start = 0;  // physical, page aligned
  std::uint32_t end = 0;    // one past the last byte
};

// The ELF's section headers as in the file, but with the address of each section that was loaded for the
// kernel.
struct SectionTable {
  std::vector<std::byte> headers;  // empty: the image has none
  std::uint32_t count = 0;
  std::uint32_t header_size = 0;
  std::uint32_t names_index = 0;  // the section that holds the sections' names
};

struct BootFacts {
  std::string command_line;
  std::vector<PlacedModule> modules;
  SectionTable sections;
  std::uint64_t ram_bytes = 0;
  std::uint32_t image_base = 0;  // lowest physical address of the image as loaded
};

// A structure with pointers into itself: it must lie at the physical address `base`. Its size does not depend
// on it.
std::vector<std::byte> multiboot1_information(const BootFacts& facts, std::uint32_t base);

// Without pointers into itself: it may lie at any multiple of 8.
std::vector<std::byte> multiboot2_information(const BootFacts& facts);

}  // namespace ringside
