// SPDX-License-Identifier: GPL-2.0-or-later
#include "sim/inspect/context.h"

namespace ringside {

InspectContext inspect_context(const Machine& machine, const Symbols& symbols, SourceCache* sources) {
  return {.cpu = machine.cpu(),
          .memory = machine.memory(),
          .board = machine.board(),
          .symbols = symbols,
          .now = machine.time(),
          .instructions = machine.instructions(),
          .events = &machine.events(),
          .deliveries = &machine.deliveries(),
          .commands = &machine.commands(),
          .serial = machine.serial(),
          .sources = sources};
}

}  // namespace ringside
