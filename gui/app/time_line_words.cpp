// SPDX-License-Identifier: GPL-2.0-or-later
#include "gui/app/time_line_words.h"

#include <fmt/format.h>

#include <algorithm>

#include "gui/widgets/controls.h"
#include "gui/widgets/text.h"
#include "sim/cpu/delivery.h"

namespace ringside {
namespace {

std::string seconds(Ticks time) {
  return fmt::format("{}.{:06} s", time / kTicksPerSecond, time % kTicksPerSecond / 1000);
}

std::string kind_words(const MachineView& view, const TimelineMark& mark) {
  switch (mark.kind) {
    case EventKind::exception:
      return fmt::format("{} {}, error code {:#x}", mnemonic(mark.which), exception_name(mark.which),
                         mark.value);
    case EventKind::interrupt: return fmt::format("interrupt, vector {} ({:#04x})", mark.which, mark.which);
    case EventKind::serial_byte:
      return mark.value >= 0x20 && mark.value < 0x7F
                 ? fmt::format("'{}' sent on the serial port", static_cast<char>(mark.value))
                 : fmt::format("the byte {:#04x} sent on the serial port", mark.value);
    case EventKind::command: {
      const auto& all = *view.history.commands;
      return mark.value < all.size() ? "from outside: " + all[mark.value] : "something from outside";
    }
    case EventKind::mode_change:
      return fmt::format("from here on in {} mode", name(static_cast<CpuMode>(mark.value)));
    case EventKind::control_write:
      return fmt::format("{} becomes {:#x}", name(static_cast<ControlRegister>(mark.which)), mark.value);
    case EventKind::debug_exit: return fmt::format("the guest ends the run with {:#x}", mark.value);
    default: return name(mark.kind);
  }
}

std::string mebibytes(std::size_t bytes) { return fmt::format("{}", (bytes + (1u << 19)) >> 20); }

struct Status {
  std::string words;
  ImU32 ink;
};

Status status(const PanelState& state, const MachineView& view) {
  const Theme& theme = state.look.theme;
  const HistoryView& history = view.history;
  if (state.work.what) {
    const std::string share = state.work.share > 0 ? fmt::format(" {:.0f} %", state.work.share * 100) : "";
    return {fmt::format("{} \u2026{}  \u00b7  Esc gives it up", state.work.what, share), theme.interrupt};
  }
  if (!view.notice.empty()) return {view.notice, theme.changed};
  const std::string count = with_commas(view.instructions);
  if (history.in_past)
    return {
        fmt::format("{} in the past: instruction {} of {}  \u00b7  {}  \u00b7  a key or a change here begins "
                    "a new branch",
                    shape(Meaning::now), count, with_commas(history.end.instructions), seconds(view.time)),
        theme.now};
  if (!history.trouble.empty())
    return {std::string(shape(Meaning::fault)) + " " + history.trouble, theme.fault};
  return {fmt::format("{} instructions  \u00b7  {} of machine time{}{}", count, seconds(view.time),
                      view.thread.empty() ? "" : "  \u00b7  thread ", view.thread),
          theme.text};
}

void branch_items(const HistoryView& history, const BranchInfo& b, Commands& commands) {
  const bool here = b.id == history.branch;
  if (ImGui::MenuItem(words(b).c_str(), nullptr, here, !here)) commands.push_back(DoSwitchBranch{b.id});
}

}  // namespace

const Panel time_line_help{
    .id = "time line",
    .title = "Time line",
    .help =
        "All that has happened since power-on, measured in instructions. A click goes to a place, a drag "
        "takes "
        "every panel along, a click on a mark goes right behind what happened there; the wheel zooms, a "
        "double "
        "click shows the whole. Below the line small ticks are checkpoints: going back starts from one and "
        "runs "
        "forward again, so the machine is bit for bit what it was.\n\n"
        "In the past Run repeats what happened, keys included, and goes on from the end. A key, or anything "
        "else "
        "changed there, begins a new branch; the old one stays as a line below, a click goes to its end.\n\n"
        "Shift goes back: Shift+F11 an instruction, Shift+F7 a line, Shift+F10 over a call, Shift+F12 to the "
        "call "
        "of this function, Shift+F5 to the stop before. Home and End (with Ctrl while the guest has the "
        "keyboard), "
        "[ and ] from mark to mark. Escape gives up what takes long. The right button on a value asks who "
        "wrote "
        "it. Ctrl+K takes commands in words: help lists them.",
    .draw = nullptr,
    .request = nullptr,
};

std::string words(const MachineView& view, const TimelineMark& mark, std::size_t more) {
  std::string all = kind_words(view, mark);
  all += fmt::format("\nafter {} instructions, at {}", with_commas(mark.instructions), seconds(mark.time));
  if (const std::string place = view.symbols ? view.symbols->name({mark.rip}) : ""; !place.empty())
    all += "\nin " + place;
  if (more > 0) all += fmt::format("\nand {} more here: the wheel zooms in", with_commas(more));
  return all;
}

std::string words(const BranchInfo& b) {
  std::string all = fmt::format("branch {}: ", b.id);
  all += b.parent ? fmt::format("left branch {} after {}", *b.parent, with_commas(b.start.instructions))
                  : "from power-on";
  all += fmt::format(", to {}", with_commas(b.end.instructions));
  if (!b.begins_with.empty()) all += " (" + b.begins_with + ")";
  return all;
}

void draw_time_status(PanelState& state, const MachineView& view, const Rect& at, Commands& commands) {
  const Look& look = state.look;
  const HistoryView& history = view.history;
  ImDrawList* list = ImGui::GetWindowDrawList();
  ImFont* font = look.fonts.small;
  const float y = at.from.y + look.px(2), gap = look.px(12);
  float right = at.to.x - look.px(12);
  // From the right: the way back to the end, branches, memory; then the sentence gets what is left.
  const auto place = [&](const ButtonText& shown, const auto& clicked) {
    const float width = small_button_width(look, shown);
    right -= width;
    ImGui::SetCursorScreenPos({right, at.from.y});
    if (small_button(look, shown, at.height() - look.px(1))) clicked();
    right -= gap;
  };
  place({.id = "help", .label = "?", .tooltip = "What the time line shows, and the keys that go back"},
        [&] { commands.push_back(ShowHelp{time_line_help.id}); });
  if (history.in_past)
    place({.id = "now",
           .icon = "\u21E5",
           .label = "now",
           .tooltip = "To the end of this branch (End, Ctrl+End)"},
          [&] { commands.push_back(DoSeek{history.end.instructions}); });
  if (history.branches.size() > 1) {
    const std::string label = fmt::format("branch {} \u25BE", history.branch);
    place({.id = "branches", .label = label.c_str(), .tooltip = "The histories there are"},
          [] { ImGui::OpenPopup("branches"); });
  }
  if (ImGui::BeginPopup("branches")) {
    for (const BranchInfo& b : history.branches) branch_items(history, b, commands);
    ImGui::Separator();
    for (const BranchInfo& b : history.branches)
      if (b.id != history.branch && ImGui::MenuItem(fmt::format("Forget branch {}", b.id).c_str()))
        commands.push_back(DoDropBranch{b.id});
    ImGui::EndPopup();
  }
  const Status now = status(state, view);
  const float wanted = text_size(font, now.words).x;
  const std::string memory = history.kept ? fmt::format("{} of {} MiB", mebibytes(history.memory_used),
                                                        mebibytes(history.memory_limit))
                                          : "no history";
  const float width = text_size(font, memory).x;
  const float left = at.from.x + look.px(12);
  if (left + std::min(wanted, look.px(240)) + gap + width < right) {
    right -= width;
    ImGui::SetCursorScreenPos({right, y});
    text(font, history.trouble.empty() ? look.theme.muted : look.theme.fault, memory);
    if (ImGui::IsItemHovered())
      tooltip(look,
              "Memory that the checkpoints of the past take, the ticks below the line. " + history.trouble);
    right -= gap;
  }
  text_at(list, font, {left, y}, now.ink, elide(font, now.words, right - left));
  if (state.work.what && state.work.share > 0)
    list->AddRectFilled(
        {at.from.x, at.from.y - look.px(2)},
        {at.from.x + at.width() * static_cast<float>(std::min(1.0, state.work.share)), at.from.y},
        look.theme.interrupt);
}

void draw_branch_menu(PanelState&, const MachineView& view, unsigned id, Commands& commands) {
  if (!ImGui::BeginPopup("branch")) return;
  for (const BranchInfo& b : view.history.branches)
    if (b.id == id && id != view.history.branch) {
      branch_items(view.history, b, commands);
      if (ImGui::MenuItem("Forget this branch")) commands.push_back(DoDropBranch{id});
    }
  ImGui::EndPopup();
}

}  // namespace ringside
