// SPDX-License-Identifier: GPL-2.0-or-later
// The VGA as a text display: 80 columns by 25 rows of (character, attribute) byte pairs at physical 0xB8000,
// and the registers that place the cursor, scroll the window over the memory and choose the colours.
//
//   offset (port - 0x3C0)          read                     write
//   0x00 0x01  attribute           index; data              index and data in turn (flip-flop)
//   0x02       misc output         input status 0           misc output
//   0x04 0x05  sequencer           index, data              index, data
//   0x06-0x09  DAC                 mask, state, index, data mask, read index, write index, data
//   0x0C       misc output         misc output              -
//   0x0E 0x0F  graphics            index, data              index, data
//   0x14 0x15  CRTC (0x3D4/0x3D5)  index, data              index, data
//   0x1A       input status 1      retrace; resets flip-flop feature control
//
// The text memory is not in here: it is plain memory that belongs to the board. The functions at the end turn
// both into what a person sees.
//
// Retrace bits come from machine time: 720x400 at 28.322 MHz, 900 dots a line, 449 lines, 70.08 pictures a
// second.
//
// NOT MODELLED: graphics modes; other text sizes than 80x25 (the cell height and the column count are stored,
// not obeyed); other fonts; smooth scrolling (CRTC 8, attribute 0x13) and split screen (CRTC 0x18); the
// monochrome addresses 0x3Bx; the retrace interrupt. A 16-bit OUT to an index port reaches us as two bytes,
// index first.
//
// Source: IBM PS/2 Hardware Interface Technical Reference, "Video Subsystem" (1992): CRT controller,
// attribute controller, sequencer, graphics controller and video DAC registers.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <type_traits>

#include "sim/base/units.h"

namespace ringside {

inline constexpr unsigned kTextColumns = 80;
inline constexpr unsigned kTextRows = 25;
inline constexpr std::size_t kTextPlaneBytes = 32 * 1024;  // 0xB8000 to 0xBFFFF
inline constexpr unsigned kVgaPortBase = 0x3C0;            // offsets 0x00 to 0x1F

// Defaults: after power-on, nothing programmed and the display off. vga_text_after_bios() is mode 3.
struct VgaText {
  std::uint8_t crtc_index = 0;
  std::array<std::uint8_t, 0x19>
      crtc{};  // 0x0A 0x0B cursor shape, 0x0C 0x0D start address, 0x0E 0x0F cursor location
  std::uint8_t attribute_index = 0;  // bit 5 (PAS): the display is on and the palette protected
  bool attribute_data_next = false;  // the flip-flop: the next write to 0x3C0 is data
  std::array<std::uint8_t, 0x15>
      attribute{};  // 0-15 palette, 0x10 mode (bit 3 blink), 0x12 plane enable, 0x14 colour
  std::uint8_t sequencer_index = 0;
  std::array<std::uint8_t, 5> sequencer{};  // 1: clocking mode, bit 5 screen off
  std::uint8_t graphics_index = 0;
  std::array<std::uint8_t, 9> graphics{};
  std::uint8_t misc_output = 0;
  std::uint8_t feature_control = 0;
  std::uint8_t dac_mask = 0xFF;
  std::uint8_t dac_write_index = 0;
  std::uint8_t dac_read_index = 0;
  std::uint8_t dac_component = 0;                      // 0 red, 1 green, 2 blue is next
  bool dac_reading = false;                            // the last index was written to 0x3C7
  std::array<std::uint8_t, 2> dac_latch{};             // red and green, until blue completes the entry
  std::array<std::array<std::uint8_t, 3>, 256> dac{};  // 6 bits each
  bool operator==(const VgaText&) const = default;
};
static_assert(std::is_trivially_copyable_v<VgaText>);

// Mode 3: 80x25, 16 colours, blinking on, cursor in scan lines 13-14 at the top left.
VgaText vga_text_after_bios();

void write_port(VgaText& vga, unsigned offset, std::uint8_t value, Ticks now);
std::uint8_t read_port(VgaText& vga, unsigned offset, Ticks now);
std::uint8_t peek_port(const VgaText& vga, unsigned offset, Ticks now);

struct TextCell {
  std::uint8_t character = ' ';  // code page 437
  std::uint8_t foreground = 0;   // colour number 0-15, see palette()
  std::uint8_t background = 0;   // 0-7, or 0-15 with blinking switched off
  bool blink = false;
  bool operator==(const TextCell&) const = default;
};

struct TextPosition {
  unsigned row = 0, column = 0;
  bool operator==(const TextPosition&) const = default;
};

struct TextCursor {
  TextPosition at;
  unsigned first_line = 0, last_line = 0;  // scan lines of the cell, both counted
  bool operator==(const TextCursor&) const = default;
};

struct ScreenText {
  std::array<std::array<TextCell, kTextColumns>, kTextRows> rows{};
  std::optional<TextCursor> cursor;  // none: switched off, without height, or outside the window
  bool display_on = true;            // off: a person sees black, though the cells are there
  bool operator==(const ScreenText&) const = default;
};

struct Rgb {
  std::uint8_t red = 0, green = 0, blue = 0;
  bool operator==(const Rgb&) const = default;
};

// `plane` is the text memory from 0xB8000 on; what it lacks of 32 KiB shows as blanks.
ScreenText screen(const VgaText& vga, std::span<const std::byte> plane);

// 25 lines of UTF-8, each with trailing blanks cut off and ended by a line feed.
std::string screen_as_text(const ScreenText& text);
std::string screen_as_text(const VgaText& vga, std::span<const std::byte> plane);

// Which byte pair of the plane the top left cell shows, and how many pairs a row takes.
unsigned start_address(const VgaText& vga);
unsigned row_pitch(const VgaText& vga);

std::optional<TextCursor> text_cursor(const VgaText& vga);
bool display_on(const VgaText& vga);

// The sixteen colours as a monitor gets them, 8 bits each: attribute palette, then DAC.
std::array<Rgb, 16> palette(const VgaText& vga);

// Whether blinking cells and the cursor are in their lit half: 16 pictures on and 16 off, 8 on and 8 off.
bool blink_is_lit(Ticks now);
bool cursor_is_lit(Ticks now);

template <class Visitor>
void visit_fields(const VgaText& vga, Visitor&& v) {
  const auto& [crtc_index, crtc, attribute_index, attribute_data_next, attribute, sequencer_index, sequencer,
               graphics_index, graphics, misc_output, feature_control, dac_mask, dac_write_index,
               dac_read_index, dac_component, dac_reading, dac_latch, dac] = vga;
  v("crtc_index", crtc_index);
  v("crtc", crtc);
  v("attribute_index", attribute_index);
  v("attribute_data_next", attribute_data_next);
  v("attribute", attribute);
  v("sequencer_index", sequencer_index);
  v("sequencer", sequencer);
  v("graphics_index", graphics_index);
  v("graphics", graphics);
  v("misc_output", misc_output);
  v("feature_control", feature_control);
  v("dac_mask", dac_mask);
  v("dac_write_index", dac_write_index);
  v("dac_read_index", dac_read_index);
  v("dac_component", dac_component);
  v("dac_reading", dac_reading);
  v("dac_latch", dac_latch);
  v("dac", dac);
}

}  // namespace ringside
