// SPDX-License-Identifier: GPL-2.0-or-later
// The page tables as a tree whose branches open and close.
#include <fmt/format.h>

#include <algorithm>

#include "gui/panels/panels.h"
#include "gui/widgets/controls.h"
#include "gui/widgets/text.h"
#include "sim/inspect/words.h"

namespace ringside {
namespace {

constexpr std::size_t kOpenAtFirst = 80;  // a tree with more nodes starts with its branches closed

struct Drawing {
  PanelState& state;
  const MachineView& view;
  const PageTree& tree;
  Commands& commands;
  const Look& look = state.look;
  bool open_at_first = tree.nodes.size() <= kOpenAtFirst;

  static std::string key(const PageNode& n) { return fmt::format("{}/{:x}", n.level, n.start); }
  bool is_open(const PageNode& n) const { return state.page_tree.toggled.contains(key(n)) != open_at_first; }

  // Indices of the nodes whose tables above are all open.
  std::vector<std::size_t> in_sight() const {
    std::vector<std::size_t> all;
    for (std::size_t i = 0; i < tree.nodes.size();) {
      all.push_back(i);
      const PageNode& n = tree.nodes[i];
      i = n.table && !is_open(n) ? std::max(n.end, i + 1) : i + 1;
    }
    return all;
  }

  void head() {
    text(look.fonts.small, look.theme.muted, "CR3");
    ImGui::SameLine(0, look.px(4));
    link(look, view, hex32(static_cast<std::uint32_t>(tree.cr3)), Link::physical, tree.cr3 & ~0xFFFull,
         look.theme.text, look.fonts.mono, commands);
    const auto flagged =
        std::ranges::count_if(tree.nodes, [](const PageNode& n) { return !n.table && n.writable_code; });
    const std::string words =
        flagged ? fmt::format("{} range{} writable and executable", flagged, flagged == 1 ? "" : "s")
                : "no page is writable and executable";
    const char* mark = flagged ? shape(Meaning::fault) : shape(Meaning::passed);
    beside_if_room(look, badge_width(look, mark, words), 12);
    badge(look, flagged ? look.theme.fault : look.theme.passed, mark, words);
    const float height = look.fonts.small->FontSize + look.px(6);
    const ButtonText open{.id = "open", .label = "open all"}, close{.id = "close", .label = "close all"};
    beside_if_room(look, small_button_width(look, open), 12);
    if (small_button(look, open, height)) set_all(true);
    beside_if_room(look, small_button_width(look, close), 4);
    if (small_button(look, close, height)) set_all(false);
    if (!tree.complete) caption(look, "The tables map more than this.");
    ImGui::Dummy({0, look.px(4)});
  }

  void set_all(bool open) {
    state.page_tree.toggled.clear();
    if (open == open_at_first) return;
    for (const PageNode& n : tree.nodes)
      if (n.table) state.page_tree.toggled.insert(key(n));
  }

  void row(const PageNode& n) {
    const std::string id = key(n);
    const unsigned entry_bytes = tree.paging == PagingMode::two_level ? 4 : 8;
    const Asked asked =
        asked_of(RowSource{RowSource::Kind::physical, n.entry_at, (n.last - n.first + 1) * entry_bytes});
    const std::string rights = page_rights_words(n);
    const int age =
        state.changes.age("page-tree/" + id, fmt::format("{} {} {:x}", maps_words(n), rights, n.physical));
    ImGui::TableNextColumn();
    ImGui::Dummy({look.px(14) * static_cast<float>(n.depth), 0});
    ImGui::SameLine(0, 0);
    entry(n, id, asked, age);
    ImGui::TableNextColumn();
    link(look, view, hex64(n.start), Link::linear, n.start, look.theme.text, look.fonts.mono, commands,
         asked);
    ImGui::TableNextColumn();
    text(look.fonts.small, n.table ? look.theme.muted : look.theme.text, maps_words(n));
    ImGui::TableNextColumn();
    link(look, view, rights, Link::none, 0,
         n.table           ? look.theme.muted
         : n.writable_code ? look.theme.fault
                           : look.theme.text,
         look.fonts.mono, commands, asked);
    ImGui::TableNextColumn();
    link(look, view, hex32(static_cast<std::uint32_t>(n.physical)), Link::physical, n.physical,
         look.theme.text, look.fonts.mono, commands, asked);
    ImGui::TableNextColumn();
    const std::string remark = remark_words(n);
    text(look.fonts.small, n.writable_code ? look.theme.fault : look.theme.muted,
         n.writable_code ? fmt::format("{} {}", shape(Meaning::fault), remark) : remark);
  }

  // The name of the entry; a click on a table's opens or closes it.
  void entry(const PageNode& n, const std::string& id, const Asked& asked, int age) {
    const std::string words = entry_words(tree, n);
    const ImU32 ink = changed_colour(look.theme, age, n.table ? look.theme.muted : look.theme.text);
    if (n.table) {
      const ImVec2 at = ImGui::GetCursorScreenPos();
      const float side = look.fonts.mono->FontSize;
      const std::string label = fmt::format("{} {}", is_open(n) ? "\u25BE" : "\u25B8", words);
      if (ImGui::InvisibleButton(id.c_str(), {text_size(look.fonts.small, label).x, side})) {
        if (!state.page_tree.toggled.erase(id)) state.page_tree.toggled.insert(id);
      }
      const bool hovered = ImGui::IsItemHovered();
      if (hovered) ImGui::SetMouseCursor(ImGuiMouseCursor_Hand);
      text_at(ImGui::GetWindowDrawList(), look.fonts.small, at, hovered ? look.theme.text : ink, label);
    } else {
      ImGui::Dummy({look.px(12), 0});
      ImGui::SameLine(0, 0);
      link(look, view, words, Link::none, 0, ink, look.fonts.small, commands, asked);
    }
    if (age >= 0) {
      ImGui::SameLine(0, look.px(2));
      change_mark(look, age);
    }
  }

  void rows() {
    constexpr ImGuiTableFlags kFlags = ImGuiTableFlags_ScrollX | ImGuiTableFlags_ScrollY |
                                       ImGuiTableFlags_SizingFixedFit | ImGuiTableFlags_NoSavedSettings |
                                       ImGuiTableFlags_BordersInnerH |
                                       ImGuiTableFlags_NoBordersInBodyUntilResize;
    ImGui::PushStyleVar(ImGuiStyleVar_CellPadding, {look.px(6), look.px(2)});
    if (ImGui::BeginTable("tree", 6, kFlags)) {
      ImGui::TableSetupScrollFreeze(0, 1);
      ImGui::TableNextRow();
      for (const char* heading : {"Entry", "From", "Maps", "Rights", "Leads to", "Whose"}) {
        ImGui::TableNextColumn();
        caption(look, heading);
      }
      const auto shown = in_sight();
      ImGuiListClipper clipper;
      clipper.Begin(static_cast<int>(shown.size()));
      while (clipper.Step())
        for (int i = clipper.DisplayStart; i < clipper.DisplayEnd; ++i) {
          ImGui::TableNextRow();
          row(tree.nodes[shown[static_cast<std::size_t>(i)]]);
        }
      ImGui::EndTable();
    }
    ImGui::PopStyleVar();
  }
};

void draw(PanelState& state, const MachineView& view, Commands& commands) {
  const Look& look = state.look;
  if (!view.page_tree) {
    nothing_yet(look, "Nothing to show yet.");
    return;
  }
  if (view.page_tree->paging == PagingMode::none) {
    nothing_yet(look, "Paging is off: every linear address is the physical address.");
    return;
  }
  Drawing d{state, view, *view.page_tree, commands};
  d.head();
  d.rows();
}

}  // namespace

const Panel page_tree_panel{
    .id = "page-tables",
    .title = "Page tables",
    .help =
        "The page tables as a tree: an entry of the top table, below it the table that it leads to, down to "
        "the "
        "pages. Neighbours with the same rights are one row. A click on a table opens or closes it.\n\n"
        "W may be written, U open to user code, X code runs, NX it does not, G global: as all levels on the "
        "way "
        "say together. A range that may be written and executed is marked: whoever can write there can run "
        "code of his own.",
    .draw = draw,
    .request = [](const PanelState&, ViewRequest& r) { r.page_tree = true; },
};

}  // namespace ringside
