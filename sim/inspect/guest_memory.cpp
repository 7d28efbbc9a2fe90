// SPDX-License-Identifier: GPL-2.0-or-later
#include "sim/inspect/guest_memory.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace ringside {
namespace {

constexpr std::uint64_t kPageBytes = 4096;

}  // namespace

GuestMemory::GuestMemory(const CpuState& cpu, const PhysicalMemory& memory) : cpu_(cpu), memory_(memory) {
  cpu_.cr4 &= ~cr4::smap;  // it keeps the kernel out of user pages, not the onlooker
}

std::optional<PhysAddr> GuestMemory::translate(VirtAddr address) const {
  const Walk w = walk(cpu_, memory_, address, {});
  if (!w.ok() || !memory_.assigned(w.physical)) return std::nullopt;
  return w.physical;
}

std::vector<std::byte> GuestMemory::readable(VirtAddr address, std::size_t size) const {
  std::vector<std::byte> bytes;
  while (bytes.size() < size) {
    const VirtAddr at = address + bytes.size();
    const std::size_t part = std::min<std::uint64_t>(size - bytes.size(), kPageBytes - at.value % kPageBytes);
    const auto physical = translate(at);
    if (!physical) break;
    std::size_t taken = 0;
    for (; taken < part && memory_.assigned(*physical + taken); ++taken)
      bytes.push_back(*memory_.host(*physical + taken));
    if (taken < part || at.value + part < at.value) break;  // the end of RAM, or of the address space
  }
  return bytes;
}

bool GuestMemory::read(VirtAddr address, std::span<std::byte> bytes) const {
  const auto found = readable(address, bytes.size());
  if (found.size() != bytes.size()) return false;
  std::ranges::copy(found, bytes.begin());
  return true;
}

std::optional<std::uint64_t> GuestMemory::read(VirtAddr address, unsigned size) const {
  std::array<std::byte, 8> bytes{};
  if (!read(address, std::span(bytes).first(size))) return std::nullopt;
  std::uint64_t value = 0;
  for (unsigned i = 0; i < size; ++i) value |= std::to_integer<std::uint64_t>(bytes[i]) << (8 * i);
  return value;
}

std::string GuestMemory::why_not(VirtAddr address) const {
  const Walk w = walk(cpu_, memory_, address, {});
  if (w.fault == WalkFault::non_canonical)
    return fmt::format("not readable: {:#x} is not a canonical address", address.value);
  if (!w.ok())
    return fmt::format("not readable: the page walk stopped at {}, {}", last_entry(w), name(w.fault));
  if (!memory_.assigned(w.physical))
    return fmt::format("not readable: there is no RAM at physical address {:#x}", w.physical.value);
  return {};
}

ReadMemory GuestMemory::reader() const {
  return
      [memory = *this](VirtAddr address, std::span<std::byte> bytes) { return memory.read(address, bytes); };
}

std::string last_entry(const Walk& walk) {
  if (walk.count == 0) return {};
  const WalkEntry& e = walk.entries[walk.count - 1];
  return fmt::format("{}[{}] at {:#x}", level_name(walk.paging, e.level), e.index, e.address.value);
}

}  // namespace ringside
