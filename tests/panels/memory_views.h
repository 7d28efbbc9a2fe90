// SPDX-License-Identifier: GPL-2.0-or-later
// A heap, frames and page tables made by hand.
#pragma once

#include <memory>
#include <vector>

#include "gui/view/machine_view.h"

namespace ringside {

inline constexpr std::uint64_t kHeapAt = 0xFFFF'A000'0000'0000;

// 64 KiB of a linked list: used, free, used, free to the end.
inline std::shared_ptr<HeapMap> list_heap() {
  auto map = std::make_shared<HeapMap>();
  map->policy = "list";
  map->allocator = "LinkedListAllocator";
  map->start = kHeapAt;
  map->end = kHeapAt + 0x10000;
  const auto block = [&](std::uint64_t from, std::uint64_t to, BlockState state) {
    map->blocks.push_back({.start = kHeapAt + from,
                           .end = kHeapAt + to,
                           .memory = kHeapAt + from + 16,
                           .bytes = to - from - 16,
                           .state = state});
  };
  block(0, 0x320, BlockState::used);
  block(0x320, 0x400, BlockState::free);
  block(0x400, 0x900, BlockState::used);
  block(0x900, 0x10000, BlockState::free);
  map->lists.push_back(
      {.name = "free blocks", .head_at = 0x1000, .nodes = {kHeapAt + 0x320, kHeapAt + 0x900}});
  map->blocks[1].list = map->blocks[3].list = 0;
  map->blocks[1].next = map->blocks[3].memory;
  map->used = 2048;
  map->used_blocks = 2;
  map->free = map->blocks[1].bytes + map->blocks[3].bytes;
  map->free_blocks = 2;
  map->largest_free = map->blocks[3].bytes;
  map->allocations = 5;
  map->releases = 3;
  return map;
}

// The same with a link that leads astray.
inline std::shared_ptr<HeapMap> broken_heap() {
  auto map = list_heap();
  map->lists[0].nodes.pop_back();
  map->blocks[1].next = 0;
  map->defects = {{kHeapAt + 0x330, 8, "the list \"free blocks\" leads to 0x41, outside of the heap"}};
  return map;
}

inline std::shared_ptr<FrameMap> few_frames() {
  auto map = std::make_shared<FrameMap>();
  map->map_at = 0xFFFF'8000'0014'C000;
  const char* names[] = {"reserved", "free", "image", "page table", "heap page"};
  const char letters[] = "-.IPH";
  const std::uint64_t counts[] = {256, 3000, 64, 8, 16};
  for (std::uint8_t i = 0; i < 5; ++i) map->uses.push_back({names[i], letters[i], i, counts[i]});
  for (const std::uint8_t value : {0, 2, 3, 4, 1}) {
    map->ranges.push_back({map->values.size(), counts[value], value});
    map->values.insert(map->values.end(), counts[value], value);
  }
  map->total = 3088;
  map->free = 3000;
  return map;
}

// One way down to a heap of 16 pages, one of which code may be written to.
inline std::shared_ptr<PageTree> small_tree() {
  auto tree = std::make_shared<PageTree>();
  tree->paging = PagingMode::four_level;
  tree->cr3 = 0x14D000;
  const auto table = [&](unsigned depth, unsigned index, std::uint64_t at) {
    PageNode n{.depth = depth, .table = true, .level = 4 - depth, .first = index, .last = index};
    n.start = kHeapAt;
    n.entry_at = at;
    n.physical = at + 0x1000;
    n.mapped = 0x11000;
    n.writable = true;
    n.writable_code = true;
    n.end = 5;
    tree->nodes.push_back(n);
  };
  table(0, 320, 0x14DA00);
  table(1, 0, 0x157000);
  table(2, 0, 0x158000);
  PageNode pages{.depth = 3, .level = 1, .first = 0, .last = 15};
  pages.start = kHeapAt;
  pages.bytes = pages.mapped = 0x10000;
  pages.page_bytes = 0x1000;
  pages.entry_at = 0x159000;
  pages.physical = 0x156000;
  pages.writable = pages.no_execute = true;
  pages.region = "heap page";
  pages.end = 4;
  tree->nodes.push_back(pages);
  pages.first = pages.last = 17;
  pages.start = kHeapAt + 0x11000;
  pages.bytes = pages.mapped = 0x1000;
  pages.no_execute = false;
  pages.writable_code = true;
  pages.end = 5;
  tree->nodes.push_back(pages);
  return tree;
}

}  // namespace ringside
