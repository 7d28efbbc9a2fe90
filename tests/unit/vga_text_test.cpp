// SPDX-License-Identifier: GPL-2.0-or-later
#include "sim/devices/vga_text.h"

#include <gmock/gmock.h>

#include <algorithm>
#include <random>
#include <vector>

namespace ringside {
namespace {

using ::testing::StartsWith;

struct Display {
  VgaText vga = vga_text_after_bios();
  std::vector<std::byte> plane = std::vector<std::byte>(kTextPlaneBytes);
  Ticks now = 0;

  void out(unsigned port, unsigned value) {
    write_port(vga, port - 0x3C0, static_cast<std::uint8_t>(value), now);
  }
  unsigned in(unsigned port) { return read_port(vga, port - 0x3C0, now); }
  void crtc(unsigned index, unsigned value) {
    out(0x3D4, index);
    out(0x3D5, value);
  }
  unsigned crtc(unsigned index) {
    out(0x3D4, index);
    return in(0x3D5);
  }
  void put(unsigned cell, unsigned character, unsigned attribute) {
    plane[cell * 2] = static_cast<std::byte>(character);
    plane[cell * 2 + 1] = static_cast<std::byte>(attribute);
  }
  void print(unsigned cell, std::string_view text) {
    for (const char c : text) put(cell++, static_cast<unsigned char>(c), 0x07);
  }
  TextCell cell(unsigned row, unsigned column) { return screen(vga, plane).rows[row][column]; }
};

TEST(VgaText, IsInMode3AfterTheBios) {
  Display d;
  EXPECT_EQ(d.crtc(0x00), 0x5Fu);
  EXPECT_EQ(d.crtc(0x09), 0x4Fu);  // 16 scan lines a cell
  EXPECT_EQ(d.crtc(0x13), 0x28u);
  EXPECT_EQ(d.in(0x3CC), 0x67u);
  EXPECT_TRUE(display_on(d.vga));
  const auto cursor = text_cursor(d.vga);
  ASSERT_TRUE(cursor);
  EXPECT_EQ(*cursor, (TextCursor{.at = {0, 0}, .first_line = 13, .last_line = 14}));
}

TEST(VgaText, CellsAreCharacterThenAttribute) {
  Display d;
  d.put(0, 'H', 0x1E);
  d.put(80 * 24 + 79, 0xDB, 0x8C);
  EXPECT_EQ(d.cell(0, 0), (TextCell{'H', 14, 1, false}));
  EXPECT_EQ(d.cell(24, 79), (TextCell{0xDB, 12, 0, true}));
}

TEST(VgaText, WithoutBlinkingBit7IsBrightBackground) {
  Display d;
  d.put(0, 'x', 0x8C);
  d.in(0x3DA);
  d.out(0x3C0, 0x30);
  const unsigned mode = d.in(0x3C1);
  EXPECT_EQ(mode, 0x0Cu);
  d.out(0x3C0, mode & ~0x08u);
  EXPECT_EQ(d.cell(0, 0), (TextCell{'x', 12, 8, false}));
}

TEST(VgaText, CursorFollowsItsLocationRegisters) {
  Display d;
  const unsigned at = 12 * 80 + 34;
  d.crtc(0x0F, at & 0xFF);
  d.crtc(0x0E, at >> 8);
  EXPECT_EQ(text_cursor(d.vga)->at, (TextPosition{12, 34}));
  EXPECT_EQ(d.crtc(0x0E), at >> 8);
  EXPECT_EQ(d.crtc(0x0F), at & 0xFF);
}

TEST(VgaText, CursorCanBeHiddenInEveryUsualWay) {
  Display off, empty, outside;
  off.crtc(0x0A, 0x20);
  EXPECT_FALSE(text_cursor(off.vga));
  empty.crtc(0x0A, 15);
  EXPECT_FALSE(text_cursor(empty.vga));
  outside.crtc(0x0E, 2000 >> 8);
  outside.crtc(0x0F, 2000 & 0xFF);
  EXPECT_FALSE(text_cursor(outside.vga));
}

TEST(VgaText, StartAddressScrollsTheWindowOverTheMemory) {
  Display d;
  d.print(80, "second line");
  d.crtc(0x0C, 0);
  d.crtc(0x0D, 80);
  EXPECT_EQ(d.cell(0, 0).character, 's');
  d.crtc(0x0E, 0);
  d.crtc(0x0F, 85);
  EXPECT_EQ(text_cursor(d.vga)->at, (TextPosition{0, 5}));
}

TEST(VgaText, TheWindowWrapsAtTheEndOfThePlane) {
  Display d;
  d.crtc(0x0C, (16384 - 80) >> 8);
  d.crtc(0x0D, (16384 - 80) & 0xFF);
  d.print(16384 - 80, "last");
  d.print(0, "first");
  EXPECT_EQ(d.cell(0, 0).character, 'l');
  EXPECT_EQ(d.cell(1, 0).character, 'f');
}

TEST(VgaText, TextIsUtf8WithTrailingBlanksCutOff) {
  Display d;
  d.print(0, "Hello  ");
  d.print(80, "  x");
  d.put(2 * 80, 0xC9, 7);
  d.put(2 * 80 + 1, 0xCD, 7);
  d.put(2 * 80 + 2, 0xE1, 7);
  d.put(2 * 80 + 3, 0x01, 7);
  const std::string text = screen_as_text(d.vga, d.plane);
  EXPECT_THAT(text, StartsWith("Hello\n  x\n╔═ß☺\n\n"));
  EXPECT_EQ(std::count(text.begin(), text.end(), '\n'), 25);
}

TEST(VgaText, APlaneThatIsTooShortShowsBlanks) {
  Display d;
  d.plane.resize(3);
  d.plane[0] = std::byte{'A'};
  const ScreenText text = screen(d.vga, d.plane);
  EXPECT_EQ(text.rows[0][0].character, 'A');
  EXPECT_EQ(text.rows[0][1], TextCell{});
}

TEST(VgaText, PaletteIsTheSixteenColoursOfThePc) {
  const auto colours = palette(vga_text_after_bios());
  EXPECT_EQ(colours[0], (Rgb{0x00, 0x00, 0x00}));
  EXPECT_EQ(colours[1], (Rgb{0x00, 0x00, 0xAA}));
  EXPECT_EQ(colours[4], (Rgb{0xAA, 0x00, 0x00}));
  EXPECT_EQ(colours[6], (Rgb{0xAA, 0x55, 0x00}));  // brown, not dark yellow
  EXPECT_EQ(colours[7], (Rgb{0xAA, 0xAA, 0xAA}));
  EXPECT_EQ(colours[8], (Rgb{0x55, 0x55, 0x55}));
  EXPECT_EQ(colours[14], (Rgb{0xFF, 0xFF, 0x55}));
  EXPECT_EQ(colours[15], (Rgb{0xFF, 0xFF, 0xFF}));
}

TEST(VgaText, MaskPlaneEnableAndColourSelectTakePartInThePalette) {
  Display masked;
  masked.out(0x3C6, 0x01);
  EXPECT_EQ(palette(masked.vga)[7], (Rgb{0x00, 0x00, 0xAA}));  // entry 7 & 1

  const auto with_attribute = [](unsigned index, unsigned value) {
    Display d;
    d.in(0x3DA);
    d.out(0x3C0, 0x20 | index);
    d.out(0x3C0, value);
    d.out(0x3C8, 0x41);
    for (const unsigned component : {0x3F, 0x3F, 0x00}) d.out(0x3C9, component);
    return palette(d.vga);
  };
  EXPECT_EQ(with_attribute(0x12, 0x01)[7], (Rgb{0x00, 0x00, 0xAA}));  // plane 0 alone
  EXPECT_EQ(with_attribute(0x14, 0x04)[1], (Rgb{0xFF, 0xFF, 0x00}));  // second bank of 64
}

TEST(VgaText, DacTakesThreeBytesAnEntryAndCountsOn) {
  Display d;
  d.out(0x3C8, 1);
  EXPECT_EQ(d.in(0x3C7), 0u);
  for (const unsigned component : {0x3F, 0x00, 0x10, 0x01, 0x02, 0x43}) d.out(0x3C9, component);
  EXPECT_EQ(palette(d.vga)[1], (Rgb{0xFF, 0x00, 0x41}));
  d.out(0x3C7, 1);
  EXPECT_EQ(d.in(0x3C7), 3u);
  for (const unsigned component : {0x3F, 0x00, 0x10, 0x01, 0x02, 0x03}) EXPECT_EQ(d.in(0x3C9), component);
}

TEST(VgaText, AttributePortTakesIndexAndDataInTurnAndInputStatusStartsAnew) {
  Display d;
  d.out(0x3C0, 0x00);  // PAS off: the palette may be loaded, the screen goes dark
  EXPECT_FALSE(display_on(d.vga));
  d.out(0x3C0, 0x3F);
  d.out(0x3C0, 0x01);
  d.in(0x3DA);         // forget that data were next
  d.out(0x3C0, 0x20);  // so this is an index again
  EXPECT_TRUE(display_on(d.vga));
  EXPECT_EQ(palette(d.vga)[0], (Rgb{0xFF, 0xFF, 0xFF}));
  EXPECT_EQ(palette(d.vga)[1], (Rgb{0x00, 0x00, 0xAA}));
  d.out(0x3C0, 0x3F);  // protected now
  d.in(0x3DA);
  d.out(0x3C0, 0x20);
  d.out(0x3C0, 0x00);
  EXPECT_EQ(palette(d.vga)[0], (Rgb{0xFF, 0xFF, 0xFF}));
}

TEST(VgaText, CrtcTimingRegistersAreProtected) {
  Display d;
  d.crtc(0x00, 0x11);
  EXPECT_EQ(d.crtc(0x00), 0x5Fu);
  d.crtc(0x07, 0xF0);  // only the line-compare bit changes
  EXPECT_EQ(d.crtc(0x07), 0x1Fu);
  d.crtc(0x07, 0xE0);
  EXPECT_EQ(d.crtc(0x07), 0x0Fu);
  d.crtc(0x11, d.crtc(0x11) & 0x7F);
  d.crtc(0x00, 0x11);
  EXPECT_EQ(d.crtc(0x00), 0x11u);
  EXPECT_EQ(d.crtc(0x1F), 0u);  // no such register
}

TEST(VgaText, ScreenOffInTheSequencerDarkensTheDisplay) {
  Display d;
  d.out(0x3C4, 1);
  d.out(0x3C5, 0x20);
  EXPECT_FALSE(screen(d.vga, d.plane).display_on);
}

TEST(VgaText, MonochromeAndUnusedPortsFloat) {
  Display d;
  EXPECT_EQ(d.in(0x3D0), 0xFFu);
  EXPECT_EQ(d.in(0x3CB), 0xFFu);
}

// 720x400 at 70.08 Hz: 31.778 us a line, picture for 400 of 449 lines, pulse for 2 lines (63.6 us).
TEST(VgaText, RetraceBitsFollowTheBeam) {
  Display d;
  const auto status_at = [&](Ticks now) {
    d.now = now;
    return d.in(0x3DA) & 0x09u;
  };
  EXPECT_EQ(status_at(10'000), 0u);  // within the first line
  EXPECT_EQ(status_at(25'000), 0u);
  EXPECT_EQ(status_at(26'000), 1u);      // horizontal blanking
  EXPECT_EQ(status_at(32'000), 0u);      // second line
  EXPECT_EQ(status_at(12'800'000), 1u);  // below the picture
  EXPECT_EQ(status_at(13'100'000), 9u);  // vertical retrace
  EXPECT_EQ(status_at(13'170'000), 1u);
  EXPECT_EQ(status_at(14'270'000), 0u);  // next picture
  unsigned pulses = 0, before = 0;
  for (Ticks now = 0; now < kTicksPerSecond; now += 20'000) {
    const unsigned pulse = status_at(now) & 8;
    pulses += pulse != 0 && before == 0;
    before = pulse;
  }
  EXPECT_EQ(pulses, 70u);
}

TEST(VgaText, CursorBlinksTwiceAsFastAsCells) {
  const Ticks picture = 14'268'060;
  EXPECT_TRUE(cursor_is_lit(0));
  EXPECT_FALSE(cursor_is_lit(9 * picture));
  EXPECT_TRUE(blink_is_lit(9 * picture));
  EXPECT_TRUE(cursor_is_lit(17 * picture));
  EXPECT_FALSE(blink_is_lit(17 * picture));
  EXPECT_TRUE(blink_is_lit(33 * picture));
}

TEST(VgaText, RandomTrafficIsDeterministicAndPeekChangesNothing) {
  std::mt19937 random(0x3D4);
  Display a;
  VgaText b = a.vga;
  for (auto& byte : a.plane) byte = static_cast<std::byte>(random());
  Ticks now = 0;
  for (int step = 0; step < 30'000; ++step) {
    now += random() % 100'000;
    const unsigned offset = random() % 33;
    const auto value = static_cast<std::uint8_t>(random());
    const VgaText before = a.vga;
    const unsigned peeked = peek_port(a.vga, offset, now);
    ASSERT_EQ(a.vga, before);
    if (random() % 2 == 0) {
      write_port(a.vga, offset, value, now);
      write_port(b, offset, value, now);
    } else {
      ASSERT_EQ(read_port(a.vga, offset, now), peeked);
      ASSERT_EQ(read_port(b, offset, now), peeked);
    }
    ASSERT_EQ(a.vga, b);
    if (step % 500 == 0) {
      EXPECT_EQ(screen_as_text(a.vga, a.plane), screen_as_text(b, a.plane));
      palette(a.vga);
    }
  }
}

TEST(VgaText, EveryFieldIsVisited) {
  int fields = 0;
  visit_fields(VgaText{}, [&](const char*, const auto&) { ++fields; });
  EXPECT_EQ(fields, 18);
}

}  // namespace
}  // namespace ringside
