// SPDX-License-Identifier: GPL-2.0-or-later
#include "gui/look/glyphs.h"

#include <cmath>
#include <numbers>

namespace ringside {
namespace {

Outline circle(float x, float y, float radius) {
  Outline points;
  for (int i = 0; i < 32; ++i) {
    const float angle = static_cast<float>(i) * std::numbers::pi_v<float> / 16;
    points.push_back({x + radius * std::cos(angle), y + radius * std::sin(angle)});
  }
  return points;
}

// A stroke of `width` from a to b as a rectangle.
Outline stroke(GlyphPoint a, GlyphPoint b, float width) {
  const float dx = b.x - a.x, dy = b.y - a.y, length = std::sqrt(dx * dx + dy * dy);
  const float nx = -dy / length * width / 2, ny = dx / length * width / 2;
  return {{a.x + nx, a.y + ny}, {b.x + nx, b.y + ny}, {b.x - nx, b.y - ny}, {a.x - nx, a.y - ny}};
}

// Part of a ring, angles in degrees clockwise from the right.
Outline arc(GlyphPoint centre, float inner, float outer, float from, float to) {
  Outline points;
  constexpr int kSteps = 24;
  const auto at = [&](float radius, float degrees) {
    const float angle = degrees * std::numbers::pi_v<float> / 180;
    points.push_back({centre.x + radius * std::cos(angle), centre.y + radius * std::sin(angle)});
  };
  for (int i = 0; i <= kSteps; ++i) at(outer, from + (to - from) * static_cast<float>(i) / kSteps);
  for (int i = kSteps; i >= 0; --i) at(inner, from + (to - from) * static_cast<float>(i) / kSteps);
  return points;
}

std::vector<GlyphPicture> draw_all() {
  return {
      {0x25B6, {{{3, 2}, {14, 8}, {3, 14}}}},           // arrow: now, run
      {0x25C0, {{{13, 2}, {2, 8}, {13, 14}}}},          // back, as run
      {0x25CF, {circle(8, 8, 4.5f)}},                   // dot: changed
      {0x25CB, {circle(8, 8, 5), circle(8, 8, 3.5f)}},  // ring
      {0x25B2,
       {{{8, 1.5f}, {15, 14}, {1, 14}}, {{7.2f, 6}, {8.8f, 6}, {8.5f, 10}, {7.5f, 10}}, circle(8, 12, 0.9f)}},
      {0x26A1, {{{10, 1}, {3, 9}, {7.5f, 9}, {6, 15}, {13, 6.5f}, {8.5f, 6.5f}}}},  // bolt
      {0x270E, {{{11, 1.5f}, {14.5f, 5}, {5.5f, 14}, {1.5f, 14.5f}, {2, 10.5f}}}},  // pen
      {0x21C4,                                                                      // two arrows
       {{{2, 4.2f}, {10, 4.2f}, {10, 1.5f}, {15, 5}, {10, 8}, {10, 5.8f}, {2, 5.8f}},
        {{14, 10.2f}, {6, 10.2f}, {6, 8}, {1, 11}, {6, 14.5f}, {6, 11.8f}, {14, 11.8f}}}},
      {0x2713, {{{2, 8.5f}, {4, 6.5f}, {6.5f, 9.5f}, {12.5f, 2.5f}, {14.5f, 4.2f}, {6.7f, 13.5f}}}},  // check
      {0x2192, {{{1, 7.2f}, {10, 7.2f}, {10, 4}, {15, 8}, {10, 12}, {10, 8.8f}, {1, 8.8f}}}},         // right
      {0x2190, {{{15, 7.2f}, {6, 7.2f}, {6, 4}, {1, 8}, {6, 12}, {6, 8.8f}, {15, 8.8f}}}},            // left
      {0x2191, {{{7.2f, 15}, {7.2f, 6}, {4, 6}, {8, 1}, {12, 6}, {8.8f, 6}, {8.8f, 15}}}},            // up
      {0x2193, {{{7.2f, 1}, {7.2f, 10}, {4, 10}, {8, 15}, {12, 10}, {8.8f, 10}, {8.8f, 1}}}},         // down
      {0x25BE, {{{3, 6}, {13, 6}, {8, 11.5f}}}},  // opens below
      {0x25B8, {{{6, 3}, {11.5f, 8}, {6, 13}}}},  // opens beside
      {0x2016,
       {{{3, 2}, {6.5f, 2}, {6.5f, 14}, {3, 14}}, {{9.5f, 2}, {13, 2}, {13, 14}, {9.5f, 14}}}},  // pause
      {0x2913,
       {stroke({2, 8}, {9.5f, 8}, 1.8f),
        {{8, 4}, {12.5f, 8}, {8, 12}},
        {{13, 3}, {14.8f, 3}, {14.8f, 13}, {13, 13}}}},  // step
      {0x2912,
       {stroke({14, 8}, {6.5f, 8}, 1.8f),
        {{8, 4}, {3.5f, 8}, {8, 12}},
        {{3, 3}, {1.2f, 3}, {1.2f, 13}, {3, 13}}}},  // step back
      {0x21B7,
       {arc({7.5f, 10}, 5, 6.7f, 180, 330),
        {{9.5f, 8.6f}, {15.5f, 9.5f}, {14.5f, 3.8f}},
        circle(7.5f, 13, 1.7f)}},  // over
      {0x21A5,
       {{{7.1f, 11}, {7.1f, 6.5f}, {3.5f, 6.5f}, {8, 1.5f}, {12.5f, 6.5f}, {8.9f, 6.5f}, {8.9f, 11}},
        {{3, 12.7f}, {13, 12.7f}, {13, 14.4f}, {3, 14.4f}}}},  // out
      {0x21E5,
       {stroke({1.5f, 5}, {7, 5}, 1.7f),
        stroke({1.5f, 11}, {7, 11}, 1.7f),
        {{6.5f, 4}, {11, 8}, {6.5f, 12}},
        {{12.5f, 1.5f}, {14, 1.5f}, {14, 14.5f}, {12.5f, 14.5f}}}},  // to cursor
      {0x21A7,                                                       // line
       {{{2, 2.2f}, {14, 2.2f}, {14, 3.8f}, {2, 3.8f}},
        {{7.1f, 5.4f}, {8.9f, 5.4f}, {8.9f, 8.4f}, {11.6f, 8.4f}, {8, 12}, {4.4f, 8.4f}, {7.1f, 8.4f}},
        {{2, 12.8f}, {14, 12.8f}, {14, 14.4f}, {2, 14.4f}}}},
      {0x21BA, {arc({8, 8.6f}, 4.7f, 6.3f, -50, 230), {{1.2f, 4.5f}, {7.4f, 3.2f}, {4.9f, 8.6f}}}},  // reset
      {0x2922,  // to full screen
       {{{9.5f, 2}, {14, 2}, {14, 6.5f}, {12.2f, 6.5f}, {12.2f, 3.8f}, {9.5f, 3.8f}},
        {{6.5f, 14}, {2, 14}, {2, 9.5f}, {3.8f, 9.5f}, {3.8f, 12.2f}, {6.5f, 12.2f}}}},
      {0x2261,
       {{{2, 3}, {14, 3}, {14, 4.6f}, {2, 4.6f}},
        {{2, 7.2f}, {14, 7.2f}, {14, 8.8f}, {2, 8.8f}},
        {{2, 11.4f}, {14, 11.4f}, {14, 13}, {2, 13}}}},                            // more
      {0x25D1, {circle(8, 8, 6), arc({8, 8}, 0, 4.6f, 90, 270)}},                  // dark and light
      {0x2715, {stroke({3, 3}, {13, 13}, 1.8f), stroke({3, 13}, {13, 3}, 1.8f)}},  // close
  };
}

bool inside(const GlyphPicture& picture, float x, float y) {
  bool in = false;
  for (const Outline& outline : picture.outlines)
    for (std::size_t i = 0, j = outline.size() - 1; i < outline.size(); j = i++) {
      const GlyphPoint a = outline[i], b = outline[j];
      if ((a.y > y) != (b.y > y) && x < (b.x - a.x) * (y - a.y) / (b.y - a.y) + a.x) in = !in;
    }
  return in;
}

}  // namespace

std::span<const GlyphPicture> glyph_pictures() {
  static const std::vector<GlyphPicture> pictures = draw_all();
  return pictures;
}

std::vector<unsigned char> rasterise(const GlyphPicture& picture, int side) {
  constexpr int kSamples = 5;  // in each direction
  std::vector<unsigned char> pixels(static_cast<std::size_t>(side) * side);
  const float unit = 16.0f / static_cast<float>(side);
  for (int y = 0; y < side; ++y)
    for (int x = 0; x < side; ++x) {
      int hits = 0;
      for (int s = 0; s < kSamples * kSamples; ++s) {
        const float sx = (static_cast<float>(s % kSamples) + 0.5f) / kSamples;
        const float sy = (static_cast<float>(s / kSamples) + 0.5f) / kSamples;
        hits += inside(picture, (static_cast<float>(x) + sx) * unit, (static_cast<float>(y) + sy) * unit);
      }
      pixels[static_cast<std::size_t>(y) * side + x] =
          static_cast<unsigned char>(hits * 255 / (kSamples * kSamples));
    }
  return pixels;
}

}  // namespace ringside
