// SPDX-License-Identifier: GPL-2.0-or-later
#include "gui/app/follow.h"

#include <algorithm>

#include "gui/panels/panels.h"

namespace ringside {
namespace {

const Panel* panel_of_port(std::uint64_t port) {
  if (port == 0x20 || port == 0x21 || port == 0xA0 || port == 0xA1) return &pic_panel;
  if (port >= 0x40 && port <= 0x43) return &pit_panel;
  if (port == 0x60 || port == 0x64) return &keyboard_panel;
  if (port >= 0x3F8 && port <= 0x3FF) return &uart_panel;
  return nullptr;
}

}  // namespace

void follow(Link link, std::uint64_t target, const MachineView& view, Commands& commands) {
  switch (link) {
    case Link::none:
    case Link::event:
    case Link::msr: break;
    case Link::thread: commands.push_back(ShowThread{target}); break;
    case Link::moment: commands.push_back(DoSeekTime{target}); break;
    case Link::linear:
      // Code is shown as code, anything else as bytes.
      if (const auto found = view.symbols ? view.symbols->line_row({target}) : nullptr; found)
        commands.push_back(ShowCode{target});
      else
        commands.push_back(ShowMemory{target});
      break;
    case Link::source: commands.push_back(ShowCode{target}); break;
    case Link::physical: commands.push_back(ShowPanel{walk_panel.id}); break;
    case Link::selector: commands.push_back(ShowPanel{gdt_panel.id}); break;
    case Link::vector: commands.push_back(ShowPanel{idt_panel.id}); break;
    case Link::irq: commands.push_back(ShowPanel{pic_panel.id}); break;
    case Link::port:
      if (const Panel* panel = panel_of_port(target)) commands.push_back(ShowPanel{panel->id});
      break;
    case Link::delivery: commands.push_back(ShowDelivery{static_cast<std::uint32_t>(target)}); break;
  }
}

std::optional<std::uint64_t> mark_beside(const HistoryView& history, bool next) {
  const std::uint64_t now = history.now.instructions;
  std::optional<std::uint64_t> best;
  for (const MarkList& marks : history.marks) {
    // Right behind a mark the machine has just gone to it: the one before that is meant.
    for (std::size_t i = marks.first_from(next ? now : now - std::min<std::uint64_t>(now, 1));
         next ? i < marks.size() : i > 0; next ? ++i : --i) {
      const TimelineMark& mark = marks[next ? i : i - 1];
      if (mark.kind == EventKind::serial_byte) continue;
      if (!best || (next ? mark.instructions < *best : mark.instructions > *best)) best = mark.instructions;
      break;
    }
  }
  return best;
}

}  // namespace ringside
