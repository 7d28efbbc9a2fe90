// SPDX-License-Identifier: GPL-2.0-or-later
// The kernel's heap: what there is of it, to scale, and the allocator's lists. And its blocks as a table.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <bit>

#include "gui/panels/heap_lists.h"
#include "gui/panels/heap_strip.h"
#include "gui/panels/panels.h"
#include "gui/widgets/controls.h"
#include "gui/widgets/table_widget.h"
#include "gui/widgets/text.h"
#include "sim/inspect/heap_tables.h"
#include "sim/inspect/words.h"

namespace ringside {
namespace {

constexpr std::size_t kDefectsShown = 4;

struct Drawing {
  PanelState& state;
  const MachineView& view;
  const HeapMap& heap;
  Commands& commands;
  const Look& look = state.look;

  // "9,568 used": the number, then what it is, on one line with the others where there is room.
  void figure(const char* what, std::string number, const char* key = nullptr) {
    const int age = state.changes.age(fmt::format("heap/{}", key ? key : what), number);
    const float width =
        text_size(look.fonts.mono, number).x + look.px(4) + text_size(look.fonts.small, what).x;
    beside_if_room(look, width, 16);
    text(look.fonts.mono, changed_colour(look.theme, age, look.theme.text), number);
    ImGui::SameLine(0, look.px(4));
    caption(look, what);
  }

  void figures() {
    text(look.fonts.strong, look.theme.text, heap.policy);
    figure("in all", bytes_words(heap.bytes()));
    const std::string used =
        fmt::format("used in {} block{}", with_commas(heap.used_blocks), heap.used_blocks == 1 ? "" : "s");
    figure(used.c_str(), with_commas(heap.used), "used");
    figure("free", with_commas(heap.free));
    figure("largest free", with_commas(heap.largest_free));
    figure("fragmentation", percent_words(heap.fragmentation()));
    figure(heap.allocations == 1 ? "allocation" : "allocations", with_commas(heap.allocations),
           "allocations");
    figure(heap.releases == 1 ? "release" : "releases", with_commas(heap.releases), "releases");
  }

  // What is broken comes before everything else.
  void defects() {
    if (heap.defects.empty()) return;
    ImGui::Dummy({0, look.px(2)});
    for (std::size_t i = 0; i < std::min(kDefectsShown, heap.defects.size()); ++i) {
      const HeapDefect& d = heap.defects[i];
      text(look.fonts.small, look.theme.fault, shape(Meaning::fault));
      ImGui::SameLine(0, look.px(4));
      link(look, view, hex64(d.at), Link::linear, d.at, look.theme.fault, look.fonts.mono, commands,
           asked_of(RowSource{RowSource::Kind::linear, d.at, d.bytes}));
      if (text_size(look.fonts.small, d.what).x + look.px(8) <
          ImGui::GetContentRegionAvail().x - ImGui::GetItemRectSize().x - look.px(24))
        ImGui::SameLine(0, look.px(8));
      paragraph(look, look.fonts.small, look.theme.text, d.what + ".");
    }
    if (heap.defects.size() > kDefectsShown)
      caption(look,
              fmt::format("and {} more; the tab Blocks lists them", heap.defects.size() - kDefectsShown));
    if (heap.busy)
      paragraph(look, look.fonts.small, look.theme.muted,
                "The processor is in the heap's own code: some of this may be work half done.");
    ImGui::Dummy({0, look.px(2)});
  }

  // Halves and doubles what a row of the strip shows.
  void zoom() {
    const float height = look.fonts.small->FontSize + look.px(6);
    const ButtonText all{.id = "all", .label = "whole heap", .tooltip = "As small as it has to be"};
    const ButtonText in{.id = "in", .label = "+", .tooltip = "Twice as large"};
    const ButtonText out{.id = "out", .label = "-", .tooltip = "Half as large"};
    if (small_button(look, all, height, state.heap.row_bytes ? ButtonKind::plain : ButtonKind::chosen))
      state.heap.row_bytes = 0;
    std::uint64_t& row = state.heap.row_bytes;
    const std::uint64_t fitting = std::max<std::uint64_t>(256, state.heap.shown_row_bytes);
    beside_if_room(look, small_button_width(look, in), 4);
    if (small_button(look, in, height)) row = std::max<std::uint64_t>(256, (row ? row : fitting) / 2);
    beside_if_room(look, small_button_width(look, out), 2);
    if (small_button(look, out, height))
      row = std::min<std::uint64_t>(std::bit_ceil(heap.bytes()), (row ? row : fitting) * 2);
    legend();
  }

  // Only what there is.
  void legend() {
    std::array<bool, kHeapParts> there{};
    for (const HeapBlock& b : heap.blocks)
      for (const HeapPiece& piece : pieces(b)) there[static_cast<std::size_t>(piece.part)] = true;
    const float side = look.fonts.small->FontSize, beside_buttons = ImGui::GetItemRectMin().y;
    for (std::size_t i = 0; i < kHeapParts; ++i) {
      if (!there[i]) continue;
      const auto part = static_cast<HeapPart>(i);
      beside_if_room(look, side + look.px(4) + text_size(look.fonts.small, name(part)).x, 12);
      ImVec2 at = ImGui::GetCursorScreenPos();
      if (at.y <= beside_buttons + 1) at.y = beside_buttons + look.px(3);  // on the line of their words
      ImGui::SetCursorScreenPos(at);
      draw_heap_part(look, ImGui::GetWindowDrawList(), part, {at.x, at.y + look.px(1)},
                     {at.x + side, at.y + side + look.px(1)});
      ImGui::Dummy({side, side});
      ImGui::SameLine(0, look.px(4));
      caption(look, name(part));
    }
  }

  void chosen_block() {
    const HeapBlock* b = heap.find(state.heap.chosen);
    if (!b) {
      caption(look, "Click a block to keep it here; the right button asks who handed it out.");
      return;
    }
    link(look, view, hex64(b->memory), Link::linear, b->memory, look.theme.text, look.fonts.mono, commands,
         asked_of(header_source(*b)));
    const auto word = [&](std::string words) {
      beside_if_room(look, text_size(look.fonts.small, words).x, 12);
      caption(look, words);
    };
    word(fmt::format("{}, {} bytes, {} with all around it", name(b->state), with_commas(b->bytes),
                     with_commas(b->end - b->start)));
    if (b->list < heap.lists.size()) word(fmt::format("in \"{}\"", heap.lists[b->list].name));
    if (b->next) {
      word("then");
      beside_if_room(look, text_size(look.fonts.mono, hex64(0)).x, 4);
      link(look, view, hex64(b->next), Link::linear, b->next, look.theme.text, look.fonts.mono, commands);
    }
    if (!b->remark.empty()) word(b->remark);
  }

  // Fragmentation over the run, as far as it was in sight; where the machine stands is marked.
  void sparkline() {
    if (!view.heap_history || view.heap_history->size() < 2) return;
    const auto& samples = *view.heap_history;
    unsigned most = 10;
    for (const HeapSample& s : samples) most = std::max(most, s.fragmentation);
    caption(look, fmt::format("fragmentation so far, at most {}", percent_words(most)));
    ImGui::SameLine(0, look.px(12));
    const ImVec2 at = ImGui::GetCursorScreenPos();
    const ImVec2 size{ImGui::GetContentRegionAvail().x - look.px(8), look.px(20)};
    if (size.x < look.px(40)) {
      ImGui::NewLine();
      return;
    }
    ImDrawList* draw = ImGui::GetWindowDrawList();
    const double first = static_cast<double>(samples.front().instructions);
    const double span = std::max(1.0, static_cast<double>(samples.back().instructions) - first);
    const auto point = [&](std::uint64_t instructions, unsigned fragmentation) {
      return ImVec2{at.x + static_cast<float>((static_cast<double>(instructions) - first) / span) * size.x,
                    at.y + size.y * (1 - static_cast<float>(fragmentation) / static_cast<float>(most))};
    };
    draw->AddLine({at.x, at.y + size.y}, {at.x + size.x, at.y + size.y}, look.theme.line, look.px(1));
    // It stays until it changes: a line of steps.
    unsigned last = samples.front().fragmentation;
    draw->PathLineTo(point(samples.front().instructions, last));
    for (const HeapSample& s : samples) {
      if (s.fragmentation == last) continue;
      draw->PathLineTo(point(s.instructions, last));
      draw->PathLineTo(point(s.instructions, last = s.fragmentation));
    }
    draw->PathLineTo(point(samples.back().instructions, last));
    draw->PathStroke(look.theme.muted, 0, look.px(1));
    draw->AddCircleFilled(point(view.instructions, heap.fragmentation()), look.px(3), look.theme.now);
    ImGui::Dummy({size.x, size.y});
  }
};

void draw(PanelState& state, const MachineView& view, Commands& commands) {
  const Look& look = state.look;
  if (!view.heap) {
    nothing_yet(look, "Nothing to show yet.");
    return;
  }
  const HeapMap& heap = *view.heap;
  if (!heap.trouble.empty() || heap.bytes() == 0) {
    nothing_yet(look, heap_words(heap));
    return;
  }
  Drawing d{state, view, heap, commands};
  d.figures();
  d.defects();
  ImGui::Dummy({0, look.px(2)});
  d.zoom();
  ImGui::Dummy({0, look.px(2)});
  const float room = ImGui::GetContentRegionAvail().y;
  const float below = look.px(56);  // of the chosen block and the sparkline
  HeapLists lists(state, heap, commands);
  const float lists_height = std::min(room * 0.4f, lists.height());
  state.heap.shown_row_bytes = draw_heap_strip(state, heap, lists.shown(),
                                               std::max(look.px(104), room - lists_height - below), commands);
  lists.draw(std::max(look.px(24), lists_height));
  ImGui::Dummy({0, look.px(4)});
  d.chosen_block();
  d.sparkline();
}

void draw_blocks(PanelState& state, const MachineView& view, Commands& commands) {
  const Look& look = state.look;
  const Table *check = view.table("heap-check"), *blocks = view.table("heap");
  if (!check || !blocks) {
    nothing_yet(look, "Nothing to show yet.");
    return;
  }
  if (check->rows.empty()) {
    if (blocks->rows.empty()) {
      nothing_yet(look, blocks->note);
      return;
    }
    badge(look, look.theme.passed, shape(Meaning::passed), check->note);
  } else {
    const float height = std::min(ImGui::GetContentRegionAvail().y * 0.4f,
                                  look.px(40) + look.px(20) * static_cast<float>(check->rows.size()));
    if (ImGui::BeginChild("check", {0, height}, false, ImGuiWindowFlags_NoNav))
      draw_table(state, view, *check, {}, commands);
    ImGui::EndChild();
  }
  ImGui::Dummy({0, look.px(4)});
  draw_table(state, view, *blocks,
             {.columns = {"Address", "Bytes", "State", "All of it", "In list", "Remark", "Next"}}, commands);
}

}  // namespace

const Panel heap_panel{
    .id = "heap",
    .title = "Heap",
    .help =
        "The memory behind new, to scale: what is used, what is free, and what the allocator needs for "
        "itself. "
        "Below it the allocator's lists, a row for each size or order; a click on one draws its links as "
        "arcs, "
        "each block leading to the next. Fragmentation is how much of the free memory cannot be had in one "
        "piece.\n\n"
        "The mouse over a block says what it is. The right button asks who wrote the words in front of it: "
        "that "
        "is who handed it out. What is broken in the blocks and lists stands on top with a triangle.",
    .draw = draw,
    .request = [](const PanelState&, ViewRequest& r) { r.heap = true; },
};

const Panel heap_blocks_panel{
    .id = "heap-blocks",
    .title = "Blocks",
    .help =
        "Every block of the kernel's heap by its address: how large it is for its user and in all, its "
        "state, "
        "and the list that it is in. Above it what a check of all blocks and lists finds: links that lead "
        "astray, circles, headers and red zones that were written over.",
    .draw = draw_blocks,
    .request =
        [](const PanelState&, ViewRequest& r) {
          r.tables.push_back({"heap-check", ""});
          r.tables.push_back({"heap", ""});
        },
};

}  // namespace ringside
