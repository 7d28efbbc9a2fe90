// SPDX-License-Identifier: GPL-2.0-or-later
// Text in several manners: words that stand out, code, links; broken into lines, and whole Markdown texts.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "gui/look/look.h"
#include "gui/view/markdown.h"

namespace ringside {

struct RichText {
  const Look& look;
  std::function<std::string(std::string_view link)> tell;  // the tooltip of a link; may be empty
  std::string clicked{};                                   // the link that was clicked in this frame
};

// Draws the runs from `at` on, broken at `width`, without taking part in the layout; returns their height.
float flow(RichText& rich, const TextRuns& runs, ImVec2 at, float width, ImFont* font, ImU32 ink);
// In one line.
float natural_width(const Look& look, const TextRuns& runs, const ImFont* font);
// At the ImGui cursor, as wide as the panel, and moves on below it; `indent` of the whole in pixels.
void rich_paragraph(RichText& rich, const TextRuns& runs, ImFont* font, ImU32 ink, float indent = 0);

// What a drawing of a Markdown text remembers, so that the next one draws only what is in sight.
struct MarkdownLayout {
  const void* of = nullptr;
  float width = 0, scale = 0;
  std::vector<float> heights;  // of the blocks, with the room above them
};

// From the ImGui cursor on, and moves on below it. `mark` may give what is drawn behind a heading.
struct HeadingMark {
  const char* shape = "";
  ImU32 ink = 0;
};
void draw_markdown(RichText& rich, const Markdown& text, MarkdownLayout& layout,
                   const std::function<HeadingMark(const MarkdownBlock&)>& mark = {});

}  // namespace ringside
