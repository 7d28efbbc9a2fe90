// SPDX-License-Identifier: GPL-2.0-or-later
// A machine at one instant, to come back to. Memory pages and output are shared with the checkpoints around
// it.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "sim/base/units.h"
#include "sim/board/board.h"
#include "sim/cpu/engine.h"
#include "sim/machine/machine.h"
#include "sim/machine/memory_image.h"

namespace ringside {

// What came before in an output that only ever grows: pieces, each shared by all instants that follow it.
using OutputPieces = std::vector<std::shared_ptr<const std::vector<std::uint8_t>>>;

struct Checkpoint {
  explicit Checkpoint(MemoryImage image) : memory(std::move(image)) {}

  Ticks time = 0;
  std::uint64_t instructions = 0;
  std::uint64_t state_hash = 0;  // as Machine::state_hash()

  EngineSnapshot cpu;
  Board board;
  MemoryImage memory;
  bool halted = false, nmi_pending = false, nmi_blocked = false;
  std::optional<Stop> final_stop;

  // What was recorded until then.
  std::uint64_t events = 0;
  std::vector<Event> newest_events;  // the last of them
  std::uint32_t deliveries = 0;
  std::vector<DeliveryRecord> newest_deliveries;
  std::shared_ptr<const std::vector<LoggedCommand>> commands;
  std::shared_ptr<const OutputPieces> serial, debug_console;
  std::vector<std::uint16_t> unmodelled_ports;

  // Of the time since the checkpoint before: what a search may skip it by.
  std::vector<std::uint32_t> written_pages;  // ascending; some of them may be as they were
  std::vector<std::uint16_t> ports;          // ascending: read or written
  EventMask event_kinds;
};

}  // namespace ringside
