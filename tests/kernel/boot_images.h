// SPDX-License-Identifier: GPL-2.0-or-later
// The images of this folder and what each must print on COM1 before it writes 0x10 to the debug exit port, on
// a PC with 128 MiB, the command line "one two" and one module named "hello" that holds the eight bytes
// MODU0123. GRUB 2.06 and, where it knows the format, QEMU make them print the same, but for a framebuffer
// that GRUB has.
#pragma once

#include <cstdint>
#include <string_view>

#include "sim/boot/loader.h"

namespace ringside::testing {

struct BootImage {
  std::string_view file;
  BootProtocol protocol;
  ImageFormat format;
  std::uint64_t start;     // physical, as loaded
  std::string_view extra;  // printed behind what all print
};

inline constexpr std::string_view kBootCommandLine = "one two";
inline constexpr std::string_view kBootModuleName = "hello";
inline constexpr std::string_view kBootModule = "MODU0123";
inline constexpr std::uint64_t kBootRam = 128 << 20;

// What all print, behind "OK magic=" and the magic number in eight digits.
inline constexpr std::string_view kBootReport =
    " lower=0000027f upper=0001fb80 command='one two' module='hello' size=00000008 starts=55444f4d";

inline constexpr BootImage kBootImages[] = {
    {"multiboot1_elf32.elf", BootProtocol::multiboot1, ImageFormat::elf32, 0x100000, ""},
    {"multiboot1_elf64.elf", BootProtocol::multiboot1, ImageFormat::elf64, 0x100000, ""},
    {"multiboot1_elf64_fields.elf", BootProtocol::multiboot1, ImageFormat::elf64, 0x100000, ""},
    {"multiboot1_flat.bin", BootProtocol::multiboot1, ImageFormat::flat, 0x100000, ""},
    {"multiboot1_video.elf", BootProtocol::multiboot1, ImageFormat::elf32, 0x100000,
     " framebuffer=000b8000 type=00000002"},
    {"multiboot1_low.elf", BootProtocol::multiboot1, ImageFormat::elf32, 0x20000,
     " com1=000003f8 ebda=00009fc0 bios-lower=0000027f"},
    {"multiboot1_higher_half.elf", BootProtocol::multiboot1, ImageFormat::elf32, 0x100000,
     " running at c0100000"},
    {"multiboot2_elf32.elf", BootProtocol::multiboot2, ImageFormat::elf32, 0x100000, ""},
    {"multiboot2_elf64.elf", BootProtocol::multiboot2, ImageFormat::elf64, 0x100000,
     " framebuffer-type=00000002 sections=00000040"},
    {"multiboot2_flat.bin", BootProtocol::multiboot2, ImageFormat::flat, 0x100000, ""},
    {"multiboot2_both.elf", BootProtocol::multiboot2, ImageFormat::elf32, 0x100000, ""},
    {"multiboot2_low.elf", BootProtocol::multiboot2, ImageFormat::elf32, 0x600, ""},
    {"multiboot2_relocatable.elf", BootProtocol::multiboot2, ImageFormat::elf32, 0xE00000, " moved=00d00000"},
    {"multiboot2_higher_half.elf", BootProtocol::multiboot2, ImageFormat::elf64, 0x100000,
     " running in 64-bit mode"},
};

}  // namespace ringside::testing
