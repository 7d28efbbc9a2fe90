// SPDX-License-Identifier: GPL-2.0-or-later
// The page walk as a drawing: the address cut into its pieces, a strip for each table with the entry that was
// used, and the line that leads through them, or breaks.
#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "gui/panels/panels.h"
#include "gui/widgets/controls.h"
#include "gui/widgets/text.h"
#include "sim/inspect/words.h"

namespace ringside {
namespace {

struct Piece {
  unsigned high, low;
  unsigned level;  // 0 = the offset
};

// The pieces of a linear address in each paging mode (SDM 4.3 to 4.5), with the offset that a page of this
// size leaves.
std::vector<Piece> pieces(const Walk& walk) {
  std::vector<Piece> all;
  switch (walk.paging) {
    case PagingMode::none: break;
    case PagingMode::two_level: all = {{31, 22, 2}, {21, 12, 1}}; break;
    case PagingMode::pae: all = {{31, 30, 3}, {29, 21, 2}, {20, 12, 1}}; break;
    case PagingMode::four_level: all = {{47, 39, 4}, {38, 30, 3}, {29, 21, 2}, {20, 12, 1}}; break;
  }
  // A large page ends the walk early: the rest is offset.
  if (walk.ok() && walk.count > 0)
    std::erase_if(all, [&](const Piece& p) { return p.level < walk.entries[walk.count - 1].level; });
  const unsigned offset_high = all.empty() ? 31 : all.back().low - 1;
  all.push_back({offset_high, 0, 0});
  return all;
}

struct Drawing {
  PanelState& state;
  const MachineView& view;
  const Walk& walk;
  Commands& commands;
  const Look& look = state.look;

  // Top first, then the offset.
  ImU32 level_hue(unsigned level) const { return hue(look.theme, 4 - level); }

  // The address in binary groups: one box a piece, as wide as its bits.
  void address_bar() {
    const auto all = pieces(walk);
    const float room = ImGui::GetContentRegionAvail().x, gap = look.px(4), height = look.px(40);
    const ImVec2 start = ImGui::GetCursorScreenPos();
    ImDrawList* list = ImGui::GetWindowDrawList();
    float total = 0;
    for (const Piece& p : all) total += static_cast<float>(p.high - p.low + 1);
    const float unit = (room - gap * static_cast<float>(all.size() - 1)) / total;
    float x = start.x;
    for (const Piece& p : all) {
      const float width = unit * static_cast<float>(p.high - p.low + 1);
      const ImU32 ink = level_hue(p.level);
      list->AddRectFilled({x, start.y}, {x + width, start.y + height}, mix(look.theme.panel, ink, 0.18f),
                          look.px(3));
      list->AddRectFilled({x, start.y + height - look.px(2)}, {x + width, start.y + height}, ink, look.px(1));
      const std::uint64_t value = walk.address.value >> p.low & ((2ull << (p.high - p.low)) - 1);
      const std::string piece = p.level ? level_name(walk.paging, p.level) : "offset";
      const std::string with_bits = fmt::format("{} {}-{}", piece, p.high, p.low);
      const float words = width - look.px(8);
      const std::string top = text_size(look.fonts.small, with_bits).x <= words
                                  ? with_bits
                                  : elide(look.fonts.small, piece, words);
      const std::string number = p.level ? fmt::format("{}", value) : fmt::format("{:#x}", value);
      list->PushClipRect({x, start.y}, {x + width, start.y + height}, true);
      text_at(list, look.fonts.small, {x + look.px(6), start.y + look.px(3)}, look.theme.muted, top);
      text_at(list, look.fonts.mono_large, {x + look.px(6), start.y + look.px(18)}, ink, number);
      list->PopClipRect();
      x += width + gap;
    }
    ImGui::Dummy({room, height + look.px(8)});
  }

  // One table as a strip to scale with its used entry, and that entry enlarged beside it.
  void table(const WalkEntry& e, ImVec2 at, float width, float height, bool failed) {
    ImDrawList* list = ImGui::GetWindowDrawList();
    const float strip = look.px(12);
    const ImU32 ink = failed ? look.theme.fault : level_hue(e.level);
    const unsigned entries = e.entry_bytes == 4                               ? 1024
                             : walk.paging == PagingMode::pae && e.level == 3 ? 4
                                                                              : 512;
    list->AddRectFilled(at, {at.x + strip, at.y + height}, look.theme.raised, look.px(2));
    const float y =
        at.y + (height - look.px(3)) * static_cast<float>(e.index) / static_cast<float>(entries - 1);
    list->AddRectFilled({at.x, y}, {at.x + strip, y + look.px(3)}, ink);
    const ImVec2 box{at.x + strip + look.px(10), at.y + look.px(2)};
    const ImVec2 end{at.x + width, at.y + height - look.px(2)};
    list->AddLine({at.x + strip, y + look.px(1.5f)}, {box.x, box.y + look.px(12)}, ink, look.px(1));
    list->AddRectFilled(box, end, mix(look.theme.panel, ink, 0.10f), look.px(4));
    list->AddRect(box, end, ink, look.px(4), 0, look.px(1));
    ImGui::PushClipRect(box, end, true);
    float line = box.y + look.px(5);
    const float left = box.x + look.px(8), step = look.px(19);
    text_at(list, look.fonts.strong, {left, line}, ink,
            fmt::format("{}[{}]", level_name(walk.paging, e.level), e.index));
    line += step + look.px(2);
    ImGui::SetCursorScreenPos({left, line});
    text_at(list, look.fonts.small, {left, line}, look.theme.muted, "entry at");
    line += look.px(15);
    ImGui::SetCursorScreenPos({left, line});
    link(look, view, hex32(static_cast<std::uint32_t>(e.address.value)), Link::physical, e.address.value,
         look.theme.text, look.fonts.mono, commands);
    line += step;
    text_at(list, look.fonts.small, {left, line}, look.theme.muted, "holds");
    line += look.px(15);
    const std::uint64_t frame = e.entry & 0x000FFFFFFFFFF000;
    ImGui::SetCursorScreenPos({left, line});
    const Asked entry{fmt::format("phys {:#x} {}", e.address.value, e.entry_bytes),
                      fmt::format("{}[{}]", level_name(walk.paging, e.level), e.index)};
    link(look, view, hex32(static_cast<std::uint32_t>(frame)), Link::physical, frame, look.theme.text,
         look.fonts.mono, commands, entry);
    line += step;
    ImGui::SetCursorScreenPos({left, line});
    link(look, view, entry_flags(e, walk.paging), Link::none, 0, ink, look.fonts.mono, commands, entry);
    if (failed) {
      line += step;
      text_at(list, look.fonts.small, {left, line}, look.theme.fault,
              fmt::format("{} {}", shape(Meaning::fault), name(walk.fault)));
    }
    ImGui::PopClipRect();
  }

  // As many strips a row as can be read; the line goes on in the next row.
  void tables() {
    const unsigned columns = std::max(walk.count + 1, 2u);
    const float room = ImGui::GetContentRegionAvail().x, gap = look.px(18), height = look.px(136);
    const float least = text_size(look.fonts.mono, hex32(0)).x + look.px(36);
    const auto fit = static_cast<unsigned>(std::max(1.0f, (room + gap) / (least + gap)));
    const unsigned a_row = std::min(columns, fit);
    // A row that goes on in the next one ends in its arrow.
    const auto gaps = static_cast<float>(a_row < columns ? a_row : a_row - 1);
    const float width = std::min(look.px(190), (room - gap * gaps) / static_cast<float>(a_row));
    const ImVec2 start = ImGui::GetCursorScreenPos();
    ImDrawList* list = ImGui::GetWindowDrawList();
    const auto place = [&](unsigned i) {
      return ImVec2{start.x + static_cast<float>(i % a_row) * (width + gap),
                    start.y + static_cast<float>(i / a_row) * (height + look.px(8))};
    };
    for (unsigned i = 0; i < walk.count; ++i) {
      const WalkEntry& e = walk.entries[i];
      const bool failed =
          !walk.ok() && (walk.fault_level ? walk.fault_level == e.level : i + 1 == walk.count);
      table(e, place(i), width, height, failed);
      const float x = place(i).x + width, middle = place(i).y + height / 2;
      const bool breaks = !walk.ok() && i + 1 == walk.count;
      const ImU32 ink = breaks ? look.theme.fault : look.theme.muted;
      if (breaks) {
        list->AddLine({x, middle}, {x + gap * 0.35f, middle}, ink, look.px(2));
        text_at(list, look.fonts.body, {x + gap * 0.5f, middle - look.fonts.body->FontSize / 2}, ink,
                "\u2715");
      } else {
        list->AddLine({x, middle}, {x + gap - look.px(5), middle}, ink, look.px(2));
        list->AddTriangleFilled({x + gap - look.px(1), middle}, {x + gap - look.px(7), middle - look.px(4)},
                                {x + gap - look.px(7), middle + look.px(4)}, ink);
      }
    }
    page(place(walk.count), width, height);
    // For the scroll bar.
    const unsigned rows = (walk.count + a_row) / a_row;
    ImGui::SetCursorScreenPos(start);
    ImGui::Dummy({1, static_cast<float>(rows) * (height + look.px(8))});
  }

  void page(ImVec2 at, float width, float height) {
    ImDrawList* list = ImGui::GetWindowDrawList();
    const ImU32 ink = walk.ok() ? look.theme.text : look.theme.faint;
    const ImVec2 end{at.x + width, at.y + height - look.px(2)};
    list->AddRect({at.x, at.y + look.px(2)}, end, walk.ok() ? look.theme.muted : look.theme.line, look.px(4),
                  0, look.px(1));
    const float left = at.x + look.px(8);
    ImGui::PushClipRect(at, end, true);
    text_at(list, look.fonts.strong, {left, at.y + look.px(7)}, ink,
            walk.ok() && walk.page_bytes ? bytes_words(walk.page_bytes) + " page"
            : walk.ok()                  ? "memory"
                                         : "no page");
    if (walk.ok()) {
      text_at(list, look.fonts.small, {left, at.y + look.px(28)}, look.theme.muted, "physical");
      ImGui::SetCursorScreenPos({left, at.y + look.px(43)});
      link(look, view, hex32(static_cast<std::uint32_t>(walk.physical.value)), Link::physical,
           walk.physical.value, look.theme.text, look.fonts.mono, commands);
      text_at(list, look.fonts.small, {left, at.y + look.px(64)}, look.theme.muted,
              walk.writable ? "may be written" : "read-only");
      text_at(list, look.fonts.small, {left, at.y + look.px(80)}, look.theme.muted,
              walk.user ? "open to user code" : "kernel only");
      text_at(list, look.fonts.small, {left, at.y + look.px(96)}, look.theme.muted,
              walk.no_execute ? "no code runs" : "code runs");
    }
    ImGui::PopClipRect();
  }
};

void controls(PanelState& state, const MachineView& view, Commands& commands) {
  const Look& look = state.look;
  ImGui::PushFont(look.fonts.mono);
  ImGui::SetNextItemWidth(text_size(look.fonts.mono, "0xffff'ffff'0000'0000").x + look.px(24));
  ImGui::InputTextWithHint("##address", hex64(view.cpu.rip).c_str(), state.walk.address.data(),
                           state.walk.address.size());
  const float height = ImGui::GetItemRectSize().y;
  ImGui::PopFont();
  const auto choose = [&](const char* name, std::uint64_t address) {
    const ButtonText words{.id = name, .label = name};
    beside_if_room(look, button_width(look, words), 4);
    if (button(look, words, height)) commands.push_back(ShowWalk{address});
  };
  choose("RIP", view.cpu.rip);
  choose("RSP", view.cpu[Gpr::rsp]);
  choose("CR2", view.cpu.cr2);
  constexpr std::array<const char*, 3> kKinds = {"read", "write", "fetch"};
  for (int i = 0; i < 3; ++i) {
    const ButtonText words{.id = kKinds[i], .label = kKinds[i]};
    beside_if_room(look, button_width(look, words), i ? 2 : 12);
    if (button(look, words, height, state.walk.kind == i ? ButtonKind::chosen : ButtonKind::quiet))
      state.walk.kind = i;
  }
  const ButtonText user{.id = "user",
                        .icon = state.walk.user ? "\u25CF" : "\u25CB",
                        .label = "user",
                        .tooltip = "As code of ring 3 would"};
  beside_if_room(look, button_width(look, user));
  if (button(look, user, height, state.walk.user ? ButtonKind::chosen : ButtonKind::quiet))
    state.walk.user = !state.walk.user;
  ImGui::Dummy({0, look.px(4)});
}

void draw(PanelState& state, const MachineView& view, Commands& commands) {
  const Look& look = state.look;
  controls(state, view, commands);
  if (!view.walk) {
    nothing_yet(look, "No walk yet.");
    return;
  }
  Drawing d{state, view, *view.walk, commands};
  if (view.walk->paging != PagingMode::none && canonical(view.walk->address.value)) {
    d.address_bar();
    d.tables();
  }
  paragraph(look, look.fonts.body, view.walk->ok() ? look.theme.text : look.theme.fault,
            (view.walk->ok() ? "" : std::string(shape(Meaning::fault)) + " ") + walk_sentence(*view.walk));
}

void request(const PanelState& state, ViewRequest& r) {
  r.walk = true;
  std::string digits(state.walk.address.data());
  std::erase(digits, '\'');
  if (!digits.empty()) r.walk_text = digits;
  r.walk_access = {.kind = static_cast<AccessKind>(state.walk.kind), .user = state.walk.user};
}

}  // namespace

const Panel walk_panel{
    .id = "walk",
    .title = "Page walk",
    .help =
        "How the processor turns a linear address into a physical one. The address is cut into pieces; each "
        "piece picks an entry of "
        "one table, and that entry says where the next table lies.\n\n"
        "P present, W may be written, U open to user code, A accessed, D dirty, G global, NX no execution. "
        "Where an entry forbids "
        "the access the line breaks, and the sentence says at which level and why. Type an address or a "
        "symbol.",
    .draw = draw,
    .request = request,
};

}  // namespace ringside
