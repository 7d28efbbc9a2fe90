// SPDX-License-Identifier: GPL-2.0-or-later
// The CPU engine: runs guest instructions on Unicorn and stops exactly where it is told to. It knows
// instructions and memory; time, devices and the delivery of exceptions are the machine's.
//
// Two lanes run over the same RAM. The exact lane looks at every instruction. The fast lane counts whole
// blocks and takes only those that hold nothing but plain instructions and fit into what is left; everything
// else, and the remainder before a deadline, goes to the exact lane. The state moves between them as a saved
// context.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "sim/base/error.h"
#include "sim/cpu/cpu_state.h"
#include "sim/cpu/delivery.h"
#include "sim/cpu/physical_memory.h"
#include "sim/cpu/watched_memory.h"

namespace ringside {

// The other side of IN and OUT. `ticks` = instructions of this run() before the one that asks.
class PortClient {
 public:
  virtual ~PortClient() = default;
  virtual std::uint32_t port_read(std::uint64_t ticks, std::uint64_t rip, std::uint16_t port,
                                  unsigned size) = 0;
  virtual void port_write(std::uint64_t ticks, std::uint64_t rip, std::uint16_t port, unsigned size,
                          std::uint32_t value) = 0;
};

enum class ExitKind : std::uint8_t {
  deadline,   // all ticks asked for are used
  attention,  // after an instruction that may have changed mode, ring or translation, or because stop_soon()
              // was called
  interruptible,  // asked to watch for it: interrupts are on and no shadow holds
  address,        // RIP is one of the addresses to stop at; that instruction has not run
  ours,           // RIP stands at an instruction that sim/cpu runs itself; it has not run and is not counted
  halt,           // HLT was executed
  exception,      // an instruction raised `exception`; it is counted; state is as to be saved (CpuState::rip)
  unsupported,    // the engine cannot go on; `sentence` says why
};

struct EngineExit {
  ExitKind kind = ExitKind::deadline;
  std::uint64_t ticks = 0;     // instructions counted in this run
  std::uint64_t last_rip = 0;  // of the last instruction begun, where the exact lane ran last; else RIP
  Exception exception;
  std::string sentence;
};

struct RunRequest {
  std::uint64_t ticks = 1;         // at most so many, at least 1
  bool watch_interrupts = false;   // stop when interrupts become acceptable
  bool exact = false;              // stay in the exact lane
  bool restless = false;           // go back to the fast lane after one block
  bool skip_first_address = true;  // an address to stop at does not count for the first instruction
};

// The processor as it stands between two instructions, hidden state and x87/SSE included: for restore() of
// any engine of this process.
struct EngineSnapshot {
  std::vector<std::byte> context;
  CpuState state;
};

class Engine {
 public:
  // `memory` must outlive the engine. With `fast` off only the exact lane exists.
  static Result<std::unique_ptr<Engine>> create(const PhysicalMemory& memory, PortClient& client, bool fast);
  ~Engine();

  EngineExit run(const RunRequest& request);
  std::uint64_t exact_ticks() const;  // of all that were run, those in the exact lane
  // Blocks decoded, and stores to what was translated: what a run costs besides its instructions.
  std::uint64_t decoded() const;
  std::uint64_t stores_to_code() const;
  void stop_soon();  // from within a PortClient call: stop at the next instruction boundary

  // Everything but fp, which only read_floating_point() fills in.
  const CpuState& state();
  void load(const CpuState& state);  // all but fp
  FloatingPoint read_floating_point();
  void load_floating_point(const FloatingPoint& fp);
  bool interrupts_on() const;  // RFLAGS.IF
  bool interrupt_shadow() const;
  std::uint64_t linear_rip() const;  // where the instruction at RIP lies

  void stop_at(std::vector<std::uint64_t> addresses);  // linear addresses; replaces the former set
  void memory_written(PhysAddr address,
                      std::uint64_t length);  // by the host: code translated from there is dropped
  void memory_replaced();                     // all of it, and the translation too
  EngineSnapshot save();
  void restore(const EngineSnapshot& snapshot);  // memory is told by itself, by memory_written()

  // Calls `each(page, stored)` for every page of RAM that may have changed since the last call, in no order,
  // some of them twice. stored: by an instruction, or told of by memory_written(). The others are paging
  // structures, in which the processor sets bits by itself.
  void take_written_pages(const std::function<void(std::uint32_t page, bool stored)>& each);

  // A run stops (`attention`) behind an instruction that accesses one of these.
  void watch_memory(std::vector<WatchedMemory> ranges);
  // The accesses met since the last clear, or the last run began. accessed() adds those that the host makes
  // for the processor, before it makes them: the pushes of a delivery.
  const std::vector<MemoryAccess>& watch_hits() const;
  void accessed(PhysAddr address, std::uint64_t length, bool store);
  void clear_watch_hits();

  void translation_changed();  // CR0, CR3, CR4, EFER or a TLB entry was changed by load() or by us

 private:
  struct Impl;
  explicit Engine(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace ringside
