// SPDX-License-Identifier: GPL-2.0-or-later
// What the readers of the heap's designs share; one .cpp a design. Private to this layer.
#pragma once

#include <string>
#include <vector>

#include "sim/inspect/heap_map.h"
#include "sim/inspect/kernel_memory.h"

namespace ringside {

// Bounds of the work, whatever a guest has written.
inline constexpr std::size_t kMostHeapBlocks = 16384;
inline constexpr std::size_t kMostHeapNodes = 16384;
inline constexpr std::size_t kMostHeapDefects = 64;

class HeapWalk {
 public:
  HeapWalk(KernelMemory& kernel_memory, HeapMap& heap_map) : memory(kernel_memory), map(heap_map) {}
  KernelMemory& memory;
  HeapMap& map;

  void defect(std::uint64_t at, std::string what, std::uint64_t bytes = 8);
  bool in_heap(std::uint64_t address, std::uint64_t bytes = 1) const {
    return address >= map.start && address < map.end && bytes <= map.end - address;
  }
  // False when there are as many as are looked at.
  bool add(HeapBlock block);
  // The block that starts to be usable there; null if there is none. REQUIRES: blocks are in order.
  HeapBlock* with_memory(std::uint64_t address);

  // Follows a list from the pointer at `head_at` through the member at `next`, and adds it to the map. A node
  // is named by the address that pointers to it hold. Ends at null, at a node that `is_node` refuses, where
  // it comes back to itself, and at the bound; for all but the first a defect is noted.
  struct Following {
    std::string name;
    std::uint64_t head_at = 0;
    Field next;
    std::uint64_t bytes_each = 0;
  };
  template <class IsNode>
  HeapList& follow(Following list, IsNode&& is_node) {
    HeapList found{.name = std::move(list.name), .bytes_each = list.bytes_each, .head_at = list.head_at};
    std::uint64_t link_at = list.head_at;
    std::unordered_map<std::uint64_t, bool> seen;
    while (const auto node = memory.read(link_at, 8)) {
      if (*node == 0) break;
      if (!seen.try_emplace(*node).second) {
        circle(found, *node, link_at);
        break;
      }
      if (!is_node(*node)) {
        leads_astray(found, *node, link_at);
        break;
      }
      if (++nodes_ > kMostHeapNodes) {
        map.complete = false;
        break;
      }
      found.nodes.push_back(*node);
      link_at = *node + list.next.offset;
    }
    map.lists.push_back(std::move(found));
    return map.lists.back();
  }

  // Counters of the kernel beside what was counted here.
  void compare(const Value& owner, std::string_view member, std::uint64_t counted, std::string_view of_what);

 private:
  void circle(const HeapList& list, std::uint64_t node, std::uint64_t link_at);
  void leads_astray(const HeapList& list, std::uint64_t node, std::uint64_t link_at);
  std::size_t nodes_ = 0;
};

// Each fills map.blocks and map.lists, and notes what is broken. They stop where memory.trouble is set.
void walk_bump(HeapWalk&, const Value& allocator);
void walk_linked_list(HeapWalk&, const Value& allocator);
void walk_fixed_blocks(HeapWalk&, const Value& allocator);
void walk_buddy(HeapWalk&, const Value& allocator);
void walk_slab(HeapWalk&, const Value& allocator);
void walk_red_zones(HeapWalk&, const Value& allocator);

}  // namespace ringside
