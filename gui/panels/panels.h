// SPDX-License-Identifier: GPL-2.0-or-later
// The panels by name; panels.cpp puts them in order. To add one: write its file, name it here and there.
#pragma once

#include "gui/panels/panel.h"

namespace ringside {

extern const Panel screen_panel, code_panel, happened_panel, events_panel;         // always in sight
extern const Panel lab_panel;                                                      // where a lab is open
extern const Panel registers_panel, memory_panel, stack_panel, breakpoints_panel;  // Source
extern const Panel anatomy_panel, idt_panel, pic_panel, pit_panel, keyboard_panel, uart_panel;  // Interrupts
extern const Panel walk_panel, page_tree_panel, gdt_panel, page_map_panel;                      // Paging
extern const Panel heap_panel, heap_blocks_panel, frames_panel;                                 // Heap
extern const Panel threads_panel, thread_panel, switches_panel, tasks_panel, stacks_panel;      // Threads

}  // namespace ringside
