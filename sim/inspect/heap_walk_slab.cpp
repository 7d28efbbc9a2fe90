// SPDX-License-Identifier: GPL-2.0-or-later
// The slab allocator: pages that are slabs of equal objects, pages that are large blocks, and free pages.
// What a page is, only the lists say.
#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "sim/inspect/heap_walk.h"
#include "sim/inspect/words.h"

namespace ringside {
namespace {

constexpr std::uint64_t kPage = 4096;

struct SlabLayout {
  Field next, previous, mark, object_bytes, used, taken;
  Field run_next, run_pages;
  Field large_next, large_start, large_pages;
  std::uint64_t header = 0, run_header = 0, large_header = 0, mark_value = 0;
};

// What the lists say of a stretch of pages.
struct Pages {
  enum class Kind : std::uint8_t { slab, free, large } kind = Kind::slab;
  std::uint64_t bytes = kPage;
  std::uint64_t object_bytes = 0;
  std::uint32_t list = HeapBlock::kNoList;
  std::uint64_t next = 0;
};

class Slabs {
 public:
  Slabs(HeapWalk& w, const SlabLayout& layout) : w_(w), l_(layout) {}

  void cache(const Value& list, std::uint64_t object_bytes, bool full) {
    const Value first = w_.memory.member(list, "first");
    const auto index = static_cast<std::uint32_t>(w_.map.lists.size());
    const std::vector<std::uint64_t> nodes =
        w_.follow({.name = fmt::format("{}, {}", bytes_words(object_bytes), full ? "full" : "with room"),
                   .head_at = first.address.value,
                   .next = l_.next,
                   .bytes_each = object_bytes},
                  [&](std::uint64_t node) { return w_.in_heap(node, kPage) && node % kPage == 0; })
            .nodes;
    for (std::size_t i = 0; i < nodes.size(); ++i) {
      const std::uint64_t slab = nodes[i];
      const auto mark = w_.memory.read(slab, l_.mark), size = w_.memory.read(slab, l_.object_bytes);
      if (mark != l_.mark_value || size != object_bytes)
        w_.defect(slab, fmt::format("the header of the slab at {:#x} is overwritten", slab), l_.header);
      if (w_.memory.read(slab, l_.previous) != (i == 0 ? 0 : nodes[i - 1]))
        w_.defect(slab + l_.previous.offset,
                  fmt::format("the slab at {:#x} does not point back to the one before", slab));
      const std::uint64_t used = w_.memory.read(slab, l_.used).value_or(0),
                          taken = taken_objects(slab, object_bytes);
      if (used != taken)
        w_.defect(slab + l_.used.offset,
                  fmt::format("the slab at {:#x} counts {} objects, but {} bits are set", slab, used, taken),
                  4);
      if ((taken == capacity(object_bytes)) != full)
        w_.defect(slab, fmt::format("the slab at {:#x} is in the wrong list: {} of {} objects are taken",
                                    slab, taken, capacity(object_bytes)));
      put(slab,
          {.object_bytes = object_bytes, .list = index, .next = i + 1 < nodes.size() ? nodes[i + 1] : 0});
    }
    slabs += nodes.size();
  }

  void free_runs(const Value& first) {
    const auto index = static_cast<std::uint32_t>(w_.map.lists.size());
    const std::vector<std::uint64_t> nodes =
        w_.follow({.name = "free pages", .head_at = first.address.value, .next = l_.run_next},
                  [&](std::uint64_t node) { return w_.in_heap(node, kPage) && node % kPage == 0; })
            .nodes;
    std::uint64_t end_of_last = 0;
    for (std::size_t i = 0; i < nodes.size(); ++i) {
      const std::uint64_t pages = w_.memory.read(nodes[i], l_.run_pages).value_or(0);
      if (pages == 0 || pages > (w_.map.end - nodes[i]) / kPage) {
        w_.defect(nodes[i] + l_.run_pages.offset,
                  fmt::format("the free pages at {:#x} have an impossible number, {}", nodes[i], pages));
        continue;
      }
      if (nodes[i] <= end_of_last)
        w_.defect(nodes[i], "free pages are out of order, or touch and were not joined", l_.run_header);
      end_of_last = nodes[i] + pages * kPage;
      put(nodes[i], {.kind = Pages::Kind::free,
                     .bytes = pages * kPage,
                     .list = index,
                     .next = i + 1 < nodes.size() ? nodes[i + 1] : 0});
    }
  }

  void large_blocks(const Value& first) {
    const std::vector<std::uint64_t> nodes =
        w_.follow({.name = "large blocks", .head_at = first.address.value, .next = l_.large_next},
                  [&](std::uint64_t node) { return w_.in_heap(node, l_.large_header); })
            .nodes;
    const auto index = static_cast<std::uint32_t>(w_.map.lists.size() - 1);
    for (const std::uint64_t node : nodes) {
      descriptions_.push_back(node);
      const std::uint64_t start = w_.memory.read(node, l_.large_start).value_or(0);
      const std::uint64_t pages = w_.memory.read(node, l_.large_pages).value_or(0);
      if (!w_.in_heap(start) || start % kPage != 0 || pages == 0 || pages > (w_.map.end - start) / kPage) {
        w_.defect(node, fmt::format("the description of a large block at {:#x} is overwritten", node),
                  l_.large_header);
        continue;
      }
      put(start, {.kind = Pages::Kind::large, .bytes = pages * kPage, .list = index});
    }
  }

  // All that is known, by address, and what is between.
  void lay_out() {
    std::uint64_t at = w_.map.start;
    for (const auto& [start, pages] : known_) {
      if (start < at) {
        w_.defect(start, fmt::format("what two lists call theirs overlaps at {:#x}", start));
        continue;
      }
      if (!gap(at, start) || !stretch(start, pages)) return;
      at = start + pages.bytes;
    }
    gap(at, w_.map.end);
    for (const std::uint64_t node : descriptions_)
      if (HeapBlock* block = w_.with_memory(node)) {
        block->state = BlockState::table;
        block->remark = "describes a large block";
      }
  }

  std::size_t slabs = 0;

 private:
  std::uint64_t first_object(std::uint64_t object_bytes) const { return std::max(l_.header, object_bytes); }
  std::uint64_t capacity(std::uint64_t object_bytes) const {
    return (kPage - first_object(object_bytes)) / object_bytes;
  }
  bool is_taken(std::uint64_t slab, std::uint64_t object) {
    return w_.memory.read(slab + l_.taken.offset + object / 8, 1).value_or(0) >> object % 8 & 1;
  }
  std::uint64_t taken_objects(std::uint64_t slab, std::uint64_t object_bytes) {
    std::uint64_t count = 0;
    for (std::uint64_t i = 0; i < capacity(object_bytes); ++i) count += is_taken(slab, i);
    return count;
  }

  void put(std::uint64_t start, Pages pages) {
    if (!known_.try_emplace(start, pages).second)
      w_.defect(start, fmt::format("the page at {:#x} is in two lists", start));
  }

  bool gap(std::uint64_t from, std::uint64_t to) {
    if (from >= to) return true;
    w_.defect(from, fmt::format("{} at {:#x} are neither a slab nor a large block nor free",
                                bytes_words(to - from), from));
    return w_.add({.start = from, .end = to, .memory = from, .bytes = to - from, .remark = "in no list"});
  }

  bool stretch(std::uint64_t start, const Pages& p) {
    if (p.kind != Pages::Kind::slab)
      return w_.add({.start = start,
                     .end = start + p.bytes,
                     .memory = start,
                     .bytes = p.bytes,
                     .state = p.kind == Pages::Kind::free ? BlockState::free : BlockState::used,
                     .list = p.list,
                     .next = p.next,
                     .remark = p.kind == Pages::Kind::free ? "whole pages" : "a large block"});
    const std::uint64_t first = first_object(p.object_bytes), count = capacity(p.object_bytes);
    bool room =
        w_.add({.start = start,
                .end = start + first,
                .memory = start,
                .bytes = first,
                .state = BlockState::table,
                .list = p.list,
                .next = p.next,
                .remark = fmt::format("a slab of {} objects of {}", count, bytes_words(p.object_bytes))});
    for (std::uint64_t i = 0; i < count && room; ++i) {
      const std::uint64_t at = start + first + i * p.object_bytes;
      room = w_.add({.start = at,
                     .end = at + p.object_bytes,
                     .memory = at,
                     .bytes = p.object_bytes,
                     .state = is_taken(start, i) ? BlockState::used : BlockState::free});
    }
    const std::uint64_t end = start + first + count * p.object_bytes;
    if (room && end < start + kPage)
      room = w_.add({.start = end,
                     .end = start + kPage,
                     .memory = end,
                     .bytes = start + kPage - end,
                     .state = BlockState::table,
                     .remark = "too short for an object"});
    return room;
  }

  HeapWalk& w_;
  const SlabLayout& l_;
  std::map<std::uint64_t, Pages> known_;
  std::vector<std::uint64_t> descriptions_;
};

}  // namespace

void walk_slab(HeapWalk& w, const Value& allocator) {
  KernelMemory& m = w.memory;
  const Value caches = m.values.unwrapped(m.member(allocator, "caches_"));
  const Value runs = m.member(allocator, "free_runs_"), large = m.member(allocator, "large_");
  if (!m.trouble.empty()) return;
  const auto first_cache = m.values.element(caches, 0);
  if (!first_cache) {
    m.trouble = "This kernel's SlabAllocator has no caches.";
    return;
  }
  const Type* slab = m.pointed_to(m.member(m.member(*first_cache, "full"), "first"));
  const Type *run = m.pointed_to(runs), *description = m.pointed_to(large);
  const SlabLayout layout{.next = m.field(slab, "next"),
                          .previous = m.field(slab, "previous"),
                          .mark = m.field(slab, "mark"),
                          .object_bytes = m.field(slab, "object_bytes"),
                          .used = m.field(slab, "used"),
                          .taken = m.field(slab, "taken"),
                          .run_next = m.field(run, "next"),
                          .run_pages = m.field(run, "pages"),
                          .large_next = m.field(description, "next"),
                          .large_start = m.field(description, "start"),
                          .large_pages = m.field(description, "pages"),
                          .header = slab ? slab->size : 0,
                          .run_header = run ? run->size : 0,
                          .large_header = description ? description->size : 0,
                          .mark_value = slab ? m.constant(slab->name + "::kMark") : 0};
  if (!m.trouble.empty()) return;

  Slabs slabs(w, layout);
  for (std::size_t i = 0; i < 8; ++i) {
    const auto cache = m.values.element(caches, i);
    if (!cache) break;
    const std::uint64_t object_bytes = std::uint64_t{16} << i;
    slabs.cache(m.member(*cache, "with_room"), object_bytes, false);
    slabs.cache(m.member(*cache, "full"), object_bytes, true);
  }
  slabs.free_runs(runs);
  slabs.large_blocks(large);
  slabs.lay_out();
  std::uint64_t used = 0, live = 0;
  for (const HeapBlock& block : w.map.blocks) {
    used += block.state == BlockState::used ? block.bytes : 0;
    live += block.state == BlockState::used;
  }
  const Value counts = m.member(allocator, "counts_");
  w.compare(allocator, "slabs_", slabs.slabs, "slabs");
  w.compare(counts, "used", used, "bytes in use");
  w.compare(counts, "live", live, "blocks in use");
}

}  // namespace ringside
