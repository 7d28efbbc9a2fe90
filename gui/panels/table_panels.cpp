// SPDX-License-Identifier: GPL-2.0-or-later
// The panels that are a table of sim/inspect and nothing more.
#include "gui/panels/panels.h"
#include "gui/widgets/table_widget.h"
#include "gui/widgets/text.h"

namespace ringside {
namespace {

template <const char* kTable>
void draw(PanelState& state, const MachineView& view, Commands& commands) {
  if (const Table* table = view.table(kTable))
    draw_table(state, view, *table, {}, commands);
  else
    nothing_yet(state.look, "Nothing to show yet.");
}

template <const char* kTable>
void request(const PanelState&, ViewRequest& r) {
  r.tables.emplace_back(kTable);
}

constexpr char kIdt[] = "idt", kGdt[] = "gdt", kPages[] = "pages", kStack[] = "stack",
               kKeyboard[] = "keyboard", kUart[] = "uart", kPit[] = "pit";

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
    .draw = draw<kIdt>,
    .request = request<kIdt>,
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
    .draw = draw<kGdt>,
    .request = request<kGdt>,
};

const Panel page_map_panel{
    .id = "pages",
    .title = "Page map",
    .help =
        "All that the page tables map: neighbouring pages with the same rights are one row. W = may be "
        "written, U = user code may "
        "use it, NX = no code runs from it, G = global. A range that may be written and executed is marked.",
    .draw = draw<kPages>,
    .request = request<kPages>,
};

const Panel stack_panel{
    .id = "stack",
    .title = "Stack",
    .help =
        "The calls that led here, innermost first, and the words on the stack. Return addresses carry the "
        "name of the function they "
        "lead back to.",
    .draw = draw<kStack>,
    .request = request<kStack>,
};

const Panel keyboard_panel{
    .id = "keyboard",
    .title = "Keyboard",
    .help =
        "The keyboard and its controller, the 8042, at ports 0x60 (data) and 0x64 (status and command): its "
        "command byte, the byte "
        "that waits to be read, and the scan codes behind it. A driver reads port 0x60 once for each IRQ 1.",
    .draw = draw<kKeyboard>,
    .request = request<kKeyboard>,
};

const Panel uart_panel{
    .id = "uart",
    .title = "UART",
    .help =
        "The serial port COM1, a 16550 at ports 0x3F8 to 0x3FF: speed and format, the interrupts it may "
        "raise, its FIFOs, and the "
        "text that the guest has sent.",
    .draw = draw<kUart>,
    .request = request<kUart>,
};

const Panel pit_panel{
    .id = "pit",
    .title = "PIT",
    .help =
        "The timer chip 8254 at ports 0x40 to 0x43: three counters at 1.193182 MHz. Counter 0 raises IRQ 0, "
        "counter 2 drives the "
        "speaker and serves to measure time.",
    .draw = draw<kPit>,
    .request = request<kPit>,
};

}  // namespace ringside
