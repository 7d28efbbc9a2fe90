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

void draw_switches(PanelState& s, const MachineView& v, Commands& c) {
  const Table* const table = v.table("switches");
  if (!table || table->rows.empty())
    nothing_yet(s.look, table ? table->note : "Nothing to show yet.");
  else
    draw_table(s, v, *table,
               {.columns = {"At", "From", "To", "Why", "Ago", "Tick", "Number"},
                .newest_last = true,
                .mark_changes = false},
               c);
}
void draw_tasks(PanelState& s, const MachineView& v, Commands& c) {
  draw_topics(s, v,
              {{"tasks",
                0.5f,
                "Coroutines",
                {"Id", "Name", "State", "Waits for", "Function", "Runs", "Asked", "Frame"}},
               {"wakers", 0.5f, "Who wakes whom"}},
              c);
}
void draw_stacks(PanelState& s, const MachineView& v, Commands& c) {
  draw_topics(
      s, v,
      {{"stacks", 1, "", {"Whose", "Used now", "Most ever", "Of", "Share", "Remark", "RSP", "From", "To"}}},
      c);
}

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

const Panel switches_panel{
    .id = "switches",
    .title = "Switches",
    .help =
        "Each time the kernel went from one thread to another, newest last, as its own trace has them. "
        "\"preempted\": the timer or somebody more urgent took the processor away; \"waits\": the thread "
        "gave it "
        "up until something happens; \"yielded\": it let others run first; \"finished\": its function came "
        "to an "
        "end.\n\n"
        "A click on a time goes there: the machine then stands at the start of that switch.",
    .draw = draw_switches,
    .request =
        [](const PanelState&, ViewRequest& r) {
          r.tables.push_back({"switches", "256"});
        },
};

const Panel tasks_panel{
    .id = "tasks",
    .title = "Coroutines",
    .help =
        "Coroutines: many tasks on one thread, each running until it has to wait. A task has no stack; what "
        "it "
        "remembers lies in a frame on the heap. Above: what each waits for, how often it ran, and how often "
        "it was "
        "asked whether it can go on.\n\n"
        "Below: who will wake whom. A waker is the number of a task: an alarm, an event or the end of "
        "another task "
        "puts it into the wake queue, and the executor's thread takes it out.",
    .draw = draw_tasks,
    .request =
        [](const PanelState&, ViewRequest& r) {
          ask(r, {"tasks", "wakers"});
        },
};

const Panel stacks_panel{
    .id = "stacks",
    .title = "Stacks",
    .help =
        "Every stack of the kernel: those of threads, and those in the image that the processor changes to "
        "for a "
        "double fault or an NMI. New stacks are full of zeros, so the lowest byte that is not zero says how "
        "deep a "
        "stack ever was. The page below a stack is not mapped: who grows too far gets a page fault at once "
        "instead "
        "of writing over the neighbour.",
    .draw = draw_stacks,
    .request = [](const PanelState&, ViewRequest& r) { ask(r, {"stacks"}); },
};

}  // namespace ringside
