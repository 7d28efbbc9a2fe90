// SPDX-License-Identifier: GPL-2.0-or-later
#include "gui/panels/heap_strip.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "gui/widgets/text.h"
#include "sim/inspect/heap_tables.h"
#include "sim/inspect/words.h"

namespace ringside {
namespace {

constexpr float kBand = 20, kLowBand = 16, kRowGap = 12,
                kAboveRows = 10;  // of a row; the arcs run in the gap
constexpr std::uint64_t kLeastRowBytes = 256;
constexpr std::size_t kMostArcs = 200;
constexpr std::ptrdiff_t kFewestJoined = 4;
// Of the allocator's own tables, light and dark: none of the seven meanings.
constexpr ImU32 kTableHue[] = {IM_COL32(0x66, 0x3A, 0xA6, 255), IM_COL32(0xC3, 0xA9, 0xF5, 255)};

// Stripes from the lower left to the upper right.
void stripes(ImDrawList* list, ImVec2 from, ImVec2 to, ImU32 ink, float distance, float thickness) {
  const float height = to.y - from.y;
  list->PushClipRect(from, to, true);
  for (float x = from.x - height; x < to.x; x += distance)
    list->AddLine({x, to.y}, {x + height, from.y}, ink, thickness);
  list->PopClipRect();
}

// What the mouse tells of a block.
std::string block_words(const HeapMap& heap, const HeapBlock& b, HeapPart part) {
  std::string words = fmt::format("{}\n{} block of {} bytes at {:#x}", name(part), name(b.state),
                                  with_commas(b.bytes), b.memory);
  if (b.state == BlockState::table || b.state == BlockState::unknown)
    words = fmt::format("{}\n{} bytes at {:#x}", b.remark.empty() ? name(b.state) : b.remark,
                        with_commas(b.bytes), b.start);
  else if (b.end - b.start != b.bytes)
    words += fmt::format("\nwith its header and what surrounds it {} bytes from {:#x}",
                         with_commas(b.end - b.start), b.start);
  if (b.list < heap.lists.size()) words += fmt::format("\nin the list \"{}\"", heap.lists[b.list].name);
  if (b.next) words += fmt::format(", which goes on at {:#x}", b.next);
  return words + "\nclick to keep it below";
}

// A row of the strip. Rows that are all of one part of one block say little: several of them are one low row.
struct StripRow {
  std::uint64_t from = 0, to = 0;
  bool low = false;
  HeapPart part = HeapPart::unknown;  // of a low one
  float y = 0;                        // of its band, from the strip's top
};

std::vector<StripRow> plan(const HeapMap& heap, std::uint64_t row_bytes) {
  std::vector<StripRow> rows;
  std::size_t block = 0;
  for (std::uint64_t from = heap.start; from < heap.end; from += row_bytes) {
    const std::uint64_t to = std::min(from + row_bytes, heap.end);
    while (block < heap.blocks.size() && heap.blocks[block].end <= from) ++block;
    StripRow row{.from = from, .to = to};
    if (block < heap.blocks.size())
      for (const HeapPiece& piece : pieces(heap.blocks[block]))
        if (piece.start <= from && piece.end >= to) row.low = true, row.part = piece.part;
    rows.push_back(row);
  }
  // What is short stays to scale.
  std::vector<StripRow> joined;
  for (auto row = rows.begin(); row != rows.end();) {
    const auto other = [&](const StripRow& r) { return !r.low || r.part != row->part; };
    const auto end = row->low ? std::find_if(row, rows.end(), other) : std::next(row);
    if (end - row >= kFewestJoined) {
      joined.push_back({.from = row->from, .to = std::prev(end)->to, .low = true, .part = row->part});
    } else {
      for (auto r = row; r != end; ++r) joined.push_back({.from = r->from, .to = r->to});
    }
    row = end;
  }
  return joined;
}

float band_height(const Look& look, const StripRow& row) { return look.px(row.low ? kLowBand : kBand); }

// Puts the rows below each other; returns how high all are.
float lay_out(const Look& look, std::vector<StripRow>& rows) {
  float y = look.px(kAboveRows);
  for (StripRow& row : rows) {
    row.y = y;
    y += band_height(look, row) + look.px(kRowGap);
  }
  return y;
}

// The finest rows, a power of two long, that need no more than this height.
std::uint64_t fitting_row(const Look& look, const HeapMap& heap, float height) {
  std::uint64_t row = kLeastRowBytes;
  while (heap.bytes() / row > 4096) row *= 2;
  for (; row < heap.bytes(); row *= 2)
    if (std::vector<StripRow> rows = plan(heap, row); lay_out(look, rows) <= height) break;
  return row;
}

struct Strip {
  PanelState& state;
  const HeapMap& heap;
  std::vector<StripRow> rows;
  const Look& look = state.look;
  ImDrawList* list = ImGui::GetWindowDrawList();
  ImVec2 origin = {};  // of the first row's band
  float width = 1;     // of a band
  std::uint64_t row_bytes = 1;

  float band(const StripRow& row) const { return band_height(look, row); }
  float x_of(std::uint64_t offset) const {
    return origin.x + width * static_cast<float>(offset) / static_cast<float>(row_bytes);
  }
  const StripRow& row_of(std::uint64_t address) const {
    const auto after = std::ranges::upper_bound(rows, address, {}, &StripRow::from);
    return after == rows.begin() ? rows.front() : *std::prev(after);
  }

  void low_row(const StripRow& r) {
    const float top = origin.y + r.y, bottom = top + band(r);
    draw_heap_part(look, list, r.part, {origin.x, top}, {origin.x + width, bottom});
    const std::string words = fmt::format("{} {}", bytes_words(r.to - r.from), name(r.part));
    const float middle = origin.x + (width - text_size(look.fonts.small, words).x) / 2;
    const float line = top + (band(r) - look.fonts.small->FontSize) / 2;
    list->AddRectFilled({middle - look.px(6), top},
                        {middle + text_size(look.fonts.small, words).x + look.px(6), bottom},
                        look.theme.panel);
    text_at(list, look.fonts.small, {middle, line}, look.theme.muted, words);
  }

  // Of many pieces within one pixel the first is drawn.
  void row(const StripRow& r) {
    const std::uint64_t from = r.from, to = r.to;
    const float top = origin.y + r.y, bottom = top + band(r);
    float drawn_to = origin.x;
    auto block = std::ranges::upper_bound(heap.blocks, from, {}, &HeapBlock::start);
    if (block != heap.blocks.begin()) --block;
    for (; block != heap.blocks.end() && block->start < to; ++block) {
      const float end = x_of(std::min(block->end, to) - from);
      if (block->end <= from || end < drawn_to + 0.5f) continue;
      for (const HeapPiece& piece : pieces(*block)) {
        if (piece.end <= from || piece.start >= to) continue;
        const float left = std::max(x_of(std::max(piece.start, from) - from), drawn_to);
        const float right = std::max(x_of(std::min(piece.end, to) - from), left + 1);
        if (right < drawn_to + 0.5f) continue;
        draw_heap_part(look, list, piece.part, {left, top}, {right, bottom});
        drawn_to = right;
      }
      mark(*block, from, to, top, bottom);
    }
  }

  // Where something is broken; of a low row at its start.
  void defects(const StripRow& r) {
    for (const HeapDefect& d : heap.defects) {
      if (d.at < r.from || d.at >= r.to) continue;
      const float x = r.low ? origin.x : x_of(d.at - r.from);
      const ImVec2 size = text_size(look.fonts.small, shape(Meaning::fault));
      text_at(list, look.fonts.small, {x - size.x / 2, origin.y + r.y - size.y + look.px(2)},
              look.theme.fault, shape(Meaning::fault));
      list->AddLine({x, origin.y + r.y - look.px(3)}, {x, origin.y + r.y + band(r) + look.px(3)},
                    look.theme.fault, look.px(1));
    }
  }

  // The chosen block, and one that changed at this stop.
  void mark(const HeapBlock& b, std::uint64_t from, std::uint64_t to, float top, float bottom) {
    const float left = x_of(std::max(b.start, from) - from),
                right = std::max(x_of(std::min(b.end, to) - from), left + 2);
    if (state.heap.chosen >= b.start && state.heap.chosen < b.end)
      list->AddRect({left - look.px(1), top - look.px(2)}, {right + look.px(1), bottom + look.px(2)},
                    look.theme.text, look.px(2), 0, look.px(2));
    if (heap.blocks.size() > 4000 || b.state == BlockState::table) return;
    const int age = state.changes.age(fmt::format("heap/{:x}", b.start),
                                      static_cast<std::uint64_t>(b.state) << 56 ^ b.bytes);
    if (age < 0 || b.start < from) return;
    list->AddCircleFilled({(left + right) / 2, top - look.px(3)}, look.px(2.5f),
                          with_alpha(look.theme.changed, 1 - static_cast<float>(age) / kChangeStops));
  }

  // The lower edge of a node's band.
  ImVec2 node_at(std::uint64_t address) const {
    const StripRow& r = row_of(address);
    return {(r.low ? origin.x : x_of(address - r.from)) + look.px(1), origin.y + r.y + band(r)};
  }

  // From a node to the next one: below the band where both are in one row, else down or up to the other row.
  void arc(std::uint64_t from_address, std::uint64_t to_address) {
    const ImVec2 a = node_at(from_address);
    ImVec2 b = node_at(to_address);
    const ImU32 ink = look.theme.interrupt;
    const bool same_row = std::abs(a.y - b.y) < 1;
    const float sag = look.px(kRowGap);
    if (!same_row && b.y > a.y) b.y -= band(row_of(to_address));
    const float bend = same_row ? sag : std::clamp((b.y - a.y) * 0.6f, -look.px(40), look.px(40));
    const ImVec2 p1{a.x, a.y + bend}, p2{b.x, same_row ? b.y + bend : b.y - bend};
    list->AddBezierCubic(a, p1, p2, b, ink, look.px(1));
    const float up = same_row || b.y < a.y ? look.px(5) : -look.px(5);  // the arrow's tail lies on that side
    list->AddTriangleFilled(b, {b.x - look.px(3), b.y + up}, {b.x + look.px(3), b.y + up}, ink);
    list->AddCircleFilled(a, look.px(2), ink);
  }

  void arcs(const HeapList& shown) {
    for (std::size_t i = 0; i + 1 < shown.nodes.size() && i < kMostArcs; ++i)
      if (heap.find(shown.nodes[i]) && heap.find(shown.nodes[i + 1])) arc(shown.nodes[i], shown.nodes[i + 1]);
    if (shown.nodes.empty() || !heap.find(shown.nodes.front())) return;
    // Where the list starts.
    const ImVec2 first = node_at(shown.nodes.front());
    const float top = first.y - band(row_of(shown.nodes.front())) - look.px(2);
    list->AddTriangleFilled({first.x, top + look.px(5)}, {first.x - look.px(4), top - look.px(3)},
                            {first.x + look.px(4), top - look.px(3)}, look.theme.interrupt);
  }

  std::optional<std::uint64_t> under_mouse() const {
    const ImVec2 mouse = ImGui::GetIO().MousePos;
    if (mouse.x < origin.x || mouse.x >= origin.x + width) return std::nullopt;
    for (const StripRow& r : rows) {
      const float y = mouse.y - origin.y - r.y;
      if (y < 0 || y > band(r)) continue;
      if (r.low) return r.from;
      const std::uint64_t at =
          r.from + static_cast<std::uint64_t>((mouse.x - origin.x) / width * static_cast<float>(row_bytes));
      return at < r.to ? std::optional(at) : std::nullopt;
    }
    return std::nullopt;
  }
};

}  // namespace

void draw_heap_part(const Look& look, ImDrawList* list, HeapPart part, ImVec2 from, ImVec2 to) {
  const Theme& theme = look.theme;
  const bool wide = to.x - from.x >= look.px(4);
  const auto fill = [&](ImU32 ink) { list->AddRectFilled(from, to, ink); };
  const auto frame = [&](ImU32 ink) {
    if (wide) list->AddRect(from, to, ink, 0, 0, look.px(1));
  };
  switch (part) {
    case HeapPart::used: fill(mix(theme.panel, theme.text, 0.62f)); break;
    case HeapPart::header: fill(theme.faint); break;
    case HeapPart::free:
      fill(mix(theme.panel, theme.raised, 0.6f));
      frame(theme.line);
      break;
    case HeapPart::kept:
      fill(mix(theme.panel, theme.raised, 0.6f));
      list->AddRectFilled({from.x, (from.y + to.y) / 2}, to, mix(theme.panel, theme.text, 0.35f));
      frame(theme.line);
      break;
    case HeapPart::released:
      fill(mix(theme.panel, theme.faint, 0.25f));
      if (wide) stripes(list, from, to, theme.faint, look.px(6), look.px(1));
      break;
    case HeapPart::red_zone: fill(mix(theme.panel, theme.fault, 0.5f)); break;
    case HeapPart::padding: fill(mix(theme.panel, theme.faint, 0.35f)); break;
    case HeapPart::table:
      fill(mix(theme.panel, kTableHue[theme.dark], 0.28f));
      if (wide)
        stripes(list, from, to, mix(theme.panel, kTableHue[theme.dark], 0.7f), look.px(4), look.px(1));
      break;
    case HeapPart::unknown:
      fill(mix(theme.panel, theme.fault, 0.25f));
      if (to.x - from.x > look.px(16))
        text_at(list, look.fonts.small, {from.x + look.px(3), from.y + look.px(2)}, theme.fault,
                shape(Meaning::fault));
      break;
  }
}

std::uint64_t draw_heap_strip(PanelState& state, const HeapMap& heap, const HeapList* shown, float height,
                              Commands& commands) {
  const Look& look = state.look;
  const std::uint64_t row_bytes =
      state.heap.row_bytes ? state.heap.row_bytes : fitting_row(look, heap, height);
  Strip strip{.state = state, .heap = heap, .rows = plan(heap, row_bytes)};
  strip.row_bytes = row_bytes;
  const ImVec2 size{ImGui::GetContentRegionAvail().x, lay_out(look, strip.rows)};
  if (!ImGui::BeginChild("strip", {0, std::min(height, size.y)}, false, ImGuiWindowFlags_NoNav)) {
    ImGui::EndChild();
    return row_bytes;
  }
  strip.list = ImGui::GetWindowDrawList();
  const float label = text_size(look.fonts.mono, fmt::format("+{:x}", heap.bytes())).x + look.px(8);
  const ImVec2 start = ImGui::GetCursorScreenPos();
  const float room = ImGui::GetContentRegionAvail().x;
  strip.origin = {start.x + label, start.y};
  strip.width = std::max(1.0f, room - label - look.px(2));
  const float top = ImGui::GetWindowPos().y, bottom = top + ImGui::GetWindowHeight();
  for (const StripRow& r : strip.rows) {
    const float y = strip.origin.y + r.y;
    if (y + strip.band(r) < top || y > bottom) continue;
    text_at(strip.list, look.fonts.mono, {start.x, y + (strip.band(r) - look.fonts.mono->FontSize) / 2},
            look.theme.muted, fmt::format("+{:x}", r.from - heap.start));
    if (r.low)
      strip.low_row(r);
    else
      strip.row(r);
    strip.defects(r);
  }
  if (shown) strip.arcs(*shown);

  if (ImGui::InvisibleButton("blocks", {room, std::max(1.0f, size.y)}))
    if (const auto at = strip.under_mouse()) state.heap.chosen = *at;
  const auto under = ImGui::IsItemHovered() ? strip.under_mouse() : std::nullopt;
  const HeapBlock* block = under ? heap.find(*under) : nullptr;
  if (block) {
    const auto all = pieces(*block);
    const auto piece =
        std::ranges::find_if(all, [&](const HeapPiece& p) { return *under >= p.start && *under < p.end; });
    tooltip(look, block_words(heap, *block, piece == all.end() ? HeapPart::unknown : piece->part));
    if (ImGui::IsMouseClicked(1)) state.heap.chosen = *under;
  }
  if (ImGui::BeginPopupContextItem("block menu")) {
    if (const HeapBlock* chosen = heap.find(state.heap.chosen)) {
      caption(look, fmt::format("{} block at {:#x}", name(chosen->state), chosen->memory));
      if (ImGui::MenuItem("Show in memory")) commands.push_back(ShowMemory{chosen->memory});
      ask_items(asked_of(header_source(*chosen)), commands);
    }
    ImGui::EndPopup();
  }
  ImGui::EndChild();
  return row_bytes;
}

}  // namespace ringside
