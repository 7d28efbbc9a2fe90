// SPDX-License-Identifier: GPL-2.0-or-later
// The boot loader: what GRUB does between the menu and a kernel's first instruction. A kernel's file, a
// command line and modules become bytes in guest RAM and the few registers that the Multiboot specifications
// promise.
//
// Accepted: ELF32 (i386), ELF64 (x86-64) and flat images, by Multiboot 2 or Multiboot 1; version 2 is taken
// where an image offers both. An ELF64 file by Multiboot 1 is loaded like any ELF, with or without address
// fields (as GRUB does; QEMU's -kernel refuses it without them). If the header's address fields are given
// they decide, not the ELF's program headers.
//
// At the entry the CPU is in 32-bit protected mode with paging off, A20 on, flat 4 GiB segments, interrupts
// off, no stack and no usable GDT: 0.6.96 section 3.2, 2.0 section 3.5. Setting that up is the machine's
// part.
//
// Where things go: the image where it wants to be (anywhere in available RAM, also below 1 MiB and over the
// BIOS's data); modules at page boundaries right above it; sections that no segment loads (symbols, debug
// information) above them, as long as there is room; the boot information in low memory from 0x10000 on, or
// above 1 MiB if it does not fit there. Never anything of ours below 0x10000.
//
// NOT MODELLED: gzip, EFI, VBE, APM, drives, network, a boot device, graphics modes (the answer is EGA text).
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "sim/base/error.h"
#include "sim/base/units.h"
#include "sim/boot/kernel_image.h"
#include "sim/boot/placement.h"

namespace ringside {

struct BootModule {
  std::string name;  // its command line, for the kernel to tell modules apart
  std::vector<std::byte> bytes;
  std::string file = {};  // where it was read from; the guest does not see it
};

struct BootRequest {
  std::span<const std::byte> image;  // the kernel's file
  std::string image_name;            // opens every error sentence
  std::string command_line;          // as the kernel gets it: without the image's name, as GRUB 2 passes it
  std::vector<BootModule> modules;
};

struct EntryState {
  BootProtocol protocol = BootProtocol::multiboot1;
  std::uint32_t eip = 0;
  std::uint32_t eax = 0;            // the magic number by which the kernel knows the protocol
  std::uint32_t ebx = 0;            // = information
  PhysAddr information;             // of the boot information
  std::uint64_t image_start = 0;    // physical, lowest byte of the image
  std::uint64_t image_end = 0;      // one past its highest, zeroed memory included
  std::vector<PlacedRange> placed;  // everything above by name and address, ascending
};

inline constexpr std::uint64_t kLeastRam = 0x200000;  // 2 MiB

// `ram` is the guest's physical memory from address 0 on; its size decides the memory map. Writes the BIOS
// data area, the image (zeroed memory included), modules and boot information. On an error nothing has been
// written.
Result<EntryState> load(const BootRequest& request, std::span<std::byte> ram);

// What an image is, without loading it.
struct ImageSummary {
  ImageFormat format = ImageFormat::flat;
  BootProtocol protocol = BootProtocol::multiboot1;
  std::uint64_t header_offset = 0;  // of the Multiboot header in the file
  bool by_address_fields = false;   // the header says what to load, not the ELF
  bool relocatable = false;
  std::uint64_t entry = 0;  // physical
  std::uint64_t image_start = 0, image_end = 0;
  std::vector<PlacedRange> pieces;
  bool has_symbols = false;  // an ELF symbol table
  std::string sentence;      // all this for a human
};
Result<ImageSummary> examine(std::span<const std::byte> image);

}  // namespace ringside
