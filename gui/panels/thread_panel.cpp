// SPDX-License-Identifier: GPL-2.0-or-later
// One thread: what it waits for, the calls that led to where it stands, and its stack as a column to scale
// with its guard page and its high-water mark.
#include <fmt/format.h>

#include <algorithm>

#include "gui/panels/panels.h"
#include "gui/panels/thread_lanes.h"
#include "gui/widgets/controls.h"
#include "gui/widgets/text.h"
#include "sim/inspect/words.h"

namespace ringside {
namespace {

constexpr float kRow = 20, kColumn = 28, kGap = 28, kGuard = 18;
constexpr float kLeastColumn = 160;  // high

struct Drawing {
  PanelState& state;
  const MachineView& view;
  const GuestThread& thread;
  Commands& commands;
  const Look& look = state.look;
  const GuestStack& stack = thread.stack;
  ImDrawList* list = ImGui::GetWindowDrawList();
  ImU32 ink = hue(look.theme, static_cast<std::size_t>(thread.id));
  bool hit = stack.pointer && *stack.pointer < stack.bottom;  // the guard page

  void slanted(ImVec2 from, ImVec2 to, ImU32 colour) const {
    list->PushClipRect(from, to, true);
    const float high = to.y - from.y;
    for (float x = from.x - high; x < to.x; x += look.px(5))
      list->AddLine({x, to.y}, {x + high, from.y}, colour, look.px(1));
    list->PopClipRect();
  }

  // The whole stack to scale, its top above: it grows down, towards the guard page.
  struct Column {
    ImVec2 from;
    float width, height;
    const GuestStack& stack;
    float y_of(std::uint64_t address) const {
      const std::uint64_t clamped = std::clamp(address, stack.bottom, stack.top);
      return from.y + height * static_cast<float>(stack.top - clamped) /
                          static_cast<float>(std::max<std::uint64_t>(stack.size(), 1));
    }
  };

  void draw_column(const Column& c) const {
    const float right = c.from.x + c.width, bottom = c.from.y + c.height;
    const float touched = c.y_of(stack.top - std::min(stack.high_water, stack.size()));
    list->AddRectFilled(c.from, {right, bottom}, look.theme.raised);
    list->AddRectFilled(c.from, {right, touched}, mix(look.theme.raised, ink, 0.35f));
    if (stack.pointer)
      list->AddRectFilled(c.from, {right, std::max(c.y_of(*stack.pointer), c.from.y + look.px(1))}, ink);
    // The mark of the deepest point sticks out, as a tide leaves it.
    list->AddRectFilled({c.from.x - look.px(4), touched}, {right + look.px(4), touched + look.px(1)},
                        look.theme.text);
    const ImVec2 guard{c.from.x, bottom + look.px(2)}, end{right, bottom + look.px(2 + kGuard)};
    const ImU32 edge = hit ? look.theme.fault : look.theme.muted;
    list->AddRect(guard, end, stack.guarded ? edge : look.theme.line, 0, 0, look.px(1));
    if (stack.guarded) slanted(guard, end, with_alpha(edge, 0.6f));
    const bool inside = ImGui::IsMouseHoveringRect(c.from, end) && ImGui::IsWindowHovered();
    if (inside && !ImGui::IsMouseDown(0))
      tooltip(look,
              fmt::format("{} to {}: {}\nnow {} bytes, at its most {}\n{}", hex64(stack.bottom),
                          hex64(stack.top), bytes_words(stack.size()),
                          stack.pointer ? with_commas(stack.used()) : "?", with_commas(stack.high_water),
                          stack.guarded ? "the page below is the guard page: not mapped"
                                        : "the page below is mapped: nothing guards this stack"));
  }

  // What each call has taken of the stack; 0 for those that have no frame of their own in it.
  std::vector<std::uint64_t> bytes_of_calls() const {
    std::uint64_t below = stack.pointer.value_or(stack.top);
    std::vector<std::uint64_t> bytes(thread.calls.size(), 0);
    for (std::size_t i = 0; i < thread.calls.size(); ++i) {
      const StackFrame& call = thread.calls[i];
      if (call.inlined || call.cfa.value <= below || call.cfa.value > stack.top) continue;
      bytes[i] = call.cfa.value - below;
      below = call.cfa.value;
    }
    return bytes;
  }

  // The part in use, enlarged: one line a call, the outermost above as it lies in memory. Scrolls where there
  // are many.
  void draw_calls(ImVec2 size) {
    if (!ImGui::BeginChild("calls", size, false, ImGuiWindowFlags_NoNav)) {
      ImGui::EndChild();
      return;
    }
    list = ImGui::GetWindowDrawList();
    const ImVec2 at = ImGui::GetCursorScreenPos();
    const float bar = look.px(4), right = at.x + ImGui::GetContentRegionAvail().x;
    const std::vector<std::uint64_t> bytes = bytes_of_calls();
    const std::size_t rows = thread.calls.size();
    for (std::size_t k = 0; k < rows; ++k) {
      const std::size_t i = rows - 1 - k;  // outermost first
      const StackFrame& call = thread.calls[i];
      const float y = at.y + static_cast<float>(k) * look.px(kRow);
      const bool tells = i == thread.stands;
      if (tells)
        list->AddRectFilled({at.x + bar, y}, {right, y + look.px(kRow - 2)},
                            with_alpha(look.theme.raised, 0.8f), look.px(2));
      // Calls are set apart, and those copied into another one belong to it.
      const float gap = call.inlined ? 0 : look.px(1);
      if (stack.pointer) list->AddRectFilled({at.x, y}, {at.x + bar, y + look.px(kRow) - gap}, ink);
      draw_call(call, bytes[i], {at.x + bar + look.px(6), y + look.px(2)}, right - look.px(4), tells);
    }
    ImGui::SetCursorScreenPos(at);
    ImGui::Dummy({1, static_cast<float>(rows) * look.px(kRow)});
    // A new place, or another thread: the call that tells comes into sight.
    const std::uint64_t place = rows ? thread.calls[thread.stands].pc.value ^ thread.id : 0;
    if (std::exchange(state.threads.scrolled_for, place) != place && rows)
      ImGui::SetScrollFromPosY(static_cast<float>(rows - thread.stands) * look.px(kRow) - ImGui::GetScrollY(),
                               0.8f);
    ImGui::EndChild();
    list = ImGui::GetWindowDrawList();
  }

  // From the part in use to its enlargement.
  void draw_connection(const Column& column, float x, float bottom) const {
    if (!stack.pointer || thread.calls.empty()) return;
    const float from = column.from.x + column.width + look.px(4);
    const float lowest = std::max(column.y_of(*stack.pointer), column.from.y + look.px(1));
    list->AddLine({from, column.from.y}, {x, column.from.y}, with_alpha(ink, 0.5f), look.px(1));
    list->AddLine({from, lowest}, {x, bottom}, with_alpha(ink, 0.5f), look.px(1));
  }

  void draw_call(const StackFrame& call, std::uint64_t bytes, ImVec2 at, float right, bool tells) {
    float end = right;
    const auto before = [&](ImFont* font, const std::string& words, float gap) {
      const float width = text_size(font, words).x;
      if (words.empty() || end - width < at.x + look.px(120)) return;
      end -= width;
      text_at(list, font, {end, at.y}, look.theme.muted, words);
      end -= look.px(gap);
    };
    before(look.fonts.mono, bytes ? with_commas(bytes) : "", 8);
    if (call.source && call.source->line) {
      const std::size_t slash = call.source->file.rfind('/');
      before(look.fonts.small,
             fmt::format("{}:{}",
                         slash == std::string::npos ? call.source->file : call.source->file.substr(slash + 1),
                         call.source->line),
             8);
    }
    float x = at.x;
    if (tells) {
      text_at(list, look.fonts.small, {x, at.y}, look.theme.now, shape(Meaning::now));
      x += look.fonts.small->FontSize;
    }
    const std::string name =
        (call.function.empty() ? hex64(call.pc.value) : call.function) + (call.inlined ? " (inlined)" : "");
    ImGui::SetCursorScreenPos({x, at.y});
    link(look, view, elide(look.fonts.mono, name, end - x), Link::source, call.pc.value,
         tells          ? look.theme.now
         : call.inlined ? look.theme.muted
                        : look.theme.text,
         look.fonts.mono, commands);
  }

  // Beside what was drawn last where it fits, else below, and never wider than the panel.
  void add_words(const std::string& words, bool beside = true) {
    if (beside) beside_if_room(look, text_size(look.fonts.small, words).x, 12);
    text(look.fonts.small, look.theme.muted,
         elide(look.fonts.small, words, ImGui::GetContentRegionAvail().x));
  }

  void draw_facts() {
    add_words(thread.priority == thread.base_priority ? fmt::format("priority {}", thread.priority)
                                                      : fmt::format("priority {}, inherited: its own is {}",
                                                                    thread.priority, thread.base_priority),
              false);
    add_words(fmt::format("weight {}", thread.weight));
    add_words(fmt::format("ran {} times", with_commas(thread.switches)));
    add_words(fmt::format("preempted {} times", with_commas(thread.preemptions)));
    add_words(fmt::format("stack: {} bytes now, {} at most, of {}",
                          stack.pointer ? with_commas(stack.used()) : "?", with_commas(stack.high_water),
                          with_commas(stack.size())));
  }

  void draw_head() {
    const bool runs = thread.id == view.threads->all.current;
    const float room = ImGui::GetContentRegionAvail().x;
    text(look.fonts.large, look.theme.text,
         elide(look.fonts.large, thread_name(state, view, thread.id), room));
    const std::string address = fmt::format("{:#x}", thread.address);
    beside_if_room(look, text_size(look.fonts.mono, address).x);
    link(look, view, address, Link::linear, thread.address, look.theme.muted, look.fonts.mono, commands);
    const std::string what =
        thread.waits_for.empty() ? thread.state : fmt::format("waits for {}", thread.waits_for);
    const char* const mark = runs ? shape(Meaning::now) : "";
    badge(look, runs ? look.theme.now : look.theme.muted, mark,
          elide(look.fonts.small, what, room - badge_width(look, mark, "")));
    if (thread.since && !runs && *thread.since <= view.threads->all.now)
      add_words(fmt::format("off the processor for {}", time_words(view.threads->all.now - *thread.since)));
    draw_facts();
    if (!stack.trouble.empty())
      paragraph(look, look.fonts.small, look.theme.fault,
                std::string(shape(Meaning::fault)) + " " + stack.trouble);
    ImGui::Dummy({0, look.px(6)});
  }

  void draw() {
    draw_head();
    const ImVec2 room = ImGui::GetContentRegionAvail(), at = ImGui::GetCursorScreenPos();
    const float height = std::max(look.px(kLeastColumn), room.y - look.px(kGuard + 28));
    const Column column{{at.x + look.px(6), at.y}, look.px(kColumn), height - look.px(4), stack};
    if (stack.size() > 0) draw_column(column);
    const float start = at.x + look.px(6 + kColumn + kGap);
    const float rows = static_cast<float>(thread.calls.size()) * look.px(kRow);
    draw_connection(column, start, at.y + std::min(rows, height) - look.px(2));
    ImGui::SetCursorScreenPos({start, at.y});
    draw_calls({std::max(look.px(80), at.x + room.x - start), height});
    const float below = at.y + height;
    const std::string guard = hit ? fmt::format("{} RSP is in the guard page", shape(Meaning::fault))
                              : stack.guarded ? "guard page"
                              : stack.size()  ? "no guard page"
                                              : "";
    text_at(list, look.fonts.small, {start, below}, hit ? look.theme.fault : look.theme.muted, guard);
    ImGui::SetCursorScreenPos({at.x, below + look.px(kGuard + 4)});
    ImGui::Dummy({1, 1});
  }
};

void draw(PanelState& state, const MachineView& view, Commands& commands) {
  const Look& look = state.look;
  if (!view.threads || !view.threads->all.missing.empty()) {
    nothing_yet(look, view.threads ? view.threads->all.missing : "Nothing to show yet.");
    return;
  }
  remember_threads(state, view);
  const KernelThreads& all = view.threads->all;
  std::uint64_t& chosen = state.threads.chosen;
  bool first = true;
  const auto choose = [&](const std::string& id, const std::string& label, const char* tip,
                          std::uint64_t value) {
    const ButtonText words{.id = id.c_str(), .label = label.c_str(), .tooltip = tip};
    if (!std::exchange(first, false)) beside_if_room(look, small_button_width(look, words), 4);
    if (small_button(look, words, look.px(22), chosen == value ? ButtonKind::chosen : ButtonKind::quiet))
      chosen = value;
  };
  choose("current", "the one that runs", "Follows the processor from thread to thread", 0);
  for (const GuestThread& thread : all.threads)
    choose(std::to_string(thread.id), all.name_of(thread.id), "", thread.id);
  ImGui::Dummy({0, look.px(4)});
  const GuestThread* const thread = all.find(chosen ? chosen : all.current);
  if (thread)
    Drawing{state, view, *thread, commands}.draw();
  else if (chosen)
    nothing_yet(look,
                fmt::format("{} is not among the kernel's threads now.", thread_name(state, view, chosen)));
  else
    nothing_yet(look, "The kernel says that no thread of its list runs.");
}

}  // namespace

const Panel thread_panel{
    .id = "thread",
    .title = "One thread",
    .help =
        "Where a thread stands: the calls that led there, outermost above, as they lie in its stack. Of a "
        "thread "
        "that does not run it begins at what the switch has saved; the arrow marks the call that tells what "
        "the "
        "thread is about.\n\n"
        "The column is its whole stack to scale: filled what is in use now, lighter what was in use at some "
        "time, "
        "with a mark at the deepest point. A stack grows down. The hatched page below is not mapped: a stack "
        "that "
        "grows too far hits it and faults at once.",
    .draw = draw,
    .request = [](const PanelState&, ViewRequest& r) { r.threads = true; },
};

}  // namespace ringside
