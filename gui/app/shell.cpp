// SPDX-License-Identifier: GPL-2.0-or-later
#include "gui/app/shell.h"

#include <algorithm>

#include "gui/app/layout.h"
#include "gui/panels/panels.h"
#include "gui/widgets/controls.h"
#include "gui/widgets/text.h"

namespace ringside {
namespace {

constexpr ImGuiWindowFlags kStill =
    ImGuiWindowFlags_NoTitleBar | ImGuiWindowFlags_NoResize | ImGuiWindowFlags_NoMove |
    ImGuiWindowFlags_NoCollapse | ImGuiWindowFlags_NoSavedSettings | ImGuiWindowFlags_NoBringToFrontOnFocus |
    ImGuiWindowFlags_NoScrollbar | ImGuiWindowFlags_NoScrollWithMouse | ImGuiWindowFlags_NoNav;

const Panel* panel_of_port(std::uint64_t port) {
  if (port == 0x20 || port == 0x21 || port == 0xA0 || port == 0xA1) return &pic_panel;
  if (port >= 0x40 && port <= 0x43) return &pit_panel;
  if (port == 0x60 || port == 0x64) return &keyboard_panel;
  if (port >= 0x3F8 && port <= 0x3FF) return &uart_panel;
  return nullptr;
}

// What a click on a number means.
void follow(Link link, std::uint64_t target, const MachineView& view, Commands& commands) {
  switch (link) {
    case Link::none:
    case Link::event:
    case Link::msr: break;
    case Link::linear:
      // Code is shown as code, anything else as bytes.
      if (const auto found = view.symbols ? view.symbols->line_row({target}) : nullptr; found)
        commands.push_back(ShowCode{target});
      else
        commands.push_back(ShowMemory{target});
      break;
    case Link::source: commands.push_back(ShowCode{target}); break;
    case Link::physical: commands.push_back(ShowPanel{walk_panel.id}); break;
    case Link::selector: commands.push_back(ShowPanel{gdt_panel.id}); break;
    case Link::vector: commands.push_back(ShowPanel{idt_panel.id}); break;
    case Link::irq: commands.push_back(ShowPanel{pic_panel.id}); break;
    case Link::port:
      if (const Panel* panel = panel_of_port(target)) commands.push_back(ShowPanel{panel->id});
      break;
    case Link::delivery: commands.push_back(ShowDelivery{static_cast<std::uint32_t>(target)}); break;
  }
}

}  // namespace

const char* workspace_name(int workspace) {
  constexpr const char* kNames[kWorkspaces] = {"Source", "Interrupts", "Paging"};
  return kNames[workspace - 1];
}

std::vector<const Panel*> workspace_panels(int workspace, bool wide) {
  std::vector<const Panel*> panels;
  if (workspace == 1) panels = {&registers_panel, &stack_panel, &memory_panel};
  if (workspace == 2)
    panels = {&anatomy_panel, &idt_panel, &pic_panel, &pit_panel, &keyboard_panel, &uart_panel};
  if (workspace == 3) panels = {&walk_panel, &page_map_panel, &gdt_panel};
  if (wide) std::erase(panels, &registers_panel);
  return panels;
}

const Panel& Shell::topic_panel() const {
  const auto panels = workspace_panels(settings_.workspace, wide_);
  for (const Panel* panel : panels)
    if (panel->id == settings_.tab[settings_.workspace - 1]) return *panel;
  return *panels.front();
}

void Shell::show(std::string_view panel_id) {
  for (int w = 1; w <= kWorkspaces; ++w)
    for (const Panel* panel : workspace_panels(w, wide_))
      if (panel->id == panel_id) {
        settings_.workspace = w;
        settings_.tab[w - 1] = panel_id;
        if (!full_.empty()) full_ = panel_id;
      }
}

bool Shell::escape(bool guest_focused) {
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
  ask(code_panel);
  ask(events_panel);
  if (wide_) ask(registers_panel);
  ask(topic_panel());
  return request;
}

// A stop that came with a new exception brings its anatomy to the front: that is the question then.
void Shell::notice_stop(PanelState& state, const MachineView& view) {
  if (view.state == RunState::running || view.stop_number == stop_seen_) return;
  stop_seen_ = view.stop_number;
  const DeliveryRecord* newest = nullptr;
  for (const auto& record : view.deliveries)
    if (record->delivery.attempts.front().exception.vector < 32) newest = record.get();
  if (!newest) return;
  const bool fresh = !delivery_known_ || newest->number != delivery_seen_;
  delivery_known_ = true;
  delivery_seen_ = newest->number;
  if (!fresh) return;
  state.anatomy = {.number = newest->number};
  show(anatomy_panel.id);
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
    else if (const auto* c = std::get_if<ShowWorkspace>(&command))
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
    } else if (const auto* c = std::get_if<ShowCode>(&command)) {
      state.listing.code_address = c->address;
      state.listing.cursor = c->address;
      state.listing.scrolled_for = 0;
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
  const ImGuiWindowFlags flags = ImGuiWindowFlags_NoNav | (screen ? ImGuiWindowFlags_HorizontalScrollbar : 0);
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

void Shell::draw_tile(PanelState& state, const MachineView& view, const Panel& panel, const Rect& at,
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
  if (&panel == &screen_panel) {
    const char* hint = state.screen.focused
                           ? "the keyboard types into the guest \u00b7 right Ctrl takes it back"
                           : "click to type into the guest";
    const float width = text_size(look.fonts.small, hint).x;
    const float x = header.to.x - look.px(72) - width;
    if (x > at.from.x + look.px(72))
      text_at(ImGui::GetWindowDrawList(), look.fonts.small, {x, baseline},
              state.screen.focused ? look.theme.interrupt : look.theme.muted, hint);
  }
  draw_body(state, view, panel, {{at.from.x, header.to.y}, at.to}, commands);
  ImGui::PopID();
}

void Shell::draw_topic(PanelState& state, const MachineView& view, const Rect& at, Commands& commands) {
  const Look& look = state.look;
  tile_ground(look, at);
  ImGui::PushID("topic");
  const Rect header{at.from, {at.to.x, at.from.y + look.px(kTileHeader)}};
  const auto panels = workspace_panels(settings_.workspace, wide_);
  const Panel& shown = topic_panel();
  std::vector<const char*> titles;
  int chosen = 0;
  for (std::size_t i = 0; i < panels.size(); ++i) {
    titles.push_back(panels[i]->title);
    if (panels[i] == &shown) chosen = static_cast<int>(i);
  }
  ImGui::SetCursorScreenPos(header.from);
  if (const int clicked = tabs(look, titles, chosen, header.width() - look.px(64), header.height());
      clicked >= 0)
    settings_.tab[settings_.workspace - 1] = panels[clicked]->id;
  draw_header_buttons(state, shown, header, commands);
  draw_body(state, view, shown, {{at.from.x, header.to.y + look.px(4)}, at.to}, commands);
  ImGui::PopID();
}

void Shell::draw_splitters(const PanelState& state) {
  const Tiles tiles = arrange(ImGui::GetIO().DisplaySize, state.look, settings_.splits);
  int number = 0;
  for (const Splitter& s : tiles.splitters) {
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
  const Panel* panel = find_panel(help_);
  if (!panel) return;
  const Look& look = state.look;
  const ImVec2 window = ImGui::GetIO().DisplaySize;
  const float width = std::min(look.px(520), window.x - look.px(32));
  ImGui::SetNextWindowPos({window.x / 2, window.y / 2}, ImGuiCond_Always, {0.5f, 0.5f});
  ImGui::SetNextWindowSize({width, 0});
  ImGui::SetNextWindowFocus();
  ImGui::PushStyleVar(ImGuiStyleVar_WindowPadding, {look.px(20), look.px(16)});
  ImGui::PushStyleVar(ImGuiStyleVar_WindowBorderSize, 1);
  ImGui::PushStyleColor(ImGuiCol_WindowBg, look.theme.panel);
  if (ImGui::Begin("help", nullptr,
                   (kStill & ~ImGuiWindowFlags_NoBringToFrontOnFocus) | ImGuiWindowFlags_AlwaysAutoResize)) {
    text(look.fonts.large, look.theme.text, panel->title);
    ImGui::Dummy({0, look.px(4)});
    paragraph(look, look.fonts.body, look.theme.text, panel->help);
    ImGui::Dummy({0, look.px(8)});
    caption(look, "Escape or a click beside it closes this.");
    if (ImGui::IsMouseClicked(0) && !ImGui::IsWindowHovered() && !ImGui::IsWindowAppearing()) help_.clear();
  }
  ImGui::End();
  ImGui::PopStyleColor();
  ImGui::PopStyleVar(2);
}

void Shell::draw(PanelState& state, const MachineView& view, Commands& commands) {
  const ImVec2 window = ImGui::GetIO().DisplaySize;
  const Tiles tiles = arrange(window, state.look, settings_.splits);
  wide_ = tiles.wide;
  running_ = view.state == RunState::running;
  state.changes.begin_frame(view.stop_number, view.state == RunState::running);
  notice_stop(state, view);

  ImGui::SetNextWindowPos({0, 0});
  ImGui::SetNextWindowSize(window);
  ImGui::PushStyleVar(ImGuiStyleVar_WindowPadding, {0, 0});
  ImGui::PushStyleVar(ImGuiStyleVar_WindowRounding, 0);
  ImGui::Begin("ringside", nullptr, kStill);
  ImGui::PopStyleVar(2);
  if (const Panel* panel = find_panel(full_)) {
    draw_tile(state, view, *panel, {{0, 0}, window}, commands);
  } else {
    draw_toolbar(state, view, settings_, tiles.toolbar, commands);
    draw_splitters(state);
    draw_tile(state, view, screen_panel, tiles.screen, commands);
    draw_tile(state, view, happened_panel, tiles.happened, commands);
    draw_tile(state, view, events_panel, tiles.events, commands);
    draw_tile(state, view, code_panel, tiles.code, commands);
    if (tiles.wide) draw_tile(state, view, registers_panel, tiles.registers, commands);
    draw_topic(state, view, tiles.topic, commands);
    draw_time_line(state, view, tiles.time_line, commands);
  }
  ImGui::End();
  draw_help(state);
  apply(state, view, commands);
}

}  // namespace ringside
