// SPDX-License-Identifier: GPL-2.0-or-later
#include "sim/devices/i8042.h"

namespace ringside {
namespace {

enum StatusBit : std::uint8_t {
  kObf = 0x01,
  kSys = 0x04,
  kA2 = 0x08,
  kAuxb = 0x20,
  kTimeOut = 0x40,
  kParity = 0x80,
};

enum CommandBit : std::uint8_t {
  kIrq1Enable = 0x01,
  kIrq12Enable = 0x02,
  kSystemFlag = 0x04,
  kKeyboardOff = 0x10,
  kMouseOff = 0x20,
  kTranslate = 0x40,
};

// What the controller's firmware holds in ROM, indexed by the set 2 code.
// clang-format off
constexpr std::array<std::uint8_t, 0x85> kTranslation = {
    0xFF, 0x43, 0x41, 0x3F, 0x3D, 0x3B, 0x3C, 0x58, 0x64, 0x44, 0x42, 0x40, 0x3E, 0x0F, 0x29, 0x59,
    0x65, 0x38, 0x2A, 0x70, 0x1D, 0x10, 0x02, 0x5A, 0x66, 0x71, 0x2C, 0x1F, 0x1E, 0x11, 0x03, 0x5B,
    0x67, 0x2E, 0x2D, 0x20, 0x12, 0x05, 0x04, 0x5C, 0x68, 0x39, 0x2F, 0x21, 0x14, 0x13, 0x06, 0x5D,
    0x69, 0x31, 0x30, 0x23, 0x22, 0x15, 0x07, 0x5E, 0x6A, 0x72, 0x32, 0x24, 0x16, 0x08, 0x09, 0x5F,
    0x6B, 0x33, 0x25, 0x17, 0x18, 0x0B, 0x0A, 0x60, 0x6C, 0x34, 0x35, 0x26, 0x27, 0x19, 0x0C, 0x61,
    0x6D, 0x73, 0x28, 0x74, 0x1A, 0x0D, 0x62, 0x6E, 0x3A, 0x36, 0x1C, 0x1B, 0x75, 0x2B, 0x63, 0x76,
    0x55, 0x56, 0x77, 0x78, 0x79, 0x7A, 0x0E, 0x7B, 0x7C, 0x4F, 0x7D, 0x4B, 0x47, 0x7E, 0x7F, 0x6F,
    0x52, 0x53, 0x50, 0x4C, 0x4D, 0x48, 0x01, 0x45, 0x57, 0x4E, 0x51, 0x4A, 0x37, 0x49, 0x46, 0x54,
    0x80, 0x81, 0x82, 0x41, 0x54,
};
// clang-format on

std::uint8_t& command_byte(I8042& c) { return c.ram[0]; }
std::uint8_t command_byte(const I8042& c) { return c.ram[0]; }

void fill(I8042& c, std::uint8_t byte, std::uint8_t source) {
  c.output_buffer = byte;
  c.status = static_cast<std::uint8_t>((c.status & ~(kAuxb | kTimeOut | kParity)) | kObf | source);
}

// An answer of the controller itself: at once if the buffer is free, else after the byte that is in it.
void answer(I8042& c, std::uint8_t byte, std::uint8_t source = 0) {
  if ((c.status & kObf) == 0 && !c.reply_waiting) return fill(c, byte, source);
  c.reply = byte;
  c.reply_status = source;
  c.reply_waiting = true;
}

bool pulls_reset(std::uint8_t lines) { return (lines & 1) == 0; }

void write_command_byte(I8042& c, std::uint8_t value) {
  command_byte(c) = value;
  c.status = static_cast<std::uint8_t>((c.status & ~kSys) | ((value & kSystemFlag) != 0 ? kSys : 0));
}

I8042Output write_data(I8042& c, std::uint8_t value) {
  const std::uint8_t command = c.awaiting_data;
  c.awaiting_data = 0;
  switch (command) {
    case 0:  // for the keyboard; sending to it switches its port on
      command_byte(c) &= static_cast<std::uint8_t>(~kKeyboardOff);
      return {.to_keyboard = value};
    case 0xD1: c.output_port = value; return {.reset = pulls_reset(value)};
    case 0xD2:  // as if the keyboard had sent it, untranslated
      answer(c, value);
      return {};
    case 0xD3:  // as if the mouse had sent it
      answer(c, value, kAuxb);
      return {};
    case 0xD4:  // for the mouse: there is none, so the controller gives up and says so
      answer(c, 0xFE, kAuxb | kTimeOut);
      return {};
    default:  // 0x60 to 0x7F
      if ((command & 0x1F) == 0)
        write_command_byte(c, value);
      else
        c.ram[command & 0x1F] = value;
      return {};
  }
}

I8042Output write_command(I8042& c, std::uint8_t command) {
  c.awaiting_data = 0;
  if (command >= 0x20 && command <= 0x3F) {
    answer(c, c.ram[command & 0x1F]);
  } else if (command >= 0x60 && command <= 0x7F) {
    c.awaiting_data = command;
  } else if (command >= 0xF0) {
    return {.reset = pulls_reset(command)};
  }
  switch (command) {
    case 0xA4: answer(c, 0xF1); break;  // no password installed
    case 0xA7: command_byte(c) |= kMouseOff; break;
    case 0xA8: command_byte(c) &= static_cast<std::uint8_t>(~kMouseOff); break;
    case 0xA9: answer(c, 0x00); break;  // mouse port: lines in order
    case 0xAA:                          // self test of the controller
      c.status |= kSys;
      answer(c, 0x55);
      break;
    case 0xAB: answer(c, 0x00); break;  // keyboard port: lines in order
    case 0xAD: command_byte(c) |= kKeyboardOff; break;
    case 0xAE: command_byte(c) &= static_cast<std::uint8_t>(~kKeyboardOff); break;
    case 0xC0: answer(c, 0x80); break;  // input port: bit 7 = keyboard not locked
    case 0xD0:
      answer(c, static_cast<std::uint8_t>((c.output_port & ~0x30) | (irq1_level(c) ? 0x10 : 0) |
                                          (irq12_level(c) ? 0x20 : 0)));
      break;
    case 0xD1:
    case 0xD2:
    case 0xD3:
    case 0xD4: c.awaiting_data = command; break;
    case 0xE0: answer(c, keyboard_clock(c) ? 0x03 : 0x02); break;  // test inputs: clock, data
    default: break;                                                // the firmware knows no such command
  }
  return {};
}

}  // namespace

I8042 i8042_after_bios() {
  I8042 c;
  c.status |= kSys;
  command_byte(c) = 0x61;
  return c;
}

I8042Output write_port(I8042& c, unsigned offset, std::uint8_t value, Ticks now) {
  advance(c, now);
  if (offset == kI8042Data) {
    c.status &= static_cast<std::uint8_t>(~kA2);
    return write_data(c, value);
  }
  if (offset == kI8042Command) {
    c.status |= kA2;
    return write_command(c, value);
  }
  return {};
}

std::uint8_t read_port(I8042& c, unsigned offset, Ticks now) {
  advance(c, now);
  if (offset == kI8042Command) return c.status;
  if (offset != kI8042Data) return 0xFF;
  c.status &= static_cast<std::uint8_t>(~(kObf | kAuxb | kTimeOut | kParity));
  if (c.reply_waiting && c.refill_at == kNever) c.refill_at = now + kI8042RefillTicks;
  return c.output_buffer;
}

std::uint8_t peek_port(const I8042& c, unsigned offset, Ticks now) {
  I8042 copy = c;
  return read_port(copy, offset, now);
}

bool keyboard_clock(const I8042& c) {
  return (c.status & kObf) == 0 && !c.reply_waiting && (command_byte(c) & kKeyboardOff) == 0;
}

void receive_from_keyboard(I8042& c, std::uint8_t byte) {
  if ((command_byte(c) & kTranslate) == 0) return fill(c, byte, 0);
  if (byte == 0xF0) {
    c.break_prefix = true;
    return;
  }
  const std::uint8_t released = c.break_prefix ? 0x80 : 0x00;
  c.break_prefix = false;
  fill(c, translate_scan_code(byte) | released, 0);
}

bool irq1_level(const I8042& c) {
  return (c.status & (kObf | kAuxb)) == kObf && (command_byte(c) & kIrq1Enable) != 0;
}

bool irq12_level(const I8042& c) {
  return (c.status & (kObf | kAuxb)) == (kObf | kAuxb) && (command_byte(c) & kIrq12Enable) != 0;
}

bool a20_gate(const I8042& c) { return bit(c.output_port, 1); }

void advance(I8042& c, Ticks now) {
  if (c.refill_at > now || !c.reply_waiting) return;
  fill(c, c.reply, c.reply_status);
  c.reply_waiting = false;
  c.reply = c.reply_status = 0;
  c.refill_at = kNever;
}

Ticks next_event(const I8042& c) { return c.refill_at; }

std::uint8_t translate_scan_code(std::uint8_t set2) {
  return set2 < kTranslation.size() ? kTranslation[set2] : set2;
}

}  // namespace ringside
