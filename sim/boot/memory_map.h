// SPDX-License-Identifier: GPL-2.0-or-later
// What a BIOS answers to INT 15h, AX=E820h: which physical addresses are RAM that a kernel may use.
//
//   0x00000 .. 0x9FC00        available   low memory; the interrupt table and the BIOS data area lie in it
//   0x9FC00 .. 0xA0000        reserved    extended BIOS data area (EBDA)
//   0xA0000 .. 0xF0000        in no list  video memory and adapter ROMs
//   0xF0000 .. 0x100000       reserved    BIOS ROM
//   1 MiB .. top - 128 KiB    available
//   top - 128 KiB .. top      reserved    where a BIOS keeps its tables
//
// Source: ACPI specification, section 15 (address range types); the ranges are those that QEMU's BIOS
// reports.
#pragma once

#include <cstdint>
#include <vector>

namespace ringside {

// The numbers that ACPI, Multiboot 1 (section 3.3) and Multiboot 2 (section 3.6.8) agree on.
enum class MemoryType : std::uint32_t { available = 1, reserved = 2 };

struct MemoryRange {
  std::uint64_t base = 0;    // physical address of the first byte
  std::uint64_t length = 0;  // bytes
  MemoryType type = MemoryType::reserved;
  constexpr bool operator==(const MemoryRange&) const = default;
};

inline constexpr std::uint64_t kLowMemoryEnd = 0x9FC00;  // = the start of the EBDA
inline constexpr std::uint64_t kVideoMemory = 0xA0000;   // the end of the EBDA
inline constexpr std::uint64_t kBiosRom = 0xF0000;
inline constexpr std::uint64_t kHighMemory = 0x100000;     // 1 MiB, where RAM goes on
inline constexpr std::uint64_t kTopReserved = 0x20000;     // bytes kept back below the top of RAM
inline constexpr std::uint64_t kDeviceSpace = 0xC0000000;  // from 3 GiB on, addresses belong to devices

// The map of a PC with `ram_bytes` of RAM from address 0 on, in ascending order and without overlap.
// RAM from kDeviceSpace on is left out. Below 1 MiB + kTopReserved of RAM there is no high memory in the
// list.
std::vector<MemoryRange> memory_map(std::uint64_t ram_bytes);

// The two figures of the older BIOS calls, in KiB: low memory, and the memory from 1 MiB up to the first
// hole.
std::uint32_t lower_memory_kib();
std::uint32_t upper_memory_kib(std::uint64_t ram_bytes);

}  // namespace ringside
