// SPDX-License-Identifier: GPL-2.0-or-later
// The window's own little pictures (the shapes of meanings, the toolbar's icons) as characters of its fonts,
// so that they sit on the line of the text, scale with it, and can be read back by a test. Outlines on a
// square of 16 units, y downwards, filled; rasterised here because no text font has all of them in one
// weight.
#pragma once

#include <span>
#include <vector>

namespace ringside {

struct GlyphPoint {
  float x, y;
};
using Outline = std::vector<GlyphPoint>;  // closed

struct GlyphPicture {
  unsigned short codepoint;
  std::vector<Outline> outlines;  // drawn together, even-odd
};

std::span<const GlyphPicture> glyph_pictures();

// Coverage 0 to 255 of each of side x side pixels, row by row.
std::vector<unsigned char> rasterise(const GlyphPicture& picture, int side);

}  // namespace ringside
