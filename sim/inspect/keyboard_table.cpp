// SPDX-License-Identifier: GPL-2.0-or-later
// Source: IBM PS/2 Hardware Interface Technical Reference, "Keyboard and Auxiliary Device Controller".
#include <array>

#include "sim/base/bits.h"
#include "sim/inspect/cells.h"
#include "sim/inspect/device_tables.h"
#include "sim/inspect/port_words.h"
#include "sim/inspect/words.h"

namespace ringside {
namespace {

std::string bytes_list(std::span<const std::uint8_t> bytes) {
  std::string words;
  for (std::uint8_t b : bytes) words += fmt::format("{}{:02x}", words.empty() ? "" : " ", b);
  return words.empty() ? "empty" : words;
}

std::string led_words(std::uint8_t leds) {
  std::string words;
  for (const auto& [index, name] : {std::pair{0u, "Scroll Lock"}, {1u, "Num Lock"}, {2u, "Caps Lock"}})
    if (bit(leds, index)) words += (words.empty() ? "" : ", ") + std::string(name);
  return words.empty() ? "none lit" : words;
}

std::string held_words(const Ps2Keyboard& keyboard) {
  std::string words;
  for (unsigned k = 1; k <= kKeyCount; ++k)
    if (is_held(keyboard, static_cast<Key>(k)))
      words += (words.empty() ? "" : ", ") + std::string(key_name(static_cast<Key>(k)));
  return words.empty() ? "none" : words;
}

}  // namespace

Table keyboard_table(const InspectContext& c) {
  const I8042& chip = c.board.i8042;
  const Ps2Keyboard& keys = c.board.keyboard;
  const bool full = chip.status & 1;
  Table t{.name = "keyboard",
          .title = "Keyboard and its controller (8042)",
          .note = full ? fmt::format("Byte {:#04x} waits at port 0x60; until it is read, no other comes.",
                                     chip.output_buffer)
                       : "No byte waits at port 0x60.",
          .columns = {{"Register"}, {"Value", true}, {"Meaning"}},
          .rows = {}};
  const auto add = [&](const char* key, const char* shown, std::string value, std::string meaning,
                       Tone tone = Tone::plain, RowSource source = at_port(0x60)) {
    t.rows.push_back({key, {plain(shown), plain(std::move(value), tone), muted(std::move(meaning))}, source});
  };
  add("status", "Status (0x64)", fmt::format("{:#04x}", chip.status), i8042_status_words(chip.status),
      Tone::plain, at_port(0x64));
  add("command-byte", "Command byte", fmt::format("{:#04x}", chip.ram[0]),
      i8042_command_byte_words(chip.ram[0]));
  add("output-buffer", "Output buffer (0x60)", fmt::format("{:#04x}", chip.output_buffer),
      full ? scan_code_words(chip.output_buffer) : "read already", full ? Tone::now : Tone::muted);
  add("output-port", "Output port", fmt::format("{:#04x}", chip.output_port),
      fmt::format("A20 {}", a20_gate(chip) ? "open" : "closed"));
  add("irq1", "IRQ 1", irq1_level(chip) ? "1" : "0", "level of the line to the PIC");
  if (chip.awaiting_data)
    add("awaiting", "Command under way", fmt::format("{:#04x}", chip.awaiting_data),
        "its data byte comes to port 0x60");
  if (chip.reply_waiting)
    add("reply", "Answer waiting", fmt::format("{:#04x}", chip.reply), "the output buffer is full");
  add("clock", "Keyboard's clock", keyboard_clock(chip) ? "1" : "0",
      keyboard_clock(chip) ? "the keyboard may send" : "the keyboard is held");
  add("scanning", "Scanning", keys.scanning ? "on" : "off",
      fmt::format("scan code set {}", keys.scan_code_set));
  add("buffer", "Keyboard's buffer", std::to_string(keys.buffer_count),
      bytes_list(std::span(keys.buffer).first(keys.buffer_count)));
  add("replies", "Keyboard's answers", std::to_string(keys.reply_count),
      bytes_list(std::span(keys.replies).first(keys.reply_count)));
  add("leds", "Lights", fmt::format("{:#x}", keys.leds), led_words(keys.leds));
  add("held", "Keys held", "", held_words(keys));
  add("typematic", "Repeat", fmt::format("{:#04x}", keys.typematic),
      fmt::format("after {}, then every {}", time_words(typematic_delay_ticks(keys.typematic)),
                  time_words(typematic_period_ticks(keys.typematic))));
  return t;
}

}  // namespace ringside
