// SPDX-License-Identifier: GPL-2.0-or-later
// The reference way of running: a hook before every instruction. RIP, time and stops are exact everywhere.
//
// Memory is also written behind this engine's back (by the fast lane, by deliveries), so a block is compared
// with the bytes it was translated from each time it is entered, and translated again if they differ.
#pragma once

#include <functional>
#include <unordered_map>
#include <vector>

#include "sim/cpu/debug_watch.h"
#include "sim/cpu/engine.h"
#include "sim/cpu/lane.h"
#include "sim/cpu/memory_watch.h"
#include "sim/cpu/table_pages.h"

namespace ringside {

class ExactLane : public Lane {
 public:
  // `written` is told of every store of a guest instruction: physical address, bytes.
  ExactLane(const PhysicalMemory&, const ContextLayout&, uc_engine*, PortClient&, BlockDecoder&, TablePages&,
            MemoryWatch&, std::function<void(PhysAddr, std::uint64_t)> written);

  EngineExit run(const RunRequest& request, const std::vector<std::uint64_t>& addresses,
                 std::uint64_t ticks_before);
  void stop_soon() { stop_soon_ = true; }
  bool translation_changed() const { return translation_changed_; }                       // in the last run
  void set_breakpoints(const DebugBreakpoints& breakpoints) { watch_.set(breakpoints); }  // the guest's own
  void watch_loads(bool on);  // whether the MemoryWatch wants to hear of them

 private:
  struct Block {
    std::uint64_t linear = 0;
    unsigned bits = 0;
    std::vector<std::byte> bytes;
    std::vector<Mark> marks;
    bool complete = true;
  };

  static void on_block(uc_engine*, std::uint64_t address, std::uint32_t size, void* self);
  static void on_code(uc_engine*, std::uint64_t address, std::uint32_t size, void* self);
  static void on_write(uc_engine*, uc_mem_type, std::uint64_t address, int size, std::int64_t value,
                       void* self);
  static void on_read(uc_engine*, uc_mem_type, std::uint64_t address, int size, std::int64_t value,
                      void* self);
  static bool on_invalid(uc_engine*, void* self);
  static std::uint32_t on_in(uc_engine*, std::uint32_t port, int size, void* self);
  static void on_out(uc_engine*, std::uint32_t port, int size, std::uint32_t value, void* self);

  void enter_block(std::uint64_t address, std::uint32_t size);
  void take_back();
  void begin_block(const Block& block);
  void begin_instruction(std::uint64_t address);
  InsnKind kind_of(std::uint64_t address);
  bool refused(InsnKind kind, std::uint64_t address);
  bool open_ports() const;
  bool interruptible() const;
  bool stops_at(std::uint64_t address) const;
  bool still_there(std::uint64_t address) const;
  void stop(ExitKind kind);
  EngineExit finish(uc_err error);
  EngineExit raised(EngineExit exit);
  EngineExit debug_trap(EngineExit exit) const;
  void end_resume_flag(const EngineExit& exit);

  PortClient& client_;
  BlockDecoder& decoder_;
  TablePages& tables_;
  MemoryWatch& memory_watch_;
  uc_hook load_hook_ = 0;
  bool watches_loads_ = false;
  std::function<void(PhysAddr, std::uint64_t)> written_;
  std::unordered_map<std::uint64_t, Block> blocks_;  // by physical address and size
  CodeBytes code_;
  mutable Context probe_;

  DebugWatch watch_;
  std::uint64_t debug_fault_ = 0;  // DR6 bits of the execution breakpoint this run stopped at

  RunRequest request_;
  const std::vector<std::uint64_t>* addresses_ = nullptr;
  std::uint64_t ticks_before_ = 0;  // of the same Engine::run, spent before this call
  std::uint64_t begun_ = 0;         // instructions begun in this call
  std::uint64_t last_ = 0;          // linear address of the newest of them
  std::uint64_t stale_from_ = 0;    // a block to be translated again
  std::uint32_t stale_bytes_ = 0;
  std::uint64_t next_mark_ = 0;  // linear address of the next instruction that is not plain
  const Block* block_ = nullptr;
  std::size_t mark_ = 0;
  bool look_at_each_ =
      false;  // the block could not be decoded as a whole: instructions are classified as they come
  // An instruction that overwrites the very block it stands in is begun twice: the engine abandons the block
  // before the store and enters a new one of that instruction alone.
  bool begins_again(std::uint64_t address) const;
  bool again_ = false;
  bool overwritten_ = false;    // the block being run was stored to
  bool table_written_ = false;  // a paging structure was stored to by the newest instruction
  // What the newest instruction has stored over the block it is in, as it was before.
  struct Stored {
    PhysAddr address;
    std::uint64_t before;
    unsigned size;
  };
  std::vector<Stored> stored_;
  bool half_done_ = false;     // that instruction is begun again; the engine has to be started anew behind it
  bool resume_ = false;        // stopped only to enter a new block at RIP
  std::uint64_t rcx_ = 0;      // when the newest REP MOVS or STOS was begun
  bool last_repeats_ = false;  // the newest instruction begun is one of those
  bool resuming_ =
      false;  // RF is set: the first instruction meets no breakpoint, and is the only one of this run
  bool ports_open_ = true;  // in this run: IN and OUT need no look at the TSS
  bool invalid_ = false, stopped_ = false, entered_stale_ = false, stop_soon_ = false, after_control_ = false,
       translation_changed_ = false;
  ExitKind why_ = ExitKind::deadline;
};

}  // namespace ringside
