// SPDX-License-Identifier: GPL-2.0-or-later
#include "gui/panels/panels.h"

#include <algorithm>

namespace ringside {

std::span<const Panel* const> all_panels() {
  static constexpr const Panel* kPanels[] = {
      &screen_panel,    &code_panel,        &happened_panel, &events_panel,       // always in sight
      &lab_panel,                                                         // where a lab is open
      &registers_panel, &stack_panel,       &memory_panel,   &breakpoints_panel,  // Source
      &anatomy_panel,   &idt_panel,         &pic_panel,      &pit_panel,
      &keyboard_panel,  &uart_panel,                                      // Interrupts
      &walk_panel,      &page_tree_panel,   &page_map_panel, &gdt_panel,  // Paging
      &heap_panel,      &heap_blocks_panel, &frames_panel,                // Heap
      &threads_panel,   &thread_panel,      &switches_panel, &tasks_panel,
      &stacks_panel,  // Threads
  };
  return kPanels;
}

const Panel* find_panel(std::string_view id) {
  const auto panels = all_panels();
  const auto found = std::ranges::find_if(panels, [&](const Panel* p) { return p->id == id; });
  return found == panels.end() ? nullptr : *found;
}

}  // namespace ringside
