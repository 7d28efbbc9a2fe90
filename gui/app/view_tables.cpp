// SPDX-License-Identifier: GPL-2.0-or-later
#include "gui/app/view_tables.h"

#include <fmt/format.h>

#include <algorithm>

#include "gui/view/micro_step_text.h"

namespace ringside {
namespace {

// The newest events of the kinds asked for, oldest first.
Table events(const Machine& machine, const Symbols& symbols, const EventMask& kinds) {
  constexpr std::size_t kRows = 400;
  Table t{.name = "events",
          .title = "Events",
          .note = "",
          .columns = {{"instruction", true}, {"what", false}, {"details", false}, {"at", false}},
          .rows = {}};
  const EventLog& log = machine.events();
  for (std::uint64_t n = log.total(); n > log.first() && t.rows.size() < kRows; --n) {
    const Event& e = log[n - 1];
    if (!kinds.has(e.kind)) continue;
    Cell what{name(e.kind)}, details;
    switch (e.kind) {
      case EventKind::port_read:
      case EventKind::port_write:
      case EventKind::unmodelled:
        details = {fmt::format("port {:#06x}, {:#x}", e.port, e.value), Link::port, e.port};
        break;
      case EventKind::irq_raised:
      case EventKind::irq_lowered: details = {fmt::format("IRQ {}", e.line), Link::irq, e.line}; break;
      case EventKind::acknowledge:
        details = {
            fmt::format("IRQ {} \u00b7 vector {}{}", e.line, e.vector, e.flag ? " \u00b7 spurious" : ""),
            Link::irq, e.line};
        break;
      case EventKind::eoi:
        details = {fmt::format("IRQ {} \u00b7 {}", e.line, e.value ? "slave" : "master"), Link::irq, e.line};
        break;
      case EventKind::exception:
        what.tone = Tone::fault;
        details = {fmt::format("{} {}", mnemonic(e.vector), error_code_text(e.vector, e.value)),
                   Link::delivery, e.delivery};
        break;
      case EventKind::interrupt:
        what.tone = Tone::interrupt;
        details = {fmt::format("vector {}", e.vector), Link::delivery, e.delivery};
        break;
      case EventKind::mode_change:
        details = {fmt::format("{} \u2192 {}", name(static_cast<CpuMode>(e.value2)),
                               name(static_cast<CpuMode>(e.value)))};
        break;
      case EventKind::ring_change:
        details = {fmt::format("ring {} \u2192 ring {}", e.value2, e.value)};
        break;
      case EventKind::serial_byte:
        details = {e.value >= 0x20 && e.value < 0x7F ? fmt::format("'{}'", static_cast<char>(e.value))
                                                     : fmt::format("{:#04x}", e.value)};
        break;
      case EventKind::command:
        if (e.value < machine.commands().size()) details = {describe(machine.commands()[e.value].command)};
        break;
      case EventKind::triple_fault: what.tone = Tone::fault; break;
      default: break;
    }
    const std::string where = symbols.name({e.rip});
    t.rows.push_back({std::to_string(n - 1),
                      {{fmt::format("{}", e.instructions)},
                       what,
                       details,
                       {where.empty() ? hex64(e.rip) : where, Link::source, e.rip}}});
  }
  std::ranges::reverse(t.rows);
  return t;
}

}  // namespace

std::optional<Table> view_table(std::string_view name, Machine& machine, const Symbols& symbols,
                                const ViewRequest& request) {
  if (name == "events") return events(machine, symbols, request.events);
  return std::nullopt;
}

}  // namespace ringside
