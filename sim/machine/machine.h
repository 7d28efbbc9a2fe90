// SPDX-License-Identifier: GPL-2.0-or-later
// The machine: one value that holds CPU, memory and board, and the one rule of when things happen.
//
// Time is counted in ticks. An instruction takes one; so does the acceptance of an interrupt; an instruction
// that faults takes one together with the delivery of its exception; a halted CPU lets ticks pass.
// `instructions()` counts all of these but the halted ticks.
// 1. A device event at time T is visible before the instruction of time T runs.
// 2. An interrupt is accepted at the first boundary where it is pending, IF is set and no shadow of STI or
// MOV SS holds.
// 3. Same image, configuration and commands at the same times: same state, bit for bit, on any host, however
// the run
//    is cut into steps.
// Not thread-safe: one thread at a time. Two machines never share anything.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "sim/base/error.h"
#include "sim/base/units.h"
#include "sim/board/board.h"
#include "sim/boot/loader.h"
#include "sim/cpu/cpu_state.h"
#include "sim/cpu/delivery.h"
#include "sim/cpu/physical_memory.h"
#include "sim/machine/breakpoint.h"
#include "sim/machine/command.h"
#include "sim/machine/event.h"

namespace ringside {

struct Checkpoint;  // checkpoint.h

enum class PowerOn : std::uint8_t { bios, cold };  // chips as a BIOS leaves them, or as reset leaves them
// exact is the reference; fast is proven equal to it. restless takes the fast lane even where that costs
// more: for tests.
enum class Execution : std::uint8_t { fast, exact, restless };

struct MachineConfig {
  std::vector<std::byte> image;  // the kernel file
  std::string image_name = "kernel.elf";
  std::string command_line;
  std::vector<BootModule> modules;
  std::uint32_t memory_mib = 64;  // 2 to 3072
  PowerOn power_on = PowerOn::bios;
  Execution execution = Execution::fast;
  std::uint64_t start_time_unix =
      1767225600;  // what the real-time clock shows at power-on: 2026-01-01 00:00:00 UTC
  // False: the 8259As' INTR leads nowhere, and interrupts come as InjectException alone. For a machine that
  // follows another one.
  bool intr_connected = true;
};

enum class StopKind : std::uint8_t {
  step,        // the step asked for is done
  budget,      // instructions, time or incidents of the RunLimits used up
  address,     // RunLimits::until_address reached (that instruction has not run)
  breakpoint,  // value = index into the breakpoints
  watchpoint,  // value = index into the breakpoints; `hit` says what it met
  event,   // one of RunLimits::stop_on, or of a breakpoint, happened; `event` = its number, value = index of
           // the breakpoint or kNoBreakpoint
  text,    // RunLimits::until_serial was printed on COM1
  paused,  // RunLimits::pause was set by another thread
  history_start,  // going back: there is nothing before this
  idle,           // halted with interrupts on, and thousands of device events passed without one
  debug_exit,     // value = (written << 1) | 1
  power_off,
  reset,  // value = ResetCause
  triple_fault,
  halted_forever,  // HLT with interrupts off: only an NMI or a reset could go on, and neither comes by itself
  unsupported,     // the engine cannot go on from here; `sentence` says why
};

using ResetCause = BoardReset;
inline constexpr std::uint32_t kNoBreakpoint = ~std::uint32_t{0};

struct Stop {
  StopKind kind = StopKind::step;
  std::uint32_t value = 0;
  std::uint64_t event = 0;
  std::string sentence;  // for people: one sentence, always filled in
  std::optional<WatchHit> hit = {};
  std::optional<Event> ahead = {};  // after going back: the event that the next step makes happen
  // These end the machine: only reset() starts it again.
  bool final() const { return kind >= StopKind::debug_exit; }
};
const char* name(StopKind kind);  // "debug-exit", "triple-fault", ... as --json prints it

struct RunLimits {
  std::uint64_t instructions = ~std::uint64_t{0};  // at most so many more
  Ticks until_time = kNever;                       // machine time; a halted CPU also stops there
  // At most so many more incidents: what costs the host as much as hundreds of plain instructions, in units
  // of one event. Exceptions, flushed translations and code that changes count for several. A guest that does
  // nothing else would take minutes for instructions that otherwise take a tenth of a second.
  std::uint64_t incidents = ~std::uint64_t{0};
  std::optional<VirtAddr> until_address;  // tested before each instruction but the first
  std::optional<std::uint64_t>
      until_rsp_above;  // with until_address: only where RSP is above this (step over, step out)
  EventMask stop_on;
  std::string until_serial;  // stop after the byte that completes this text on COM1
  const std::atomic<bool>* pause = nullptr;
  bool ignore_breakpoints = false;
  bool continues = false;  // what a run was cut off from: an address counts where it begins, hits count on
  const std::vector<Breakpoint>* breakpoints = nullptr;  // these instead of the machine's
};

// What happened when an exception or interrupt was delivered, kept for the fault anatomy.
struct DeliveryRecord {
  std::uint32_t number = 0;  // counts from 0; Event::delivery refers to it
  Ticks time = 0;
  std::uint64_t instructions = 0;
  std::uint64_t rip = 0;                // linear, of the instruction that raised it or was interrupted
  std::array<std::uint8_t, 16> code{};  // bytes at rip, as far as readable
  std::uint8_t code_bytes = 0;
  Delivery delivery;
};

class Machine {
 public:
  // Loads the image and stands before the first instruction of the kernel.
  static Result<std::unique_ptr<Machine>> create(MachineConfig config);
  ~Machine();

  // One tick's worth: an instruction (with the delivery of what it raises), or the acceptance of an
  // interrupt, or, when halted, the wait until something interrupts.
  Stop step();
  Stop run(const RunLimits& limits);
  void reset();  // power-on again with the same configuration; breakpoints are kept

  // To come back to: restore() of this machine. Fails where there is no memory left for it; nothing has
  // changed then. Costs as much as was written since the last one.
  Result<std::shared_ptr<const Checkpoint>> checkpoint();
  // Stands as it did then. `same_until`: up to that time the history of that checkpoint and the present one
  // are the same; kNever where they are throughout. Breakpoints are kept.
  void restore(const Checkpoint& checkpoint, Ticks same_until = kNever);
  // REQUIRES: the machine stands exactly there, by its own running. From now on it shares that memory.
  void stands_at(const Checkpoint& checkpoint);
  // What changed is counted from an older checkpoint on, so that later ones can be given up.
  void rebase(const Checkpoint& checkpoint);
  std::size_t checkpoint_bytes() const;  // of memory that all checkpoints of this machine hold
  // What running has cost this computer so far, in instructions of the fast lane. Not part of the state.
  std::uint64_t effort() const;
  std::uint64_t incidents() const;  // all there ever were, as RunLimits::incidents counts them

  // Something from outside, applied now, between instructions, and logged.
  Result<void> apply(const Command& command);

  // The processor as another machine left it. Not logged: no recording leads through this.
  void adopt(const CpuState& cpu);

  // What panels, dumps and checks read. Valid until the machine moves.
  const CpuState& cpu() const;
  const CpuState& registers() const;  // all of it but x87 and SSE: cheap
  const Board& board() const;
  const PhysicalMemory& memory() const;
  std::uint64_t instructions() const;
  Ticks time() const;
  const std::optional<Stop>& final_stop() const;  // set once a final stop was reached
  const EventLog& events() const;
  const std::deque<DeliveryRecord>& deliveries() const;  // the newest 256
  const std::vector<LoggedCommand>& commands() const;
  const MachineConfig& config() const;
  const EntryState& entry() const;
  std::span<const std::uint8_t> serial() const;         // every byte COM1 has sent since power-on
  std::span<const std::uint8_t> debug_console() const;  // every byte written to port 0xE9
  std::vector<Breakpoint>& breakpoints();               // not part of the machine's state

  // 64-bit hash over CPU, board and memory: equal states have equal hashes on any host.
  std::uint64_t state_hash() const;

 private:
  struct Impl;
  explicit Machine(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace ringside
