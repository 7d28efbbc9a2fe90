// SPDX-License-Identifier: GPL-2.0-or-later
// The designs whose blocks lie one behind the other: the bump allocator, the linked list, and the lists of
// fixed sizes on top of it.
#include <fmt/format.h>

#include <algorithm>

#include "sim/inspect/heap_walk.h"
#include "sim/inspect/words.h"

namespace ringside {
namespace {

struct ListLayout {
  Field bytes, state, next;
  std::uint64_t used = 0, free = 0, kept = 0;           // values of the state
  std::uint64_t header() const { return next.offset; }  // the link lies in what the user will have
};

ListLayout layout_of(KernelMemory& m, const Type* block) {
  ListLayout l{
      .bytes = m.field(block, "bytes"), .state = m.field(block, "state"), .next = m.field(block, "next")};
  l.used = m.enumerator(l.state.type, "used").value_or(0);
  l.free = m.enumerator(l.state.type, "free").value_or(0);
  // Only those who build lists of their own on top have blocks of this kind.
  l.kept = l.used;
  if (l.state.type)
    for (const Enumerator& e : l.state.type->enumerators)
      if (e.name.ends_with("kept")) l.kept = static_cast<std::uint64_t>(e.value);
  return l;
}

// Blocks by their sizes, from one header to the next. Behind a header that makes no sense the next block that
// the list names is as far as can be known.
class BlockWalk {
 public:
  BlockWalk(HeapWalk& w, const ListLayout& layout, const std::vector<std::uint64_t>& nodes)
      : w_(w), layout_(layout), sorted_(nodes) {
    std::ranges::sort(sorted_);
  }

  void run() {
    for (std::uint64_t at = w_.map.start; at < w_.map.end;) {
      const auto bytes = w_.memory.read(at, layout_.bytes), state = w_.memory.read(at, layout_.state);
      const std::string wrong = what_is_wrong(at, bytes, state);
      if (!wrong.empty()) {
        w_.defect(at, wrong, layout_.header());
        at = lose(at);
        continue;
      }
      HeapBlock block{.start = at, .end = at + layout_.header() + *bytes};
      block.memory = at + layout_.header();
      block.bytes = *bytes;
      block.state = *state == layout_.free   ? BlockState::free
                    : *state == layout_.used ? BlockState::used
                                             : BlockState::kept;
      if (block.state == BlockState::free && free_before_)
        w_.defect(at, "two free blocks lie side by side and were not joined", layout_.header());
      free_before_ = block.state == BlockState::free;
      at = block.end;
      if (!w_.add(std::move(block))) return;
    }
  }

 private:
  std::string what_is_wrong(std::uint64_t at, std::optional<std::uint64_t> bytes,
                            std::optional<std::uint64_t> state) const {
    if (!bytes || !state) return "memory of the heap is not mapped";
    if (*state != layout_.used && *state != layout_.free && *state != layout_.kept)
      return fmt::format("the header of a block is overwritten: {:#x} is no state of a block", *state);
    if (*bytes % 16 != 0 || !w_.in_heap(at, layout_.header()) || *bytes > w_.map.end - at - layout_.header())
      return fmt::format("the block here has an impossible size, {:#x} bytes", *bytes);
    return {};
  }

  std::uint64_t lose(std::uint64_t at) {
    const auto next = std::ranges::upper_bound(sorted_, at);
    const std::uint64_t end = next == sorted_.end() ? w_.map.end : std::min(*next, w_.map.end);
    w_.add(
        {.start = at, .end = end, .memory = at, .bytes = end - at, .remark = "no header says what is here"});
    free_before_ = false;
    return end;
  }

  HeapWalk& w_;
  const ListLayout& layout_;
  std::vector<std::uint64_t> sorted_;
  bool free_before_ = false;
};

bool takes_part(const HeapWalk& w, std::uint64_t node, std::uint64_t bytes) {
  return w.in_heap(node, bytes) && node % 16 == 0;
}

}  // namespace

void walk_bump(HeapWalk& w, const Value& allocator) {
  const std::uint64_t next = w.memory.number(allocator, "next_");
  const Value counts = w.memory.member(allocator, "counts_");
  const std::uint64_t live = w.memory.number(counts, "live");
  if (!w.memory.trouble.empty()) return;
  if (next < w.map.start || next > w.map.end) {
    w.defect(w.memory.member(allocator, "next_").address.value,
             fmt::format("the mark of what is free points to {:#x}, outside of the heap", next));
    w.add({.start = w.map.start, .end = w.map.end, .memory = w.map.start, .bytes = w.map.bytes()});
    return;
  }
  if ((live == 0) != (next == w.map.start))
    w.defect(w.memory.member(counts, "live").address.value,
             fmt::format("{} blocks are counted, but the mark says that {} are used", live,
                         bytes_words(next - w.map.start)));
  const auto part = [&](std::uint64_t from, std::uint64_t to, BlockState state, const char* remark) {
    if (from < to)
      w.add({.start = from, .end = to, .memory = from, .bytes = to - from, .state = state, .remark = remark});
  };
  part(w.map.start, next, BlockState::used, "handed out, or released and lost until all are released");
  part(next, w.map.end, BlockState::free, "behind the mark");
}

void walk_linked_list(HeapWalk& w, const Value& allocator) {
  const Value first = w.memory.member(allocator, "first_free_");
  const Type* type = w.memory.trouble.empty() ? w.memory.pointed_to(first) : nullptr;
  const ListLayout layout = layout_of(w.memory, type);
  if (!w.memory.trouble.empty()) return;
  const auto list_index = static_cast<std::uint32_t>(w.map.lists.size());
  const HeapList& list =
      w.follow({.name = "free blocks", .head_at = first.address.value, .next = layout.next},
               [&](std::uint64_t node) { return takes_part(w, node, layout.header() + 8); });
  const std::vector<std::uint64_t> nodes = list.nodes;
  BlockWalk(w, layout, nodes).run();

  for (std::size_t i = 0; i < nodes.size(); ++i) {
    const std::uint64_t link_at = i == 0 ? first.address.value : nodes[i - 1] + layout.next.offset;
    HeapBlock* block = w.with_memory(nodes[i] + layout.header());
    if (block && block->state == BlockState::free) {
      block->list = list_index;
      block->next = i + 1 < nodes.size() ? nodes[i + 1] + layout.header() : 0;
    } else if (w.map.complete) {
      w.defect(link_at, fmt::format("the list of free blocks names {:#x}, which is no free block", nodes[i]));
    }
    if (i > 0 && nodes[i] < nodes[i - 1])
      w.defect(link_at, "the list of free blocks is out of order: it goes by address");
  }
  std::uint64_t used = 0, free = 0, live = 0;
  for (const HeapBlock& block : w.map.blocks) {
    const bool is_free = block.state == BlockState::free;
    if (is_free && block.list == HeapBlock::kNoList && w.map.complete)
      w.defect(block.start, "a free block is not in the list", layout.header());
    (is_free ? free : used) += block.state == BlockState::unknown ? 0 : block.bytes;
    live += !is_free && block.state != BlockState::unknown;
  }
  const Value counts = w.memory.member(allocator, "counts_");
  w.compare(counts, "used", used, "bytes in use");
  w.compare(counts, "free", free, "free bytes");
  w.compare(counts, "live", live, "blocks in use");
}

void walk_fixed_blocks(HeapWalk& w, const Value& allocator) {
  KernelMemory& m = w.memory;
  const Value firsts = m.values.unwrapped(m.member(allocator, "first_kept_"));
  walk_linked_list(w, m.member(allocator, "fallback_"));
  if (!m.trouble.empty()) return;
  std::uint64_t kept = 0;
  for (std::size_t i = 0;; ++i) {
    const auto first = m.values.element(firsts, i);
    if (!first) break;
    const Type* type = m.pointed_to(*first);
    const Field next = m.field(type, "next");
    const std::uint64_t size = m.constant(allocator.type->name + "::kSizes", i);
    if (!m.trouble.empty()) return;
    const auto index = static_cast<std::uint32_t>(w.map.lists.size());
    const std::vector<std::uint64_t> nodes =
        w.follow({.name = fmt::format("{} bytes", size),
                  .head_at = first->address.value,
                  .next = next,
                  .bytes_each = size},
                 [&](std::uint64_t node) { return takes_part(w, node, 8); })
            .nodes;
    kept += nodes.size();
    for (std::size_t n = 0; n < nodes.size(); ++n) {
      const std::uint64_t link_at = n == 0 ? first->address.value : nodes[n - 1] + next.offset;
      HeapBlock* block = w.with_memory(nodes[n]);
      if (!block) {
        if (w.map.complete)
          w.defect(link_at,
                   fmt::format("the list for {} bytes names {:#x}, where no block starts", size, nodes[n]));
        continue;
      }
      if (block->state != BlockState::kept)
        w.defect(link_at, fmt::format("the block at {:#x} is {}, but in the list for {} bytes", nodes[n],
                                      name(block->state), size));
      if (block->bytes < size)
        w.defect(link_at, fmt::format("the block at {:#x} has {} bytes, but is in the list for {}", nodes[n],
                                      block->bytes, size));
      block->list = index;
      block->next = n + 1 < nodes.size() ? nodes[n + 1] : 0;
    }
  }
  for (const HeapBlock& block : w.map.blocks)
    if (block.state == BlockState::kept && block.list == HeapBlock::kNoList && w.map.complete)
      w.defect(block.start, "a block that is kept for its size is in no list");
  w.compare(allocator, "kept_", kept, "blocks kept for their size");
}

}  // namespace ringside
