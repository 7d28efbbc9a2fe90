// SPDX-License-Identifier: GPL-2.0-or-later
#include "sim/devices/vga_text.h"

#include "sim/base/bits.h"
#include "sim/devices/cp437.h"

namespace ringside {
namespace {

enum Offset : unsigned {
  kAttributeWrite = 0x00,
  kAttributeRead = 0x01,
  kMiscOutputWrite = 0x02,
  kSequencerIndex = 0x04,
  kSequencerData = 0x05,
  kDacMask = 0x06,
  kDacReadIndex = 0x07,  // when read: the DAC's state
  kDacWriteIndex = 0x08,
  kDacData = 0x09,
  kFeatureControlRead = 0x0A,
  kMiscOutputRead = 0x0C,
  kGraphicsIndex = 0x0E,
  kGraphicsData = 0x0F,
  kCrtcIndex = 0x14,
  kCrtcData = 0x15,
  kInputStatus1 = 0x1A,
};

// The beam. Lines 0-399 show the picture, the vertical retrace pulse is in lines 412 and 413.
constexpr std::uint64_t kDotsPerLine = 900, kLines = 449;
constexpr std::uint64_t kVisibleDots = 720, kVisibleLines = 400;
constexpr std::uint64_t kRetraceStart = 412, kRetraceEnd = 414;

// Dots since power-on: 28.322 MHz.
std::uint64_t dots(Ticks now) {
  return static_cast<std::uint64_t>(static_cast<unsigned __int128>(now) * 28'322 / 1'000'000);
}

std::uint64_t pictures(Ticks now) { return dots(now) / (kDotsPerLine * kLines); }

// Bit 0: the beam is outside the picture. Bit 3: vertical retrace.
std::uint8_t input_status1(Ticks now) {
  const std::uint64_t dot = dots(now) % (kDotsPerLine * kLines);
  const std::uint64_t line = dot / kDotsPerLine, column = dot % kDotsPerLine;
  const bool outside = line >= kVisibleLines || column >= kVisibleDots;
  const bool retrace = line >= kRetraceStart && line < kRetraceEnd;
  return static_cast<std::uint8_t>((outside ? 0x01 : 0) | (retrace ? 0x08 : 0));
}

// A register file whose index may point behind its end.
template <std::size_t N>
std::uint8_t get(const std::array<std::uint8_t, N>& registers, unsigned index) {
  return index < N ? registers[index] : 0;
}

template <std::size_t N>
void set(std::array<std::uint8_t, N>& registers, unsigned index, std::uint8_t value) {
  if (index < N) registers[index] = value;
}

// Bit 7 of register 0x11 protects registers 0 to 7, except the line-compare bit in register 7.
void write_crtc(VgaText& v, std::uint8_t value) {
  if (bit(v.crtc[0x11], 7) && v.crtc_index <= 7) {
    if (v.crtc_index == 7) v.crtc[7] = static_cast<std::uint8_t>((v.crtc[7] & ~0x10) | (value & 0x10));
    return;
  }
  set(v.crtc, v.crtc_index, value);
}

void write_attribute(VgaText& v, std::uint8_t value) {
  if (v.attribute_data_next) {
    const unsigned index = v.attribute_index & 0x1Fu;
    const bool palette_protected = index < 16 && bit(v.attribute_index, 5);
    if (!palette_protected) set(v.attribute, index, index < 16 ? value & 0x3F : value);
  } else {
    v.attribute_index = value & 0x3F;
  }
  v.attribute_data_next = !v.attribute_data_next;
}

void write_dac(VgaText& v, std::uint8_t value) {
  value &= 0x3F;
  if (v.dac_component < 2) {
    v.dac_latch[v.dac_component++] = value;
    return;
  }
  v.dac[v.dac_write_index++] = {v.dac_latch[0], v.dac_latch[1], value};
  v.dac_component = 0;
}

std::uint8_t read_dac(VgaText& v) {
  const std::uint8_t value = v.dac[v.dac_read_index][v.dac_component];
  v.dac_component = static_cast<std::uint8_t>((v.dac_component + 1) % 3);
  if (v.dac_component == 0) ++v.dac_read_index;
  return value;
}

// The 64 colours of the EGA that the BIOS loads for text: each gun has 2/3 from bits 2-0 and 1/3 from bits
// 5-3.
void load_text_colours(VgaText& v) {
  for (unsigned colour = 0; colour < 64; ++colour)
    for (unsigned gun = 0; gun < 3; ++gun)
      v.dac[colour][gun] =
          static_cast<std::uint8_t>((bit(colour, 2 - gun) ? 0x2A : 0) + (bit(colour, 5 - gun) ? 0x15 : 0));
}

unsigned cursor_location(const VgaText& v) { return (unsigned{v.crtc[0x0E]} << 8) | v.crtc[0x0F]; }

bool is_blank(std::uint8_t character) { return character == 0x00 || character == ' ' || character == 0xFF; }

}  // namespace

VgaText vga_text_after_bios() {
  VgaText v;
  v.crtc = {0x5F, 0x4F, 0x50, 0x82, 0x55, 0x81, 0xBF, 0x1F, 0x00, 0x4F, 0x0D, 0x0E, 0x00,
            0x00, 0x00, 0x00, 0x9C, 0x8E, 0x8F, 0x28, 0x1F, 0x96, 0xB9, 0xA3, 0xFF};
  v.attribute = {0x00, 0x01, 0x02, 0x03, 0x04, 0x05, 0x14, 0x07, 0x38, 0x39, 0x3A,
                 0x3B, 0x3C, 0x3D, 0x3E, 0x3F, 0x0C, 0x00, 0x0F, 0x08, 0x00};
  v.attribute_index = 0x20;
  v.sequencer = {0x03, 0x00, 0x03, 0x00, 0x02};
  v.graphics = {0x00, 0x00, 0x00, 0x00, 0x00, 0x10, 0x0E, 0x0F, 0xFF};
  v.misc_output = 0x67;
  load_text_colours(v);
  return v;
}

void write_port(VgaText& v, unsigned offset, std::uint8_t value, Ticks) {
  switch (offset) {
    case kAttributeWrite: write_attribute(v, value); break;
    case kMiscOutputWrite: v.misc_output = value; break;
    case kSequencerIndex: v.sequencer_index = value & 0x07; break;
    case kSequencerData: set(v.sequencer, v.sequencer_index, value); break;
    case kDacMask: v.dac_mask = value; break;
    case kDacReadIndex:
      v.dac_read_index = value;
      v.dac_component = 0;
      v.dac_reading = true;
      break;
    case kDacWriteIndex:
      v.dac_write_index = value;
      v.dac_component = 0;
      v.dac_reading = false;
      break;
    case kDacData: write_dac(v, value); break;
    case kGraphicsIndex: v.graphics_index = value & 0x0F; break;
    case kGraphicsData: set(v.graphics, v.graphics_index, value); break;
    case kCrtcIndex: v.crtc_index = value & 0x1F; break;
    case kCrtcData: write_crtc(v, value); break;
    case kInputStatus1: v.feature_control = value; break;
    default: break;
  }
}

std::uint8_t read_port(VgaText& v, unsigned offset, Ticks now) {
  switch (offset) {
    case kAttributeWrite: return v.attribute_index;
    case kAttributeRead: return get(v.attribute, v.attribute_index & 0x1Fu);
    case kMiscOutputWrite: return 0x10;  // input status 0: the monitor is a colour one
    case kSequencerIndex: return v.sequencer_index;
    case kSequencerData: return get(v.sequencer, v.sequencer_index);
    case kDacMask: return v.dac_mask;
    case kDacReadIndex: return v.dac_reading ? 0x03 : 0x00;
    case kDacWriteIndex: return v.dac_write_index;
    case kDacData: return read_dac(v);
    case kFeatureControlRead: return v.feature_control;
    case kMiscOutputRead: return v.misc_output;
    case kGraphicsIndex: return v.graphics_index;
    case kGraphicsData: return get(v.graphics, v.graphics_index);
    case kCrtcIndex: return v.crtc_index;
    case kCrtcData: return get(v.crtc, v.crtc_index);
    case kInputStatus1: v.attribute_data_next = false; return input_status1(now);
    default: return 0xFF;
  }
}

std::uint8_t peek_port(const VgaText& v, unsigned offset, Ticks now) {
  VgaText copy = v;
  return read_port(copy, offset, now);
}

unsigned start_address(const VgaText& v) { return (unsigned{v.crtc[0x0C]} << 8) | v.crtc[0x0D]; }

unsigned row_pitch(const VgaText& v) { return v.crtc[0x13] * 2u; }

bool display_on(const VgaText& v) { return bit(v.attribute_index, 5) && !bit(v.sequencer[1], 5); }

std::optional<TextCursor> text_cursor(const VgaText& v) {
  const unsigned first = v.crtc[0x0A] & 0x1Fu, last = v.crtc[0x0B] & 0x1Fu;
  const unsigned pitch = row_pitch(v);
  if (bit(v.crtc[0x0A], 5) || first > last || pitch == 0) return std::nullopt;
  const unsigned offset = (cursor_location(v) - start_address(v)) & 0xFFFF;
  const TextPosition at{offset / pitch, offset % pitch};
  if (at.row >= kTextRows || at.column >= kTextColumns) return std::nullopt;
  return TextCursor{at, first, last};
}

ScreenText screen(const VgaText& v, std::span<const std::byte> plane) {
  ScreenText text;
  text.cursor = text_cursor(v);
  text.display_on = display_on(v);
  const bool blinking = bit(v.attribute[0x10], 3);
  for (unsigned row = 0; row < kTextRows; ++row) {
    for (unsigned column = 0; column < kTextColumns; ++column) {
      const std::size_t at = (start_address(v) + row * row_pitch(v) + column) * 2 % kTextPlaneBytes;
      if (at + 1 >= plane.size()) continue;
      const auto colours = static_cast<std::uint8_t>(plane[at + 1]);
      text.rows[row][column] = {.character = static_cast<std::uint8_t>(plane[at]),
                                .foreground = bits(colours, 3, 0),
                                .background = bits(colours, blinking ? 6 : 7, 4),
                                .blink = blinking && bit(colours, 7)};
    }
  }
  return text;
}

std::string screen_as_text(const ScreenText& text) {
  std::string out;
  for (const auto& row : text.rows) {
    std::size_t length = row.size();
    while (length != 0 && is_blank(row[length - 1].character)) --length;
    for (std::size_t column = 0; column < length; ++column) append_cp437(out, row[column].character);
    out += '\n';
  }
  return out;
}

std::string screen_as_text(const VgaText& v, std::span<const std::byte> plane) {
  return screen_as_text(screen(v, plane));
}

std::array<Rgb, 16> palette(const VgaText& v) {
  std::array<Rgb, 16> colours;
  const std::uint8_t select = v.attribute[0x14];
  for (unsigned number = 0; number < 16; ++number) {
    // Attribute 0x12 lets planes through; 0x14 supplies the upper bits that a 6-bit palette entry lacks.
    unsigned entry = v.attribute[number & v.attribute[0x12] & 0x0F];
    entry = (entry & 0x3F) | ((select & 0x0Cu) << 4);
    if (bit(v.attribute[0x10], 7)) entry = (entry & 0xCF) | ((select & 0x03u) << 4);
    const auto& gun = v.dac[entry & v.dac_mask];
    const auto widen = [](std::uint8_t six) { return static_cast<std::uint8_t>(six << 2 | six >> 4); };
    colours[number] = {widen(gun[0]), widen(gun[1]), widen(gun[2])};
  }
  return colours;
}

bool blink_is_lit(Ticks now) { return pictures(now) % 32 < 16; }
bool cursor_is_lit(Ticks now) { return pictures(now) % 16 < 8; }

}  // namespace ringside
