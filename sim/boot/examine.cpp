// SPDX-License-Identifier: GPL-2.0-or-later
#include <fmt/format.h>

#include <algorithm>

#include "sim/boot/loader.h"

namespace ringside {
namespace {

const char* format_name(ImageFormat format) {
  switch (format) {
    case ImageFormat::elf32: return "an ELF32 kernel";
    case ImageFormat::elf64: return "an ELF64 kernel";
    case ImageFormat::flat: break;
  }
  return "a flat kernel image";
}

}  // namespace

Result<ImageSummary> examine(std::span<const std::byte> image) {
  const auto kernel = read_kernel(image);
  if (!kernel) return std::unexpected(kernel.error());
  ImageSummary summary{.format = kernel->format,
                       .protocol = kernel->header.protocol,
                       .header_offset = kernel->header.offset,
                       .by_address_fields = kernel->header.address_fields.has_value(),
                       .relocatable = kernel->header.relocatable.has_value(),
                       .entry = kernel->entry,
                       .image_start = kernel->start(),
                       .image_end = kernel->end()};
  for (const Piece& piece : kernel->pieces) {
    summary.pieces.push_back({piece.name, piece.address, piece.address + piece.size});
  }
  summary.has_symbols =
      kernel->elf && std::ranges::any_of(kernel->elf->sections, [](const ElfSection& section) {
        return section.type == kSectionSymbols;
      });
  summary.sentence = fmt::format(
      "{} with a Multiboot {} header at offset {:#x}, {} at {:#x}..{:#x}, entry {:#x}{}.",
      format_name(summary.format), summary.protocol == BootProtocol::multiboot2 ? 2 : 1,
      summary.header_offset, summary.relocatable ? "linked (and relocatable)" : "loaded", summary.image_start,
      summary.image_end, summary.entry, summary.by_address_fields ? ", by the header's address fields" : "");
  return summary;
}

}  // namespace ringside
