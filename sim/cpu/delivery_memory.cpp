// SPDX-License-Identifier: GPL-2.0-or-later
#include "sim/cpu/delivery_memory.h"

#include <algorithm>

namespace ringside {
namespace {

constexpr std::uint64_t kAccessed = 1 << 5, kDirty = 1 << 6;  // in a paging-structure entry (SDM 4.8)
constexpr unsigned kPageBytes = 4096;

std::uint64_t low_bytes(std::uint64_t value, unsigned size) {
  return size < 8 ? value & ((std::uint64_t{1} << (8 * size)) - 1) : value;
}

}  // namespace

std::uint64_t DeliveryMemory::read_physical(PhysAddr address, unsigned size) const {
  std::uint64_t value = memory_.read(address, size);
  for (const MemoryWrite& w : writes_) {
    if (w.address.value >= address.value + size || address.value >= w.address.value + w.size) continue;
    for (unsigned i = 0; i < size; ++i) {
      const std::uint64_t at = address.value + i;
      if (at < w.address.value || at >= w.address.value + w.size || !memory_.assigned({at})) continue;
      const std::uint64_t byte = (w.value >> (8 * (at - w.address.value))) & 0xFF;
      value = (value & ~(std::uint64_t{0xFF} << (8 * i))) | byte << (8 * i);
    }
  }
  return value;
}

// The accessed bit at every level, the dirty bit where the page itself is named. PAE directory pointers have
// neither.
void DeliveryMemory::mark_accessed(const Walk& walk) {
  for (unsigned i = 0; i < walk.count; ++i) {
    const WalkEntry& e = walk.entries[i];
    if (walk.paging == PagingMode::pae && e.level == 3) continue;
    const bool dirties = i + 1 == walk.count && walk.access.kind == AccessKind::write;
    const std::uint64_t marks = kAccessed | (dirties ? kDirty : 0);
    if ((e.entry & marks) == marks) continue;
    // Not the entry as walked: the other page of this access may have marked the same one since.
    const std::uint64_t marked = read_physical(e.address, e.entry_bytes) | marks;
    writes_.push_back(
        {.address = e.address, .value = marked, .size = static_cast<std::uint8_t>(e.entry_bytes)});
  }
}

std::expected<DeliveryMemory::Pieces, Walk> DeliveryMemory::translate(const CpuState& cpu, VirtAddr address,
                                                                      unsigned size, AccessKind kind) {
  Pieces pieces;
  std::array<Walk, 2> walks;
  const PhysicalReader reader = [this](PhysAddr at, unsigned bytes) { return read_physical(at, bytes); };
  for (unsigned done = 0; done < size;) {
    const Walk w = walk(cpu, reader, address + done, {.kind = kind, .user = false, .implicit = true});
    if (!w.ok()) return std::unexpected(w);
    const unsigned to_page_end = kPageBytes - (w.address.value & (kPageBytes - 1));
    const unsigned part = std::min(size - done, to_page_end);
    walks[pieces.count] = w;
    pieces.piece[pieces.count++] = {w.physical, w.address, done, part};
    done += part;
  }
  for (unsigned i = 0; i < pieces.count; ++i) mark_accessed(walks[i]);
  return pieces;
}

std::expected<std::uint64_t, Walk> DeliveryMemory::read(const CpuState& cpu, VirtAddr address,
                                                        unsigned size) {
  const auto pieces = translate(cpu, address, size, AccessKind::read);
  if (!pieces) return std::unexpected(pieces.error());
  std::uint64_t value = 0;
  for (unsigned i = 0; i < pieces->count; ++i) {
    const Piece& p = pieces->piece[i];
    value |= read_physical(p.physical, p.size) << (8 * p.offset);
  }
  return value;
}

std::expected<void, Walk> DeliveryMemory::write(const CpuState& cpu, VirtAddr address, std::uint64_t value,
                                                unsigned size) {
  const auto pieces = translate(cpu, address, size, AccessKind::write);
  if (!pieces) return std::unexpected(pieces.error());
  for (unsigned i = 0; i < pieces->count; ++i) {
    const Piece& p = pieces->piece[i];
    writes_.push_back({.address = p.physical,
                       .linear = p.linear,
                       .value = low_bytes(value >> (8 * p.offset), p.size),
                       .size = static_cast<std::uint8_t>(p.size)});
  }
  return {};
}

}  // namespace ringside
