// SPDX-License-Identifier: GPL-2.0-or-later
// The buddy allocator: zones with a table that says where blocks start and how large they are, and a list of
// free blocks for each order.
#include <fmt/format.h>

#include <algorithm>

#include "sim/inspect/heap_walk.h"
#include "sim/inspect/words.h"

namespace ringside {
namespace {

struct BuddyLayout {
  Field zone_next, units, first_unit, table;
  Field block_next, block_previous;
  std::uint64_t unit = 0, used = 0;
  std::size_t orders = 0;
};

struct Zone {
  std::uint64_t start = 0, units = 0, first_unit = 0;
};

class Buddies {
 public:
  Buddies(HeapWalk& w, const BuddyLayout& layout) : w_(w), l_(layout) {}

  void zone(const Zone& z) {
    w_.add({.start = z.start,
            .end = z.start + z.first_unit * l_.unit,
            .memory = z.start,
            .bytes = z.first_unit * l_.unit,
            .state = BlockState::table,
            .remark = "the zone's header and its table of blocks"});
    for (std::uint64_t unit = z.first_unit; unit < z.units;) {
      const std::uint64_t at = z.start + unit * l_.unit, entry_at = z.start + l_.table.offset + unit;
      const auto entry = w_.memory.read(entry_at, 1);
      const std::uint64_t order = entry ? *entry & ~l_.used : l_.orders;
      const std::uint64_t bytes = order < l_.orders ? l_.unit << order : 0;
      if (order >= l_.orders || at % bytes != 0 || bytes > (z.units - unit) * l_.unit) {
        if (!lost_)
          w_.defect(
              entry_at,
              order >= l_.orders
                  ? fmt::format("the table has no order where a block must start, at {:#x}", at)
                  : fmt::format("the table gives {:#x} order {}, which does not fit the address", at, order),
              1);
        lose(at);
        unit += 1;
        continue;
      }
      lost_ = false;
      const bool free = (*entry & l_.used) == 0;
      if (free && (at ^ bytes) < at && buddy_entry(z, at, bytes) == order)
        w_.defect(entry_at,
                  fmt::format("the blocks at {:#x} and {:#x} are buddies, both free, and were not joined",
                              at ^ bytes, at),
                  1);
      if (!w_.add({.start = at,
                   .end = at + bytes,
                   .memory = at,
                   .bytes = bytes,
                   .state = free ? BlockState::free : BlockState::used}))
        return;
      unit += 1ull << order;
    }
  }

  void list(const Value& first, std::size_t order) {
    const std::uint64_t bytes = l_.unit << order;
    const auto index = static_cast<std::uint32_t>(w_.map.lists.size());
    const std::vector<std::uint64_t> nodes =
        w_.follow({.name = fmt::format("order {}: {}", order, bytes_words(bytes)),
                   .head_at = first.address.value,
                   .next = l_.block_next,
                   .bytes_each = bytes},
                  [&](std::uint64_t node) { return w_.in_heap(node, 16) && node % l_.unit == 0; })
            .nodes;
    for (std::size_t i = 0; i < nodes.size(); ++i) {
      const std::uint64_t link_at = i == 0 ? first.address.value : nodes[i - 1] + l_.block_next.offset;
      HeapBlock* block = w_.with_memory(nodes[i]);
      if (!block || block->state != BlockState::free || block->bytes != bytes) {
        if (w_.map.complete)
          w_.defect(link_at,
                    fmt::format("the list of order {} names {:#x}, which is no free block of its size", order,
                                nodes[i]));
        continue;
      }
      if (w_.memory.read(nodes[i], l_.block_previous) != (i == 0 ? 0 : nodes[i - 1]))
        w_.defect(nodes[i] + l_.block_previous.offset,
                  fmt::format("the free block at {:#x} does not point back to the one before", nodes[i]));
      block->list = index;
      block->next = i + 1 < nodes.size() ? nodes[i + 1] : 0;
    }
  }

 private:
  // The order of the free block at the buddy's place, if that is in the zone.
  std::optional<std::uint64_t> buddy_entry(const Zone& z, std::uint64_t at, std::uint64_t bytes) {
    const std::uint64_t buddy = at ^ bytes;
    if (buddy < z.start + z.first_unit * l_.unit) return std::nullopt;
    return w_.memory.read(z.start + l_.table.offset + (buddy - z.start) / l_.unit, 1);
  }

  void lose(std::uint64_t at) {
    if (lost_) {  // grows unit by unit until the table makes sense again
      w_.map.blocks.back().end = at + l_.unit;
      w_.map.blocks.back().bytes += l_.unit;
      return;
    }
    lost_ = w_.add({.start = at,
                    .end = at + l_.unit,
                    .memory = at,
                    .bytes = l_.unit,
                    .remark = "the table does not say what is here"});
  }

  HeapWalk& w_;
  const BuddyLayout& l_;
  bool lost_ = false;
};

}  // namespace

void walk_buddy(HeapWalk& w, const Value& allocator) {
  KernelMemory& m = w.memory;
  const Value zones = m.member(allocator, "zones_");
  const Value firsts = m.values.unwrapped(m.member(allocator, "first_free_"));
  if (!m.trouble.empty()) return;
  const Type* zone_type = m.pointed_to(zones);
  BuddyLayout layout{.zone_next = m.field(zone_type, "next"),
                     .units = m.field(zone_type, "units"),
                     .first_unit = m.field(zone_type, "first_unit"),
                     .table = m.field(zone_type, "table")};
  while (m.values.element(firsts, layout.orders)) ++layout.orders;
  if (const auto first = m.values.element(firsts, 0)) {
    const Type* block_type = m.pointed_to(*first);
    layout.block_next = m.field(block_type, "next");
    layout.block_previous = m.field(block_type, "previous");
  }
  layout.unit = m.constant(allocator.type->name + "::kUnitBytes");
  if (zone_type) layout.used = m.constant(zone_type->name + "::kUsed", 0, 1);
  if (!m.trouble.empty()) return;
  if (layout.unit == 0 || layout.orders > 48) {
    m.trouble = "The sizes of this kernel's BuddyAllocator make no sense.";
    return;
  }

  std::vector<Zone> all;
  const auto add_zone = [&](std::uint64_t at) {
    Zone z{at, m.read(at, layout.units).value_or(0), m.read(at, layout.first_unit).value_or(0)};
    const std::uint64_t most = (w.map.end - at) / layout.unit;
    if (z.units > most || z.first_unit > z.units || z.first_unit == 0) {
      w.defect(at, "the header of a zone is overwritten: its sizes make no sense", zone_type->size);
      return;
    }
    all.push_back(z);
  };
  const std::size_t zone_list = w.map.lists.size();
  for (const std::uint64_t at :
       w.follow({.name = "zones", .head_at = zones.address.value, .next = layout.zone_next},
                [&](std::uint64_t node) { return w.in_heap(node, zone_type->size) && node % 4096 == 0; })
           .nodes)
    add_zone(at);
  w.map.lists.erase(w.map.lists.begin() + static_cast<std::ptrdiff_t>(zone_list));
  std::ranges::sort(all, {}, &Zone::start);
  Buddies buddies(w, layout);
  for (const Zone& z : all) {
    const std::uint64_t reached = w.map.blocks.empty() ? w.map.start : w.map.blocks.back().end;
    if (z.start < reached) {
      w.defect(z.start, "two zones overlap");
      continue;
    }
    buddies.zone(z);
  }
  for (std::size_t order = 0; order < layout.orders; ++order)
    if (const auto first = m.values.element(firsts, order)) buddies.list(*first, order);

  std::uint64_t used = 0, free = 0, live = 0;
  for (const HeapBlock& block : w.map.blocks) {
    if (block.state == BlockState::free && block.list == HeapBlock::kNoList && w.map.complete)
      w.defect(block.start, "a free block is in no list", 16);
    used += block.state == BlockState::used ? block.bytes : 0;
    live += block.state == BlockState::used;
    free += block.state == BlockState::free ? block.bytes : 0;
  }
  const Value counts = m.member(allocator, "counts_");
  w.compare(counts, "used", used, "bytes in use");
  w.compare(counts, "free", free, "free bytes");
  w.compare(counts, "live", live, "blocks in use");
}

}  // namespace ringside
