// SPDX-License-Identifier: GPL-2.0-or-later
#include "sim/inspect/heap_tables.h"

#include <algorithm>
#include <array>

#include "sim/inspect/cells.h"
#include "sim/inspect/words.h"

namespace ringside {
namespace {

constexpr std::size_t kMostRows = 4000;
constexpr std::size_t kNodesShown = 6;
constexpr std::uint64_t kLetters = 64, kStripRows = 64;

std::string blocks_words(std::uint64_t blocks) {
  return fmt::format("{} block{}", count_words(blocks), blocks == 1 ? "" : "s");
}

Tone tone_of(BlockState state) {
  switch (state) {
    case BlockState::used: return Tone::plain;
    case BlockState::unknown: return Tone::fault;
    default: return Tone::muted;
  }
}

Cell list_of(const HeapMap& map, const HeapBlock& block) {
  return block.list < map.lists.size() ? muted(map.lists[block.list].name) : Cell{};
}

// The part with most bytes in [from, to); `block` is the first that may reach into it and moves on.
HeapPart most_of(const HeapMap& map, std::uint64_t from, std::uint64_t to, std::size_t& block) {
  std::array<std::uint64_t, kHeapParts> bytes{};
  while (block < map.blocks.size() && map.blocks[block].end <= from) ++block;
  for (std::size_t i = block; i < map.blocks.size() && map.blocks[i].start < to; ++i)
    for (const HeapPiece& piece : pieces(map.blocks[i]))
      if (piece.start < to && piece.end > from)
        bytes[static_cast<std::size_t>(piece.part)] += std::min(to, piece.end) - std::max(from, piece.start);
  const auto most = std::ranges::max_element(bytes);
  return *most == 0 ? HeapPart::unknown : static_cast<HeapPart>(most - bytes.begin());
}

}  // namespace

std::string percent_words(unsigned tenths) { return fmt::format("{}.{} %", tenths / 10, tenths % 10); }

RowSource header_source(const HeapBlock& block) {
  const std::uint64_t header = block.memory - block.red - block.start;
  return header > 0 ? bytes_of(VirtAddr{block.start}, header)
                    : bytes_of(VirtAddr{block.memory}, std::min<std::uint64_t>(block.bytes, 8));
}

std::string heap_words(const HeapMap& map) {
  if (!map.trouble.empty()) return map.trouble;
  if (map.bytes() == 0) return fmt::format("{}: the heap has no memory yet.", map.policy);
  std::string words =
      fmt::format("{}: {} from {}: {} bytes used in {}, {} free in {}, the largest {} (fragmentation {}).",
                  map.policy, bytes_words(map.bytes()), hex64(map.start), count_words(map.used),
                  blocks_words(map.used_blocks), count_words(map.free), blocks_words(map.free_blocks),
                  count_words(map.largest_free), percent_words(map.fragmentation()));
  words += fmt::format(" {} allocation{}, {} release{}, {} without room at first.",
                       count_words(map.allocations), map.allocations == 1 ? "" : "s",
                       count_words(map.releases), map.releases == 1 ? "" : "s", count_words(map.failures));
  if (!map.complete)
    words += fmt::format(" There are more blocks than the first {}.", count_words(map.blocks.size()));
  if (!map.defects.empty())
    words += fmt::format(" {} found broken.", map.defects.size() == 1
                                                  ? "One thing was"
                                                  : fmt::format("{} things were", map.defects.size()));
  return words;
}

Table heap_table(const InspectContext& c) {
  const HeapMap map = heap_map(c);
  Table t{.name = "heap",
          .title = "The kernel's heap",
          .note = heap_words(map),
          .columns = {{"Address", true},
                      {"Bytes", true},
                      {"State"},
                      {"All of it", true},
                      {"In list"},
                      {"Next", true},
                      {"Remark"}},
          .rows = {}};
  for (const HeapBlock& b : map.blocks) {
    if (t.rows.size() == kMostRows) {
      t.note += fmt::format(" The first {} blocks are listed.", count_words(kMostRows));
      break;
    }
    t.rows.push_back({fmt::format("{:#x}", b.start),
                      {linear(b.memory), plain(count_words(b.bytes)), plain(name(b.state), tone_of(b.state)),
                       muted(count_words(b.end - b.start)), list_of(map, b), b.next ? linear(b.next) : Cell{},
                       muted(b.remark)},
                      header_source(b)});
  }
  return t;
}

Table heap_lists_table(const InspectContext& c) {
  const HeapMap map = heap_map(c);
  Table t{.name = "heap-lists",
          .title = "Lists of the heap",
          .note = map.trouble,
          .columns = {{"List"},
                      {"Blocks", true},
                      {"Bytes", true},
                      {"First", true},
                      {"Further, from the heap's start"}},
          .rows = {}};
  for (const HeapList& list : map.lists) {
    if (list.nodes.empty() && list.bytes_each > map.bytes()) continue;  // there cannot be any
    std::uint64_t bytes = 0;
    std::string further;
    for (std::size_t i = 0; i < list.nodes.size(); ++i) {
      if (const HeapBlock* block = map.find(list.nodes[i])) bytes += block->bytes;
      if (i > 0 && i <= kNodesShown) further += fmt::format("+{:#x} ", list.nodes[i] - map.start);
      if (i == kNodesShown + 1) further += "...";
    }
    t.rows.push_back({list.name,
                      {plain(list.name), plain(count_words(list.nodes.size())), plain(count_words(bytes)),
                       list.nodes.empty() ? muted("none") : linear(list.nodes.front()), muted(further)},
                      bytes_of(VirtAddr{list.head_at}, 8)});
  }
  if (map.trouble.empty())
    t.note = map.lists.empty() ? fmt::format("{} keeps no lists.", map.allocator) : map.allocator;
  return t;
}

Table heap_check_table(const InspectContext& c) {
  const HeapMap map = heap_map(c);
  Table t{.name = "heap-check",
          .title = "What is broken in the heap",
          .note = map.trouble,
          .columns = {{"At", true}, {"What"}},
          .rows = {}};
  for (const HeapDefect& d : map.defects)
    t.rows.push_back({fmt::format("{} {:#x}", t.rows.size(), d.at),
                      {linear(d.at), bad(d.what + ".")},
                      bytes_of(VirtAddr{d.at}, d.bytes)});
  if (!map.trouble.empty()) return t;
  if (map.defects.empty())
    t.note = fmt::format("The heap is sound: {} and {} lists were looked at.",
                         blocks_words(map.blocks.size()), map.lists.size());
  else if (map.busy)
    t.note = "The processor is in the heap's own code: what looks broken may be half done.";
  return t;
}

Table heap_strip_table(const InspectContext& c) {
  const HeapMap map = heap_map(c);
  Table t{.name = "heap-strip",
          .title = "The heap to scale",
          .note = map.trouble,
          .columns = {{"From", true}, {"Map"}},
          .rows = {}};
  if (!map.trouble.empty() || map.bytes() == 0) return t;
  std::uint64_t each = 16;
  while (each * kLetters * kStripRows < map.bytes()) each *= 2;
  std::size_t block = 0;
  std::string before;
  for (std::uint64_t at = map.start; at < map.end; at += each * kLetters) {
    std::string letters;
    for (std::uint64_t i = 0; i < kLetters && at + i * each < map.end; ++i)
      letters += letter(most_of(map, at + i * each, at + (i + 1) * each, block));
    // As in a memory dump: rows like the one before are one star.
    if (letters == before) {
      if (t.rows.back().cells[1].text != "*")
        t.rows.push_back({fmt::format("{:#x}", at), {Cell{}, muted("*")}});
      continue;
    }
    before = letters;
    t.rows.push_back({fmt::format("{:#x}", at), {linear(at), plain(std::move(letters))}});
  }
  t.note = fmt::format("A letter is {}:", bytes_words(each));
  for (std::size_t part = 0; part < kHeapParts; ++part)
    t.note += fmt::format(" {} {}{}", letter(static_cast<HeapPart>(part)), name(static_cast<HeapPart>(part)),
                          part + 1 < kHeapParts ? "," : ".");
  return t;
}

}  // namespace ringside
