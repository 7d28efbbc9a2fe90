// SPDX-License-Identifier: GPL-2.0-or-later
// What the guest shows and sends: text display and serial port, and the clock.
#include <array>

#include "sim/base/bits.h"
#include "sim/devices/cp437.h"
#include "sim/inspect/cells.h"
#include "sim/inspect/device_tables.h"
#include "sim/inspect/port_words.h"
#include "sim/inspect/words.h"

namespace ringside {
namespace {

constexpr std::array<const char*, 16> kColours{
    "black",     "blue",       "green",       "cyan",       "red",       "magenta", "brown",  "light grey",
    "dark grey", "light blue", "light green", "light cyan", "light red", "pink",    "yellow", "white"};

std::span<const std::byte> text_plane(const InspectContext& c) {
  if (c.memory.size() < kVgaTextStart + kVgaTextBytes) return {};
  return c.memory.vga_text();
}

// The last lines of what COM1 sent, without control characters.
std::string last_line(std::span<const std::uint8_t> serial) {
  std::size_t end = serial.size();
  while (end > 0 && (serial[end - 1] == '\n' || serial[end - 1] == '\r')) --end;
  std::size_t start = end;
  while (start > 0 && serial[start - 1] != '\n' && end - start < 120) --start;
  std::string line;
  for (std::uint8_t b : serial.subspan(start, end - start))
    if (b >= 0x20 && b < 0x7F) line += static_cast<char>(b);
  return line;
}

}  // namespace

Table screen_table(const InspectContext& c) {
  Table t{.name = "screen", .title = "Screen", .note = {}, .columns = {{"Row", true}, {"Text"}}, .rows = {}};
  const ScreenText screen = ringside::screen(c.board.vga, text_plane(c));
  for (unsigned r = 0; r < kTextRows; ++r) {
    std::string line;
    for (const TextCell& cell : screen.rows[r]) append_cp437(line, cell.character);
    line.erase(line.find_last_not_of(' ') + 1);
    t.rows.push_back({std::to_string(r), {muted(std::to_string(r)), plain(line)}});
  }
  t.note = screen.cursor
               ? fmt::format("cursor in row {}, column {}", screen.cursor->at.row, screen.cursor->at.column)
               : "no cursor";
  if (!screen.display_on) t.note += "; the display is switched off";
  return t;
}

Table cells_table(const InspectContext& c, unsigned row) {
  Table t{.name = "cells",
          .title = fmt::format("Screen cells of row {}", row),
          .note = {},
          .columns =
              {{"Column", true}, {"At", true}, {"Character"}, {"Code", true}, {"Colour"}, {"On"}, {"Blinks"}},
          .rows = {}};
  if (row >= kTextRows) return t;
  const ScreenText screen = ringside::screen(c.board.vga, text_plane(c));
  const unsigned first = start_address(c.board.vga) + row * row_pitch(c.board.vga);
  for (unsigned column = 0; column < kTextColumns; ++column) {
    const TextCell& cell = screen.rows[row][column];
    std::string shown;
    append_cp437(shown, cell.character);
    const std::uint64_t at = kVgaTextStart + 2ull * (first + column) % kVgaTextBytes;
    t.rows.push_back({std::to_string(column),
                      {plain(std::to_string(column)), physical(at), plain(shown),
                       plain(fmt::format("{:#04x}", cell.character)), plain(kColours[cell.foreground & 15]),
                       plain(kColours[cell.background & 15]), plain(cell.blink ? "yes" : "")}});
  }
  return t;
}

Table vga_table(const InspectContext& c) {
  const VgaText& v = c.board.vga;
  Table t{.name = "vga",
          .title = "Text display (VGA)",
          .note = {},
          .columns = {{"Register"}, {"Value", true}, {"Meaning"}},
          .rows = {}};
  const auto cursor = text_cursor(v);
  t.note = cursor ? fmt::format("Cursor in row {}, column {}, scan lines {} to {}; display {}.",
                                cursor->at.row, cursor->at.column, cursor->first_line, cursor->last_line,
                                display_on(v) ? "on" : "off")
                  : fmt::format("No cursor; display {}.", display_on(v) ? "on" : "off");
  for (const auto& [index, meaning] :
       {std::pair{0x0Au, "bit 5 hides the cursor, bits 4-0 its first scan line"},
        {0x0Bu, "bits 4-0: its last scan line"},
        {0x0Cu, "first character shown, high byte"},
        {0x0Du, "first character shown, low byte"},
        {0x0Eu, "cursor's character, high byte"},
        {0x0Fu, "cursor's character, low byte"},
        {0x13u, "characters a row, halved"}})
    t.rows.push_back(
        {fmt::format("crtc{:02x}", index),
         {plain(crtc_register_name(index)), plain(fmt::format("{:#04x}", v.crtc[index])), muted(meaning)}});
  t.rows.push_back({"index",
                    {plain("CRTC index"), plain(fmt::format("{:#04x}", v.crtc_index)),
                     muted("the register that port 0x3D5 means")}});
  t.rows.push_back(
      {"mode",
       {plain("Attribute mode"), plain(fmt::format("{:#04x}", v.attribute[0x10])),
        muted(bit(v.attribute[0x10], 3) ? "bit 7 of a colour byte blinks" : "16 background colours")}});
  t.rows.push_back({"start",
                    {plain("Window starts at"), physical(kVgaTextStart + 2ull * start_address(v)),
                     muted("top left cell")}});
  return t;
}

Table uart_table(const InspectContext& c) {
  const Uart16550& u = c.board.com1;
  Table t{.name = "uart",
          .title = "Serial port COM1 (16550A)",
          .note = {},
          .columns = {{"Register"}, {"Value", true}, {"Meaning"}},
          .rows = {}};
  const unsigned rate = baud_rate(u);
  t.note =
      fmt::format("{}, {} data bits; {} bytes sent", rate ? fmt::format("{} baud", rate) : "no divisor set",
                  5 + (u.lcr & 3), count_words(c.serial.size()));
  const auto add = [&](std::uint16_t port, const char* key, const char* shown, std::uint8_t value,
                       std::string meaning) {
    t.rows.push_back({key,
                      {plain(shown), plain(fmt::format("{:#04x}", value)), muted(std::move(meaning))},
                      at_port(port)});
  };
  // Words as a program that writes the same value would be told; the divisor latch is a state, not part of
  // them.
  const auto words = [](unsigned port, std::uint8_t value) {
    return PortWords().write(static_cast<std::uint16_t>(port), 1, value);
  };
  const std::uint8_t lsr = peek_port(u, 5, c.now), iir = peek_port(u, 2, c.now);
  add(0x3F9, "ier", "IER", u.ier, words(0x3F9, u.ier));
  add(0x3FA, "iir", "IIR", iir,
      iir & 1 ? "no interrupt pending" : fmt::format("interrupt pending, cause {}", bits(iir, 3, 1)));
  add(0x3FA, "fcr", "FCR", u.fcr, words(0x3FA, u.fcr));
  add(0x3FB, "lcr", "LCR", u.lcr, words(0x3FB, u.lcr));
  add(0x3FC, "mcr", "MCR", u.mcr, words(0x3FC, u.mcr));
  add(0x3FD, "lsr", "LSR", lsr, uart_line_status_words(lsr));
  add(0x3FE, "msr", "MSR", static_cast<std::uint8_t>(u.modem_lines | u.msr_deltas), "modem lines");
  add(0x3F8, "dll", "DLL", u.dll, "divisor, low byte");
  add(0x3F9, "dlm", "DLM", u.dlm, "divisor, high byte");
  std::string waiting;
  for (unsigned i = 0; i < u.receive_count; ++i)
    waiting += fmt::format("{}{:02x}", waiting.empty() ? "" : " ", u.receive_fifo[i]);
  t.rows.push_back({"received",
                    {plain("Received"), plain(std::to_string(u.receive_count)),
                     muted(waiting.empty() ? "nothing waits" : waiting)}});
  t.rows.push_back({"irq",
                    {plain("IRQ 4"), yes_no(irq_level(u)),
                     muted(interrupt_pending(u) && !irq_level(u) ? "asked for, but OUT2 in MCR keeps it in"
                                                                 : "level of the line")}});
  t.rows.push_back({"sent", {plain("Last line"), {}, plain(last_line(c.serial))}});
  return t;
}

Table rtc_table(const InspectContext& c) {
  Rtc rtc = c.board.rtc;
  advance(rtc, c.now);
  const RtcTime now = time_of(rtc);
  Table t{.name = "rtc",
          .title = "Real-time clock (MC146818A)",
          .note = fmt::format("{:04}-{:02}-{:02} {:02}:{:02}:{:02}{}", now.year, now.month, now.day, now.hour,
                              now.minute, now.second, is_updating(rtc, c.now) ? ", update in progress" : ""),
          .columns = {{"Byte", true}, {"Name"}, {"Value", true}, {"Meaning"}},
          .rows = {}};
  const std::uint8_t b = rtc.register_b;
  for (unsigned i = 0; i < 0x0E; ++i) {
    std::string meaning;
    if (i == 0x0A)
      meaning =
          fmt::format("periodic rate {}", periodic_hz(rtc) ? fmt::format("{} Hz", periodic_hz(rtc)) : "none");
    if (i == 0x0B)
      meaning = fmt::format("{}{}{}{}, {}-hour{}", b & 0x40 ? "periodic, " : "", b & 0x20 ? "alarm, " : "",
                            b & 0x10 ? "update, " : "", b & 4 ? "binary" : "BCD", b & 2 ? 24 : 12,
                            b & 0x80 ? ", clock held" : "");
    if (i == 0x0C) meaning = "interrupt flags; reading clears them";
    if (i == 0x0D) meaning = rtc.register_d & 0x80 ? "battery good" : "battery dead";
    t.rows.push_back({fmt::format("{:02x}", i),
                      {plain(fmt::format("{:#04x}", i)), plain(cmos_register_name(i)),
                       plain(fmt::format("{:#04x}", peek_byte(rtc, i, c.now))), muted(meaning)}});
  }
  t.rows.push_back({"index",
                    {{},
                     plain("index"),
                     plain(fmt::format("{:#04x}", rtc.index)),
                     muted("the byte that port 0x71 means")}});
  t.rows.push_back({"irq", {{}, plain("IRQ 8"), yes_no(irq_level(rtc)), {}}});
  return t;
}

}  // namespace ringside
