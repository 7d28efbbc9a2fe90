// SPDX-License-Identifier: MIT
//
// One page of 2 MiB made into 512 of 4 KiB, which show the same memory. How that works is the matter of labs
// 08 and 09.
#include "arch/control_registers.h"
#include "double_fault.h"

namespace lab {
namespace {

using kernel::PageFlag;
using kernel::PageTableEntry;

constinit kernel::PageTable small_pages;

PageTableEntry& large_entry(uint64_t address) {
  const auto virtual_address = *kernel::VirtualAddress::from(address);
  auto* table = kernel::direct<kernel::PageTable>(kernel::PhysicalAddress(kernel::cr3::read()));
  for (unsigned level = 4; level > 2; --level)
    table = kernel::direct<kernel::PageTable>(table->entries[virtual_address.table_index(level)].target());
  return table->entries[virtual_address.table_index(2)];
}

}  // namespace

PageTableEntry& page_entry(uint64_t address) {
  PageTableEntry& large = large_entry(address);
  if (large.has(PageFlag::large)) {
    for (unsigned i = 0; i < small_pages.entries.size(); ++i)
      small_pages.entries[i] = {large.target() + i * kernel::kPageBytes,
                                PageFlag::present | PageFlag::writable};
    large = {kernel::physical_of_image(&small_pages), PageFlag::present | PageFlag::writable};
    kernel::cr3::write(kernel::cr3::read());
  }
  return small_pages.entries[address / kernel::kPageBytes % 512];
}

}  // namespace lab
