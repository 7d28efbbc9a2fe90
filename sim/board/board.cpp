// SPDX-License-Identifier: GPL-2.0-or-later
#include "sim/board/board.h"

#include <algorithm>

namespace ringside {
namespace {

constexpr unsigned kIrqTimer = 0, kIrqKeyboard = 1, kIrqCom1 = 4, kIrqClock = 8, kIrqMouse = 12;
constexpr std::uint16_t kPit = 0x40, kController = 0x60, kControlB = 0x61, kControlA = 0x92, kClock = 0x70,
                        kPost = 0x80, kConsole = 0xE9, kExit = 0xF4, kExitBochs = 0x501, kVga = 0x3C0,
                        kCom1 = 0x3F8, kPower = 0x604, kResetControl = 0xCF9;

void drive(Board& board, unsigned irq, bool level, Ticks now, BoardEffects& effects) {
  if (((board.irq_lines >> irq & 1) != 0) == level) return;
  board.irq_lines = static_cast<std::uint16_t>(board.irq_lines ^ (1u << irq));
  set_irq_line(board.pic, irq, level);
  using Kind = BoardRecord::Kind;
  effects.records.push_back(
      {level ? Kind::irq_raised : Kind::irq_lowered, static_cast<std::uint8_t>(irq), 0, now});
}

// Carries every output to the input it is wired to.
void settle(Board& board, Ticks now, BoardEffects& effects) {
  set_clock(board.keyboard, keyboard_clock(board.i8042), now);
  while (keyboard_clock(board.i8042)) {
    const auto byte = take_byte(board.keyboard, now);
    if (!byte) break;
    receive_from_keyboard(board.i8042, *byte);
    set_clock(board.keyboard, keyboard_clock(board.i8042), now);
  }
  drive(board, kIrqTimer, out(board.pit, 0, now), now, effects);
  drive(board, kIrqKeyboard, irq1_level(board.i8042), now, effects);
  drive(board, kIrqCom1, irq_level(board.com1), now, effects);
  drive(board, kIrqClock, irq_level(board.rtc), now, effects);
  drive(board, kIrqMouse, irq12_level(board.i8042), now, effects);
}

bool is_pic(std::uint16_t port) {
  return port == 0x20 || port == 0x21 || port == 0xA0 || port == 0xA1 || port == 0x4D0 || port == 0x4D1;
}
bool within(std::uint16_t port, std::uint16_t first, unsigned count) {
  return port >= first && port < first + count;
}

std::uint8_t read_byte(Board& b, std::uint16_t port, Ticks now) {
  if (is_pic(port)) return read_port(b.pic, port);
  if (within(port, kPit, 4)) return read_port(b.pit, port - kPit, now);
  if (port == kController || port == kController + 4) return read_port(b.i8042, port - kController, now);
  if (port == kControlB) return read_port(b.control_b, out(b.pit, 2, now), now);
  if (port == kControlA) return read_port(b.control_a);
  if (within(port, kClock, 2)) return read_port(b.rtc, port - kClock, now);
  if (port == kPost) return read_port(b.post);
  if (port == kConsole) return read_port(b.debug_console);
  if (within(port, kVga, 32)) return read_port(b.vga, port - kVga, now);
  if (within(port, kCom1, 8)) return read_port(b.com1, port - kCom1, now);
  return 0xFF;
}

std::uint8_t peek_byte(const Board& b, std::uint16_t port, Ticks now) {
  if (is_pic(port)) return peek_port(b.pic, port);
  if (within(port, kPit, 4)) return peek_port(b.pit, port - kPit, now);
  if (port == kController || port == kController + 4) return peek_port(b.i8042, port - kController, now);
  if (port == kControlB) return read_port(b.control_b, out(b.pit, 2, now), now);
  if (port == kControlA) return read_port(b.control_a);
  if (within(port, kClock, 2)) return peek_port(b.rtc, port - kClock, now);
  if (port == kPost) return peek_port(b.post);
  if (port == kConsole) return peek_port(b.debug_console);
  if (within(port, kVga, 32)) return peek_port(b.vga, port - kVga, now);
  if (within(port, kCom1, 8)) return peek_port(b.com1, port - kCom1, now);
  return 0xFF;
}

void write_controller(Board& b, unsigned offset, std::uint8_t value, Ticks now, BoardEffects& effects) {
  const I8042Output output = write_port(b.i8042, offset, value, now);
  if (output.to_keyboard) receive(b.keyboard, *output.to_keyboard, now);
  if (output.reset) effects.reset = BoardReset::keyboard_controller;
}

void write_pic(Board& b, std::uint16_t port, std::uint8_t value, Ticks now, BoardEffects& effects) {
  const PicPairWrite done = write_port(b.pic, port, value);
  if (done.write.action != PicAction::kEoi && done.write.action != PicAction::kEoiAndRotate) return;
  const auto line = done.write.line == kNoLine
                        ? kNoLine
                        : static_cast<std::uint8_t>(done.write.line + (done.slave ? 8 : 0));
  effects.records.push_back({BoardRecord::Kind::eoi, line, done.slave, now});
}

void write_byte(Board& b, std::uint16_t port, std::uint8_t value, Ticks now, BoardEffects& effects) {
  if (is_pic(port)) return write_pic(b, port, value, now, effects);
  if (within(port, kPit, 4)) return write_port(b.pit, port - kPit, value, now);
  if (port == kController || port == kController + 4)
    return write_controller(b, port - kController, value, now, effects);
  if (port == kControlB) {
    write_port(b.control_b, value);
    return set_gate(b.pit, 2, timer2_gate(b.control_b), now);
  }
  if (port == kControlA) {
    if (write_port(b.control_a, value)) effects.reset = BoardReset::port_92;
    return;
  }
  if (within(port, kClock, 2)) return write_port(b.rtc, port - kClock, value, now);
  if (port == kPost) return write_port(b.post, value);
  if (port == kConsole) {
    effects.records.push_back({BoardRecord::Kind::console, 0, write_port(b.debug_console, value), now});
    return;
  }
  if (within(port, kVga, 32)) return write_port(b.vga, port - kVga, value, now);
  if (within(port, kCom1, 8)) {
    if (const auto sent = write_port(b.com1, port - kCom1, value, now).sent)
      effects.records.push_back({BoardRecord::Kind::serial, 0, *sent, now});
    return;
  }
  // Intel's reset control register: bit 2 going up pulls the reset line.
  if (port == kResetControl && (value & 4)) effects.reset = BoardReset::port_cf9;
}

Board common(std::uint64_t memory_bytes, std::int64_t start) {
  Board board;
  board.rtc = rtc_after_bios(memory_bytes, start);
  return board;
}

// Lines that are high from the beginning are no edges.
Board at_rest(Board board) {
  BoardEffects ignored;
  settle(board, 0, ignored);
  board.pic.master.irr = board.pic.slave.irr = 0;
  return board;
}

}  // namespace

Board board_after_bios(std::uint64_t memory_bytes, std::int64_t start_time_unix) {
  Board board = common(memory_bytes, start_time_unix);
  board.pic = pic_after_bios();
  board.pit = pit_after_bios();
  board.i8042 = i8042_after_bios();
  board.keyboard = ps2_keyboard_after_bios();
  board.com1 = uart16550_after_bios();
  board.vga = vga_text_after_bios();
  return at_rest(board);
}

Board board_cold(std::uint64_t memory_bytes, std::int64_t start_time_unix) {
  return at_rest(common(memory_bytes, start_time_unix));
}

bool port_assigned(std::uint16_t port) {
  return is_pic(port) || within(port, kPit, 4) || port == kController || port == kController + 4 ||
         port == kControlB || port == kControlA || within(port, kClock, 2) || port == kPost ||
         port == kConsole || within(port, kExit, 4) || within(port, kExitBochs, 2) ||
         within(port, kVga, 32) || within(port, kCom1, 8) || within(port, kPower, 2) || port == kResetControl;
}

std::uint32_t read_port(Board& board, std::uint16_t port, unsigned size, Ticks now, BoardEffects& effects) {
  effects.unassigned = !port_assigned(port);
  if (port == kExit || port == kExitBochs) return read_port(board.debug_exit);
  if (within(port, kPower, 2)) return read_port(board.acpi_power, port - kPower, size);
  std::uint32_t value = 0;
  for (unsigned i = 0; i < size; ++i)
    value |= std::uint32_t{read_byte(board, static_cast<std::uint16_t>(port + i), now)} << (8 * i);
  settle(board, now, effects);
  return value;
}

std::uint32_t peek_port(const Board& board, std::uint16_t port, unsigned size, Ticks now) {
  if (port == kExit || port == kExitBochs) return peek_port(board.debug_exit);
  if (within(port, kPower, 2)) return peek_port(board.acpi_power, port - kPower, size);
  std::uint32_t value = 0;
  for (unsigned i = 0; i < size; ++i)
    value |= std::uint32_t{peek_byte(board, static_cast<std::uint16_t>(port + i), now)} << (8 * i);
  return value;
}

void write_port(Board& board, std::uint16_t port, unsigned size, std::uint32_t value, Ticks now,
                BoardEffects& effects) {
  effects.unassigned = !port_assigned(port);
  if (port == kExit || (port == kExitBochs && size == 2)) {
    effects.debug_exit = write_port(board.debug_exit, value);
    return;
  }
  if (within(port, kPower, 2)) {
    effects.power_off = write_port(board.acpi_power, port - kPower, static_cast<std::uint16_t>(value), size);
    return;
  }
  for (unsigned i = 0; i < size; ++i)
    write_byte(board, static_cast<std::uint16_t>(port + i), static_cast<std::uint8_t>(value >> (8 * i)), now,
               effects);
  settle(board, now, effects);
}

void press_key(Board& board, Key key, bool down, Ticks now, BoardEffects& effects) {
  down ? press(board.keyboard, key, now) : release(board.keyboard, key, now);
  settle(board, now, effects);
}

void receive_serial(Board& board, std::uint8_t byte, Ticks now, BoardEffects& effects) {
  receive(board.com1, byte, now);
  settle(board, now, effects);
}

void advance(Board& board, Ticks now, BoardEffects& effects) {
  for (;;) {
    const Ticks at = std::min(next_event(board), now);
    advance(board.pit, at);
    advance(board.i8042, at);
    advance(board.keyboard, at);
    advance(board.com1, at);
    advance(board.rtc, at);
    settle(board, at, effects);
    if (at == now) return;
  }
}

Ticks next_event(const Board& board) {
  return std::min({next_event(board.pit), next_event(board.i8042), next_event(board.keyboard),
                   next_event(board.com1), next_event(board.rtc)});
}

bool interrupt_requested(const Board& board) { return int_output(board.pic); }

}  // namespace ringside
