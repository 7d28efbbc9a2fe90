// SPDX-License-Identifier: GPL-2.0-or-later
// The kernel's threads: who had the processor when, who is next, and what all of them do.
#include <fmt/format.h>

#include <algorithm>

#include "gui/panels/panels.h"
#include "gui/panels/thread_lanes.h"
#include "gui/widgets/controls.h"
#include "gui/widgets/table_widget.h"
#include "gui/widgets/text.h"

namespace ringside {
namespace {

constexpr float kBeside = 640;  // from this width on the ready queue stands beside the lanes
constexpr float kQueueWidth = 176;
constexpr float kLeastTable = 88, kLeastLanes = 96;

// What a bar, a line and dots mean, drawn as they are drawn.
void draw_legend(const PanelState& state) {
  const Look& look = state.look;
  const ImU32 ink = hue(look.theme, 1);
  const auto sample = [&](const char* words, auto&& draw) {
    const float width = look.px(24) + text_size(look.fonts.small, words).x;
    const ImVec2 at = ImGui::GetCursorScreenPos();
    const float y = at.y + look.fonts.small->FontSize / 2;
    draw(ImGui::GetWindowDrawList(), at.x, y);
    text_at(ImGui::GetWindowDrawList(), look.fonts.small, {at.x + look.px(22), at.y}, look.theme.muted,
            words);
    ImGui::Dummy({width, look.fonts.small->FontSize});
  };
  sample("runs", [&](ImDrawList* list, float x, float y) {
    list->AddRectFilled({x, y - look.px(4)}, {x + look.px(18), y + look.px(5)}, ink, look.px(2));
  });
  beside_if_room(look, look.px(70), 12);
  sample("ready", [&](ImDrawList* list, float x, float y) {
    list->AddRectFilled({x, y - look.px(1)}, {x + look.px(18), y + look.px(2)}, with_alpha(ink, 0.55f));
  });
  beside_if_room(look, look.px(70), 12);
  sample("waits", [&](ImDrawList* list, float x, float y) {
    for (float dot = 0; dot < 18; dot += 5)
      list->AddRectFilled({x + look.px(dot), y}, {x + look.px(dot + 1), y + look.px(1)}, look.theme.muted);
  });
  beside_if_room(look, look.px(80), 12);
  sample("switch", [&](ImDrawList* list, float x, float y) {
    text_at(list, look.fonts.small, {x, y - look.fonts.small->FontSize / 2}, look.theme.context_switch,
            shape(Meaning::context_switch));
  });
}

void draw_waiting(PanelState& state, const MachineView& view, std::uint64_t id, Commands& commands) {
  const Look& look = state.look;
  const GuestThread* const thread = view.threads->all.find(id);
  link(look, view, thread_name(state, view, id), thread ? Link::thread : Link::none, id, look.theme.text,
       look.fonts.small, commands);
}

// The queues in the order in which a policy looks at them: the last one first.
template <typename Each>
void for_each_ready(const KernelThreads& all, Each&& each) {
  for (auto queue = all.ready.rbegin(); queue != all.ready.rend(); ++queue)
    for (const std::uint64_t id : queue->ids) each(*queue, id);
}

std::string ready_trouble(const KernelThreads& all) {
  for (const ReadyQueue& queue : all.ready)
    if (!queue.trouble.empty()) return queue.trouble;
  return {};
}

// Beside the lanes: a column, one line a thread.
void draw_queue_column(PanelState& state, const MachineView& view, Commands& commands) {
  const Look& look = state.look;
  caption(look, "next to run");
  std::size_t place = 0;
  for_each_ready(view.threads->all, [&](const ReadyQueue& queue, std::uint64_t id) {
    text(look.fonts.mono, look.theme.muted, fmt::format("{:2}", ++place));
    ImGui::SameLine(0, look.px(8));
    draw_waiting(state, view, id, commands);
    if (queue.name.empty()) return;
    ImGui::SameLine(0, look.px(8));
    text(look.fonts.small, look.theme.muted, queue.name);
  });
  if (place == 0) text(look.fonts.small, look.theme.muted, "nobody");
}

// Where there is less room: one line, in order, broken where it has to be.
void draw_queue_line(PanelState& state, const MachineView& view, Commands& commands) {
  const Look& look = state.look;
  text(look.fonts.small, look.theme.muted, "next to run:");
  bool any = false;
  for_each_ready(view.threads->all, [&](const ReadyQueue&, std::uint64_t id) {
    const float width = text_size(look.fonts.small, thread_name(state, view, id)).x + look.px(16);
    beside_if_room(look, width, 6);
    if (any) {
      text(look.fonts.small, look.theme.muted, "\u2192");
      ImGui::SameLine(0, look.px(4));
    }
    draw_waiting(state, view, id, commands);
    any = true;
  });
  if (any) return;
  ImGui::SameLine(0, look.px(6));
  text(look.fonts.small, look.theme.muted, "nobody");
}

void draw_head(PanelState& state, const MachineView& view) {
  const Look& look = state.look;
  const KernelThreads& all = view.threads->all;
  badge(look, look.theme.now, shape(Meaning::now),
        fmt::format("{} {}", all.current ? thread_name(state, view, all.current) : "nobody",
                    view.cpu.halted ? "runs: HLT" : "runs"));
  if (!all.policy.empty()) {
    beside_if_room(look, badge_width(look, "", all.policy));
    badge(look, look.theme.muted, "", all.policy);
    if (ImGui::IsItemHovered()) tooltip(look, all.policy_summary);
  }
  const ButtonText recent{.id = "recent", .label = "recent", .tooltip = "The newest switches again"};
  if (state.threads.to > 0) {
    beside_if_room(look, small_button_width(look, recent));
    if (small_button(look, recent, look.px(18))) state.threads.from = state.threads.to = 0;
  }
  for (const std::string& trouble : {all.trouble, ready_trouble(all)})
    if (!trouble.empty())
      paragraph(look, look.fonts.small, look.theme.fault, std::string(shape(Meaning::fault)) + " " + trouble);
}

void draw(PanelState& state, const MachineView& view, Commands& commands) {
  const Look& look = state.look;
  if (!view.threads || !view.threads->all.missing.empty()) {
    nothing_yet(look, view.threads ? view.threads->all.missing : "Nothing to show yet.");
    return;
  }
  remember_threads(state, view);
  draw_head(state, view);
  ImGui::Dummy({0, look.px(2)});
  const ImVec2 room = ImGui::GetContentRegionAvail();
  const bool beside = room.x >= look.px(kBeside);
  const float width = beside ? room.x - look.px(kQueueWidth + 16) : room.x;
  if (!beside) draw_queue_line(state, view, commands);
  // The table gets a few lines, or all of its own where the lanes still have room for theirs.
  const float legend = look.px(kLaneTimes + 32);
  const float table = look.px(20) * static_cast<float>(view.threads->all.threads.size() + 2);
  const float left = ImGui::GetContentRegionAvail().y - legend;
  draw_lanes(state, view, width, std::max(look.px(kLeastLanes), left - look.px(kLeastTable)), left - table,
             commands);
  if (beside) {
    ImGui::SameLine(0, look.px(16));
    ImGui::BeginGroup();
    draw_queue_column(state, view, commands);
    ImGui::EndGroup();
  }
  ImGui::Dummy({0, look.px(kLaneTimes)});
  draw_legend(state);
  ImGui::Dummy({0, look.px(4)});
  if (const Table* const table = view.table("threads"))
    draw_table(state, view, *table,
               {.note = false,
                .columns = {"Id", "Name", "State", "Waits for", "Stands in", "For", "Prio", "CPU", "Runs",
                            "Preempted", "Ticks", "Weight", "Stack: now / most / of"}},
               commands);
}

}  // namespace

const Panel threads_panel{
    .id = "threads",
    .title = "Threads",
    .help =
        "Several flows of control share one processor. Each has a lane: a bar while it runs, a thin line "
        "while it "
        "could run and somebody else does, dots while it waits for something. The two arrows above are the "
        "switches from one to the next: point at one to see why it happened.\n\n"
        "A click on a switch, or anywhere in the lanes, takes the machine to that moment; the wheel zooms, a "
        "drag "
        "moves along, \"recent\" goes back to the newest switches. What is yet to come of a past is faint. "
        "Everything is read from the kernel's own list of threads, its ready queue and its trace.",
    .draw = draw,
    .request = [](const PanelState&, ViewRequest& r) { r.threads = true; },
};

}  // namespace ringside
