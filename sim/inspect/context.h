// SPDX-License-Identifier: GPL-2.0-or-later
// What tables are made from: one machine's state at one moment, and what its image says about names.
// References only; valid until the machine moves. Tests fill it by hand.
#pragma once

#include <cstdint>
#include <deque>
#include <span>
#include <vector>

#include "sim/board/board.h"
#include "sim/cpu/cpu_state.h"
#include "sim/cpu/physical_memory.h"
#include "sim/inspect/guest_memory.h"
#include "sim/machine/machine.h"
#include "sim/symbols/source_cache.h"
#include "sim/symbols/symbols.h"

namespace ringside {

struct InspectContext {
  const CpuState& cpu;
  PhysicalMemory memory;
  const Board& board;
  const Symbols& symbols;
  Ticks now = 0;
  std::uint64_t instructions = 0;
  const EventLog* events = nullptr;  // the history may be missing
  const std::deque<DeliveryRecord>* deliveries = nullptr;
  const std::vector<LoggedCommand>* commands = nullptr;
  std::span<const std::uint8_t> serial = {};  // what COM1 has sent
  SourceCache* sources = nullptr;

  GuestMemory guest() const { return GuestMemory(cpu, memory); }
  // Long mode, compatibility mode included: descriptors and gates have 16 bytes, addresses 64 bits.
  bool ia32e() const { return cpu.efer & efer::lma; }
  // 64-bit code: RAX instead of EAX.
  bool wide() const { return mode(cpu) == CpuMode::long_64; }
};

InspectContext inspect_context(const Machine& machine, const Symbols& symbols,
                               SourceCache* sources = nullptr);

}  // namespace ringside
