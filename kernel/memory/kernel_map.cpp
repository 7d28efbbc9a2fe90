// SPDX-License-Identifier: MIT
#include "memory/kernel_map.h"

#include "arch/control_registers.h"
#include "memory/layout.h"
#include "memory/stacks.h"

namespace kernel {
namespace {

using enum PageTableEntry::Flag;

constexpr uint64_t kTable = present | writable;  // tables allow everything; the page's own entry decides
constexpr uint64_t kCode = present;
constexpr uint64_t kConstants = present | no_execute;
constexpr uint64_t kData = present | writable | no_execute;

constexpr unsigned kDirectDirectories = kDirectMapBytes >> 30;  // each reaches 1 GiB

constinit PageTable top;
constinit PageTable direct_pointers;
constinit PageTable direct_directories[kDirectDirectories];
constinit PageTable image_pointers;
constinit PageTable image_directory;
constinit PageTable image_pages;  // 2 MiB from kKernelBase: the first MiB stays empty, then the image

PageTableEntry to(const PageTable& table) { return {physical_of_image(&table), kTable}; }

void map_direct() {
  for (unsigned i = 0; i < kDirectDirectories; ++i) {
    direct_pointers.entries[i] = to(direct_directories[i]);
    for (uint64_t j = 0; j < 512; ++j)
      direct_directories[i].entries[j] = {PhysicalAddress((i * 512 + j) * kLargePageBytes), kData | large};
  }
}

void map_image(const std::byte* start, const std::byte* end, uint64_t flags) {
  for (const std::byte* page = start; page != end; page += kPageBytes)
    image_page_entry(VirtualAddress::of(page)) = {physical_of_image(page), flags};
}

}  // namespace

PageTableEntry& image_page_entry(VirtualAddress address) {
  return image_pages.entries[address.table_index(1)];
}

void map_kernel() {
  constexpr VirtualAddress direct_base = *VirtualAddress::from(kDirectMapBase);
  constexpr VirtualAddress image_base = *VirtualAddress::from(kKernelBase);
  top.entries[direct_base.table_index(4)] = to(direct_pointers);
  top.entries[image_base.table_index(4)] = to(image_pointers);
  image_pointers.entries[image_base.table_index(3)] = to(image_directory);
  image_directory.entries[image_base.table_index(2)] = to(image_pages);

  map_direct();
  map_image(text_start, text_end, kCode);
  map_image(rodata_start, rodata_end, kConstants);
  map_image(data_start, data_end, kData);
  for (const NamedStack& stack : all_stacks()) image_page_entry(*VirtualAddress::from(stack.guard)) = {};

  cr3::write(physical_of_image(&top).value());
}

std::optional<Translation> translate(VirtualAddress address) {
  PhysicalAddress table = PhysicalAddress(cr3::read() & ~uint64_t{0xfff});
  for (unsigned level = 4; level >= 1; --level) {
    const PageTableEntry entry = direct<const PageTable>(table)->entries[address.table_index(level)];
    if (!entry.has(present)) return std::nullopt;
    const bool is_page = level == 1 || (level <= 3 && entry.has(large));
    if (is_page) {
      const uint64_t offset_mask = (uint64_t{1} << (12 + 9 * (level - 1))) - 1;
      return Translation{
          PhysicalAddress((entry.target().value() & ~offset_mask) | (address.value() & offset_mask)), entry,
          level};
    }
    table = entry.target();
  }
  return std::nullopt;
}

}  // namespace kernel
