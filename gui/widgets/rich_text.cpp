// SPDX-License-Identifier: GPL-2.0-or-later
#include "gui/widgets/rich_text.h"

#include <algorithm>

#include "gui/widgets/text.h"

namespace ringside {
namespace {

constexpr float kWidest = 800;    // of a text, in logical pixels
constexpr float kLeading = 1.4f;  // line to line, of the letters' size

float whole(float v) { return static_cast<float>(static_cast<int>(v + 0.5f)); }

// A word may change its manner: "`code`, and" has a comma that does not leave its word.
struct Piece {
  std::string_view text;
  const TextRun* run;
};
using Word = std::vector<Piece>;

struct Words {
  std::vector<Word> words;
  std::vector<bool> breaks;  // a new line begins before the word
};

Words words_of(const TextRuns& runs) {
  Words all;
  bool fresh = true, line = false;
  for (const TextRun& run : runs)
    for (std::string_view rest = run.text; !rest.empty();) {
      const std::size_t end = std::min(rest.find_first_of(" \n"), rest.size());
      if (end > 0) {
        if (fresh || all.words.empty()) {
          all.words.emplace_back();
          all.breaks.push_back(line);
          fresh = line = false;
        }
        all.words.back().push_back({rest.substr(0, end), &run});
      }
      if (end == rest.size()) break;
      fresh = true;
      line |= rest[end] == '\n';
      rest.remove_prefix(end + 1);
    }
  return all;
}

ImFont* font_of(const Look& look, const TextRun& run, ImFont* font) {
  if (run.code) return font == look.fonts.large ? look.fonts.mono_large : look.fonts.mono;
  return run.strong && font == look.fonts.body ? look.fonts.strong : font;
}

ImU32 ink_of(const Look& look, const TextRun& run, ImU32 ink) {
  if (!run.link.empty()) return look.theme.interrupt;
  if (run.emphasis) return hue(look.theme, 1);
  return run.strong ? look.theme.text : ink;
}

// How many bytes of it fit; at least one letter.
std::size_t fitting(const ImFont* font, std::string_view text, float width) {
  const char* rest = nullptr;
  (void)font->CalcTextSizeA(font->FontSize, width, 0, text.data(), text.data() + text.size(), &rest);
  std::size_t count = static_cast<std::size_t>(rest - text.data());
  if (count == 0)
    for (count = 1; count < text.size() && (text[count] & 0xC0) == 0x80;) ++count;
  return count;
}

class Pen {
 public:
  Pen(RichText& rich, ImVec2 at, float width, ImFont* font, ImU32 ink)
      : rich_(rich), left_(at.x), right_(at.x + width), at_(at), font_(font), ink_(ink) {}

  void word(const Word& word) {
    float width = 0;
    for (const Piece& piece : word) width += size(piece).x;
    const float space = begun_ ? text_size(font_, " ").x : 0;
    if (begun_ && at_.x + space + width > right_)
      new_line();
    else {
      // Code keeps its ground between its words.
      if (begun_ && last_ == word.front().run && last_->code && last_->link.empty()) {
        const ImFont* mono = font_of(rich_.look, *last_, font_);
        const float top = at_.y + whole(font_->Ascent - mono->Ascent) - rich_.look.px(1);
        ImGui::GetWindowDrawList()->AddRectFilled(
            {at_.x, top}, {at_.x + space, top + mono->FontSize + rich_.look.px(2)}, rich_.look.theme.raised);
      }
      at_.x += space;
    }
    for (const Piece& piece : word) draw(piece);
    last_ = word.back().run;
    begun_ = true;
  }
  void new_line() {
    at_ = {left_, at_.y + whole(font_->FontSize * kLeading)};
    begun_ = false;
  }
  float bottom() const { return at_.y + whole(font_->FontSize * kLeading); }

 private:
  ImVec2 size(const Piece& piece) const {
    return text_size(font_of(rich_.look, *piece.run, font_), piece.text);
  }

  // One that is wider than the line is cut where the line ends.
  void draw(Piece piece) {
    ImFont* font = font_of(rich_.look, *piece.run, font_);
    while (!piece.text.empty()) {
      std::size_t count = piece.text.size();
      if (at_.x + size(piece).x > right_ + 1) {
        if (at_.x > left_ && text_size(font, piece.text.substr(0, 1)).x > right_ - at_.x) {
          new_line();
          continue;
        }
        count = fitting(font, piece.text, right_ - at_.x);
      }
      draw_whole({piece.text.substr(0, count), piece.run}, font);
      piece.text.remove_prefix(count);
      if (!piece.text.empty()) new_line();
    }
  }

  void draw_whole(const Piece& piece, ImFont* font) {
    const Look& look = rich_.look;
    ImDrawList* list = ImGui::GetWindowDrawList();
    const ImVec2 room = text_size(font, piece.text);
    const ImVec2 top{at_.x, at_.y + whole(font_->Ascent - font->Ascent)};  // on one line of writing
    if (piece.run->code && piece.run->link.empty())
      list->AddRectFilled({top.x - look.px(2), top.y - look.px(1)},
                          {top.x + room.x + look.px(2), top.y + room.y + look.px(1)}, look.theme.raised,
                          look.px(3));
    const ImU32 ink = ink_of(look, *piece.run, ink_);
    if (!piece.run->link.empty()) leads(piece, top, room, ink);
    text_at(list, font, top, ink, piece.text);
    at_.x += room.x;
  }

  void leads(const Piece& piece, ImVec2 top, ImVec2 room, ImU32 ink) {
    ImGui::SetCursorScreenPos(top);
    ImGui::PushID(static_cast<int>(top.x));
    ImGui::PushID(static_cast<int>(top.y - ImGui::GetWindowPos().y + ImGui::GetScrollY()));
    if (ImGui::InvisibleButton("link", {std::max(1.0f, room.x), room.y})) rich_.clicked = piece.run->link;
    if (ImGui::IsItemHovered()) {
      ImGui::SetMouseCursor(ImGuiMouseCursor_Hand);
      ImGui::GetWindowDrawList()->AddLine({top.x, top.y + room.y}, {top.x + room.x, top.y + room.y}, ink,
                                          rich_.look.px(1));
      if (rich_.tell && !ImGui::IsMouseDown(0))
        if (const std::string words = rich_.tell(piece.run->link); !words.empty()) tooltip(rich_.look, words);
    }
    ImGui::PopID();
    ImGui::PopID();
  }

  RichText& rich_;
  float left_, right_;
  ImVec2 at_;
  ImFont* font_;
  ImU32 ink_;
  bool begun_ = false;
  const TextRun* last_ = nullptr;  // of the word before
};

// The room above a block, in logical pixels.
float room_above(const MarkdownBlock& block, const MarkdownBlock* before) {
  if (!before) return 0;
  if (block.kind == MarkdownBlock::Kind::heading) return block.level <= 2 ? 20 : 12;
  const bool item = !block.marker.empty() && before->depth > 0;
  return item ? 4 : 8;
}

class Drawing {
 public:
  Drawing(RichText& rich, const std::function<HeadingMark(const MarkdownBlock&)>& mark)
      : rich_(rich), look_(rich.look), mark_(mark) {}

  // Returns the block's height.
  float block(const MarkdownBlock& b, ImVec2 at, float width) {
    const float indent = look_.px(20) * static_cast<float>(b.depth);
    const float narrow = std::max(look_.px(80), width - indent);
    const ImVec2 from{at.x + width - narrow, at.y};
    float height = 0;
    switch (b.kind) {
      case MarkdownBlock::Kind::heading: height = heading(b, from, narrow); break;
      case MarkdownBlock::Kind::paragraph:
        height = flow(rich_, b.runs, from, narrow, look_.fonts.body, look_.theme.text);
        break;
      case MarkdownBlock::Kind::code: height = code(b, from, narrow); break;
      case MarkdownBlock::Kind::table: height = table(b, from, narrow); break;
      case MarkdownBlock::Kind::rule: height = look_.px(9); line({from.x, from.y + look_.px(4)}, narrow);
    }
    if (!b.marker.empty()) {
      const float marker = text_size(look_.fonts.body, b.marker).x;
      text_at(ImGui::GetWindowDrawList(), look_.fonts.body, {from.x - marker - look_.px(6), from.y},
              look_.theme.muted, b.marker);
    }
    if (b.quoted)
      ImGui::GetWindowDrawList()->AddRectFilled({from.x - look_.px(12), from.y},
                                                {from.x - look_.px(10), from.y + height}, look_.theme.line);
    return height;
  }

 private:
  void line(ImVec2 at, float width) {
    ImGui::GetWindowDrawList()->AddLine(at, {at.x + width, at.y}, look_.theme.line, look_.px(1));
  }

  float heading(const MarkdownBlock& b, ImVec2 at, float width) {
    ImFont* font = b.level <= 1 ? look_.fonts.large : look_.fonts.strong;
    const HeadingMark mark = mark_ ? mark_(b) : HeadingMark{};
    ImVec2 from = at;
    if (*mark.shape) {
      text_at(ImGui::GetWindowDrawList(), font, at, mark.ink, mark.shape);
      from.x += text_size(font, mark.shape).x + look_.px(6);
    }
    return flow(rich_, b.runs, from, at.x + width - from.x, font,
                b.level <= 2 ? look_.theme.text : look_.theme.muted);
  }

  // In smaller letters where that is enough for a drawing to be seen whole, else it scrolls sideways.
  float code(const MarkdownBlock& b, ImVec2 at, float width) {
    const float pad = look_.px(8);
    ImFont* font = look_.fonts.mono;
    const auto widest = [&] {
      float most = 0;
      for (const std::string& line : b.lines) most = std::max(most, text_size(font, line).x);
      return most;
    };
    float needed = widest();
    if (needed > width - 2 * pad) {
      font = look_.fonts.mono_small;
      needed = widest();
    }
    const bool scrolls = needed > width - 2 * pad;
    const float step = whole(font->FontSize * 1.25f);
    const float height =
        step * static_cast<float>(b.lines.size()) + 2 * pad + (scrolls ? ImGui::GetStyle().ScrollbarSize : 0);
    ImGui::GetWindowDrawList()->AddRectFilled(at, {at.x + width, at.y + height}, look_.theme.raised,
                                              look_.px(4));
    if (scrolls) {
      ImGui::SetCursorScreenPos({at.x + pad, at.y});
      ImGui::PushID(&b);
      ImGui::PushStyleVar(ImGuiStyleVar_WindowPadding, {0, 0});
      ImGui::BeginChild("code", {width - 2 * pad, height}, false,
                        ImGuiWindowFlags_HorizontalScrollbar | ImGuiWindowFlags_NoNav);
      at = ImGui::GetCursorScreenPos();
    }
    ImVec2 pen{at.x + (scrolls ? 0 : pad), at.y + pad};
    for (const std::string& line : b.lines) {
      text_at(ImGui::GetWindowDrawList(), font, pen, look_.theme.text, line);
      pen.y += step;
    }
    if (scrolls) {
      ImGui::Dummy({needed, height - 2 * ImGui::GetStyle().ScrollbarSize});
      ImGui::EndChild();
      ImGui::PopStyleVar();
      ImGui::PopID();
    }
    return height;
  }

  // Columns as wide as their words; where there is no room for that, the wide ones share what there is.
  std::vector<float> column_widths(const MarkdownBlock& b, float width) {
    std::vector<float> wanted;
    for (const auto& row : b.rows) {
      wanted.resize(std::max(wanted.size(), row.size()));
      for (std::size_t i = 0; i < row.size(); ++i)
        wanted[i] = std::max(wanted[i], natural_width(look_, row[i], look_.fonts.body));
    }
    const float gap = look_.px(16);
    float room = width - gap * static_cast<float>(wanted.size());
    std::vector<std::size_t> order(wanted.size());
    for (std::size_t i = 0; i < order.size(); ++i) order[i] = i;
    std::ranges::sort(order, [&](std::size_t a, std::size_t c) { return wanted[a] < wanted[c]; });
    for (std::size_t i = 0; i < order.size(); ++i) {
      const float fair = std::max(look_.px(24), room / static_cast<float>(order.size() - i));
      wanted[order[i]] = std::min(wanted[order[i]], fair);
      room -= wanted[order[i]];
    }
    for (float& w : wanted) w += gap;
    return wanted;
  }

  float table(const MarkdownBlock& b, ImVec2 at, float width) {
    const std::vector<float> columns = column_widths(b, width);
    float y = at.y;
    for (std::size_t r = 0; r < b.rows.size(); ++r) {
      float x = at.x, height = 0;
      for (std::size_t i = 0; i < b.rows[r].size(); ++i) {
        height = std::max(height, flow(rich_, b.rows[r][i], {x, y + look_.px(2)}, columns[i] - look_.px(16),
                                       r == 0 ? look_.fonts.strong : look_.fonts.body,
                                       r == 0 ? look_.theme.muted : look_.theme.text));
        x += columns[i];
      }
      y += height + look_.px(4);
      if (r + 1 < b.rows.size()) line({at.x, y - look_.px(1)}, std::min(width, x - at.x));
    }
    return y - at.y;
  }

  RichText& rich_;
  const Look& look_;
  const std::function<HeadingMark(const MarkdownBlock&)>& mark_;
};

}  // namespace

float flow(RichText& rich, const TextRuns& runs, ImVec2 at, float width, ImFont* font, ImU32 ink) {
  Pen pen(rich, at, width, font, ink);
  const Words all = words_of(runs);
  for (std::size_t i = 0; i < all.words.size(); ++i) {
    if (all.breaks[i]) pen.new_line();
    pen.word(all.words[i]);
  }
  return pen.bottom() - at.y;
}

float natural_width(const Look& look, const TextRuns& runs, const ImFont* font) {
  float width = 0;
  for (const TextRun& run : runs) {
    // Only its address is taken of the font.
    ImFont* const own = font_of(look, run, const_cast<ImFont*>(font));
    width += text_size(own, run.text).x;
  }
  return width + look.px(1);
}

void rich_paragraph(RichText& rich, const TextRuns& runs, ImFont* font, ImU32 ink, float indent) {
  const ImVec2 at = ImGui::GetCursorScreenPos();
  const float width = ImGui::GetContentRegionAvail().x - indent;
  const float height = flow(rich, runs, {at.x + indent, at.y}, width, font, ink);
  ImGui::SetCursorScreenPos(at);
  ImGui::Dummy({1, height - ImGui::GetStyle().ItemSpacing.y});
}

void draw_markdown(RichText& rich, const Markdown& text, MarkdownLayout& layout,
                   const std::function<HeadingMark(const MarkdownBlock&)>& mark) {
  const Look& look = rich.look;
  const ImVec2 start = ImGui::GetCursorScreenPos();
  // No wider than the eye finds back to the next line.
  const float width = std::min(ImGui::GetContentRegionAvail().x, look.px(kWidest));
  if (layout.of != &text || layout.heights.size() != text.blocks.size() || layout.width != width ||
      layout.scale != look.scale)
    layout = {&text, width, look.scale, std::vector<float>(text.blocks.size(), -1)};
  Drawing drawing(rich, mark);
  float y = start.y;
  for (std::size_t i = 0; i < text.blocks.size(); ++i) {
    const MarkdownBlock& block = text.blocks[i];
    float& height = layout.heights[i];
    const bool known = height >= 0;
    const bool in_sight =
        !known || ImGui::IsRectVisible({start.x, y}, {start.x + width, y + std::max(1.0f, height)});
    if (in_sight) {
      const float above = look.px(room_above(block, i ? &text.blocks[i - 1] : nullptr));
      height = above + drawing.block(block, {start.x, y + above}, width);
    }
    y += height;
  }
  ImGui::SetCursorScreenPos({start.x, y});
  ImGui::Dummy({1, look.px(8)});
}

}  // namespace ringside
