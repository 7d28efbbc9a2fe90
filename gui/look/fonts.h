// SPDX-License-Identifier: GPL-2.0-or-later
// Letters: Inter for words, JetBrains Mono for numbers and code, DejaVu where those are not installed,
// ImGui's own as the last resort; and the 8x16 cells of the guest's screen. All in one texture, so that a
// frame is a handful of draw calls. Sizes 13, 15 and 20 at 100 %.
#pragma once

#include <imgui.h>

#include <array>

namespace ringside {

inline constexpr int kCellWidth = 8, kCellHeight = 16;

// Where a cell's glyph lies in the texture.
struct CellUv {
  ImVec2 from, to;
};

struct Fonts {
  ImFont* small = nullptr;       // words 13: captions, tables
  ImFont* body = nullptr;        // words 15
  ImFont* strong = nullptr;      // words 15, semibold: titles
  ImFont* large = nullptr;       // words 20, semibold: the one thing to read first
  ImFont* mono = nullptr;        // numbers and code 13
  ImFont* mono_large = nullptr;  // 15
  ImFont* mono_small = nullptr;  // 11: drawings in letters that are wide
  std::array<CellUv, 256> cells{};
  int cell_scale = 1;  // the whole multiple the cells were drawn at
};

enum class FontSource : unsigned char { system, built_in };  // built_in: the same on every machine, for tests

// Fills the current ImGui context's atlas anew. `scale` 1 to 3; `cell_scale` 1 to 6.
// The texture has to be made again by the render back end afterwards.
Fonts load_fonts(ImFontAtlas& atlas, FontSource source, float scale, int cell_scale);

}  // namespace ringside
