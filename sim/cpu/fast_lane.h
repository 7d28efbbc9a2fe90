// SPDX-License-Identifier: GPL-2.0-or-later
// The fast way of running: a hook before every block, which counts the block's instructions from a table. It
// takes blocks that hold only plain instructions and fit into what is left, and stops before any other.
//
// The translation of addresses is ours here, too: no page that holds code known to this lane or a paging
// structure is writable, whatever the tables say and by whichever address, and no access that would raise #PF
// or set an accessed or dirty bit gets through. The engine then stops before the instruction, and the exact
// lane runs it. So translated code and translated addresses cannot become stale within a run; what the exact
// lane and the host write is looked at between runs. (Unicorn's own watch over code lasts until the first
// store to its page.)
//
// Facts of Unicorn it rests on, each kept by a test: stopping in a block hook leaves RIP at the block's start
// with the block not run; exceptions and refused accesses give the exact RIP.
#pragma once

#include <bitset>
#include <cstdlib>
#include <memory>
#include <unordered_map>
#include <vector>

#include "sim/cpu/engine.h"
#include "sim/cpu/lane.h"
#include "sim/cpu/memory_watch.h"
#include "sim/cpu/paging.h"
#include "sim/cpu/table_pages.h"

namespace ringside {

enum class FastExit : std::uint8_t {
  block,      // RIP stands at a block for the exact lane: marked, or longer than what is left
  exception,  // as ExitKind::exception
  halt,
  unsupported,
};

struct FastRun {
  FastExit kind = FastExit::block;
  std::uint64_t ticks = 0;
  std::uint64_t block_instructions =
      1;            // FastExit::block: how many instructions the block has (0: not known)
  EngineExit exit;  // the other kinds
};

class FastLane : public Lane {
 public:
  // A page that becomes writable is noted in `written`: to note it again, flush the translations.
  FastLane(const PhysicalMemory&, const ContextLayout&, uc_engine*, BlockDecoder&, const TablePages&,
           const MemoryWatch&, WrittenPages& written);

  FastRun run(std::uint64_t ticks, bool watch_interrupts, const std::vector<std::uint64_t>& addresses);

  // What is known of blocks is out of date: other translations, other addresses to stop at.
  void forget_blocks();
  void forget_code() { flush_code_ = has_run_; }
  // Memory was written by somebody else.
  void written(PhysAddr address, std::uint64_t length);
  std::uint64_t stores_to_code() const { return stores_to_code_; }  // of those, ever

 private:
  static constexpr std::size_t kEntries = 1 << 14, kMostDecoded = 1 << 16;
  static constexpr std::uint64_t kPageBytes = 4096, kGranule = 16, kGranules = kPageBytes / kGranule;
  using Granules = std::bitset<kGranules>;  // of a page: code is known there
  // Small: the hook does little else but read one. All zero = empty, so that the table is zero pages of the
  // host's until it is used.
  struct Entry {
    std::uint64_t linear;
    std::uint32_t cost;          // instructions, or kNotHere where the hook has to look closer
    std::uint16_t size;          // bytes; 0: nothing is known
    std::uint16_t instructions;  // 0: not known
  };
  static_assert(sizeof(Entry) == 16);
  struct Contents {
    std::uint16_t instructions;
    bool plain;  // the fast lane can take it
  };

  static void on_block(uc_engine*, std::uint64_t address, std::uint32_t size, void* self);
  static bool on_tlb_fill(uc_engine*, std::uint64_t linear, uc_mem_type type, uc_tlb_entry* result,
                          void* self);
  static bool on_invalid(uc_engine*, void* self);

  Entry& slot(std::uint64_t address) { return entries_.get()[(address ^ address >> 13) & (kEntries - 1)]; }
  // Kept out of the hook, which then needs no stack frame: the hook is a quarter of what a run costs.
  [[gnu::noinline, gnu::cold]] void enter_block(std::uint64_t address, std::uint32_t size);
  void learn(Entry& entry, std::uint64_t address, std::uint32_t size);
  // Of the block in code_. What is known of it at its place in memory outlasts a change of translation.
  Contents contents_of(std::uint64_t address);
  void note_code(PhysAddr at, std::uint64_t bytes);  // on one page
  // Where what is left of the run is kept.
  std::uint64_t& budget() { return watch_ ? set_aside_ : left_; }
  bool fill(std::uint64_t linear, AccessKind kind, uc_tlb_entry& result);
  // Instructions of the block being run that lie before `linear`; all of them if it lies elsewhere.
  std::uint32_t before(std::uint64_t linear);
  FastRun finish(uc_err error, std::uint64_t ticks);

  BlockDecoder& decoder_;
  const TablePages& tables_;
  const MemoryWatch& watched_;
  WrittenPages& written_pages_;
  std::unique_ptr<Entry, decltype(&std::free)> entries_;
  std::vector<Entry*> learned_;                          // those not empty
  std::vector<std::unique_ptr<Granules>> code_on_page_;  // of physical memory; none where no code is known
  // By physical address, bits and size, until something is written where code is known.
  std::unordered_map<std::uint64_t, Contents> decoded_;
  const std::vector<std::uint64_t>* addresses_ = nullptr;
  CodeBytes code_;
  std::uint64_t left_ = 0;
  std::uint64_t set_aside_ = 0;   // of left_, while every block is looked at
  const Entry* block_ = nullptr;  // being run; nothing is learned while it is
  std::uint32_t wanted_instructions_ = 0;
  CpuState paging_;  // as much of it as decides on translation, at the start of the run
  // What before() has decoded last. Where a run stops at each store of a loop, it is the same block each
  // time.
  std::vector<std::byte> cut_code_;
  std::vector<std::uint16_t> cut_starts_;
  unsigned cut_bits_ = 0;
  std::uint64_t stores_to_code_ = 0;
  bool watch_ = false, stopped_ = false, invalid_ = false, flush_code_ = false, has_run_ = false;
};

}  // namespace ringside
