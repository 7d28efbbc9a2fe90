// SPDX-License-Identifier: GPL-2.0-or-later
// The board's chips as tables, by peeking only: looking changes nothing.
#pragma once

#include "sim/inspect/context.h"
#include "sim/inspect/table.h"

namespace ringside {

Table pic_table(
    const InspectContext&);  // rows "irq0" to "irq15": the lamps, the vector, the standing, EOI owed
Table pic_registers_table(const InspectContext&);  // the two chips' words and modes
Table pit_table(const InspectContext&);            // rows "counter0" to "counter2"
Table keyboard_table(
    const InspectContext&);  // 8042 and keyboard; rows "status", "command byte", "output buffer", ...
Table uart_table(const InspectContext&);  // rows by register, "lsr"; decoded
Table rtc_table(const InspectContext&);
Table vga_table(const InspectContext&);     // the registers that matter to a text display
Table screen_table(const InspectContext&);  // 25 rows of text
Table cells_table(const InspectContext&,
                  unsigned row);  // one row of the screen, cell by cell: character, colours, address

// Why a line is or is not served, in words: "next", "masked", "waits: IRQ 0 is in service".
std::string standing_words(const PicReason& reason);

}  // namespace ringside
