// SPDX-License-Identifier: GPL-2.0-or-later
// One moment of the machine as the window shows it: copied by the machine's thread, never changed afterwards,
// shared with the drawing thread. Holds values only, so that a panel cannot reach into a machine that is
// running.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "gui/view/mark_list.h"
#include "sim/cpu/cpu_state.h"
#include "sim/cpu/paging.h"
#include "sim/devices/pic8259.h"
#include "sim/devices/vga_text.h"
#include "sim/explain/explanation.h"
#include "sim/inspect/frame_map.h"
#include "sim/inspect/heap_map.h"
#include "sim/inspect/listing.h"
#include "sim/inspect/page_tables.h"
#include "sim/inspect/table.h"
#include "sim/inspect/thread_lanes.h"
#include "sim/machine/machine.h"
#include "sim/session/who.h"
#include "sim/symbols/symbols.h"

namespace ringside {

enum class RunState : std::uint8_t { stopped, running, ended };  // ended: only a reset goes on

// The code around RIP, or around an address that was asked for.
struct Listing {
  std::string file;      // of that address, short; "" without debug information
  std::string function;  // "" unknown
  std::vector<ListingRow> rows;
};

// The machine's time: all of the branch it is on, what is yet to come there included.
struct HistoryView {
  bool kept = false;  // false: there is no going back
  bool in_past = false;
  Position now, end;
  unsigned branch = 0;  // the id of the one it is on
  std::vector<BranchInfo> branches;
  std::vector<std::uint64_t> checkpoints;                    // instruction counts
  std::shared_ptr<const std::vector<std::string>> commands;  // of the branch, in words; never null
  std::array<MarkList, kMarkLanes> marks;                    // by MarkLane, oldest first
  std::size_t memory_used = 0, memory_limit = 0;             // bytes
  std::string trouble;  // a sentence where going back is not as it should be
  HistoryView() : commands(std::make_shared<std::vector<std::string>>()) {}
  // The last move was one through time and not a run: what it passed is no news.
  bool travelled = false;
  const MarkList& lane(MarkLane lane) const { return marks[static_cast<std::size_t>(lane)]; }
};

// The answer to "who wrote this?" or "who reads it next?".
struct WhoAnswer {
  std::uint64_t number = 0;  // counts the answers
  Subject subject;
  Culprit culprit;
};

// What the machine's thread knows about the instruction behind a delivery.
struct DeliveryText {
  std::string instruction;  // "mov dword ptr [rax], 1"; "" where its bytes are unknown
  std::string place;        // "page_fault_demo+0x12"; "" where no symbol is
  std::string source;       // "shell.cpp:41  *p = 1;"; "" without debug information
};

inline constexpr std::uint16_t kUnmappedByte = 0x100;

struct MemoryView {
  std::uint64_t address = 0;         // linear, of the first byte; 16-byte aligned
  std::vector<std::uint16_t> bytes;  // 0x100 = not mapped
};

// What the command box was told, and what it says.
struct Said {
  std::uint64_t number = 0;  // counts the answers
  std::string words, answer;
  bool done = false;  // false: the answer is a sentence that says why not
};

// What the heap was like at a moment of the run; one for each view that showed it.
struct HeapSample {
  std::uint64_t instructions = 0;
  unsigned fragmentation = 0;  // tenths of a percent
};

// A breakpoint in words.
struct BreakpointText {
  std::string kind, where, condition;  // "store", "2 bytes at 0x00b8000", "rax == 5"
};

struct MachineView {
  std::uint64_t number = 0;       // counts the views published
  std::uint64_t stop_number = 0;  // counts the stops; a new one ages the marks of changed values
  RunState state = RunState::stopped;
  CpuState cpu;
  std::uint64_t rip = 0;  // as a linear address
  std::uint64_t instructions = 0;
  Ticks time = 0;
  std::string thread;  // of the kernel: the one that runs; "" where it has none
  std::string image_name;
  std::optional<Stop> stop;
  Explanation happened;  // what just happened
  bool stop_at_faults = true;

  ScreenText screen;
  std::array<Rgb, 16> palette{};
  Listing listing;
  std::vector<Table> tables;                                      // by name; those that the window asked for
  std::vector<std::shared_ptr<const DeliveryRecord>> deliveries;  // exceptions and interrupts, oldest first
  std::vector<DeliveryText> delivery_texts;                       // of each
  HistoryView history;
  std::shared_ptr<const WhoAnswer> who;  // null until asked, and once it is closed
  std::shared_ptr<const Said> said;      // null until something was said
  std::string notice;                    // what the last command has to say, where that is not a stop
  std::optional<Walk> walk;
  MemoryView memory;
  std::vector<Breakpoint> breakpoints;
  std::vector<BreakpointText> breakpoint_texts;  // of each
  std::shared_ptr<const Symbols> symbols;        // of the image; never null
  PicPair pic;
  std::shared_ptr<const ThreadsView> threads;  // null until asked for
  // Null where the window did not ask for them.
  std::shared_ptr<const HeapMap> heap;
  std::shared_ptr<const std::vector<HeapSample>> heap_history;  // by instructions
  std::shared_ptr<const FrameMap> frames;
  std::shared_ptr<const PageTree> page_tree;

  const Table* table(std::string_view name) const {
    for (const Table& t : tables)
      if (t.name == name) return &t;
    return nullptr;
  }
};

// What the window wants to see: the thread computes nothing else.
struct TableRequest {
  std::string name, argument;  // a topic of sim/inspect
  bool operator==(const TableRequest&) const = default;
};

struct ViewRequest {
  std::vector<TableRequest> tables;
  bool listing = true;
  std::uint64_t code_address = 0;  // listing around this address; 0 = around RIP
  bool walk = false;
  std::string walk_text;  // an address or a symbol; "" = RIP
  Access walk_access;
  bool memory = false;
  std::optional<std::uint64_t> memory_address;  // none = RSP
  bool threads = false;
  bool heap = false, frames = false, page_tree = false;
};

}  // namespace ringside
