// SPDX-License-Identifier: GPL-2.0-or-later
// Guest physical memory: RAM from address 0, which also holds the VGA text plane, with the hole of the VGA
// window in front of it. Unassigned addresses read as ones and ignore writes, as on a PC whose bus nobody
// drives. A PhysicalMemory is a view: it owns nothing, copies are cheap, the machine owns the bytes.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "sim/base/units.h"

namespace ringside {

inline constexpr std::uint64_t kVgaHoleStart =
    0xA0000;  // graphics planes and the monochrome text plane: nobody there
inline constexpr std::uint64_t kVgaTextStart = 0xB8000;  // colour text plane
inline constexpr std::uint64_t kVgaTextBytes = 0x8000;

class PhysicalMemory {
 public:
  PhysicalMemory() = default;
  explicit PhysicalMemory(std::span<std::byte> ram) : ram_(ram) {}

  std::uint64_t size() const { return ram_.size(); }
  std::span<std::byte> bytes() const { return ram_; }
  std::span<const std::byte> vga_text() const {
    return std::span<const std::byte>(ram_).subspan(kVgaTextStart, kVgaTextBytes);
  }

  // Whether `length` bytes from `address` are all RAM (or the text plane).
  bool assigned(PhysAddr address, std::uint64_t length = 1) const;

  // The byte in host memory, or nullptr where nothing is assigned.
  std::byte* host(PhysAddr address, std::uint64_t length = 1) const {
    return assigned(address, length) ? ram_.data() + address.value : nullptr;
  }

  // `size` bytes (1 to 8), little endian, zero-extended. Unassigned bytes read as 0xFF.
  std::uint64_t read(PhysAddr address, unsigned size) const;
  void write(PhysAddr address, std::uint64_t value, unsigned size) const;

 private:
  std::span<std::byte> ram_;
};

}  // namespace ringside
