// SPDX-License-Identifier: GPL-2.0-or-later
#include <algorithm>

#include "gui/panels/panels.h"
#include "gui/widgets/controls.h"
#include "gui/widgets/table_widget.h"
#include "gui/widgets/text.h"

namespace ringside {
namespace {

// Of what happens all the time (port accesses, each HLT and waking) only on request.
constexpr const char* kUsual =
    "irq-raised,acknowledge,eoi,exception,interrupt,mode-change,ring-change,command,reset,triple-fault,debug-"
    "exit,power-off,unmodelled";

void draw(PanelState& state, const MachineView& view, Commands& commands) {
  const Look& look = state.look;
  ImGui::PushFont(look.fonts.small);
  ImGui::SetNextItemWidth(std::min(look.px(180), ImGui::GetContentRegionAvail().x));
  ImGui::InputTextWithHint("##filter", "filter", state.events.filter.data(), state.events.filter.size());
  const float height = ImGui::GetItemRectSize().y;
  const ButtonText ports{.id = "ports",
                         .icon = state.events.ports ? "\u25CF" : "\u25CB",
                         .label = "port accesses",
                         .tooltip = "Show every IN and OUT as well"};
  beside_if_room(look, button_width(look, ports));
  if (button(look, ports, height, state.events.ports ? ButtonKind::chosen : ButtonKind::plain))
    state.events.ports = !state.events.ports;
  ImGui::PopFont();
  const Table* table = view.table("events");
  if (!table || table->rows.empty()) {
    nothing_yet(look, "Nothing has happened yet.");
    return;
  }
  draw_table(state, view, *table,
             {.note = false,
              .columns = {"Instruction", "Kind", "What", "At"},
              .filter = state.events.filter.data(),
              .newest_last = true,
              .mark_changes = false,
              .fit = true},
             commands);
}

void request(const PanelState& state, ViewRequest& r) {
  r.tables.push_back(
      {"events",
       std::string(kUsual) + (state.events.ports ? ",port-read,port-write,serial-byte" : "") + " 300"});
}

}  // namespace

const Panel events_panel{
    .id = "events",
    .title = "Events",
    .help =
        "What happened in the machine, in order: interrupt lines raised, interrupts acknowledged and ended "
        "(EOI), exceptions, "
        "changes of ring and mode. The filter keeps the rows that hold its text. Port accesses are many; a "
        "button shows them too.",
    .draw = draw,
    .request = request,
};

}  // namespace ringside
