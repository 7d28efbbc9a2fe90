// SPDX-License-Identifier: GPL-2.0-or-later
// A kernel's file understood: which bytes are to go to which physical addresses, and where the CPU starts.
// Nothing is placed yet; overlaps and the machine's RAM are looked at in placement.h.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "sim/base/error.h"
#include "sim/boot/byte_view.h"
#include "sim/boot/elf_image.h"
#include "sim/boot/multiboot_header.h"

namespace ringside {

enum class ImageFormat { elf32, elf64, flat };

// A run of physical memory: `content` first, then zeros up to `size`.
struct Piece {
  std::string name;  // for messages and for the map of what lies where: "segment 1", "image"
  std::uint64_t address = 0;
  std::uint64_t size = 0;  // bytes, at least content.size()
  Bytes content;           // points into the file
};

struct KernelImage {
  ImageFormat format = ImageFormat::flat;
  MultibootHeader header;
  std::vector<Piece> pieces;    // at least one; in the file's order
  std::uint64_t entry = 0;      // physical, inside a piece
  std::optional<ElfImage> elf;  // absent if the header's address fields say what to load

  std::uint64_t start() const;  // lowest physical address
  std::uint64_t end() const;    // one past the highest

  // Moves every piece and the entry by the same distance.
  void move_to(std::uint64_t new_start);
};

// The result's spans point into `file`. Addresses are below 2^32 if this succeeds: the CPU starts in 32-bit
// mode.
Result<KernelImage> read_kernel(Bytes file);

}  // namespace ringside
