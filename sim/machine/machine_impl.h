// SPDX-License-Identifier: GPL-2.0-or-later
// The inside of a Machine, shared by its two source files: the loop (run.cpp) and the rest (machine.cpp).
#pragma once

#include <bitset>
#include <memory>
#include <vector>

#include "sim/cpu/engine.h"
#include "sim/machine/checkpoint.h"
#include "sim/machine/machine.h"

namespace ringside {

// The guest's memory: zero pages of the host's, page-aligned, which cost nothing until they are touched.
class GuestRam {
 public:
  GuestRam() = default;
  ~GuestRam();
  GuestRam(const GuestRam&) = delete;
  GuestRam& operator=(const GuestRam&) = delete;
  bool allocate(std::size_t bytes);
  void clear();  // all zero again
  std::span<std::byte> bytes() const { return {bytes_, size_}; }

 private:
  void* mapping_ = nullptr;
  std::size_t mapping_size_ = 0;
  std::byte* bytes_ = nullptr;  // within the mapping
  std::size_t size_ = 0;
};

// By ControlRegister; of a table its base.
std::array<std::uint64_t, kControlRegisters> control_values(const CpuState& cpu);

// Bytes that only ever grow, and the pieces of them that checkpoints share.
class Output {
 public:
  void push_back(std::uint8_t byte) { bytes_.push_back(byte); }
  const std::vector<std::uint8_t>& bytes() const { return bytes_; }
  void clear();
  std::shared_ptr<const OutputPieces> pieces();  // all of it
  void restore(const std::shared_ptr<const OutputPieces>& pieces);

 private:
  std::vector<std::uint8_t> bytes_;
  std::shared_ptr<const OutputPieces> pieces_ = std::make_shared<OutputPieces>();
  std::size_t in_pieces_ = 0;  // bytes
};

// The pages of RAM that may differ from the newest checkpoint made or restored.
class ChangedPages {
 public:
  void add(std::uint32_t page, bool stored);
  const std::vector<std::uint32_t>& pages() const { return pages_; }
  bool stored(std::uint32_t page) const { return marks_[page] == 2; }
  void clear();

 private:
  std::vector<std::uint8_t> marks_;
  std::vector<std::uint32_t> pages_;
};

struct Machine::Impl final : PortClient {
  explicit Impl(MachineConfig c) : config(std::move(c)) {}

  // machine.cpp
  Result<void> power_on();
  Event at(Ticks when, std::uint64_t count, std::uint64_t rip, EventKind kind) const;
  Event now(EventKind kind) const { return at(time, instructions, engine->linear_rip(), kind); }
  Event just(EventKind kind, std::uint64_t rip) const {
    return at(time - 1, instructions - 1, rip, kind);
  }  // of the tick just counted
  void record(const Event& event);
  void record_board(std::uint64_t rip);  // empties `effects` into the event log and outputs
  void record_port(Event access);
  void write_memory(PhysAddr address, std::uint64_t value, unsigned size);
  Stop ended(Stop stop);  // notes a final stop
  void bring_board_to_now();

  // history.cpp
  std::shared_ptr<const Checkpoint> checkpoint();
  void restore(const Checkpoint& checkpoint, Ticks same_until);
  void forget_changes();
  void put_page(std::uint32_t page, const std::byte* bytes);
  std::uint64_t state_hash(std::uint64_t memory_hash);

  // run.cpp
  Stop run(const RunLimits& limits, bool one_step);
  std::optional<Stop> wait_halted(const RunLimits& limits, bool one_step);
  std::optional<Stop> accept_pending();  // NMI or INTR at this boundary; counts a tick when one is accepted
  std::optional<Stop> deliver_now(const Exception& exception, std::uint64_t rip);
  std::optional<Stop> run_own();
  std::optional<Stop> after(const EngineExit& exit);
  std::optional<Stop> outside_effects();
  std::optional<Stop> asked_for(const RunLimits& limits);
  std::optional<Stop> watched_access();
  void prepare_breakpoints(const RunLimits& limits, bool one_step);
  bool counts(std::size_t breakpoint);  // a hit, if its condition holds
  void note_control_writes(std::uint64_t rip);
  void note_mode_change(std::uint64_t rip);
  void advance_board();
  bool interrupt_acceptable() const;
  bool intr() const { return config.intr_connected && interrupt_requested(board); }
  std::uint32_t port_read(std::uint64_t ticks, std::uint64_t rip, std::uint16_t port, unsigned size) override;
  void port_write(std::uint64_t ticks, std::uint64_t rip, std::uint16_t port, unsigned size,
                  std::uint32_t value) override;

  MachineConfig config;
  GuestRam ram;
  PhysicalMemory memory;
  std::unique_ptr<Engine> engine;
  Board board;
  BoardEffects effects;
  EntryState entry;
  Ticks time = 0;
  std::uint64_t instructions = 0;
  std::uint64_t effort = 0;  // all instructions ever run
  bool halted = false, nmi_pending = false, nmi_blocked = false;
  Ticks next_board_event = kNever;
  Ticks run_until = kNever;  // the deadline the engine runs towards now

  EventLog events;
  std::deque<DeliveryRecord> deliveries;
  std::uint32_t delivery_count = 0;
  std::vector<LoggedCommand> commands;
  Output serial, debug_console;
  std::vector<Breakpoint> breakpoints;
  std::optional<Stop> final_stop;
  std::bitset<65536> unmodelled_seen;
  std::vector<std::uint16_t> unmodelled_ports;  // those in it
  mutable CpuState view;                        // what cpu() hands out

  // Since the newest checkpoint made or restored.
  std::shared_ptr<MemoryAccount> account = std::make_shared<MemoryAccount>(0);
  MemoryImage base{0};
  ChangedPages changed;
  std::shared_ptr<const std::vector<LoggedCommand>> base_commands;
  std::bitset<65536> ports_seen;
  EventMask kinds_seen;

  // Of the run under way.
  const std::vector<Breakpoint>* active = nullptr;  // the breakpoints of the run
  std::vector<std::uint64_t> hits;                  // of each
  std::vector<std::uint32_t> watching;              // breakpoint of each range that the engine watches
  std::optional<std::uint32_t> event_breakpoint;
  bool breaks_on_events = false;
  std::uint64_t last_rip = 0;  // linear, of the newest instruction, or where a delivery interrupted
  EventMask stop_on;
  std::uint64_t all_incidents() const;
  std::uint64_t incidents = 0;                      // ever, see RunLimits
  std::uint64_t incidents_end = ~std::uint64_t{0};  // of this run
  std::optional<std::uint64_t> stop_event;
  const std::string* until_serial = nullptr;
  bool serial_matched = false;
  CpuMode mode_before = CpuMode::protected_32;
  std::uint8_t cpl_before = 0;
  std::array<std::uint64_t, kControlRegisters> control_before{};
};

}  // namespace ringside
