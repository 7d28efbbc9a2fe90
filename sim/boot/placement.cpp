// SPDX-License-Identifier: GPL-2.0-or-later
#include "sim/boot/placement.h"

#include <fmt/format.h>

#include <algorithm>

namespace ringside {
namespace {

// REQUIRES a power of two, at most 2^32, and a value that leaves room for it.
std::uint64_t round_up(std::uint64_t value, std::uint64_t alignment) {
  return (value + alignment - 1) & ~(alignment - 1);
}
std::uint64_t round_down(std::uint64_t value, std::uint64_t alignment) { return value & ~(alignment - 1); }

std::string where(std::uint64_t start, std::uint64_t end) { return fmt::format("{:#x}..{:#x}", start, end); }

}  // namespace

Result<void> Placement::claim(const std::string& name, std::uint64_t start, std::uint64_t size) {
  if (size == 0) return {};
  const std::uint64_t end = start + size;
  const bool available = std::ranges::any_of(map_, [&](const MemoryRange& range) {
    return range.type == MemoryType::available && start >= range.base && end <= range.base + range.length;
  });
  if (!available) {
    const bool high = start >= kHighMemory;
    return fail(fmt::format(
        "{} is to lie at {}, {}.", name, where(start, end),
        high ? fmt::format("outside the machine's {} KiB of RAM (the last {} KiB are the BIOS's); link it "
                           "lower or give the machine more RAM",
                           ram_bytes_ / 1024, kTopReserved / 1024)
             : fmt::format("but from {:#x} to {:#x} a PC has the BIOS's data, video memory and ROM; link it "
                           "below or at 1 MiB",
                           kLowMemoryEnd, kHighMemory)));
  }
  const auto next = std::ranges::lower_bound(placed_, start, {}, &PlacedRange::start);
  const auto clash = next != placed_.begin() && std::prev(next)->end > start ? std::prev(next) : next;
  if (clash != placed_.end() && clash->start < end && clash->end > start) {
    return fail(fmt::format("{} ({}) overlaps {} ({}); correct the addresses in the linker script.", name,
                            where(start, end), clash->name, where(clash->start, clash->end)));
  }
  placed_.insert(next, {name, start, end});
  return {};
}

std::vector<PlacedRange> Placement::gaps(std::uint64_t from, std::uint64_t to) const {
  std::vector<PlacedRange> result;
  for (const MemoryRange& range : map_) {
    if (range.type != MemoryType::available) continue;
    std::uint64_t at = std::max(from, range.base);
    const std::uint64_t end = std::min(to, range.base + range.length);
    auto taken =
        std::ranges::upper_bound(placed_, at, {}, &PlacedRange::end);  // the first that ends behind `at`
    for (; taken != placed_.end() && taken->start < end; ++taken) {
      if (taken->start > at) result.push_back({"", at, taken->start});
      at = taken->end;
    }
    if (at < end) result.push_back({"", at, end});
  }
  return result;
}

std::optional<std::uint64_t> Placement::lowest(std::uint64_t size, std::uint64_t alignment,
                                               std::uint64_t from, std::uint64_t to) const {
  for (const PlacedRange& gap : gaps(from, to)) {
    const std::uint64_t start = round_up(gap.start, alignment);
    if (start <= gap.end && size <= gap.end - start) return start;
  }
  return std::nullopt;
}

std::optional<std::uint64_t> Placement::highest(std::uint64_t size, std::uint64_t alignment,
                                                std::uint64_t from, std::uint64_t to) const {
  std::optional<std::uint64_t> best;
  for (const PlacedRange& gap : gaps(from, to)) {
    if (size > gap.end - gap.start) continue;
    const std::uint64_t start = round_down(gap.end - size, alignment);
    if (start >= gap.start) best = start;
  }
  return best;
}

}  // namespace ringside
