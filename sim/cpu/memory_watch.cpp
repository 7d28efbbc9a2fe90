// SPDX-License-Identifier: GPL-2.0-or-later
#include "sim/cpu/memory_watch.h"

#include <algorithm>
#include <utility>

namespace ringside {
namespace {

constexpr std::uint64_t kInPage = 0xFFF;
// Of one instruction; a REP or an FXSAVE may make many accesses.
constexpr std::size_t kMostHits = 64;

}  // namespace

bool MemoryWatch::set(std::vector<WatchedMemory> ranges) {
  if (ranges == ranges_) return false;
  ranges_ = std::move(ranges);
  any_loads_ = std::ranges::any_of(ranges_, [](const WatchedMemory& r) { return r.loads; });
  pieces_.clear();
  return true;
}

bool MemoryWatch::follow(const AddressSpace& space) {
  std::vector<Piece> pieces;
  for (std::uint32_t n = 0; n < ranges_.size(); ++n) {
    const WatchedMemory& range = ranges_[n];
    for (std::uint64_t done = 0; done < range.length;) {
      const std::uint64_t at = range.address + done;
      const std::uint64_t length = std::min(range.length - done, kInPage + 1 - (at & kInPage));
      const auto physical = range.physical ? std::optional(PhysAddr{at}) : space.translate(memory_, at);
      if (physical) pieces.push_back({physical->value, length, n});
      done += length;
    }
  }
  if (pieces == pieces_) return false;
  pieces_ = std::move(pieces);
  return true;
}

bool MemoryWatch::watches_page(PhysAddr page, bool store) const {
  return std::ranges::any_of(pieces_, [&](const Piece& piece) {
    const WatchedMemory& range = ranges_[piece.range];
    return (piece.address & ~kInPage) == (page.value & ~kInPage) && (store ? range.stores : range.loads);
  });
}

void MemoryWatch::accessed(PhysAddr address, std::uint64_t length, bool store) {
  for (const Piece& piece : pieces_) {
    const WatchedMemory& range = ranges_[piece.range];
    if (!(store ? range.stores : range.loads) || hits_.size() >= kMostHits) continue;
    const std::uint64_t from = std::max(address.value, piece.address);
    const std::uint64_t to = std::min(address.value + length, piece.address + piece.length);
    if (from >= to) continue;
    const auto bytes = static_cast<std::uint8_t>(std::min<std::uint64_t>(to - from, 8));
    hits_.push_back({piece.range, store, bytes, {from}, memory_.read({from}, bytes)});
  }
}

}  // namespace ringside
