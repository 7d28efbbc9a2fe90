// SPDX-License-Identifier: MIT
#include "walk.h"

#include "arch/control_registers.h"

namespace lab {
namespace {

constexpr uint64_t kPresent = 1 << 0;
constexpr uint64_t kWritable = 1 << 1;
constexpr uint64_t kUser = 1 << 2;
constexpr uint64_t kLarge = 1 << 7;
constexpr uint64_t kNoExecute = uint64_t{1} << 63;
constexpr uint64_t kAddress = 0x000f'ffff'ffff'f000;  // bits 51 to 12

// Of a page that an entry of this level maps.
constexpr uint64_t bytes_of(unsigned level) { return uint64_t{1} << (12 + 9 * (level - 1)); }

bool is_page(uint64_t entry, unsigned level) { return level == 1 || (level <= 3 && (entry & kLarge)); }

// Below 2 MiB and 1 GiB an entry holds other things than address bits.
uint64_t start_of_page(uint64_t entry, unsigned level) { return entry & kAddress & ~(bytes_of(level) - 1); }

}  // namespace

uint64_t top_table() { return kernel::cr3::read() & kAddress; }

bool is_canonical(uint64_t address) {
  const int64_t upper = static_cast<int64_t>(address) >> 47;
  return upper == 0 || upper == -1;
}

unsigned table_index(uint64_t address, unsigned level) { return address >> (12 + 9 * (level - 1)) & 0x1ff; }

uint64_t page_offset(uint64_t address, uint64_t page_bytes) { return address & (page_bytes - 1); }

Walk walk(uint64_t address) {
  Walk way;
  if (!is_canonical(address)) return way;
  way.writable = way.user = way.executable = true;
  uint64_t table = top_table();
  for (unsigned level = 4;; --level) {
    const uint64_t at = table + 8 * table_index(address, level);
    const uint64_t entry = read_physical(at);
    way.visited[way.count++] = {at, entry};
    if (!(entry & kPresent)) {
      way.end = End::not_present;
      return way;
    }
    way.writable = way.writable && (entry & kWritable);
    way.user = way.user && (entry & kUser);
    way.executable = way.executable && !(entry & kNoExecute);
    if (is_page(entry, level)) {
      way.end = End::page;
      way.page_bytes = bytes_of(level);
      way.physical = start_of_page(entry, level) + page_offset(address, way.page_bytes);
      return way;
    }
    table = entry & kAddress;
  }
}

namespace {

// Goes through a table whose first entry is about the addresses from `base` on.
size_t search(uint64_t table, unsigned level, uint64_t base, uint64_t physical, std::span<uint64_t> pages) {
  size_t found = 0;
  for (unsigned i = 0; i < 512; ++i) {
    const uint64_t entry = read_physical(table + 8 * i);
    if (!(entry & kPresent)) continue;
    uint64_t address = base + i * bytes_of(level);
    if (level == 4 && i >= 256) address |= 0xffff'0000'0000'0000;  // bit 47 is set: so are those above
    const auto rest = pages.subspan(found < pages.size() ? found : pages.size());
    if (!is_page(entry, level)) {
      found += search(entry & kAddress, level - 1, address, physical, rest);
    } else if (physical - start_of_page(entry, level) < bytes_of(level)) {
      if (!rest.empty()) rest[0] = address + page_offset(physical, bytes_of(level));
      ++found;
    }
  }
  return found;
}

}  // namespace

size_t pages_showing(uint64_t physical, std::span<uint64_t> pages) {
  return search(top_table(), 4, 0, physical, pages);
}

}  // namespace lab
