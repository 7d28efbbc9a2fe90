// SPDX-License-Identifier: GPL-2.0-or-later
#include "gui/app/shell.h"

#include <algorithm>
#include <array>
#include <utility>

#include "gui/app/follow.h"
#include "gui/app/time_line_words.h"
#include "gui/panels/lab_pages.h"
#include "gui/panels/panels.h"
#include "gui/widgets/controls.h"
#include "gui/widgets/text.h"

namespace ringside {
namespace {

constexpr ImGuiWindowFlags kStill =
    ImGuiWindowFlags_NoTitleBar | ImGuiWindowFlags_NoResize | ImGuiWindowFlags_NoMove |
    ImGuiWindowFlags_NoCollapse | ImGuiWindowFlags_NoSavedSettings | ImGuiWindowFlags_NoBringToFrontOnFocus |
    ImGuiWindowFlags_NoScrollbar | ImGuiWindowFlags_NoScrollWithMouse | ImGuiWindowFlags_NoNav;

// Who has the keyboard, in as many words as there is room for.
void draw_keyboard_hint(const PanelState& state, float left, float right, float baseline) {
  const Look& look = state.look;
  const std::array<const char*, 2> hints =
      state.screen.focused ? std::array{"the keyboard types into the guest \u00b7 right Ctrl takes it back",
                                        "right Ctrl takes the keyboard back"}
                           : std::array{"click to type into the guest", "click to type"};
  for (const char* hint : hints) {
    const float x = right - text_size(look.fonts.small, hint).x;
    if (x <= left) continue;
    text_at(ImGui::GetWindowDrawList(), look.fonts.small, {x, baseline},
            state.screen.focused ? look.theme.interrupt : look.theme.muted, hint);
    return;
  }
}

// The panels of each workspace, in the order of their tabs; registers come first in the first one where they
// have no tile of their own.
const std::array<std::vector<const Panel*>, kWorkspaces> kTopics = {
    {{&stack_panel, &memory_panel, &breakpoints_panel},
     {&anatomy_panel, &idt_panel, &pic_panel, &pit_panel, &keyboard_panel, &uart_panel},
     {&walk_panel, &page_tree_panel, &page_map_panel, &gdt_panel},
     {&heap_panel, &heap_blocks_panel, &frames_panel, &memory_panel},
     {&threads_panel, &thread_panel, &switches_panel, &tasks_panel, &stacks_panel}}};

}  // namespace

const char* workspace_name(int workspace) {
  constexpr const char* kNames[kWorkspaces] = {"Source", "Interrupts", "Paging", "Heap", "Threads"};
  return kNames[workspace - 1];
}

std::vector<const Panel*> Shell::panels_of(const Tile& tile, int workspace) const {
  std::vector<const Panel*> panels;
  for (const Part part : tile.parts) switch (part) {
      case Part::screen: panels.push_back(&screen_panel); break;
      case Part::lab: panels.push_back(&lab_panel); break;
      case Part::happened: panels.push_back(&happened_panel); break;
      case Part::events: panels.push_back(&events_panel); break;
      case Part::code: panels.push_back(&code_panel); break;
      case Part::registers: panels.push_back(&registers_panel); break;
      case Part::topic:
        if (workspace == 1 && !tiles_.of(Part::registers)) panels.push_back(&registers_panel);
        for (const Panel* panel : kTopics[workspace - 1]) panels.push_back(panel);
    }
  return panels;
}

const Panel& Shell::front(const Tile& tile) const {
  const bool topic = tile.has(Part::topic);
  const auto panels = panels_of(tile, settings_.workspace);
  const std::string& tab = topic ? settings_.tab[settings_.workspace - 1] : left_tab_;
  for (const Panel* panel : panels)
    if (panel->id == tab) return *panel;
  // Nothing was chosen: what the workspace is about.
  if (topic && settings_.workspace > 1) return *kTopics[settings_.workspace - 1].front();
  return *panels.front();
}

void Shell::bring_to_front(const Tile& tile, std::string_view panel_id) {
  (tile.has(Part::topic) ? settings_.tab[settings_.workspace - 1] : left_tab_) = panel_id;
}

LabRoom Shell::lab_room(const PanelState& state) const {
  if (!state.lab.view) return LabRoom::none;
  return settings_.lab_large ? LabRoom::large : LabRoom::small;
}

void Shell::another_machine(PanelState& state, bool look_at_code) {
  stop_seen_ = answer_seen_ = 0;
  delivery_seen_ = 0;
  delivery_known_ = false;
  state.changes = {};
  state.anatomy = {};
  state.happened = {};
  state.listing = {};
  state.threads = {};
  state.time_line = {};
  if (const Tile* tile = tiles_.of(Part::code); look_at_code && tile && tile->parts.size() > 1)
    show(code_panel.id);
}

void Shell::show(std::string_view panel_id) {
  const auto has = [&](const Tile& tile, int workspace) {
    return std::ranges::any_of(panels_of(tile, workspace), [&](const Panel* p) { return p->id == panel_id; });
  };
  const auto show_in = [&](int workspace) {
    const auto tile = std::ranges::find_if(tiles_.tiles, [&](const Tile& t) { return has(t, workspace); });
    if (tile == tiles_.tiles.end()) return false;
    settings_.workspace = workspace;
    bring_to_front(*tile, panel_id);
    if (!full_.empty()) full_ = panel_id;
    return true;
  };
  // Where it is already a tab of the workspace, that stays.
  if (show_in(settings_.workspace)) return;
  for (int w = 1; w <= kWorkspaces; ++w)
    if (show_in(w)) return;
}

bool Shell::escape(PanelState& state) {
  const bool guest_focused = state.screen.focused;
  if (std::exchange(state.command_box.open, false)) return true;
  if (!help_.empty()) {
    help_.clear();
    return true;
  }
  if (guest_focused || full_.empty()) return false;
  full_.clear();
  return true;
}

ViewRequest Shell::request(const PanelState& state) const {
  ViewRequest request;
  request.listing = false;
  const auto ask = [&](const Panel& panel) {
    if (panel.request) panel.request(state, request);
  };
  if (!full_.empty()) {
    if (const Panel* panel = find_panel(full_)) ask(*panel);
    return request;
  }
  for (const Tile& tile : tiles_.tiles) ask(front(tile));
  return request;
}

// A stop that came with a new exception brings its anatomy to the front: that is the question then.
void Shell::notice_stop(PanelState& state, const MachineView& view) {
  // Where they share a tile: the screen while the machine runs, then the sentence.
  if (const bool runs = view.state == RunState::running; runs != running_) {
    running_ = runs;
    if (left_tab_ != lab_panel.id) left_tab_ = runs ? screen_panel.id : happened_panel.id;
  }
  if (view.who && std::exchange(answer_seen_, view.who->number) != view.who->number) show(happened_panel.id);
  if (view.state == RunState::running || view.stop_number == stop_seen_) return;
  stop_seen_ = view.stop_number;
  const DeliveryRecord* newest = nullptr;
  for (const auto& record : view.deliveries)
    if (record->delivery.attempts.front().exception.vector < 32) newest = record.get();
  // Whoever goes through time passes exceptions without having caused them: they are no news.
  if (view.history.travelled) {
    delivery_known_ = newest != nullptr;
    if (newest) delivery_seen_ = newest->number;
    return;
  }
  if (!newest) return;
  const bool fresh = !delivery_known_ || newest->number != delivery_seen_;
  delivery_known_ = true;
  delivery_seen_ = newest->number;
  if (!fresh) return;
  state.anatomy = {.number = newest->number};
  // Whoever reads a lab's text in the whole window is not taken away from it, as each saved file starts a
  // kernel.
  if (full_ != lab_panel.id) show(anatomy_panel.id);
}

// For a step, or for the first one that is not done; where it is shown.
unsigned Shell::give_hint(PanelState& state, unsigned step) {
  LabState& lab = state.lab;
  if (!lab.view) return 0;
  const unsigned failed = std::max(1u, first_failed(*lab.view));
  if (step == 0) {
    step = failed;
    show(lab_panel.id);
  }
  lab.page = LabState::Page::steps;
  lab.reveal = step;
  if (step == open_step(lab))
    lab.toggled.erase(step);
  else
    lab.toggled.insert(step);
  return step;
}

void Shell::apply(PanelState& state, const MachineView& view, Commands& commands) {
  Commands keep;
  // Links unfold into commands, so the list may grow while it is walked.
  for (std::size_t i = 0; i < commands.size(); ++i) {
    const UiCommand command = commands[i];
    if (const auto* c = std::get_if<ShowLink>(&command))
      follow(c->link, c->target, view, commands);
    else if (const auto* c = std::get_if<ShowPanel>(&command))
      show(c->id);
    else if (std::holds_alternative<ToggleCommandBox>(command)) {
      state.command_box.open = state.command_box.focus = !state.command_box.open;
      state.screen.focused = false;
    } else if (const auto* c = std::get_if<GoToMark>(&command)) {
      if (const auto there = mark_beside(view.history, c->next)) keep.push_back(DoSeekEvent{*there});
    } else if (const auto* c = std::get_if<ShowWorkspace>(&command))
      settings_.workspace = std::clamp(c->number, 1, kWorkspaces);
    else if (std::holds_alternative<ToggleTheme>(command))
      settings_.dark = !settings_.dark, keep.push_back(command);
    else if (const auto* c = std::get_if<ToggleFullScreen>(&command)) {
      const std::string id = c->id.empty() ? last_panel_ : c->id;
      full_ = full_.empty() ? id : std::string();
    } else if (const auto* c = std::get_if<ShowHelp>(&command))
      help_ = !help_.empty() ? std::string() : c->id.empty() ? last_panel_ : c->id;
    else if (const auto* c = std::get_if<ShowWalk>(&command)) {
      const std::string digits = hex64(c->address);
      state.walk.address = {};
      std::ranges::copy(digits, state.walk.address.begin());
      show(walk_panel.id);
    } else if (const auto* c = std::get_if<ShowMemory>(&command)) {
      state.memory.chosen = true;
      state.memory.shown = c->address;
      const std::string digits = hex64(c->address);
      state.memory.address = {};
      std::ranges::copy(digits, state.memory.address.begin());
      show(memory_panel.id);
    } else if (const auto* c = std::get_if<GiveHint>(&command)) {
      if (const unsigned step = give_hint(state, c->step)) keep.push_back(GiveHint{step});
    } else if (std::holds_alternative<ToggleLab>(command)) {
      settings_.lab_large = !settings_.lab_large;
      if (left_tab_ == lab_panel.id) left_tab_ = happened_panel.id;
    } else if (const auto* c = std::get_if<ShowCode>(&command)) {
      if (const Tile* tile = tiles_.of(Part::code); tile && tile->parts.size() > 1) show(code_panel.id);
      state.listing.code_address = c->address;
      state.listing.cursor = c->address;
      state.listing.scrolled_for = 0;
    } else if (const auto* c = std::get_if<ShowEvents>(&command)) {
      auto& filter = state.events.filter;
      filter = {};
      std::copy_n(c->filter.begin(), std::min(c->filter.size(), filter.size() - 1), filter.begin());
      state.events.ports |= c->filter.starts_with("port");
      show(events_panel.id);
    } else if (const auto* c = std::get_if<ShowThread>(&command)) {
      state.threads.chosen = c->id;
      show(thread_panel.id);
    } else if (const auto* c = std::get_if<ShowDelivery>(&command)) {
      state.anatomy = {.number = c->number, .follow = false};
      show(anatomy_panel.id);
    } else {
      if (const auto* c = std::get_if<DoStopAtFaults>(&command)) settings_.stop_at_faults = c->on;
      keep.push_back(command);
    }
  }
  commands = std::move(keep);
}

void Shell::draw_header_buttons(PanelState& state, const Panel& panel, const Rect& header,
                                Commands& commands) {
  const Look& look = state.look;
  const float height = header.height() - look.px(4);
  const bool full = full_ == panel.id;
  const ButtonText help{.id = "help", .label = "?", .tooltip = "What this panel shows (F1)"};
  const ButtonText grow{.id = "full",
                        .icon = full ? "\u2715" : "\u2922",
                        .tooltip = full ? "Back to the tiles (F8)" : "Fill the window (F8)"};
  float x = header.to.x - button_width(look, grow) - look.px(2);
  ImGui::SetCursorScreenPos({x, header.from.y + look.px(2)});
  if (button(look, grow, height, ButtonKind::quiet)) commands.push_back(ToggleFullScreen{panel.id});
  x -= button_width(look, help);
  ImGui::SetCursorScreenPos({x, header.from.y + look.px(2)});
  if (button(look, help, height, ButtonKind::quiet)) commands.push_back(ShowHelp{panel.id});
}

void Shell::draw_body(PanelState& state, const MachineView& view, const Panel& panel, const Rect& at,
                      Commands& commands) {
  const Look& look = state.look;
  const float pad = look.px(kPanelPadding);
  if (at.width() < 2 * pad || at.height() < pad) return;
  ImGui::SetCursorScreenPos({at.from.x + pad, at.from.y});
  ImGui::PushStyleVar(ImGuiStyleVar_WindowPadding, {0, 0});
  const bool screen = &panel == &screen_panel;
  const ImGuiWindowFlags flags =
      ImGuiWindowFlags_NoNav | (panel.sideways ? ImGuiWindowFlags_HorizontalScrollbar : 0);
  if (ImGui::BeginChild(panel.id, {at.width() - 2 * pad + (screen ? pad / 2 : 0), at.height() - pad / 2},
                        false, flags)) {
    if (screen) wanted_cell_scale_ = cell_scale_for({at.width() - 2 * pad + 1, at.height() - pad / 2 + 1});
    ImGui::PopStyleVar();
    if (ImGui::IsWindowHovered(ImGuiHoveredFlags_ChildWindows) && ImGui::IsMouseClicked(0))
      last_panel_ = panel.id;
    panel.draw(state, view, commands);
    ImGui::PushStyleVar(ImGuiStyleVar_WindowPadding, {0, 0});
  }
  ImGui::EndChild();
  ImGui::PopStyleVar();
}

void Shell::draw_alone(PanelState& state, const MachineView& view, const Panel& panel, const Rect& at,
                       Commands& commands) {
  const Look& look = state.look;
  tile_ground(look, at);
  ImGui::PushID(panel.id);
  const Rect header{at.from, {at.to.x, at.from.y + look.px(kTileHeader)}};
  const float baseline =
      header.from.y +
      static_cast<float>(static_cast<int>((header.height() - look.fonts.small->FontSize) / 2));
  text_at(ImGui::GetWindowDrawList(), look.fonts.small, {at.from.x + look.px(kPanelPadding), baseline},
          look.theme.muted, panel.title);
  draw_header_buttons(state, panel, header, commands);
  if (&panel == &screen_panel)
    draw_keyboard_hint(state, at.from.x + look.px(72), header.to.x - look.px(72), baseline);
  draw_body(state, view, panel, {{at.from.x, header.to.y}, at.to}, commands);
  ImGui::PopID();
}

void Shell::draw_tile(PanelState& state, const MachineView& view, const Tile& tile, Commands& commands) {
  const Panel& shown = front(tile);
  if (tile.parts.size() == 1 && !tile.has(Part::topic)) {
    draw_alone(state, view, shown, tile.at, commands);
    return;
  }
  const Look& look = state.look;
  tile_ground(look, tile.at);
  ImGui::PushID(static_cast<int>(tile.parts.front()));
  const Rect header{tile.at.from, {tile.at.to.x, tile.at.from.y + look.px(kTileHeader)}};
  const auto panels = panels_of(tile, settings_.workspace);
  std::vector<const char*> titles;
  int chosen = 0;
  for (std::size_t i = 0; i < panels.size(); ++i) {
    titles.push_back(panels[i]->title);
    if (panels[i] == &shown) chosen = static_cast<int>(i);
  }
  ImGui::SetCursorScreenPos(header.from);
  if (const int clicked = tabs(look, titles, chosen, header.width() - look.px(64), header.height());
      clicked >= 0)
    bring_to_front(tile, panels[static_cast<std::size_t>(clicked)]->id);
  draw_header_buttons(state, shown, header, commands);
  draw_body(state, view, shown, {{tile.at.from.x, header.to.y + look.px(4)}, tile.at.to}, commands);
  ImGui::PopID();
}

void Shell::draw_splitters(const PanelState& state) {
  int number = 0;
  for (const Splitter& s : tiles_.splitters) {
    ImGui::PushID(number++);
    ImGui::SetCursorScreenPos(s.grip.from);
    ImGui::InvisibleButton("splitter", {std::max(1.0f, s.grip.width()), std::max(1.0f, s.grip.height())});
    const bool held = ImGui::IsItemActive();
    if (ImGui::IsItemHovered() || held) {
      ImGui::SetMouseCursor(s.vertical ? ImGuiMouseCursor_ResizeEW : ImGuiMouseCursor_ResizeNS);
      ImGui::GetWindowDrawList()->AddRectFilled(s.grip.from, s.grip.to, state.look.theme.faint,
                                                state.look.px(2));
    }
    if (ImGui::IsItemHovered() && ImGui::IsMouseDoubleClicked(0))
      settings_.splits.*s.share = Splits{}.*s.share;
    else if (held && ImGui::IsMouseDragging(0, 2)) {
      const ImVec2 mouse = ImGui::GetIO().MousePos;
      settings_.splits.*s.share =
          std::clamp(((s.vertical ? mouse.x : mouse.y) - s.start) / s.extent, 0.05f, 0.9f);
    }
    ImGui::PopID();
  }
}

void Shell::draw_help(const PanelState& state) {
  const Panel* panel = help_ == time_line_help.id ? &time_line_help : find_panel(help_);
  if (!panel) return;
  const Look& look = state.look;
  const ImVec2 window = ImGui::GetIO().DisplaySize;
  const float width = std::min(look.px(520), window.x - look.px(32));
  ImGui::SetNextWindowPos({window.x / 2, window.y / 2}, ImGuiCond_Always, {0.5f, 0.5f});
  ImGui::SetNextWindowSizeConstraints({width, 0}, {width, window.y - look.px(32)});
  ImGui::SetNextWindowFocus();
  ImGui::PushStyleVar(ImGuiStyleVar_WindowPadding, {look.px(20), look.px(16)});
  ImGui::PushStyleVar(ImGuiStyleVar_WindowBorderSize, 1);
  ImGui::PushStyleColor(ImGuiCol_WindowBg, look.theme.panel);
  if (ImGui::Begin("help", nullptr,
                   (kStill & ~(ImGuiWindowFlags_NoBringToFrontOnFocus | ImGuiWindowFlags_NoScrollbar |
                               ImGuiWindowFlags_NoScrollWithMouse)) |
                       ImGuiWindowFlags_AlwaysAutoResize)) {
    text(look.fonts.large, look.theme.text, panel->title);
    ImGui::Dummy({0, look.px(4)});
    paragraph(look, look.fonts.body, look.theme.text, panel->help);
    ImGui::Dummy({0, look.px(8)});
    paragraph(look, look.fonts.small, look.theme.muted, "Escape or a click beside it closes this.");
    if (ImGui::IsMouseClicked(0) && !ImGui::IsWindowHovered() && !ImGui::IsWindowAppearing()) help_.clear();
  }
  ImGui::End();
  ImGui::PopStyleColor();
  ImGui::PopStyleVar(2);
}

void Shell::draw(PanelState& state, const MachineView& view, Commands& commands) {
  const ImVec2 window = ImGui::GetIO().DisplaySize;
  tiles_ = arrange(window, state.look, settings_.splits, lab_room(state));
  if (const LabRoom room = lab_room(state); std::exchange(lab_seen_, room) != room && room == LabRoom::large)
    show(lab_panel.id);
  state.changes.begin_frame(view.stop_number, view.state == RunState::running);
  notice_stop(state, view);

  ImGui::SetNextWindowPos({0, 0});
  ImGui::SetNextWindowSize(window);
  ImGui::PushStyleVar(ImGuiStyleVar_WindowPadding, {0, 0});
  ImGui::PushStyleVar(ImGuiStyleVar_WindowRounding, 0);
  ImGui::Begin("ringside", nullptr, kStill);
  ImGui::PopStyleVar(2);
  if (const Panel* panel = find_panel(full_)) {
    draw_alone(state, view, *panel, {{0, 0}, window}, commands);
  } else {
    draw_toolbar(state, view, settings_, tiles_.toolbar, commands);
    draw_splitters(state);
    for (const Tile& tile : tiles_.tiles) draw_tile(state, view, tile, commands);
    draw_time_line(state, view, tiles_.time_line, commands);
  }
  ImGui::End();
  draw_help(state);
  draw_command_box(state, view, {{0, tiles_.toolbar.to.y}, {window.x, tiles_.time_line.from.y}}, commands);
  apply(state, view, commands);
}

}  // namespace ringside
