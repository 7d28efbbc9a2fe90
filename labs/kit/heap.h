// SPDX-License-Identifier: GPL-2.0-or-later
// Words for heaps: one who uses a heap and notices whatever an allocator must not do, and matchers for how
// the heap lies in memory, as the heap panel reads it (sim/inspect/heap_map.h: the image's lab::heap or
// kernel::heap).
//
//   HeapUser user(pc, {"lab::Heap::allocate", "lab::Heap::release", pc.address("lab::heap")});
//   const auto block = user.allocate(100);          // a step fails here if the block overlaps another, and
//   so on user.release(block);                            // or here, if somebody else wrote into it
//   expect(pc, HeapInOrder(), "...");
//   expect(pc, AllOf(BlocksInUse(Eq(3)), FreePieces(Eq(1)), LargestFree(Ge(1000))), "...");
#pragma once

#include <map>
#include <optional>
#include <string>
#include <utility>

#include "labs/kit/matchers.h"
#include "sim/inspect/heap_map.h"

namespace ringside::labs {

// --- as it lies in memory ---
OfPc HeapInOrder();  // every header, list and counter fits all others
OfPc BlocksInUse(testing::Matcher<std::uint64_t> count);
OfPc BytesInUse(testing::Matcher<std::uint64_t> bytes);   // what the users of the blocks have
OfPc FreePieces(testing::Matcher<std::uint64_t> count);   // of free memory, those kept for a size included
OfPc LargestFree(testing::Matcher<std::uint64_t> bytes);  // what can be had in one piece
OfPc HeapBytes(testing::Matcher<std::uint64_t> bytes);    // from its start to its end
OfPc FragmentationPercent(testing::Matcher<double> percent);

// --- frames (kernel::frames) ---
OfPc FrameIs(std::uint64_t physical, std::string use);  // "heap page", as the frames panel names it
OfPc FreeFrames(testing::Matcher<std::uint64_t> count);
std::uint64_t free_frames(const Pc& pc);

// The two functions of an allocator, as members of an object: allocate(object, bytes, alignment) gives an
// address or 0, release(object, address).
struct HeapCalls {
  std::string allocate, release;
  std::uint64_t object = 0;
};

class HeapUser {
 public:
  HeapUser(Pc& pc, HeapCalls calls);

  // Blocks must lie in here; without it anywhere where memory is mapped.
  void within(std::uint64_t start, std::uint64_t end) { range_ = {start, end}; }

  // A block that is aligned, in the heap, mapped to its end, and shares no byte with one that is in use; its
  // ends are filled. Where there is none, or not such a one, the step fails with `why`.
  std::uint64_t allocate(std::uint64_t bytes, std::uint64_t alignment = 16, std::string why = {});
  // The same, but a null pointer is an answer too.
  std::optional<std::uint64_t> try_allocate(std::uint64_t bytes, std::uint64_t alignment = 16);
  // The block's ends must hold what was put there.
  void release(std::uint64_t address);
  void release_all();

  struct Block {
    std::uint64_t bytes = 0;
    std::uint64_t filling = 0;
  };
  const std::map<std::uint64_t, Block>& blocks() const { return blocks_; }  // by address

 private:
  void examine(std::uint64_t address, std::uint64_t bytes, std::uint64_t alignment) const;
  std::uint64_t edge(std::uint64_t bytes) const { return std::min<std::uint64_t>(bytes, 8); }

  Pc& pc_;
  HeapCalls calls_;
  std::optional<std::pair<std::uint64_t, std::uint64_t>> range_;
  std::map<std::uint64_t, Block> blocks_;
  std::uint64_t served_ = 0;
};

}  // namespace ringside::labs
