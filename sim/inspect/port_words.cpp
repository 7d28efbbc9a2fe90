// SPDX-License-Identifier: GPL-2.0-or-later
// Source: Intel 8254 data sheet (231164), IBM PS/2 Hardware Interface Technical Reference (8042, VGA),
// Motorola MC146818A, National PC16550D. The 8259A has a file of its own.
#include "sim/inspect/port_words.h"

#include <fmt/format.h>

#include <span>
#include <string_view>

#include "sim/base/bits.h"
#include "sim/devices/scan_codes.h"

namespace ringside {
namespace {

struct Named {
  unsigned bit;
  const char* name;
};

std::string names(std::uint8_t value, std::span<const Named> named) {
  std::string words;
  for (const Named& n : named)
    if (bit(value, n.bit)) words += (words.empty() ? "" : ", ") + std::string(n.name);
  return words;
}

// Control word, latch or read-back command (data sheet figures 7, 11 and 12).
std::string pit_control_words(std::uint8_t v) {
  const unsigned select = bits(v, 7, 6), access = bits(v, 5, 4);
  if (select == 3) {
    std::string words = "read-back of";
    for (unsigned i = 0; i < 3; ++i)
      if (bit(v, i + 1)) words += fmt::format(" counter {}", i);
    if (!bit(v, 5)) words += ", latch count";
    if (!bit(v, 4)) words += ", latch status";
    return words;
  }
  if (access == 0) return fmt::format("latch the count of counter {}", select);
  constexpr const char* kAccess[] = {"", "low byte only", "high byte only", "low then high byte"};
  unsigned mode = bits(v, 3, 1);
  if (mode > 5) mode -= 4;  // 110 and 111 are modes 2 and 3
  return fmt::format("counter {}, {}, mode {}{}", select, kAccess[access], pit_mode_words(mode),
                     v & 1 ? ", BCD" : "");
}

std::string i8042_command_words(std::uint8_t v) {
  switch (v) {
    case 0x20: return "read the command byte";
    case 0x60: return "write the command byte";
    case 0xA7: return "switch the mouse port off";
    case 0xA8: return "switch the mouse port on";
    case 0xA9: return "test the mouse port";
    case 0xAA: return "self test";
    case 0xAB: return "test the keyboard port";
    case 0xAD: return "switch the keyboard off";
    case 0xAE: return "switch the keyboard on";
    case 0xC0: return "read the input port";
    case 0xD0: return "read the output port";
    case 0xD1: return "write the output port (A20 gate, reset)";
    case 0xD4: return "next byte goes to the mouse";
    case 0xFE: return "pull the reset line";
    default: break;
  }
  return fmt::format("command {:#04x}", v);
}

std::string keyboard_command_words(std::uint8_t v) {
  switch (v) {
    case 0xED: return "to the keyboard: set the lights";
    case 0xEE: return "to the keyboard: echo";
    case 0xF0: return "to the keyboard: choose the scan code set";
    case 0xF2: return "to the keyboard: identify yourself";
    case 0xF3: return "to the keyboard: set repeat rate and delay";
    case 0xF4: return "to the keyboard: start scanning";
    case 0xF5: return "to the keyboard: stop scanning, defaults";
    case 0xF6: return "to the keyboard: defaults";
    case 0xFE: return "to the keyboard: send again";
    case 0xFF: return "to the keyboard: reset and test yourself";
    default: return fmt::format("to the keyboard: {:#04x}", v);
  }
}

std::string i8042_data_words(std::uint8_t command, std::uint8_t v) {
  switch (command) {
    case 0: return keyboard_command_words(v);
    case 0x60: return "command byte: " + i8042_command_byte_words(v);
    case 0xD1: return fmt::format("output port: A20 {}{}", v & 2 ? "open" : "closed", v & 1 ? "" : ", reset");
    default: return fmt::format("data of command {:#04x}", command);
  }
}

}  // namespace

PortWords::PortWords(const Board& board)
    : crtc_index_(board.vga.crtc_index),
      cmos_index_(board.rtc.index),
      i8042_command_(board.i8042.awaiting_data),
      divisor_latch_(board.com1.lcr & 0x80) {
  const auto from = [](const Pic8259& p) {
    Pic pic{.next_icw = 0, .single = bit(p.icw1, 1), .wants_icw4 = bit(p.icw1, 0), .reads_isr = p.ris};
    if (p.init == PicInit::kWantIcw2) pic.next_icw = 2;
    if (p.init == PicInit::kWantIcw3) pic.next_icw = 3;
    if (p.init == PicInit::kWantIcw4) pic.next_icw = 4;
    return pic;
  };
  pic_ = {from(board.pic.master), from(board.pic.slave)};
}

std::string PortWords::write(std::uint16_t port, unsigned size, std::uint32_t value) {
  const auto v = static_cast<std::uint8_t>(value);
  switch (port) {
    case 0x20:
    case 0xA0: return pic_write(port == 0xA0, false, v);
    case 0x21:
    case 0xA1: return pic_write(port == 0xA1, true, v);
    case 0x40:
    case 0x41:
    case 0x42: return fmt::format("count byte {:#04x}", v);
    case 0x43: return pit_control_words(v);
    case 0x60: {
      const std::uint8_t command = i8042_command_;
      i8042_command_ = 0;
      return i8042_data_words(command, v);
    }
    case 0x64:
      i8042_command_ = v == 0x60 || v == 0xD1 || v == 0xD4 ? v : std::uint8_t{0};
      return i8042_command_words(v);
    case 0x61:
      return fmt::format("timer 2 gate {}, speaker {}", v & 1 ? "open" : "closed", v & 2 ? "on" : "off");
    case 0x70:
      cmos_index_ = v & 0x7F;
      return fmt::format("choose {}{}", cmos_register_name(cmos_index_), v & 0x80 ? ", NMI off" : "");
    case 0x71: return fmt::format("{} = {:#04x}", cmos_register_name(cmos_index_), v);
    case 0x80: return size == 1 ? fmt::format("POST code {:#04x}; often just a short delay", v) : "";
    case 0x92: return fmt::format("A20 {}{}", v & 2 ? "open" : "closed", v & 1 ? ", reset" : "");
    case 0xE9: return v >= 0x20 && v < 0x7F ? fmt::format("'{}'", static_cast<char>(v)) : "";
    case 0xF4:
    case 0x501: return fmt::format("end the run with status {}", (v << 1 | 1) & 0xFF);
    case 0x3D4:
      crtc_index_ = v;
      if (size >= 2) return fmt::format("{} = {:#04x}", crtc_register_name(crtc_index_), value >> 8 & 0xFF);
      return "choose " + crtc_register_name(crtc_index_);
    case 0x3D5: return fmt::format("{} = {:#04x}", crtc_register_name(crtc_index_), v);
    case 0x604: return value & 0x2000 ? "power off" : "";
    case 0xCF9: return v & 4 ? "reset the machine" : "";
    default: break;
  }
  if (port >= 0x3F8 && port <= 0x3FF) return uart_write(port - 0x3F8, v);
  return {};
}

std::string PortWords::read(std::uint16_t port, unsigned, std::uint32_t value) const {
  const auto v = static_cast<std::uint8_t>(value);
  switch (port) {
    case 0x20: return fmt::format("{} of the master", pic_[0].reads_isr ? "ISR" : "IRR");
    case 0xA0: return fmt::format("{} of the slave", pic_[1].reads_isr ? "ISR" : "IRR");
    case 0x21:
    case 0xA1: return "interrupt mask";
    case 0x60: return scan_code_words(v);
    case 0x64: return i8042_status_words(v);
    case 0x61: return fmt::format("timer 2 output {}", v & 0x20 ? "high" : "low");
    case 0x71: return cmos_register_name(cmos_index_);
    case 0x3D5: return crtc_register_name(crtc_index_);
    case 0x3DA: return v & 8 ? "vertical retrace" : v & 1 ? "display off (retrace)" : "display on";
    case 0x3F8: return divisor_latch_ ? "divisor, low byte" : "received byte";
    case 0x3FD: return uart_line_status_words(v);
    default: return {};
  }
}

std::string PortWords::uart_write(unsigned offset, std::uint8_t v) {
  switch (offset) {
    case 0:
      if (divisor_latch_) return fmt::format("divisor, low byte {:#04x}", v);
      return v >= 0x20 && v < 0x7F ? fmt::format("send '{}'", static_cast<char>(v))
             : v == '\n'           ? "send a line feed"
             : v == '\r'           ? "send a carriage return"
                                   : fmt::format("send byte {:#04x}", v);
    case 1: {
      if (divisor_latch_) return fmt::format("divisor, high byte {:#04x}", v);
      constexpr Named kEnables[] = {
          {0, "data received"}, {1, "transmitter empty"}, {2, "line errors"}, {3, "modem lines"}};
      const std::string on = names(v, kEnables);
      return on.empty() ? "no interrupts" : "interrupts on: " + on;
    }
    case 2: return v & 1 ? "FIFOs on" : "FIFOs off";
    case 3: {
      divisor_latch_ = v & 0x80;
      return fmt::format("{} data bits, {}, {} stop bit{}{}", 5 + (v & 3), v & 8 ? "parity" : "no parity",
                         v & 4 ? 2 : 1, v & 4 ? "s" : "", divisor_latch_ ? "; divisor latch open" : "");
    }
    case 4: {
      constexpr Named kModem[] = {
          {0, "DTR"}, {1, "RTS"}, {2, "OUT1"}, {3, "OUT2 (lets IRQ 4 through)"}, {4, "loop"}};
      return names(v, kModem);
    }
    case 7: return "scratch byte";
    default: return {};
  }
}

std::string pit_mode_words(unsigned mode) {
  constexpr const char* kModes[] = {"0, one terminal count", "1, one-shot",        "2, rate generator",
                                    "3, square wave",        "4, software strobe", "5, hardware strobe"};
  return mode < 6 ? kModes[mode] : "";
}

std::string i8042_status_words(std::uint8_t status) {
  constexpr Named kBits[] = {{0, "OBF: a byte waits at 0x60"},
                             {1, "IBF: do not write yet"},
                             {2, "self test passed"},
                             {3, "last write was a command"},
                             {5, "byte is from the mouse"},
                             {6, "time-out"},
                             {7, "parity error"}};
  const std::string words = names(status, kBits);
  return words.empty() ? "nothing to read" : words;
}

std::string i8042_command_byte_words(std::uint8_t v) {
  return fmt::format("IRQ 1 {}, IRQ 12 {}, keyboard {}, mouse {}, translation {}", v & 1 ? "on" : "off",
                     v & 2 ? "on" : "off", v & 0x10 ? "off" : "on", v & 0x20 ? "off" : "on",
                     v & 0x40 ? "on" : "off");
}

std::string scan_code_words(std::uint8_t code) {
  switch (code) {
    case 0xE0: return "prefix of an extended key";
    case 0xE1: return "prefix of Pause";
    case 0xFA: return "keyboard acknowledges";
    case 0xFE: return "keyboard asks for the byte again";
    case 0xAA: return "LeftShift released, or self test passed";
    default: break;
  }
  for (unsigned k = 1; k <= kKeyCount; ++k) {
    const ScanCodes made = make_codes(static_cast<Key>(k), 1, {});
    if (made.count == 1 && made.bytes[0] == (code & 0x7F))
      return fmt::format("{} {}", key_name(static_cast<Key>(k)), code & 0x80 ? "released" : "pressed");
  }
  return {};
}

std::string crtc_register_name(unsigned index) {
  switch (index) {
    case 0x07: return "CRTC overflow";
    case 0x09: return "CRTC maximum scan line";
    case 0x0A: return "CRTC cursor start";
    case 0x0B: return "CRTC cursor end";
    case 0x0C: return "CRTC start address high";
    case 0x0D: return "CRTC start address low";
    case 0x0E: return "CRTC cursor location high";
    case 0x0F: return "CRTC cursor location low";
    case 0x13: return "CRTC row offset";
    default: return fmt::format("CRTC register {:#04x}", index);
  }
}

std::string cmos_register_name(unsigned index) {
  constexpr const char* kFirst[] = {"seconds",    "seconds alarm", "minutes",         "minutes alarm",
                                    "hours",      "hours alarm",   "day of the week", "day of the month",
                                    "month",      "year",          "register A",      "register B",
                                    "register C", "register D"};
  if (index < std::size(kFirst)) return std::string("clock ") + kFirst[index];
  return index == 0x32 ? "CMOS century" : fmt::format("CMOS byte {:#04x}", index);
}

std::string uart_line_status_words(std::uint8_t status) {
  constexpr Named kBits[] = {
      {0, "data received"}, {1, "overrun"},  {2, "parity error"}, {3, "framing error"},
      {4, "break"},         {5, "may send"}, {6, "all sent"},     {7, "error in the FIFO"}};
  const std::string words = names(status, kBits);
  return words.empty() ? "busy sending" : words;
}

}  // namespace ringside
