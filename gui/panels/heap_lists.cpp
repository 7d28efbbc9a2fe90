// SPDX-License-Identifier: GPL-2.0-or-later
#include "gui/panels/heap_lists.h"

#include <fmt/format.h>

#include <algorithm>
#include <bit>

#include "gui/widgets/text.h"

namespace ringside {
namespace {
constexpr float kListRow = 20;
}  // namespace

const HeapList* HeapLists::shown() const {
  const HeapList* first = nullptr;
  for (const HeapList& list : heap_.lists) {
    if (list.name == state_.heap.list) return &list;
    // One with links to draw, else one with a block to mark.
    if (!list.nodes.empty() && (!first || (first->nodes.size() < 2 && list.nodes.size() > 1))) first = &list;
  }
  return first;
}

// A list as its name, its number of blocks and a mark for each, as many as there is room for.
void HeapLists::row(const HeapList& list, bool is_shown, float name_width, float width) {
  const ImVec2 at = ImGui::GetCursorScreenPos();
  const float height = look_.px(kListRow);
  ImDrawList* draw = ImGui::GetWindowDrawList();
  ImGui::PushID(list.name.c_str());
  const bool clicked = ImGui::InvisibleButton("list", {width, height});
  if (clicked) state_.heap.list = list.name;
  const bool hovered = ImGui::IsItemHovered();
  if (hovered && !list.nodes.empty())
    tooltip(look_,
            fmt::format("{}: {} from {:#x} on\nclick: its links as arcs, and the block under the mouse",
                        list.name,
                        list.nodes.size() == 1 ? "1 block" : fmt::format("{} blocks", list.nodes.size()),
                        list.nodes.front()));
  if (ImGui::BeginPopupContextItem("menu")) {
    caption(look_, fmt::format("where \"{}\" starts", list.name));
    ask_items(asked_of(RowSource{RowSource::Kind::linear, list.head_at, 8}), commands_);
    ImGui::EndPopup();
  }
  ImGui::PopID();
  if (hovered || is_shown)
    draw->AddRectFilled(at, {at.x + width, at.y + height},
                        mix(look_.theme.panel, look_.theme.raised, is_shown ? 1 : 0.6f), look_.px(3));
  if (is_shown)
    draw->AddRectFilled({at.x, at.y + look_.px(3)}, {at.x + look_.px(2), at.y + height - look_.px(3)},
                        look_.theme.interrupt);
  const float line = at.y + (height - look_.fonts.small->FontSize) / 2;
  const int age = state_.changes.age(fmt::format("heap-list/{}", list.name), list.nodes.size());
  text_at(draw, look_.fonts.small, {at.x + look_.px(8), line}, look_.theme.text, list.name);
  const std::string count = with_commas(list.nodes.size());
  const float number_end = at.x + look_.px(8) + name_width + look_.px(44);
  text_at(draw, look_.fonts.mono, {number_end - text_size(look_.fonts.mono, count).x, line},
          changed_colour(look_.theme, age, list.nodes.empty() ? look_.theme.faint : look_.theme.text), count);
  marks(list, {number_end + look_.px(12), at.y + (height - look_.px(10)) / 2}, at.x + width, clicked);
}

// Each block of a list, wider where it is larger, with its link to the next.
void HeapLists::marks(const HeapList& list, ImVec2 at, float right, bool clicked) {
  ImDrawList* draw = ImGui::GetWindowDrawList();
  for (std::size_t i = 0; i < list.nodes.size(); ++i) {
    const HeapBlock* block = heap_.find(list.nodes[i]);
    const float width = look_.px(6 + (block ? static_cast<float>(std::bit_width(block->bytes)) : 0));
    if (at.x + width + look_.px(12) > right) {
      text_at(draw, look_.fonts.small, {at.x, at.y - look_.px(3)}, look_.theme.muted, "\u2026");
      return;
    }
    const ImVec2 to{at.x + width, at.y + look_.px(10)};
    const float mouse = ImGui::GetIO().MousePos.x;
    if (clicked && block && mouse >= at.x && mouse < to.x) state_.heap.chosen = block->memory;
    const bool chosen = block && state_.heap.chosen >= block->start && state_.heap.chosen < block->end;
    draw->AddRectFilled(at, to, mix(look_.theme.panel, look_.theme.interrupt, 0.35f), look_.px(2));
    draw->AddRect(at, to, chosen ? look_.theme.text : look_.theme.interrupt, look_.px(2), 0,
                  look_.px(chosen ? 2 : 1));
    if (i + 1 < list.nodes.size()) {
      const float y = (at.y + to.y) / 2;
      draw->AddLine({to.x, y}, {to.x + look_.px(8), y}, look_.theme.interrupt, look_.px(1));
      draw->AddTriangleFilled({to.x + look_.px(8), y}, {to.x + look_.px(4), y - look_.px(3)},
                              {to.x + look_.px(4), y + look_.px(3)}, look_.theme.interrupt);
    }
    at.x = to.x + look_.px(8);
  }
}

// Those that can have blocks, in two columns where there are many.
std::vector<const HeapList*> HeapLists::listed() const {
  std::vector<const HeapList*> all;
  for (const HeapList& list : heap_.lists)
    if (!list.nodes.empty() || list.bytes_each <= heap_.bytes()) all.push_back(&list);
  return all;
}
int HeapLists::columns() const {
  return listed().size() > 6 && ImGui::GetContentRegionAvail().x >= look_.px(460) ? 2 : 1;
}
float HeapLists::height() const {
  const auto beside = static_cast<std::size_t>(columns());
  return look_.px(kListRow + 1) * static_cast<float>((listed().size() + beside - 1) / beside) + look_.px(4);
}

void HeapLists::draw(float height) {
  const auto all = listed();
  if (all.empty()) {
    caption(look_, "This allocator keeps no lists.");
    return;
  }
  float name_width = 0;
  for (const HeapList* list : all)
    name_width = std::max(name_width, text_size(look_.fonts.small, list->name).x);
  const HeapList* in_front = shown();
  const int beside = columns();
  const std::size_t rows =
      (all.size() + static_cast<std::size_t>(beside) - 1) / static_cast<std::size_t>(beside);
  ImGui::PushStyleVar(ImGuiStyleVar_ItemSpacing, {0, look_.px(1)});
  if (ImGui::BeginChild("lists", {0, height}, false, ImGuiWindowFlags_NoNav)) {
    const ImVec2 start = ImGui::GetCursorScreenPos();
    const float width = ImGui::GetContentRegionAvail().x / static_cast<float>(beside);
    for (std::size_t i = 0; i < all.size(); ++i) {
      const auto column = static_cast<float>(i / rows), line = static_cast<float>(i % rows);
      ImGui::SetCursorScreenPos({start.x + column * width, start.y + line * look_.px(kListRow + 1)});
      row(*all[i], all[i] == in_front, name_width, width - look_.px(beside > 1 ? 8 : 0));
    }
  }
  ImGui::EndChild();
  ImGui::PopStyleVar();
}

}  // namespace ringside
