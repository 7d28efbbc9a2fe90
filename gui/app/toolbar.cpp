// SPDX-License-Identifier: GPL-2.0-or-later
// The bar at the top: what runs, how to move it, where the processor is.
#include <fmt/format.h>

#include <algorithm>

#include "gui/app/shell.h"
#include "gui/widgets/controls.h"
#include "gui/widgets/text.h"

namespace ringside {
namespace {

// Labels go before buttons do: the roomiest form that fits is drawn.
enum class Room { everything, short_labels, icons_only };

struct Demo {
  const char* words;
  const char* command;
};
// What the kernel's prompt does with its `fault` command; typed into the guest like any other line.
constexpr Demo kDemos[] = {
    {"Page fault: write to an address that is not mapped", "fault pf"},
    {"Page fault: write to read-only memory", "fault ro"},
    {"Page fault: run code from a data page", "fault nx"},
    {"Divide error", "fault de"},
    {"Breakpoint (returns)", "fault bp"},
    {"Invalid opcode", "fault ud"},
    {"General protection", "fault gp"},
    {"Stack overflow: double fault on its own stack", "fault overflow"},
    {"Triple fault", "fault triple"},
};

class Bar {
 public:
  Bar(const Look& look, const Rect& at, Commands& commands)
      : look_(look), at_(at), commands_(commands), x_(at.from.x + look.px(12)) {}

  void words(ImFont* font, ImU32 ink, std::string_view shown, float gap) {
    text_at(ImGui::GetWindowDrawList(), font, {x_, middle(font)}, ink, shown);
    x_ += text_size(font, shown).x + look_.px(gap);
  }

  // True when clicked.
  bool push(const ButtonText& shown, ButtonKind kind = ButtonKind::plain, bool enabled = true,
            float gap = 4) {
    const float height = look_.px(32);
    ImGui::SetCursorScreenPos({x_, at_.from.y + (at_.height() - height) / 2});
    const bool clicked = button(look_, shown, height, kind, enabled);
    x_ += button_width(look_, shown) + look_.px(gap);
    return clicked;
  }
  void push(const ButtonText& shown, UiCommand command, ButtonKind kind = ButtonKind::plain,
            bool enabled = true, float gap = 4) {
    if (push(shown, kind, enabled, gap)) commands_.push_back(std::move(command));
  }

  float x() const { return x_; }
  void move_to(float x) { x_ = x; }
  void skip(float gap) { x_ += look_.px(gap); }
  float middle(const ImFont* font) const {
    return at_.from.y + static_cast<float>(static_cast<int>((at_.height() - font->FontSize) / 2));
  }

 private:
  const Look& look_;
  const Rect& at_;
  Commands& commands_;
  float x_;
};

// Ring, mode and interrupt flag: the three facts about "where is the CPU".
std::vector<std::pair<std::string, ImU32>> status(const Look& look, const MachineView& view) {
  const bool interrupts = view.cpu.rflags & rflags::if_;
  std::vector<std::pair<std::string, ImU32>> words;
  words.emplace_back(fmt::format("ring {}", view.cpu.cpl), look.theme.text);
  words.emplace_back(name(mode(view.cpu)), look.theme.text);
  words.emplace_back(interrupts ? "IF 1" : "IF 0", interrupts ? look.theme.text : look.theme.muted);
  if (view.state == RunState::running)
    words.emplace_back(view.cpu.halted ? "idle" : "running", look.theme.passed);
  else if (view.state == RunState::ended)
    words.emplace_back("ended", look.theme.fault);
  else
    words.emplace_back(view.cpu.halted ? "halted" : "stopped", look.theme.now);
  return words;
}

float status_width(const Look& look, const MachineView& view) {
  float width = 0;
  for (const auto& [words, ink] : status(look, view))
    width += text_size(look.fonts.body, words).x + look.px(20);
  return width + look.px(4);
}

void draw_status(const Look& look, const MachineView& view, Bar& bar) {
  ImDrawList* list = ImGui::GetWindowDrawList();
  bool first = true;
  for (const auto& [words, ink] : status(look, view)) {
    if (!first)
      list->AddCircleFilled(
          {bar.x() - look.px(10), bar.middle(look.fonts.body) + look.fonts.body->FontSize / 2}, look.px(1.6f),
          look.theme.faint);
    first = false;
    bar.words(look.fonts.body, ink, words, 20);
  }
}

void draw_faults_menu(const Look& look, Commands& commands) {
  ImGui::PushStyleVar(ImGuiStyleVar_WindowPadding, {look.px(8), look.px(8)});
  if (ImGui::BeginPopup("faults")) {
    caption(look, "typed at the guest's prompt");
    for (const Demo& demo : kDemos) {
      if (ImGui::MenuItem(demo.words, demo.command))
        commands.push_back(DoTypeText{std::string(demo.command) + "<Enter>"});
    }
    ImGui::EndPopup();
  }
  ImGui::PopStyleVar();
}

// Draws it, or only measures when `commands` leads nowhere and `measure` is set.
struct Labels {
  bool run, others, demo, workspaces;
};
Labels labels_for(Room room) {
  switch (room) {
    case Room::everything: return {true, true, true, true};
    case Room::short_labels: return {true, false, true, true};
    case Room::icons_only: return {true, false, false, false};
  }
  return {};
}

struct Buttons {
  ButtonText run, line, step, over, out, cursor, reset, faults, stop;
};
Buttons buttons_for(const Labels& l, bool running, bool stop_at_faults) {
  return {
      .run = running ? ButtonText{"run", "\u2016", "Pause", "Pause (F5)"}
                     : ButtonText{"run", "\u25B6", "Run", "Run (F5)"},
      .line = {"line", "\u21A7", l.others ? "Line" : "", "To the next source line (F7)"},
      .step = {"step", "\u2913", l.others ? "Step" : "", "One instruction (F11)"},
      .over = {"over", "\u21B7", l.others ? "Over" : "", "Step over a call (F10)"},
      .out = {"out", "\u21A5", l.others ? "Out" : "", "Run to the caller (Shift+F11)"},
      .cursor = {"cursor", "\u21E5", l.others ? "To cursor" : "",
                 "Run to the chosen line of the listing (Ctrl+F10)"},
      .reset = {"reset", "\u21BA", l.others ? "Reset" : "", "Power on again (Ctrl+Shift+R)"},
      .faults = {"faults", "\u25B2", l.demo ? "Cause a fault \u25BE" : "\u25BE",
                 "Let the guest's kernel run into a fault and watch"},
      .stop = {"stop", stop_at_faults ? "\u25CF" : "\u25CB", l.demo ? "Stop at faults" : "",
               "Stop when the processor raises an exception, at the first instruction of its handler"},
  };
}

float width_of(const Look& look, const MachineView& view, Room room) {
  const Labels l = labels_for(room);
  const Buttons b = buttons_for(l, view.state == RunState::running, true);
  float width = look.px(12 + 16 + 24 + 24 + 24 + 12) + text_size(look.fonts.strong, "Ringside").x;
  for (const ButtonText* text :
       {&b.run, &b.line, &b.step, &b.over, &b.out, &b.cursor, &b.reset, &b.faults, &b.stop})
    width += button_width(look, *text) + look.px(4);
  for (int w = 1; w <= kWorkspaces; ++w) {
    const std::string label =
        l.workspaces ? fmt::format("{} {}", w, workspace_name(w)) : fmt::format("{}", w);
    width += text_size(look.fonts.body, label).x + look.px(22);
  }
  return width + button_width(look, {.id = "", .icon = "\u25D1"}) + status_width(look, view);
}

}  // namespace

void draw_toolbar(PanelState& state, const MachineView& view, const Settings& settings, const Rect& at,
                  Commands& commands) {
  const Look& look = state.look;
  ImGui::PushID("toolbar");
  Room room = Room::everything;
  while (room != Room::icons_only && width_of(look, view, room) > at.width())
    room = static_cast<Room>(static_cast<int>(room) + 1);
  const Labels l = labels_for(room);
  const bool running = view.state == RunState::running, ended = view.state == RunState::ended,
             stands = view.state == RunState::stopped;
  const Buttons b = buttons_for(l, running, settings.stop_at_faults);

  Bar bar(look, at, commands);
  bar.words(look.fonts.strong, look.theme.text, "Ringside", 8);
  // The image's name where there is room to spare.
  if (const float spare = at.width() - width_of(look, view, room);
      spare > text_size(look.fonts.body, view.image_name).x + look.px(16))
    bar.words(look.fonts.body, look.theme.muted, view.image_name, 8);
  bar.skip(8);
  bar.push(b.run, running ? UiCommand{DoPause{}} : UiCommand{DoRun{}}, ButtonKind::primary, !ended, 8);
  bar.push(b.line, DoStepLine{}, ButtonKind::plain, stands);
  bar.push(b.step, DoStep{}, ButtonKind::plain, stands);
  bar.push(b.over, DoStepOver{}, ButtonKind::plain, stands);
  bar.push(b.out, DoStepOut{}, ButtonKind::plain, stands);
  bar.push(b.cursor, DoRunTo{{state.listing.cursor}}, ButtonKind::plain, stands && state.listing.cursor != 0);
  bar.push(b.reset, DoReset{}, ButtonKind::plain, true, 16);
  if (bar.push(b.faults, ButtonKind::plain, !ended)) ImGui::OpenPopup("faults");
  draw_faults_menu(look, commands);
  bar.push(b.stop, DoStopAtFaults{!settings.stop_at_faults},
           settings.stop_at_faults ? ButtonKind::chosen : ButtonKind::plain, true, 16);

  for (int w = 1; w <= kWorkspaces; ++w) {
    const std::string label =
        l.workspaces ? fmt::format("{} {}", w, workspace_name(w)) : fmt::format("{}", w);
    const std::string tip =
        fmt::format("{} (key {}, or Ctrl+{} while the guest has the keyboard)", workspace_name(w), w, w);
    bar.push({.id = label.c_str(), .label = label.c_str(), .tooltip = tip.c_str()}, ShowWorkspace{w},
             w == settings.workspace ? ButtonKind::chosen : ButtonKind::quiet, true, 2);
  }
  const ButtonText theme{.id = "theme", .icon = "\u25D1", .tooltip = "Dark or light"};
  const float end = at.to.x - look.px(8) - button_width(look, theme);
  bar.move_to(std::max(bar.x() + look.px(8), end - status_width(look, view)));
  draw_status(look, view, bar);
  bar.move_to(end);
  bar.push(theme, ToggleTheme{}, ButtonKind::quiet);
  ImGui::PopID();
}

}  // namespace ringside
