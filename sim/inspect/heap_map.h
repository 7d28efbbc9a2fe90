// SPDX-License-Identifier: GPL-2.0-or-later
// The kernel's heap as it lies in memory: every block, every list of free ones, and what is broken in them.
// Found through the symbols and types of the image that runs: kernel::heap, or lab::heap in a lab where the
// student writes it, and in it one of the designs
//
//   BumpAllocator, LinkedListAllocator, FixedBlockAllocator, BuddyAllocator, SlabAllocator, RedZones<...>
//
// What a guest has written is followed with care: lists may run in circles or lead anywhere.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "sim/inspect/context.h"

namespace ringside {

enum class BlockState : std::uint8_t {
  used,
  free,
  kept,      // released, and kept in a list for its size: free for the next caller only if he wants that size
  released,  // released, and guarded for a while: nobody gets it yet
  table,     // no block: the allocator's own tables
  unknown,   // nothing says what is there
};
const char* name(BlockState state);

// One stretch of the heap. All of them together cover it, from its start to its end.
//
//   start   | header | red zone | what its user has | red zone | padding |   end
//                               memory              memory + bytes
struct HeapBlock {
  static constexpr std::uint32_t kNoList = ~0u;

  std::uint64_t start = 0, end = 0;
  std::uint64_t memory = 0, bytes = 0;
  std::uint64_t red = 0;  // bytes of each of its two red zones
  BlockState state = BlockState::unknown;
  std::uint32_t list = kNoList;  // the list that names it, an index into HeapMap::lists
  std::uint64_t next = 0;        // the block's memory that the list goes on with; 0: it ends here
  std::string remark;            // "a slab's header"; empty for most
};

// What a part of a block is for: the strip has a colour for each, the text a letter.
enum class HeapPart : std::uint8_t { header, used, free, kept, released, red_zone, padding, table, unknown };
inline constexpr std::size_t kHeapParts = 9;
const char* name(HeapPart part);
char letter(HeapPart part);

struct HeapPiece {
  std::uint64_t start = 0, end = 0;
  HeapPart part = HeapPart::unknown;
};
// The parts of a block that are not empty, by address.
std::vector<HeapPiece> pieces(const HeapBlock& block);

struct HeapList {
  std::string name;                  // "free blocks", "32 bytes", "order 3"
  std::uint64_t bytes_each = 0;      // 0: of any size
  std::uint64_t head_at = 0;         // where the pointer to the first one is
  std::vector<std::uint64_t> nodes;  // as the list names them, in its order
};

// Something that cannot be right.
struct HeapDefect {
  std::uint64_t at = 0, bytes = 8;  // of what is wrong; "who wrote it?" is about these
  std::string what;                 // a sentence without its full stop
};

struct HeapMap {
  std::string trouble;    // why there is nothing to show, a sentence; empty otherwise
  std::string policy;     // "list"
  std::string allocator;  // "LinkedListAllocator"
  std::uint64_t start = 0, end = 0;
  std::vector<HeapBlock> blocks;  // by address
  std::vector<HeapList> lists;
  std::vector<HeapDefect> defects;
  bool complete = true;  // false: there are more blocks than were looked at
  bool busy = false;     // defects were met while the processor is in the heap's own code: half done, perhaps

  // Counted from the blocks. The bytes are those that callers may use, or could.
  std::uint64_t used = 0, used_blocks = 0;
  std::uint64_t free = 0, free_blocks = 0, largest_free = 0;
  std::uint64_t live = 0;  // handed out, as the kernel counts
  std::uint64_t allocations = 0, releases = 0, failures = 0;

  std::uint64_t bytes() const { return end - start; }
  // How much of the free memory cannot be had in one piece, in tenths of a percent.
  unsigned fragmentation() const {
    return free == 0 ? 0 : static_cast<unsigned>(1000 - largest_free * 1000 / free);
  }
  // The block that has the address; null outside the heap.
  const HeapBlock* find(std::uint64_t address) const;
};

HeapMap heap_map(const InspectContext&);

}  // namespace ringside
