// SPDX-License-Identifier: GPL-2.0-or-later
// Blocks between red zones: the inner allocator's blocks, and in each what the wrapper has put there.
#include <fmt/format.h>

#include "sim/inspect/heap_walk.h"
#include "sim/inspect/words.h"

namespace ringside {
namespace {

struct GuardedLayout {
  Field next, previous, bytes, inner, state, red_zone;
  std::uint64_t size = 0;  // of the header, its red zone included
  std::uint64_t red_zone_bytes = 0, filling = 0, released = 0, live = 0, dead = 0;
};

GuardedLayout layout_of(KernelMemory& m, const Type* type) {
  const auto constant = [&](const char* name, std::size_t bytes = 8) {
    return m.constant(fmt::format("kernel::GuardedBlock::{}", name), 0, bytes);
  };
  GuardedLayout l{.next = m.field(type, "next"),
                  .previous = m.field(type, "previous"),
                  .bytes = m.field(type, "bytes"),
                  .inner = m.field(type, "inner"),
                  .state = m.field(type, "state"),
                  .red_zone = m.field(type, "red_zone")};
  l.size = type ? type->size : 0;
  l.red_zone_bytes = constant("kRedZoneBytes");
  l.filling = constant("kRedZone", 1);
  l.released = constant("kReleased", 1);
  l.live = constant("kLive");
  l.dead = constant("kDead");
  return l;
}

class Guarded {
 public:
  Guarded(HeapWalk& w, const GuardedLayout& layout) : w_(w), l_(layout) {}

  // `list` names the list that it is in; none for those that are kept.
  void look_at(std::uint64_t guarded, bool live, std::uint32_t list, std::uint64_t next) {
    const auto bytes = w_.memory.read(guarded, l_.bytes), inner = w_.memory.read(guarded, l_.inner);
    HeapBlock* block = inner ? w_.with_memory(*inner) : nullptr;
    const std::uint64_t memory = guarded + l_.size;
    if (!block || !bytes || guarded < block->memory || memory > block->end || *bytes > block->end - memory ||
        l_.red_zone_bytes > block->end - memory - *bytes) {
      if (w_.map.complete)
        w_.defect(guarded,
                  "the header of a guarded block is overwritten: it does not fit the block around it",
                  l_.size);
      return;
    }
    block->memory = memory;
    block->bytes = *bytes;
    block->red = l_.red_zone_bytes;
    block->list = list;
    block->next = next;
    if (!live) block->state = BlockState::released;
    filled(memory - l_.red_zone_bytes, l_.red_zone_bytes, l_.filling,
           fmt::format("something was written in front of the block at {:#x}", memory));
    const auto state = w_.memory.read(guarded, l_.state);
    if (state != (live ? l_.live : l_.dead))
      w_.defect(guarded + l_.state.offset,
                fmt::format("the mark of the guarded block at {:#x} is overwritten", memory));
    filled(memory + *bytes, l_.red_zone_bytes, l_.filling,
           fmt::format("something was written behind the {} bytes of the block at {:#x}", *bytes, memory));
    if (!live)
      filled(memory, *bytes, l_.released,
             fmt::format("something was written to the block at {:#x} after its release", memory));
  }

 private:
  // Notes the bytes from the first to the last one that is not what it should be.
  void filled(std::uint64_t at, std::uint64_t bytes, std::uint64_t filling, std::string what) {
    std::uint64_t first = 0, last = 0;
    for (std::uint64_t i = 0; i < bytes; ++i) {
      const auto byte = w_.memory.read(at + i, 1);
      if (!byte || *byte == filling) continue;
      if (first == 0) first = at + i;
      last = at + i;
    }
    if (first) w_.defect(first, std::move(what), last - first + 1);
  }

  HeapWalk& w_;
  const GuardedLayout& l_;
};

}  // namespace

void walk_red_zones(HeapWalk& w, const Value& allocator) {
  KernelMemory& m = w.memory;
  const Value first = m.member(allocator, "first_live_");
  const Value kept = m.values.unwrapped(m.member(allocator, "kept_"));
  const Value inner = m.member(allocator, "inner_");
  if (!m.trouble.empty()) return;
  const GuardedLayout layout = layout_of(m, m.pointed_to(first));
  walk_linked_list(w, inner);
  if (!m.trouble.empty()) return;

  Guarded guarded(w, layout);
  const auto index = static_cast<std::uint32_t>(w.map.lists.size());
  const std::vector<std::uint64_t> live =
      w.follow({.name = "live blocks", .head_at = first.address.value, .next = layout.next},
               [&](std::uint64_t node) { return w.in_heap(node, layout.size); })
          .nodes;
  for (std::size_t i = 0; i < live.size(); ++i) {
    const std::uint64_t before = i == 0 ? 0 : live[i - 1];
    if (m.read(live[i], layout.previous) != before)
      w.defect(live[i] + layout.previous.offset, "a live block does not point back to the one before");
    guarded.look_at(live[i], true, index, i + 1 < live.size() ? live[i + 1] + layout.size : 0);
  }
  HeapList released{.name = "released, not reused yet", .head_at = kept.address.value};
  const auto kept_index = static_cast<std::uint32_t>(w.map.lists.size());
  for (std::size_t i = 0;; ++i) {
    const auto place = m.values.element(kept, i);
    if (!place) break;
    const auto node = m.values.number(*place);
    if (!node || *node == 0) continue;
    if (!w.in_heap(*node, layout.size)) {
      w.defect(place->address.value,
               fmt::format("a released block is said to be at {:#x}, outside of the heap", *node));
      continue;
    }
    released.nodes.push_back(*node);
    guarded.look_at(*node, false, kept_index, 0);
  }
  w.map.lists.push_back(std::move(released));
  w.compare(allocator, "live_", live.size(), "live blocks");
}

}  // namespace ringside
