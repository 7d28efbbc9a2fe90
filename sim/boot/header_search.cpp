// SPDX-License-Identifier: GPL-2.0-or-later
// Finding a Multiboot header, and explaining why none is found.
#include <fmt/format.h>

#include <algorithm>

#include "sim/boot/elf_image.h"
#include "sim/boot/multiboot_header.h"

namespace ringside {
namespace {

struct HeaderKind {
  unsigned version;
  std::uint32_t magic;
  std::uint64_t window;     // bytes of the file in which the whole header must lie
  std::uint64_t alignment;  // of its offset in the file
  unsigned words;           // 32-bit words from the magic on that sum up to 0
};
constexpr HeaderKind kMultiboot1 = {1, 0x1BADB002, 8192, 4, 3};
constexpr HeaderKind kMultiboot2 = {2, 0xE85250D6, 32768, 8, 4};
constexpr std::uint32_t kArchitectureI386 = 0;

// The sum of the header's words, modulo 2^32; 0 for a good header.
std::uint32_t sum(const ByteView& file, std::uint64_t offset, unsigned words) {
  std::uint32_t total = 0;
  for (unsigned i = 0; i < words; ++i) total += file.u32(offset + 4 * i);
  return total;
}

std::string explain(const HeaderKind& kind, const ByteView& file, std::uint64_t at) {
  const std::uint64_t bytes = 4 * kind.words;
  const std::string name = fmt::format("Multiboot {} header at offset {:#x}", kind.version, at);
  if (!file.holds(at, bytes))
    return fmt::format("the {} is cut off by the end of the file; build or copy it again.", name);
  const std::uint64_t checksum_at = at + bytes - 4;
  if (const std::uint32_t excess = sum(file, at, kind.words); excess != 0) {
    return fmt::format("the {} has the checksum {:#010x}, but its fields need {:#010x} there (offset {:#x}).",
                       name, file.u32(checksum_at), file.u32(checksum_at) - excess, checksum_at);
  }
  if (at % kind.alignment != 0) {
    return fmt::format("the {} is not at a multiple of {} bytes in the file; align its section.", name,
                       kind.alignment);
  }
  if (at + bytes > kind.window) {
    return fmt::format(
        "the {} lies beyond the first {} bytes, where a boot loader looks; put its section first in "
        "the linker script.",
        name, kind.window);
  }
  return fmt::format("the {} is for architecture {} (offset {:#x}), but a PC is 0 (i386).", name,
                     file.u32(at + 4), at + 4);
}

HeaderSearch search(const HeaderKind& kind, Bytes bytes) {
  const ByteView file(bytes);
  HeaderSearch result;
  bool explained_good = false;  // a near miss with a good checksum is worth more than one without
  const std::byte first_byte{static_cast<unsigned char>(kind.magic)};
  for (std::uint64_t at = 0; file.holds(at, 4); ++at) {
    if (bytes[at] != first_byte || file.u32(at) != kind.magic) continue;
    const bool whole = file.holds(at, 4 * kind.words);
    const bool good = whole && sum(file, at, kind.words) == 0;
    const bool placed = at % kind.alignment == 0 && at + 4 * kind.words <= kind.window;
    const bool ours = kind.version == 1 || file.u32(at + 4) == kArchitectureI386;
    if (good && placed && ours) {
      result.offset = at;
      result.near_miss.clear();
      return result;
    }
    if (result.near_miss.empty() || (good && !explained_good)) {
      result.near_miss = explain(kind, file, at);
      explained_good = good;
    }
  }
  return result;
}

bool is_text(const ByteView& file) {
  for (std::uint64_t i = 0; i < std::min<std::uint64_t>(file.size(), 256); ++i) {
    const std::uint8_t c = file.u8(i);
    if (c != '\n' && c != '\r' && c != '\t' && c != '\f' && (c < 0x20 || c == 0x7F)) return false;
  }
  return true;
}

// What a file without any header is, as far as its first bytes tell, and what to do with it.
std::string describe_stranger(const ByteView& file) {
  if (const Bytes all = file.slice(0, file.size()); looks_like_elf(all)) {
    if (const auto elf = parse_elf(all); !elf) return elf.error().sentence;
    return "the ELF file has no Multiboot header in its first 32768 bytes; add one in a section that the "
           "linker script "
           "puts first.";
  }
  if (file.u16(0) == 0x8B1F) return "the file is compressed by gzip; unpack it first (gunzip).";
  if (file.u32(0) == 0xFD2FB528) return "the file is compressed by zstd; unpack it first (unzstd).";
  if (file.u32(0x202) == 0x53726448)
    return "the file is a Linux kernel (HdrS at offset 0x202); give a Multiboot kernel.";
  if (file.u32(0x8001) == 0x30304443)
    return "the file is a CD image (CD001 at offset 0x8001); give the kernel inside it.";
  if (file.u16(0) == 0x5A4D)
    return "the file is a Windows or EFI program (MZ at offset 0); give a Multiboot kernel.";
  if (file.u16(510) == 0xAA55)
    return "the file is a disk image (a boot sector ends at offset 0x200); give the kernel inside it.";
  if (is_text(file))
    return "the file is text, neither an ELF file nor a flat image with a Multiboot header; give the "
           "kernel's image.";
  return "the file is neither an ELF file nor a flat image with a Multiboot header; give the kernel's image.";
}

}  // namespace

HeaderSearch find_multiboot1(Bytes file) { return search(kMultiboot1, file); }
HeaderSearch find_multiboot2(Bytes file) { return search(kMultiboot2, file); }

Result<MultibootHeader> read_multiboot(Bytes file) {
  if (file.empty()) return fail("the file is empty; build the kernel first.");
  const HeaderSearch second = find_multiboot2(file);
  if (second.offset) return read_multiboot2(file, *second.offset);
  const HeaderSearch first = find_multiboot1(file);
  if (first.offset) return read_multiboot1(file, *first.offset);
  if (!second.near_miss.empty()) return fail(second.near_miss);
  if (!first.near_miss.empty()) return fail(first.near_miss);
  return fail(describe_stranger(ByteView(file)));
}

}  // namespace ringside
