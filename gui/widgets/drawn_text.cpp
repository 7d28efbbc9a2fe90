// SPDX-License-Identifier: GPL-2.0-or-later
#include "gui/widgets/drawn_text.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <map>
#include <span>
#include <vector>

namespace ringside {
namespace {

// Code page 437 beyond ASCII is not read back letter by letter: a full block stands for it.
constexpr unsigned kOtherCell = 0x2588;
// A filled shape of this side, in pixels, is the ground of something that lies over the rest.
constexpr float kHides = 24;

struct Letter {
  unsigned codepoint;
  float x, right, y, size;  // y = top of the line it stands on
  bool cut;                 // the edge of its panel goes through it, left or right
};

struct Origin {
  unsigned codepoint;
  float top, advance, size;
  float left;
  bool guest;  // a letter of the guest's screen
};

// A glyph is known by where it lies in the texture.
using Key = std::pair<std::int32_t, std::int32_t>;
Key key(ImVec2 uv) {
  return {static_cast<std::int32_t>(std::lround(uv.x * 65536)),
          static_cast<std::int32_t>(std::lround(uv.y * 65536))};
}

std::map<Key, Origin> known_glyphs(const ImFontAtlas& atlas, const Fonts& fonts) {
  std::map<Key, Origin> known;
  for (const ImFont* font : atlas.Fonts)
    for (const ImFontGlyph& g : font->Glyphs)
      if (g.Visible) known[key({g.U0, g.V0})] = {g.Codepoint, g.Y0, g.AdvanceX, font->FontSize, g.X0, false};
  for (unsigned i = 0; i < 256; ++i)
    known[key(fonts.cells[i].from)] = {i >= 32 && i < 127 ? i : kOtherCell,
                                       0,
                                       static_cast<float>(kCellWidth * fonts.cell_scale),
                                       static_cast<float>(kCellHeight * fonts.cell_scale),
                                       0,
                                       true};
  return known;
}

void append_utf8(std::string& out, unsigned c) {
  if (c < 0x80)
    out += static_cast<char>(c);
  else if (c < 0x800) {
    out += static_cast<char>(0xC0 | c >> 6);
    out += static_cast<char>(0x80 | (c & 0x3F));
  } else {
    out += static_cast<char>(0xE0 | c >> 12);
    out += static_cast<char>(0x80 | (c >> 6 & 0x3F));
    out += static_cast<char>(0x80 | (c & 0x3F));
  }
}

// Where a filled shape hides what was drawn before: the triangles that begin at `i` and share their first
// corner, if they are of one opaque colour. ImGui fills rectangles and rounded ones in this way. Its right
// edge is left of its left one where nothing is hidden.
ImVec4 hidden_by(const ImDrawVert* vertices, const ImDrawIdx* index, unsigned count, unsigned i) {
  ImVec4 box{1, 1, 0, 0};
  const ImDrawIdx hub = index[i];
  const ImDrawVert& one = vertices[hub];
  const auto plain = [&](ImDrawIdx corner) {
    const ImDrawVert& v = vertices[corner];
    return v.col == one.col && (v.col >> IM_COL32_A_SHIFT) == 0xFF && v.uv.x == one.uv.x &&
           v.uv.y == one.uv.y;
  };
  // A soft edge begins at the same corner: its colour runs out.
  for (; i + 3 <= count && index[i] == hub && plain(index[i + 1]) && plain(index[i + 2]); i += 3)
    for (const ImDrawIdx corner : {index[i], index[i + 1], index[i + 2]}) {
      const ImVec2 at = vertices[corner].pos;
      if (box.x > box.z) box = {at.x, at.y, at.x, at.y};
      box = {std::min(box.x, at.x), std::min(box.y, at.y), std::max(box.z, at.x), std::max(box.w, at.y)};
    }
  return box;
}

std::vector<Letter> letters_of(const ImDrawData& data, const std::map<Key, Origin>& known) {
  std::vector<Letter> letters;
  for (int n = 0; n < data.CmdListsCount; ++n) {
    const ImDrawList& list = *data.CmdLists[n];
    for (const ImDrawCmd& command : list.CmdBuffer) {
      if (command.UserCallback) continue;
      const ImDrawVert* vertices = list.VtxBuffer.Data + command.VtxOffset;
      for (unsigned i = 0; i + 6 <= command.ElemCount; i += 3) {
        const ImDrawIdx* index = list.IdxBuffer.Data + command.IdxOffset + i;
        if (i == 0 || index[0] != index[-3]) {
          const ImDrawIdx* all = list.IdxBuffer.Data + command.IdxOffset;
          const ImVec4 box = hidden_by(vertices, all, command.ElemCount, i), &clip = command.ClipRect;
          if (box.z - box.x >= kHides && box.w - box.y >= kHides)
            std::erase_if(letters, [&](const Letter& l) {
              const float x = (l.x + l.right) / 2, y = l.y + l.size / 2;
              return x > std::max(box.x, clip.x) && x < std::min(box.z, clip.z) &&
                     y > std::max(box.y, clip.y) && y < std::min(box.w, clip.w);
            });
        }
        // A letter is a quad: corners 0, 1, 2 and 0, 2, 3.
        if (index[3] != index[0] || index[4] != index[2]) continue;
        const ImDrawVert &a = vertices[index[0]], &c = vertices[index[2]];
        const auto found = known.find(key(a.uv));
        if (found == known.end() || (a.col & IM_COL32_A_MASK) == 0) continue;
        const float x = (a.pos.x + c.pos.x) / 2, y = (a.pos.y + c.pos.y) / 2;
        const ImVec4& clip = command.ClipRect;
        if (x < clip.x || x > clip.z || y < clip.y || y > clip.w) continue;
        const Origin& o = found->second;
        letters.push_back({o.codepoint, a.pos.x - o.left, a.pos.x - o.left + o.advance, a.pos.y - o.top,
                           o.size, !o.guest && (a.pos.x < clip.x - 1 || c.pos.x > clip.z + 1)});
        i += 3;
      }
    }
  }
  return letters;
}

// Letters in reading order: lines from the top, each from the left. Calls `line(first, last)` for each line.
template <class Line>
void read_lines(const ImDrawData& data, const ImFontAtlas& atlas, const Fonts& fonts, Line&& line) {
  std::vector<Letter> letters = letters_of(data, known_glyphs(atlas, fonts));
  const auto middle = [](const Letter& l) { return l.y + l.size / 2; };
  std::ranges::stable_sort(letters, {}, middle);
  for (std::size_t from = 0; from < letters.size();) {
    // A line: letters whose middles are less than half a letter apart.
    std::size_t to = from + 1;
    while (to < letters.size() && middle(letters[to]) - middle(letters[from]) < letters[from].size * 0.4f)
      ++to;
    const auto first = letters.begin() + static_cast<std::ptrdiff_t>(from),
               last = letters.begin() + static_cast<std::ptrdiff_t>(to);
    std::stable_sort(first, last, [](const Letter& a, const Letter& b) { return a.x < b.x; });
    line(std::span<const Letter>(first, last));
    from = to;
  }
}

// How many blanks the room before a letter stands for.
long blanks(float pen, const Letter& letter) {
  const float gap = letter.x - pen;
  // Inter's blank is about a quarter of its size wide.
  return gap > letter.size * 0.18f ? std::max(1L, std::lround(gap / (letter.size * 0.5f))) : 0;
}

std::string text_of(std::span<const Letter> line) {
  std::string out;
  float pen = 0;
  for (const Letter& l : line) {
    out.append(static_cast<std::size_t>(blanks(pen, l)), ' ');
    append_utf8(out, l.codepoint);
    pen = l.right;
  }
  return out + '\n';
}

}  // namespace

std::string drawn_text(const ImDrawData& data, const ImFontAtlas& atlas, const Fonts& fonts) {
  std::string out;
  read_lines(data, atlas, fonts, [&](std::span<const Letter> line) { out += text_of(line); });
  return out;
}

std::string cut_text(const ImDrawData& data, const ImFontAtlas& atlas, const Fonts& fonts) {
  std::string out;
  read_lines(data, atlas, fonts, [&](std::span<const Letter> line) {
    if (std::ranges::any_of(line, &Letter::cut)) out += text_of(line);
  });
  return out;
}

std::optional<ImVec2> find_drawn_text(const ImDrawData& data, const ImFontAtlas& atlas, const Fonts& fonts,
                                      std::string_view text) {
  std::optional<ImVec2> found;
  read_lines(data, atlas, fonts, [&](std::span<const Letter> line) {
    if (found) return;
    // The line with single blanks, and for each of its bytes the letter it came from.
    std::string words;
    std::vector<std::size_t> letter_of;
    float pen = 0;
    for (std::size_t i = 0; i < line.size(); ++i) {
      if (blanks(pen, line[i]) > 0) words += ' ';
      append_utf8(words, line[i].codepoint);
      letter_of.resize(words.size(), i);
      pen = line[i].right;
    }
    const std::size_t at = words.find(text);
    if (at == std::string::npos || text.empty()) return;
    const Letter &first = line[letter_of[at]], &last = line[letter_of[at + text.size() - 1]];
    found = ImVec2{(first.x + last.right) / 2, first.y + first.size / 2};
  });
  return found;
}

}  // namespace ringside
