// SPDX-License-Identifier: GPL-2.0-or-later
#include "gui/look/fonts.h"

#include <algorithm>
#include <cstdint>
#include <filesystem>
#include <initializer_list>
#include <string>
#include <vector>

#include "gui/look/glyphs.h"

namespace ringside {
namespace {

constexpr std::uint8_t kCells[256][kCellHeight] = {
#include "assets/cell_font/cp437_8x16.inc"
};

constexpr const char* kFolders[] = {
    "/usr/share/fonts/opentype/inter", "/usr/share/fonts/truetype/inter",
    "/usr/share/fonts/inter",          "/usr/share/fonts/truetype/jetbrains-mono",
    "/usr/share/fonts/jetbrains-mono", "/usr/share/fonts/truetype/dejavu",
    "/usr/share/fonts/dejavu",         "/usr/share/fonts/TTF",
};

// The first of `names` that some folder has; "" if none.
std::string find_font(std::initializer_list<const char*> names) {
  for (const char* name : names)
    for (const char* folder : kFolders) {
      std::filesystem::path path = std::filesystem::path(folder) / name;
      std::error_code ignored;
      if (std::filesystem::is_regular_file(path, ignored)) return path.string();
    }
  return {};
}

// Latin, and the marks that sentences use: dashes, quotes, bullet, ellipsis, not equal, less or equal, more
// or equal.
constexpr ImWchar kRanges[] = {0x20,   0x7E,   0xA0,   0xFF,   0x2013, 0x2014, 0x2018, 0x201D, 0x2022,
                               0x2022, 0x2026, 0x2026, 0x2260, 0x2260, 0x2264, 0x2265, 0};

ImFont* add(ImFontAtlas& atlas, FontSource source, std::initializer_list<const char*> names, float size) {
  ImFontConfig config;
  config.OversampleH = 2;
  config.OversampleV = 1;
  config.PixelSnapH = true;
  config.SizePixels = size;
  if (source == FontSource::system)
    if (const std::string path = find_font(names); !path.empty())
      if (ImFont* font = atlas.AddFontFromFileTTF(path.c_str(), size, &config, kRanges)) return font;
  config.OversampleH = 1;
  return atlas.AddFontDefault(&config);
}

struct Pictured {
  int rect;
  const GlyphPicture* picture;
};

std::vector<Pictured> reserve_pictures(ImFontAtlas& atlas, ImFont* font, float size) {
  std::vector<Pictured> reserved;
  const int side = static_cast<int>(size * 0.86f);
  const float drop = static_cast<float>(static_cast<int>(size * 0.10f));
  for (const GlyphPicture& picture : glyph_pictures())
    reserved.push_back({atlas.AddCustomRectFontGlyph(font, picture.codepoint, side, side,
                                                     static_cast<float>(side) + 1, {0, drop}),
                        &picture});
  return reserved;
}

void paint_cell(unsigned char* pixels, int stride, int index, int scale) {
  for (int y = 0; y < kCellHeight * scale; ++y)
    for (int x = 0; x < kCellWidth * scale; ++x)
      pixels[y * stride + x] = kCells[index][y / scale] >> (7 - x / scale) & 1 ? 0xFF : 0;
}

}  // namespace

Fonts load_fonts(ImFontAtlas& atlas, FontSource source, float scale, int cell_scale) {
  atlas.Clear();
  // Its height is a power of two, as its width: SDL's software renderer cuts places in it off to whole
  // pixels, and only so are they whole.
  atlas.TexDesiredWidth = 2048;
  const auto size = [scale](float at_100) {
    return static_cast<float>(static_cast<int>(at_100 * scale + 0.5f));
  };

  Fonts fonts;
  fonts.cell_scale = cell_scale;
  const std::initializer_list<const char*> words = {"Inter-Regular.otf", "Inter-Regular.ttf",
                                                    "DejaVuSans.ttf"};
  const std::initializer_list<const char*> strong = {"Inter-SemiBold.otf", "Inter-SemiBold.ttf",
                                                     "DejaVuSans-Bold.ttf"};
  const std::initializer_list<const char*> code = {"JetBrainsMono-Regular.ttf", "DejaVuSansMono.ttf"};
  std::vector<std::pair<ImFont*, float>> all;
  const auto make = [&](std::initializer_list<const char*> names, float at_100) {
    ImFont* font = add(atlas, source, names, size(at_100));
    all.emplace_back(font, size(at_100));
    return font;
  };
  fonts.body = make(words, 15);  // the first one is ImGui's default
  fonts.small = make(words, 13);
  fonts.strong = make(strong, 15);
  fonts.large = make(strong, 20);
  fonts.mono = make(code, 13);
  fonts.mono_large = make(code, 15);
  fonts.mono_small = make(code, 11);

  std::vector<Pictured> pictured;
  for (const auto& [font, pixels] : all) {
    const auto more = reserve_pictures(atlas, font, pixels);
    pictured.insert(pictured.end(), more.begin(), more.end());
  }
  std::array<int, 256> cell_rects{};
  for (int& rect : cell_rects)
    rect = atlas.AddCustomRectRegular(kCellWidth * cell_scale, kCellHeight * cell_scale);

  unsigned char* texture = nullptr;
  int width = 0, height = 0;
  atlas.GetTexDataAsAlpha8(&texture, &width, &height);
  const auto place = [&](int rect) {
    const ImFontAtlasCustomRect* r = atlas.GetCustomRectByIndex(rect);
    return std::pair(texture + r->Y * width + r->X, r);
  };
  for (const Pictured& p : pictured) {
    const auto [to, rect] = place(p.rect);
    const std::vector<unsigned char> pixels = rasterise(*p.picture, rect->Width);
    for (int y = 0; y < rect->Height; ++y)
      std::copy_n(pixels.data() + static_cast<std::ptrdiff_t>(y) * rect->Width, rect->Width, to + y * width);
  }
  for (int i = 0; i < 256; ++i) {
    const auto [to, rect] = place(cell_rects[i]);
    paint_cell(to, width, i, cell_scale);
    atlas.CalcCustomRectUV(rect, &fonts.cells[i].from, &fonts.cells[i].to);
  }
  return fonts;
}

}  // namespace ringside
