// SPDX-License-Identifier: GPL-2.0-or-later
// What an IN or OUT means to the chip behind the port, in a few words: "counter 0, low then high byte, mode
// 3, square wave". Written from the data sheets, not from the models, for people who have those sheets open.
#pragma once

#include <array>
#include <cstdint>
#include <string>

#include "sim/board/board.h"

namespace ringside {

// "PIC master, command", "PIT counter 0", "COM1 line status"; empty where no chip of the PC is.
std::string port_name(std::uint16_t port);

// Chips take words in sequence: what a byte at port 0x21 or 0x3D5 means depends on what came before. So this
// follows a stream of accesses from a known start on.
class PortWords {
 public:
  PortWords() = default;                   // as if every sequence were complete and every index 0
  explicit PortWords(const Board& board);  // the chips as they are now

  // What the access means; empty where there is nothing to say. Goes on to the state behind the access.
  std::string write(std::uint16_t port, unsigned size, std::uint32_t value);
  std::string read(std::uint16_t port, unsigned size, std::uint32_t value) const;

 private:
  std::string pic_write(bool slave, bool data, std::uint8_t value);
  std::string uart_write(unsigned offset, std::uint8_t value);

  struct Pic {
    unsigned next_icw = 0;  // 2 to 4; 0: the sequence is complete
    bool single = false, wants_icw4 = false;
    bool reads_isr = false;
  };
  std::array<Pic, 2> pic_{};
  std::uint8_t crtc_index_ = 0, cmos_index_ = 0, i8042_command_ = 0;
  bool divisor_latch_ = false;
};

// Parts of the above that tables use too.
std::string pit_mode_words(unsigned mode);  // "3, square wave"
std::string i8042_status_words(std::uint8_t status);
std::string i8042_command_byte_words(std::uint8_t command_byte);
std::string scan_code_words(std::uint8_t code);  // set 1: "A pressed", "Enter released"
std::string crtc_register_name(unsigned index);
std::string cmos_register_name(unsigned index);
std::string uart_line_status_words(std::uint8_t status);

}  // namespace ringside
