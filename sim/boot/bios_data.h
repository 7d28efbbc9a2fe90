// SPDX-License-Identifier: GPL-2.0-or-later
// The BIOS data area: 256 bytes at physical 0x400 in which a PC's BIOS keeps what it found at power-on.
// Kernels read the base of the serial port, the segment of the EBDA, the text mode and the CRT controller's
// port from it.
//
// NOT MODELLED: the interrupt table below it (no BIOS code stands behind the vectors), the time of day in
// ticks (the real-time clock is a device, not memory), drives. Source: IBM PS/2 and PC BIOS Interface
// Technical Reference, "BIOS Data Area".
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace ringside {

inline constexpr std::uint64_t kBiosDataArea = 0x400;
inline constexpr std::uint64_t kBiosDataEnd = 0x500;

// Writes the data area and the first byte of the EBDA (its size). REQUIRES ram.size() >= 0xA0000.
void write_bios_data(std::span<std::byte> ram);

}  // namespace ringside
