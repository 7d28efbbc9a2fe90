// SPDX-License-Identifier: GPL-2.0-or-later
#include "sim/boot/elf_image.h"

#include <fmt/format.h>

#include <array>

namespace ringside {
namespace {

constexpr std::uint16_t kTypeExecutable = 2, kTypeShared = 3;
constexpr std::uint16_t kMachine386 = 3, kMachineX86_64 = 62;
constexpr std::uint32_t kSegmentLoad = 1;
// Rows of a table. Kernels have a few dozen sections; the format allows 65,535, all of which may lie over the
// same bytes, and whoever compares each with each would need four thousand million steps.
constexpr std::uint64_t kMostRows = 4096;

// Where the two classes keep the same field: gABI figures 4-3, 5-1 and 4-8.
struct Layout {
  std::uint64_t header_size, program_header_size, section_header_size;
  std::uint64_t entry, program_table, section_table;  // e_entry, e_phoff, e_shoff
  std::uint64_t sizes;                                // e_ehsize and the five halves after it
  std::uint64_t p_flags, p_offset, p_vaddr, p_paddr, p_filesz, p_memsz;
  std::uint64_t sh_addr, sh_offset, sh_size, sh_addralign;
};
constexpr Layout kLayout32 = {52, 32, 40, 24, 28, 32, 40, 24, 4, 8, 12, 16, 20, 12, 16, 20, 32};
constexpr Layout kLayout64 = {64, 56, 64, 24, 32, 40, 52, 4, 8, 16, 24, 32, 40, 16, 24, 32, 48};

const char* machine_name(std::uint16_t machine) {
  switch (machine) {
    case kMachine386: return "i386";
    case 8: return "MIPS";
    case 20: return "PowerPC";
    case 21: return "64-bit PowerPC";
    case 22: return "S/390";
    case 40: return "ARM";
    case kMachineX86_64: return "x86-64";
    case 183: return "AArch64";
    case 243: return "RISC-V";
    default: return "of a kind unknown here";
  }
}

class Parser {
 public:
  explicit Parser(Bytes file) : file_(file) {}

  Result<ElfImage> parse() {
    if (auto done = header(); !done) return std::unexpected(done.error());
    if (auto done = segments(); !done) return std::unexpected(done.error());
    if (auto done = sections(); !done) return std::unexpected(done.error());
    return std::move(image_);
  }

 private:
  std::uint64_t word(std::uint64_t offset) const {  // Elf32_Addr/Off/Word or Elf64_Addr/Off/Xword
    return image_.is_64 ? file_.u64(offset) : file_.u32(offset);
  }
  std::uint16_t count(unsigned index) const { return file_.u16(layout_.sizes + 2 * index); }

  Result<void> header() {
    if (!file_.holds(0, 16)) {
      return fail(fmt::format("the ELF header is cut off after {} bytes; build or copy the file again.",
                              file_.size()));
    }
    const unsigned file_class = file_.u8(4), order = file_.u8(5);
    if (file_class != 1 && file_class != 2) {
      return fail(fmt::format(
          "the ELF class at offset 4 is {}, but only 1 (32-bit) and 2 (64-bit) exist; the file is damaged.",
          file_class));
    }
    if (order == 2)
      return fail("the ELF file is big endian (offset 5), a PC is little endian; build it for x86.");
    if (order != 1) {
      return fail(fmt::format(
          "the ELF byte order at offset 5 is {}, but must be 1 (little endian); the file is damaged.",
          order));
    }
    image_.is_64 = file_class == 2;
    layout_ = image_.is_64 ? kLayout64 : kLayout32;
    if (!file_.holds(0, layout_.header_size)) {
      return fail(fmt::format("the ELF header needs {} bytes, but the file has {}; build or copy it again.",
                              layout_.header_size, file_.size()));
    }
    return identity();
  }

  Result<void> identity() {
    const std::uint16_t type = file_.u16(16), machine = file_.u16(18);
    const std::uint32_t version = file_.u32(20);
    if (file_.u8(6) != 1 || version != 1) {
      return fail(fmt::format(
          "the ELF version is {} at offset 6 and {} at offset 20, but must be 1; the file is damaged.",
          file_.u8(6), version));
    }
    const std::uint16_t wanted = image_.is_64 ? kMachineX86_64 : kMachine386;
    if (machine != wanted) {
      return fail(
          fmt::format("the ELF file is for a machine {} (e_machine {} at offset 18), but a {}-bit kernel for "
                      "this PC is {} ({}); build it for that target.",
                      machine_name(machine), machine, image_.is_64 ? 64 : 32, machine_name(wanted), wanted));
    }
    if (type == 1)
      return fail("this is an object file (e_type 1 at offset 16), not a linked kernel; link it first.");
    if (type == 4) return fail("this is a core dump (e_type 4 at offset 16), not a kernel.");
    if (type != kTypeExecutable && type != kTypeShared) {
      return fail(
          fmt::format("the ELF type at offset 16 is {}, but a kernel has 2 (executable) or 3 (position "
                      "independent); check how it is linked.",
                      type));
    }
    image_.entry = word(layout_.entry);
    return {};
  }

  // A table's place, checked once for all its rows. `what` names it in the sentence.
  Result<Bytes> table(const char* what, std::uint64_t offset, std::uint64_t rows, std::uint64_t row_size,
                      std::uint64_t least_row_size) {
    if (row_size < least_row_size) {
      return fail(fmt::format("the {}'s rows have {} bytes, but ELF{} needs {}; the ELF header is damaged.",
                              what, row_size, image_.is_64 ? 64 : 32, least_row_size));
    }
    if (!file_.holds(offset, rows * row_size)) {  // both factors have 16 bits: no overflow
      return fail(
          fmt::format("the {} ({} rows of {} bytes at offset {:#x}) reaches past the end of the file ({:#x} "
                      "bytes): the file is cut off or damaged; build or copy it again.",
                      what, rows, row_size, offset, file_.size()));
    }
    if (rows > kMostRows) {
      return fail(fmt::format(
          "the {} has {} rows, but at most {} are read here; check how it is linked, or the file is damaged.",
          what, rows, kMostRows));
    }
    return file_.slice(offset, rows * row_size);
  }

  Result<void> segments() {
    const std::uint64_t start = word(layout_.program_table), row_size = count(1), rows = count(2);
    if (rows == 0)
      return fail(
          "the ELF file has no program headers, so nothing says what to load; link it as an executable.");
    if (auto t = table("program header table", start, rows, row_size, layout_.program_header_size); !t) {
      return std::unexpected(t.error());
    }
    for (unsigned i = 0; i < rows; ++i) {
      if (auto done = segment(i, start + i * row_size); !done) return done;
    }
    if (image_.segments.empty())
      return fail("the ELF file has no segment to load (no PT_LOAD with a size); check the linker script.");
    return {};
  }

  Result<void> segment(unsigned index, std::uint64_t at) {
    if (file_.u32(at) != kSegmentLoad) return {};
    const std::uint64_t file_size = word(at + layout_.p_filesz);
    ElfSegment segment{.index = index,
                       .physical = word(at + layout_.p_paddr),
                       .virtual_address = word(at + layout_.p_vaddr),
                       .memory_size = word(at + layout_.p_memsz),
                       .offset = word(at + layout_.p_offset),
                       .flags = file_.u32(at + layout_.p_flags)};
    if (file_size > segment.memory_size) {
      return fail(fmt::format(
          "segment {} has {:#x} bytes in the file but only {:#x} in memory (program header at offset "
          "{:#x}); the file is damaged.",
          index, file_size, segment.memory_size, at));
    }
    if (segment.memory_size == 0) return {};
    if (!file_.holds(segment.offset, file_size)) {
      return fail(fmt::format(
          "segment {} ({:#x} bytes at offset {:#x}) reaches past the end of the file ({:#x} bytes): "
          "the file is cut off or damaged; build or copy it again.",
          index, file_size, segment.offset, file_.size()));
    }
    segment.content = file_.slice(segment.offset, file_size);
    image_.segments.push_back(segment);
    return {};
  }

  Result<void> sections() {
    const std::uint64_t start = word(layout_.section_table), row_size = count(3), rows = count(4);
    if (start == 0 || rows == 0) return {};
    auto raw = table("section header table", start, rows, row_size, layout_.section_header_size);
    if (!raw) return std::unexpected(raw.error());
    image_.section_table = *raw;
    image_.section_header_size = static_cast<std::uint16_t>(row_size);
    image_.section_names_index = count(5);
    for (std::uint64_t i = 0; i < rows; ++i) {
      const std::uint64_t at = start + i * row_size;
      const ElfSection section{.type = file_.u32(at + 4),
                               .address = word(at + layout_.sh_addr),
                               .offset = word(at + layout_.sh_offset),
                               .size = word(at + layout_.sh_size),
                               .alignment = word(at + layout_.sh_addralign)};
      if (section.in_file() && !file_.holds(section.offset, section.size)) {
        return fail(fmt::format(
            "section {} ({:#x} bytes at offset {:#x}) reaches past the end of the file ({:#x} bytes): "
            "the file is cut off or damaged; build or copy it again.",
            i, section.size, section.offset, file_.size()));
      }
      image_.sections.push_back(section);
    }
    name_sections();
    return {};
  }

  // Names only serve messages: one that lies outside its table stays empty.
  void name_sections() {
    if (image_.section_names_index >= image_.sections.size()) return;
    const ElfSection names = image_.sections[image_.section_names_index];
    if (!names.in_file()) return;
    for (std::size_t i = 0; i < image_.sections.size(); ++i) {
      constexpr std::uint64_t kLongest = 64;
      const std::uint64_t from = ByteView(image_.section_table).u32(i * image_.section_header_size);
      for (std::uint64_t at = from; at < names.size && at - from < kLongest; ++at) {
        const char c = static_cast<char>(file_.u8(names.offset + at));
        if (c == 0) break;
        image_.sections[i].name += c;
      }
    }
  }

  ByteView file_;
  Layout layout_ = kLayout32;
  ElfImage image_;
};

}  // namespace

std::optional<std::uint64_t> ElfImage::physical_entry() const {
  for (const ElfSegment& s : segments) {
    if (entry >= s.virtual_address && entry - s.virtual_address < s.memory_size) {
      return s.physical + (entry - s.virtual_address);
    }
  }
  for (const ElfSegment& s : segments) {
    if (entry >= s.physical && entry - s.physical < s.memory_size) return entry;
  }
  return std::nullopt;
}

bool looks_like_elf(Bytes file) { return ByteView(file).u32(0) == 0x464C457F; }  // 0x7F 'E' 'L' 'F'

Result<ElfImage> parse_elf(Bytes file) {
  if (!looks_like_elf(file)) return fail("this is not an ELF file.");
  return Parser(file).parse();
}

}  // namespace ringside
