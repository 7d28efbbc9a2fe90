// SPDX-License-Identifier: GPL-2.0-or-later
// The bar at the top: what runs, how to move it, where the processor is.
#include <fmt/format.h>

#include <algorithm>
#include <initializer_list>

#include "gui/app/back_menu.h"
#include "gui/app/shell.h"
#include "gui/widgets/controls.h"
#include "gui/widgets/text.h"

namespace ringside {
namespace {

// How much of the bar is drawn. Labels go before facts, and facts before buttons; what has gone is in the
// menu at the end.
struct Form {
  bool name = true, run_label = true, step_labels = true, fault_labels = true, workspace_names = true;
  bool facts = true;       // ring, mode and interrupt flag, besides whether it runs
  bool seldom = true;      // to cursor, reset, stop at faults, theme
  bool faults = true;      // cause a fault
  bool back = true;        // to the stop before; one instruction back is always there
  bool more_steps = true;  // over, out
  bool workspaces = true;
  bool menu() const { return !seldom; }
};
// From the roomiest; the first that fits is drawn, the last wherever none does.
const std::vector<Form>& forms() {
  static const std::vector<Form> all = [] {
    std::vector<Form> made = {Form{}};
    // Each without something more.
    const auto without = [&](std::initializer_list<bool Form::*> parts) {
      made.push_back(made.back());
      for (bool Form::*part : parts) made.back().*part = false;
    };
    without({&Form::step_labels});
    without({&Form::fault_labels, &Form::workspace_names});
    without({&Form::name});
    without({&Form::run_label, &Form::seldom});
    without({&Form::facts});
    without({&Form::faults});
    without({&Form::back});
    without({&Form::more_steps});
    without({&Form::workspaces});
    return made;
  }();
  return all;
}

struct Demo {
  const char* words;
  const char* command;
};
// What the kernel's prompt does with its `fault` command; typed into the guest like any other line.
constexpr Demo kDemos[] = {
    {"Page fault: read from an address that is not mapped", "fault pf"},
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

// Where the CPU is: ring, mode and interrupt flag, if there is room for them, and whether it runs.
std::vector<std::pair<std::string, ImU32>> status(const Look& look, const MachineView& view, bool facts) {
  const bool interrupts = view.cpu.rflags & rflags::if_;
  std::vector<std::pair<std::string, ImU32>> words;
  if (facts) {
    words.emplace_back(fmt::format("ring {}", view.cpu.cpl), look.theme.text);
    words.emplace_back(name(mode(view.cpu)), look.theme.text);
    words.emplace_back(interrupts ? "IF 1" : "IF 0", interrupts ? look.theme.text : look.theme.muted);
  }
  words.emplace_back(state_word(view), view.state == RunState::running ? look.theme.passed
                                       : view.state == RunState::ended ? look.theme.fault
                                                                       : look.theme.now);
  return words;
}

float status_width(const Look& look, const MachineView& view, bool facts) {
  float width = 0;
  for (const auto& [words, ink] : status(look, view, facts))
    width += text_size(look.fonts.body, words).x + look.px(20);
  // "running" and "stopped" are as wide as a state gets: no button moves because the machine stopped.
  const auto state = [&](const char* words) { return text_size(look.fonts.body, words).x; };
  width +=
      std::max(state("running"), state("stopped")) - state(status(look, view, false).front().first.c_str());
  return width + look.px(4);
}

using Words = std::vector<std::pair<std::string, ImU32>>;

float width_of(const Look& look, const Words& all) {
  float width = look.px(4);
  for (const auto& [words, ink] : all) width += text_size(look.fonts.body, words).x + look.px(20);
  return width - look.px(20);
}

// The past says so in as many words as there is room for; no button moves because of it.
Words status_in(const Look& look, const MachineView& view, bool facts, float room) {
  if (!view.history.in_past) return status(look, view, facts);
  const bool runs = view.state == RunState::running;
  const std::string counts =
      fmt::format("{} of {}", with_commas(view.instructions), with_commas(view.history.end.instructions));
  const std::string past = runs ? "repeating the past" : "in the past";
  Words all = status(look, view, facts);
  all.back() = {fmt::format("{}: instruction {}", past, counts), look.theme.now};
  for (const std::string& shorter : {all.back().first, past + ": " + counts, past})
    if (width_of(look, all) > room) all = {{shorter, look.theme.now}};
  return all;
}

void draw_status(const Look& look, const Words& all, Bar& bar) {
  ImDrawList* list = ImGui::GetWindowDrawList();
  bool first = true;
  for (const auto& [words, ink] : all) {
    if (!first)
      list->AddCircleFilled(
          {bar.x() - look.px(10), bar.middle(look.fonts.body) + look.fonts.body->FontSize / 2}, look.px(1.6f),
          look.theme.faint);
    first = false;
    bar.words(look.fonts.body, ink, words, 20);
  }
}

void demo_items(const Look& look, Commands& commands) {
  caption(look, "typed at the guest's prompt");
  for (const Demo& demo : kDemos)
    if (ImGui::MenuItem(demo.words, demo.command))
      commands.push_back(DoTypeText{std::string(demo.command) + "<Enter>"});
}

struct Buttons {
  ButtonText back, step_back, more_back, run, line, step, over, out, cursor, reset, faults, stop;
};
Buttons buttons_for(const Form& form, bool running, bool stop_at_faults, const char* why_not = nullptr) {
  const auto step_label = [&](const char* label) { return form.step_labels ? label : ""; };
  return {
      .back = {"back", "\u25C0", "",
               why_not ? why_not : "Back to the stop before: a breakpoint or a fault (Shift+F5)"},
      .step_back = {"step back", "\u2912", "", why_not ? why_not : "One instruction back (Shift+F11)"},
      .more_back = {"more back", "\u25BE", "", "Back by lines and calls, to the start, to the end"},
      .run = running ? ButtonText{"run", "\u2016", form.run_label ? "Pause" : "", "Pause (F5)"}
                     : ButtonText{"run", "\u25B6", form.run_label ? "Run" : "",
                                  "Run (F5). In the past this repeats what happened, and goes on from there"},
      .line = {"line", "\u21A7", step_label("Line"), "To the next source line (F7)"},
      .step = {"step", "\u2913", step_label("Step"), "One instruction (F11)"},
      .over = {"over", "\u21B7", step_label("Over"), "Step over a call (F10)"},
      .out = {"out", "\u21A5", step_label("Out"), "Run to the caller (F12)"},
      .cursor = {"cursor", "\u21E5", step_label("To cursor"),
                 "Run to the chosen line of the listing (Ctrl+F10)"},
      .reset = {"reset", "\u21BA", step_label("Reset"), "Power on again (Ctrl+Shift+R)"},
      .faults = {"faults", "\u25B2", form.fault_labels ? "Cause a fault \u25BE" : "\u25BE",
                 "Let the guest's kernel run into a fault and watch"},
      .stop = {"stop", stop_at_faults ? "\u25CF" : "\u25CB", form.fault_labels ? "Stop at faults" : "",
               "Stop when the processor raises an exception, at the first instruction of its handler"},
  };
}
constexpr ButtonText kTheme{.id = "theme", .icon = "\u25D1", .tooltip = "Dark or light"};
constexpr ButtonText kMore{.id = "more", .icon = "\u2261", .tooltip = "What the bar has no room for"};

std::string workspace_label(const Form& form, int workspace) {
  return form.workspace_names ? fmt::format("{} {}", workspace, workspace_name(workspace))
                              : fmt::format("{}", workspace);
}

// The gaps are those of draw_toolbar.
float width_of(const Look& look, const MachineView& view, const Form& form) {
  const Buttons b = buttons_for(form, view.state == RunState::running, true);
  float width = look.px(12);
  const auto take = [&](const ButtonText& text, float gap) {
    width += button_width(look, text) + look.px(gap);
  };
  if (form.name) width += text_size(look.fonts.strong, "Ringside").x + look.px(16);
  // Pause is the wider of the two: nothing moves when the machine stops.
  if (form.back) take(b.back, 4);
  take(b.step_back, 0);
  take(b.more_back, 8);
  take(buttons_for(form, true, true).run, 8);
  take(b.line, 4);
  take(b.step, 4);
  if (form.more_steps) {
    take(b.over, 4);
    take(b.out, 4);
  }
  if (form.faults) take(b.faults, 16);
  if (form.seldom) {
    take(b.cursor, 4);
    take(b.reset, 16);
    take(b.stop, 4);
  }
  if (form.workspaces)
    for (int w = 1; w <= kWorkspaces; ++w) {
      const std::string label = workspace_label(form, w);
      take({.id = "", .label = label.c_str()}, 2);
    }
  take(form.menu() ? kMore : kTheme, 8);
  return width + look.px(16) + status_width(look, view, form.facts);
}

// What the bar has no room for, by words.
void draw_menu(const Look& look, const MachineView& view, const Settings& settings, const Form& form,
               std::uint64_t cursor, Commands& commands) {
  ImGui::PushStyleVar(ImGuiStyleVar_WindowPadding, {look.px(8), look.px(8)});
  const bool stands = view.state == RunState::stopped;
  const auto item = [&](const char* words, const char* keys, UiCommand command, bool enabled,
                        bool chosen = false) {
    if (ImGui::MenuItem(words, keys, chosen, enabled)) commands.push_back(std::move(command));
  };
  if (ImGui::BeginPopup("more")) {
    if (!form.facts) {
      std::string facts;
      for (const auto& [words, ink] : status(look, view, true))
        facts += (facts.empty() ? "" : " \u00b7 ") + words;
      caption(look, facts);
    }
    if (!form.more_steps) {
      item("Step over a call", "F10", DoStepOver{}, stands);
      item("Run to the caller", "F12", DoStepOut{}, stands);
    }
    item("Run to the chosen line", "Ctrl+F10", DoRunTo{{cursor}}, stands && cursor != 0);
    if (!form.faults && ImGui::BeginMenu("Cause a fault", view.state != RunState::ended)) {
      demo_items(look, commands);
      ImGui::EndMenu();
    }
    item("Stop at faults", "", DoStopAtFaults{!settings.stop_at_faults}, true, settings.stop_at_faults);
    item("Power on again", "Ctrl+Shift+R", DoReset{}, true);
    if (!form.workspaces)
      for (int w = 1; w <= kWorkspaces; ++w)
        item(workspace_name(w), fmt::format("Ctrl+{}", w).c_str(), ShowWorkspace{w}, true,
             w == settings.workspace);
    item("Dark or light", "", ToggleTheme{}, true);
    ImGui::EndPopup();
  }
  ImGui::PopStyleVar();
}

}  // namespace

const char* state_word(const MachineView& view) {
  switch (view.state) {
    case RunState::running: return view.cpu.halted ? "idle" : "running";
    case RunState::stopped: return view.cpu.halted ? "halted" : "stopped";
    case RunState::ended: return "ended";
  }
  return "";
}

void draw_toolbar(PanelState& state, const MachineView& view, const Settings& settings, const Rect& at,
                  Commands& commands) {
  const Look& look = state.look;
  ImGui::PushID("toolbar");
  const auto fitting = std::ranges::find_if(
      forms(), [&](const Form& form) { return width_of(look, view, form) <= at.width(); });
  const Form& form = fitting == forms().end() ? forms().back() : *fitting;
  const bool running = view.state == RunState::running, ended = view.state == RunState::ended,
             stands = view.state == RunState::stopped;
  const char* const why_not = no_way_back(view);
  const Buttons b = buttons_for(form, running, settings.stop_at_faults, why_not);

  Bar bar(look, at, commands);
  if (form.name) {
    bar.words(look.fonts.strong, look.theme.text, "Ringside", 8);
    // The image's name where there is room to spare.
    if (const float spare = at.width() - width_of(look, view, form);
        spare > text_size(look.fonts.body, view.image_name).x + look.px(16))
      bar.words(look.fonts.body, look.theme.muted, view.image_name, 8);
    bar.skip(8);
  }
  if (form.back) bar.push(b.back, DoBack{DoBack::How::run}, ButtonKind::plain, !why_not);
  bar.push(b.step_back, DoBack{DoBack::How::step}, ButtonKind::plain, !why_not, 0);
  if (bar.push(b.more_back, ButtonKind::quiet, true, 8)) ImGui::OpenPopup("more back");
  draw_back_menu(look, view, commands);
  bar.push(b.run, running ? UiCommand{DoPause{}} : UiCommand{DoRun{}}, ButtonKind::primary, !ended, 8);
  bar.push(b.line, DoStepLine{}, ButtonKind::plain, stands);
  bar.push(b.step, DoStep{}, ButtonKind::plain, stands);
  if (form.more_steps) {
    bar.push(b.over, DoStepOver{}, ButtonKind::plain, stands);
    bar.push(b.out, DoStepOut{}, ButtonKind::plain, stands);
  }
  if (form.seldom) {
    bar.push(b.cursor, DoRunTo{{state.listing.cursor}}, ButtonKind::plain,
             stands && state.listing.cursor != 0);
    bar.push(b.reset, DoReset{}, ButtonKind::plain, true, 16);
  }
  if (form.faults) {
    if (bar.push(b.faults, ButtonKind::plain, !ended, form.seldom ? 4 : 16)) ImGui::OpenPopup("faults");
    ImGui::PushStyleVar(ImGuiStyleVar_WindowPadding, {look.px(8), look.px(8)});
    if (ImGui::BeginPopup("faults")) {
      demo_items(look, commands);
      ImGui::EndPopup();
    }
    ImGui::PopStyleVar();
  }
  if (form.seldom)
    bar.push(b.stop, DoStopAtFaults{!settings.stop_at_faults},
             settings.stop_at_faults ? ButtonKind::chosen : ButtonKind::plain, true, 16);

  if (form.workspaces)
    for (int w = 1; w <= kWorkspaces; ++w) {
      const std::string label = workspace_label(form, w);
      const std::string tip =
          fmt::format("{} (key {}, or Ctrl+{} while the guest has the keyboard)", workspace_name(w), w, w);
      bar.push({.id = label.c_str(), .label = label.c_str(), .tooltip = tip.c_str()}, ShowWorkspace{w},
               w == settings.workspace ? ButtonKind::chosen : ButtonKind::quiet, true, 2);
    }
  const ButtonText& last = form.menu() ? kMore : kTheme;
  const float end = at.to.x - look.px(8) - button_width(look, last);
  const float left = bar.x() + look.px(8);
  const auto words = status_in(look, view, form.facts, end - left);
  const float width =
      view.history.in_past ? width_of(look, words) + look.px(8) : status_width(look, view, form.facts);
  bar.move_to(std::max(left, end - width));
  draw_status(look, words, bar);
  bar.move_to(end);
  if (!form.menu())
    bar.push(last, ToggleTheme{}, ButtonKind::quiet);
  else if (bar.push(last, ButtonKind::quiet))
    ImGui::OpenPopup("more");
  draw_menu(look, view, settings, form, state.listing.cursor, commands);
  ImGui::PopID();
}

}  // namespace ringside
