// SPDX-License-Identifier: GPL-2.0-or-later
#include "sim/boot/kernel_image.h"

#include <fmt/format.h>

#include <algorithm>

namespace ringside {
namespace {

constexpr std::uint64_t kFourGiB = std::uint64_t{1} << 32;

Result<void> add_elf_pieces(KernelImage& kernel) {
  for (const ElfSegment& segment : kernel.elf->segments) {
    if (segment.physical >= kFourGiB || segment.memory_size > kFourGiB - segment.physical) {
      return fail(fmt::format(
          "segment {} is to be loaded at physical {:#x} with {:#x} bytes, past the 4 GiB that a boot "
          "loader reaches; give it a physical address (AT in the linker script).",
          segment.index, segment.physical, segment.memory_size));
    }
    kernel.pieces.push_back(
        {fmt::format("segment {}", segment.index), segment.physical, segment.memory_size, segment.content});
  }
  return {};
}

Result<void> add_elf(KernelImage& kernel, Bytes file) {
  auto elf = parse_elf(file);
  if (!elf) return std::unexpected(elf.error());
  kernel.format = elf->is_64 ? ImageFormat::elf64 : ImageFormat::elf32;
  if (kernel.header.protocol == BootProtocol::multiboot2) {
    for (std::size_t i = 0; i < elf->sections.size(); ++i) {
      const std::uint32_t type = elf->sections[i].type;
      if (type != kSectionRel && type != kSectionRela) continue;
      // GRUB refuses these as well: nobody would apply the relocations.
      return fail(fmt::format(
          "section {} holds relocations (type {}), which a Multiboot 2 loader does not apply; link "
          "the kernel statically, without -pie and --emit-relocs.",
          i, type));
    }
  }
  kernel.elf = *std::move(elf);
  if (auto done = add_elf_pieces(kernel); !done) return done;
  if (kernel.header.entry) {
    kernel.entry = *kernel.header.entry;
  } else if (const auto entry = kernel.elf->physical_entry()) {
    kernel.entry = *entry;
  } else {
    return fail(fmt::format(
        "the ELF file's entry {:#x} is in none of its segments; check ENTRY in the linker script.",
        kernel.elf->entry));
  }
  return {};
}

// 0.6.96, section 3.1.3, and 2.0, section 3.1.5. The header's own address tells which address the file's
// first byte would have; everything else follows.
Result<void> add_flat(KernelImage& kernel, Bytes file) {
  const AddressFields& fields = *kernel.header.address_fields;
  const auto wrong = [&](const std::string& what) {
    return fail(
        fmt::format("the address fields of the Multiboot header at offset {:#x} do not fit together: {}.",
                    kernel.header.offset, what));
  };
  if (fields.header_addr < fields.load_addr) {
    return wrong(
        fmt::format("header_addr {:#x} is below load_addr {:#x}", fields.header_addr, fields.load_addr));
  }
  const std::uint64_t before_header = fields.header_addr - fields.load_addr;
  if (before_header > kernel.header.offset) {
    return wrong(fmt::format(
        "header_addr {:#x} is {:#x} bytes above load_addr {:#x}, but the file has only {:#x} bytes "
        "before the header",
        fields.header_addr, before_header, fields.load_addr, kernel.header.offset));
  }
  const std::uint64_t offset = kernel.header.offset - before_header;
  if (fields.load_end_addr != 0 && fields.load_end_addr <= fields.load_addr) {
    return wrong(fmt::format("load_end_addr {:#x} is not above load_addr {:#x}", fields.load_end_addr,
                             fields.load_addr));
  }
  const std::uint64_t size =
      fields.load_end_addr != 0 ? fields.load_end_addr - fields.load_addr : file.size() - offset;
  if (!ByteView(file).holds(offset, size)) {
    return wrong(fmt::format("{:#x} bytes from offset {:#x} on are to be loaded, but the file ends at {:#x}",
                             size, offset, file.size()));
  }
  const std::uint64_t load_end = fields.load_addr + size;
  if (fields.bss_end_addr != 0 && fields.bss_end_addr < load_end) {
    return wrong(fmt::format("bss_end_addr {:#x} is below the end of what is loaded, {:#x}",
                             fields.bss_end_addr, load_end));
  }
  const std::uint64_t end = fields.bss_end_addr != 0 ? fields.bss_end_addr : load_end;
  if (end > kFourGiB) return wrong(fmt::format("the image ends at {:#x}, past 4 GiB", end));
  kernel.format = ImageFormat::flat;
  if (looks_like_elf(file))
    kernel.format = ByteView(file).u8(4) == 2 ? ImageFormat::elf64 : ImageFormat::elf32;
  kernel.pieces.push_back(
      {"the image", fields.load_addr, end - fields.load_addr, file.subspan(offset, size)});
  kernel.entry = *kernel.header.entry;
  return {};
}

}  // namespace

std::uint64_t KernelImage::start() const {
  return std::ranges::min_element(pieces, {}, &Piece::address)->address;
}

std::uint64_t KernelImage::end() const {
  std::uint64_t end = 0;
  for (const Piece& piece : pieces) end = std::max(end, piece.address + piece.size);
  return end;
}

void KernelImage::move_to(std::uint64_t new_start) {
  const std::uint64_t distance = new_start - start();  // modulo 2^64: also downwards
  for (Piece& piece : pieces) piece.address += distance;
  entry += distance;
}

Result<KernelImage> read_kernel(Bytes file) {
  auto header = read_multiboot(file);
  if (!header) return std::unexpected(header.error());
  KernelImage kernel{.header = *header};
  if (!kernel.header.address_fields && !looks_like_elf(file)) {
    return fail(fmt::format(
        "the file has a Multiboot header (offset {:#x}) but is not an ELF file, and the header has no "
        "address fields that would say where to load it; set flags bit 16 or link an ELF file.",
        kernel.header.offset));
  }
  if (auto done = kernel.header.address_fields ? add_flat(kernel, file) : add_elf(kernel, file); !done) {
    return std::unexpected(done.error());
  }
  const bool entry_inside = std::ranges::any_of(kernel.pieces, [&](const Piece& piece) {
    return kernel.entry >= piece.address && kernel.entry - piece.address < piece.size;
  });
  if (!entry_inside) {
    return fail(fmt::format(
        "the Multiboot header's entry address {:#x} lies outside everything that is loaded; check the "
        "header at offset {:#x}.",
        kernel.entry, kernel.header.offset));
  }
  return kernel;
}

}  // namespace ringside
