// SPDX-License-Identifier: GPL-2.0-or-later
// The panels that are one or two tables of sim/inspect and nothing more.
#include <algorithm>
#include <string_view>
#include <vector>

#include "gui/panels/panels.h"
#include "gui/widgets/table_widget.h"
#include "gui/widgets/text.h"

namespace ringside {
namespace {

constexpr float kLeastTable = 112;  // high; where two do not fit the panel scrolls

struct Topic {
  const char* name;
  float share = 1;  // of the panel's height
  const char* heading = "";
  std::vector<std::string_view> columns = {};  // in this order; none = all
};

void draw_topics(PanelState& state, const MachineView& view, std::initializer_list<Topic> topics,
                 Commands& commands) {
  const Look& look = state.look;
  float left = 1;
  for (const Topic& topic : topics) {
    const Table* table = view.table(topic.name);
    const float height = ImGui::GetContentRegionAvail().y * std::min(1.0f, topic.share / left);
    left -= topic.share;
    if (ImGui::BeginChild(topic.name,
                          {0, std::max(height - (left > 0.01f ? look.px(8) : 0), look.px(kLeastTable))},
                          false, ImGuiWindowFlags_NoNav)) {
      if (*topic.heading) caption(look, topic.heading);
      if (table)
        draw_table(state, view, *table, {.columns = topic.columns}, commands);
      else
        nothing_yet(look, "Nothing to show yet.");
    }
    ImGui::EndChild();
  }
}

void ask(ViewRequest& r, std::initializer_list<const char*> names) {
  for (const char* name : names) r.tables.push_back({name, ""});
}

void draw_idt(PanelState& s, const MachineView& v, Commands& c) {
  draw_topics(s, v,
              {{"idt",
                1,
                "",
                {"Vector", "Name", "Symbol", "Type", "DPL", "IST", "P", "Selector", "Handler", "Remark"}}},
              c);
}
void draw_gdt(PanelState& s, const MachineView& v, Commands& c) {
  draw_topics(s, v,
              {{"gdt", 0.5f},
               {"tss", 0.5f, "Task State Segment", {"Field", "Value", "Symbol", "State", "Use", "At"}}},
              c);
}
void draw_pages(PanelState& s, const MachineView& v, Commands& c) { draw_topics(s, v, {{"pages"}}, c); }
void draw_stack(PanelState& s, const MachineView& v, Commands& c) {
  draw_topics(s, v,
              {{"backtrace", 0.38f, "Calls", {"Frame", "Function", "Source", "At", "Stack"}},
               {"stack", 0.62f, "Words", {"Address", "Value", "Points to", "What"}}},
              c);
}
void draw_keyboard(PanelState& s, const MachineView& v, Commands& c) { draw_topics(s, v, {{"keyboard"}}, c); }
void draw_uart(PanelState& s, const MachineView& v, Commands& c) { draw_topics(s, v, {{"uart"}}, c); }
void draw_pit(PanelState& s, const MachineView& v, Commands& c) { draw_topics(s, v, {{"pit"}}, c); }

}  // namespace

const Panel idt_panel{
    .id = "idt",
    .title = "IDT",
    .help =
        "The Interrupt Descriptor Table: what the processor does about each vector. Vectors 0 to 31 are "
        "exceptions, the others "
        "interrupts. A gate names the handler's code segment and address, who may call it by an INT "
        "instruction (DPL), whether "
        "interrupts stay on (trap gate) or go off (interrupt gate), and the stack to switch to (IST).",
    .draw = draw_idt,
    .request = [](const PanelState&, ViewRequest& r) { ask(r, {"idt"}); },
};

const Panel gdt_panel{
    .id = "gdt",
    .title = "GDT and TSS",
    .help =
        "The Global Descriptor Table: what each segment selector stands for. In long mode base and limit of "
        "code and data hardly "
        "matter, ring (DPL) and the L bit do. The TSS, which one of its entries points to, holds the stacks "
        "for a change of ring "
        "and for the IST of a gate.",
    .draw = draw_gdt,
    .request =
        [](const PanelState&, ViewRequest& r) {
          ask(r, {"gdt", "tss"});
        },
};

const Panel page_map_panel{
    .id = "pages",
    .title = "Page map",
    .help =
        "All that the page tables map: neighbouring pages with the same rights are one row. W = may be "
        "written, U = user code may "
        "use it, NX = no code runs from it, G = global. A range that may be written and executed is marked.",
    .draw = draw_pages,
    .request = [](const PanelState&, ViewRequest& r) { ask(r, {"pages"}); },
};

const Panel stack_panel{
    .id = "stack",
    .title = "Stack",
    .help =
        "The calls that led here, innermost first, and the words on the stack. Return addresses carry the "
        "name of the function they "
        "lead back to.",
    .draw = draw_stack,
    .request =
        [](const PanelState&, ViewRequest& r) {
          ask(r, {"backtrace", "stack"});
        },
};

const Panel keyboard_panel{
    .id = "keyboard",
    .title = "Keyboard",
    .help =
        "The keyboard and its controller, the 8042, at ports 0x60 (data) and 0x64 (status and command): its "
        "command byte, the byte "
        "that waits to be read, and the scan codes behind it. A driver reads port 0x60 once for each IRQ 1.",
    .draw = draw_keyboard,
    .request = [](const PanelState&, ViewRequest& r) { ask(r, {"keyboard"}); },
};

const Panel uart_panel{
    .id = "uart",
    .title = "UART",
    .help =
        "The serial port COM1, a 16550 at ports 0x3F8 to 0x3FF: speed and format, the interrupts it may "
        "raise, its FIFOs, and the "
        "text that the guest has sent.",
    .draw = draw_uart,
    .request = [](const PanelState&, ViewRequest& r) { ask(r, {"uart"}); },
};

const Panel pit_panel{
    .id = "pit",
    .title = "PIT",
    .help =
        "The timer chip 8254 at ports 0x40 to 0x43: three counters at 1.193182 MHz. Counter 0 raises IRQ 0, "
        "counter 2 drives the "
        "speaker and serves to measure time.",
    .draw = draw_pit,
    .request = [](const PanelState&, ViewRequest& r) { ask(r, {"pit"}); },
};

}  // namespace ringside
