// SPDX-License-Identifier: GPL-2.0-or-later
// The words of the 8259A, and the names of all ports. Source: Intel 8259A data sheet (231468), figures 7
// and 8.
#include <fmt/format.h>

#include "sim/base/bits.h"
#include "sim/inspect/port_words.h"

namespace ringside {
namespace {

std::string ocw2_words(std::uint8_t v, bool slave) {
  const unsigned line = bits(v, 2, 0), irq = line + (slave ? 8 : 0);
  switch (bits(v, 7, 5)) {
    case 1: return "EOI: the interrupt in service is done";
    case 3: return fmt::format("EOI of IRQ {}", irq);
    case 5: return "EOI, and that line gets the lowest priority";
    case 7: return fmt::format("EOI of IRQ {}, which gets the lowest priority", irq);
    case 4: return "rotate priorities at automatic EOI";
    case 0: return "no rotation at automatic EOI";
    case 6: return fmt::format("IRQ {} gets the lowest priority", irq);
    default: return "no operation";
  }
}

}  // namespace

std::string PortWords::pic_write(bool slave, bool data, std::uint8_t v) {
  Pic& pic = pic_[slave];
  if (!data) {
    if (bit(v, 4)) {
      pic = {.next_icw = 2, .single = bit(v, 1), .wants_icw4 = bit(v, 0), .reads_isr = false};
      return fmt::format("ICW1: initialise, {} triggered{}{}", bit(v, 3) ? "level" : "edge",
                         pic.single ? ", single" : ", cascaded", pic.wants_icw4 ? ", ICW4 follows" : "");
    }
    if (!bit(v, 3)) return ocw2_words(v, slave);
    std::string words = "OCW3:";
    if (bit(v, 1)) {
      pic.reads_isr = bit(v, 0);
      words += pic.reads_isr ? " next reads give ISR" : " next reads give IRR";
    }
    if (bit(v, 2)) words += " poll";
    if (bit(v, 6)) words += bit(v, 5) ? " special mask on" : " special mask off";
    return words;
  }
  switch (pic.next_icw) {
    case 2:
      pic.next_icw = !pic.single ? 3 : pic.wants_icw4 ? 4 : 0;
      return fmt::format("ICW2: vectors from {:#x}", v & 0xF8);
    case 3:
      pic.next_icw = pic.wants_icw4 ? 4 : 0;
      return slave ? fmt::format("ICW3: the slave is number {}", v & 7)
                   : fmt::format("ICW3: slaves on lines {:#04x}", v);
    case 4:
      pic.next_icw = 0;
      return fmt::format("ICW4: {}, {}", v & 1 ? "8086 mode" : "MCS-80 mode",
                         v & 2 ? "automatic EOI" : "normal EOI");
    default: break;
  }
  std::string open;
  for (unsigned i = 0; i < 8; ++i)
    if (!bit(v, i)) open += fmt::format("{}{}", open.empty() ? "" : ", ", i + (slave ? 8 : 0));
  return open.empty() ? "mask: all lines closed" : "mask: open are IRQ " + open;
}

std::string port_name(std::uint16_t port) {
  switch (port) {
    case 0x20: return "PIC master, command";
    case 0x21: return "PIC master, data";
    case 0xA0: return "PIC slave, command";
    case 0xA1: return "PIC slave, data";
    case 0x4D0: return "ELCR of the master";
    case 0x4D1: return "ELCR of the slave";
    case 0x40: return "PIT counter 0";
    case 0x41: return "PIT counter 1";
    case 0x42: return "PIT counter 2";
    case 0x43: return "PIT control";
    case 0x60: return "keyboard data";
    case 0x61: return "system control B";
    case 0x64: return "keyboard controller";
    case 0x70: return "CMOS index";
    case 0x71: return "CMOS data";
    case 0x80: return "POST";
    case 0x92: return "system control A";
    case 0xE9: return "debug console";
    case 0xF4:
    case 0x501: return "debug exit";
    case 0x3C0: return "VGA attribute";
    case 0x3C2: return "VGA miscellaneous output";
    case 0x3C4: return "VGA sequencer index";
    case 0x3C5: return "VGA sequencer data";
    case 0x3C8: return "VGA palette index";
    case 0x3C9: return "VGA palette data";
    case 0x3CE: return "VGA graphics index";
    case 0x3CF: return "VGA graphics data";
    case 0x3D4: return "CRTC index";
    case 0x3D5: return "CRTC data";
    case 0x3DA: return "VGA input status";
    case 0x604: return "ACPI power control";
    case 0xCF8: return "PCI configuration address";
    case 0xCF9: return "reset control";
    default: break;
  }
  constexpr const char* kUart[] = {
      "data",         "interrupt enable", "interrupt identification / FIFO control",
      "line control", "modem control",    "line status",
      "modem status", "scratch"};
  if (port >= 0x3F8 && port <= 0x3FF) return std::string("COM1 ") + kUart[port - 0x3F8];
  if (port >= 0x2F8 && port <= 0x2FF) return std::string("COM2 ") + kUart[port - 0x2F8];
  if (port >= 0xCFC && port <= 0xCFF) return "PCI configuration data";
  if (port >= 0x1F0 && port <= 0x1F7) return "first disk";
  if (port >= 0x3C0 && port <= 0x3DF) return "VGA";
  return {};
}

}  // namespace ringside
