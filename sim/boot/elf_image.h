// SPDX-License-Identifier: GPL-2.0-or-later
// The parts of an ELF file that a boot loader needs: which bytes go where, where to start, and the table of
// sections that it hands to the kernel. ELF32 for i386 and ELF64 for x86-64, little endian.
//
// NOT MODELLED: relocations, dynamic linking, more than 4,096 program headers or sections.
// Source: System V ABI (gABI), chapters 4 "Object Files" and 5 "Program Loading".
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "sim/base/error.h"
#include "sim/boot/byte_view.h"

namespace ringside {

// A program header of type PT_LOAD: `content` is copied to `physical`, zeros follow up to `memory_size`.
struct ElfSegment {
  unsigned index = 0;  // in the program header table, for messages
  std::uint64_t physical = 0;
  std::uint64_t virtual_address = 0;
  std::uint64_t memory_size = 0;
  std::uint64_t offset = 0;  // of the content in the file
  Bytes content;
  std::uint32_t flags = 0;  // PF_X 1, PF_W 2, PF_R 4
};

inline constexpr std::uint32_t kSectionNull = 0;
inline constexpr std::uint32_t kSectionSymbols = 2;  // SHT_SYMTAB
inline constexpr std::uint32_t kSectionRela = 4;
inline constexpr std::uint32_t kSectionNoBits = 8;  // occupies memory and no bytes of the file
inline constexpr std::uint32_t kSectionRel = 9;

struct ElfSection {
  std::string name;
  std::uint32_t type = 0;
  std::uint64_t address = 0;  // 0: no segment loads it
  std::uint64_t offset = 0;
  std::uint64_t size = 0;
  std::uint64_t alignment = 0;

  bool in_file() const { return type != kSectionNull && type != kSectionNoBits; }
};

struct ElfImage {
  bool is_64 = false;
  std::uint64_t entry = 0;           // as in the header: usually a virtual address
  std::vector<ElfSegment> segments;  // in the file's order, empty ones left out
  std::vector<ElfSection> sections;  // by index; empty if the file has no section table
  Bytes section_table;               // the raw headers
  std::uint16_t section_header_size = 0;
  std::uint16_t section_names_index = 0;

  // The physical address of the entry, by the segment that holds it at its virtual address; failing that, an
  // entry that is already physical (usual for kernels linked high whose script subtracts the base itself).
  std::optional<std::uint64_t> physical_entry() const;
};

bool looks_like_elf(Bytes file);

// Every table and every segment's and section's content lies inside `file` if this succeeds. Where they go in
// memory is not looked at. The spans in the result point into `file`.
Result<ElfImage> parse_elf(Bytes file);

}  // namespace ringside
