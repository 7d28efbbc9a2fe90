// SPDX-License-Identifier: GPL-2.0-or-later
#include "sim/boot/bios_data.h"

#include <array>

#include "sim/boot/memory_map.h"

namespace ringside {
namespace {

struct BiosWord {
  std::uint16_t offset;  // from 0x400 on
  std::uint8_t bytes;    // 1 or 2
  std::uint16_t value;
};

// Equipment: coprocessor (bit 1), 80x25 colour (bits 5:4 = 2), one serial port (bits 11:9 = 1).
constexpr std::uint16_t kEquipment = 1 << 1 | 2 << 4 | 1 << 9;

constexpr std::array kBiosWords = {
    BiosWord{0x00, 2, 0x3F8},                 // COM1; COM2..4 and LPT1..3 stay 0: not there
    BiosWord{0x0E, 2, kLowMemoryEnd >> 4},    // segment of the EBDA
    BiosWord{0x10, 2, kEquipment},            //
    BiosWord{0x13, 2, kLowMemoryEnd / 1024},  // KiB of low memory
    BiosWord{0x1A, 2, 0x1E},                  // keyboard buffer: head and tail, empty
    BiosWord{0x1C, 2, 0x1E},                  //
    BiosWord{0x49, 1, 3},                     // video mode: 80x25 text, 16 colours
    BiosWord{0x4A, 2, 80},                    // columns
    BiosWord{0x4C, 2, 0x1000},                // bytes of a page of text
    BiosWord{0x60, 2, 0x0D0E},                // cursor: lines 13 to 14 of a cell
    BiosWord{0x63, 2, 0x3D4},                 // the CRT controller's index port (colour)
    BiosWord{0x65, 1, 0x29},                  // mode select as a CGA would hold it
    BiosWord{0x66, 1, 0x30},                  // palette as a CGA would hold it
    BiosWord{0x7C, 1, 1},                     // COM1 time-out
    BiosWord{0x80, 2, 0x1E},                  // keyboard buffer: start and end
    BiosWord{0x82, 2, 0x3E},                  //
    BiosWord{0x84, 1, 24},                    // rows minus one
    BiosWord{0x85, 2, 16},                    // scan lines of a character
    BiosWord{0x87, 1, 0x60},                  // EGA: 256 KiB of video memory
    BiosWord{0x88, 1, 0xF9},                  // EGA: switches
    BiosWord{0x89, 1, 0x51},                  // VGA active, 400 scan lines
    BiosWord{0x96, 1, 0x10},                  // enhanced (101/102 key) keyboard
};

}  // namespace

void write_bios_data(std::span<std::byte> ram) {
  for (const BiosWord& word : kBiosWords) {
    for (std::size_t i = 0; i < word.bytes; ++i) {
      ram[kBiosDataArea + word.offset + i] = static_cast<std::byte>(word.value >> 8 * i);
    }
  }
  ram[kLowMemoryEnd] = static_cast<std::byte>((kVideoMemory - kLowMemoryEnd) / 1024);
}

}  // namespace ringside
