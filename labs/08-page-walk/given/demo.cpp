// SPDX-License-Identifier: MIT
#include "demo.h"

#include "arch/control_registers.h"
#include "arch/page_table.h"
#include "lib/print.h"
#include "memory/layout.h"

namespace lab {

using kernel::PageFlag, kernel::PageTable, kernel::PhysicalAddress;

constinit uint64_t physical_window = kernel::kDirectMapBase;
constinit Walk result;

namespace {

constexpr uint64_t kWindowBytes = 1 << 30;  // what boot.S maps

constinit PageTable level_3{}, level_2{}, level_1{};

}  // namespace

uint64_t read_physical(uint64_t address) {
  if (address > kWindowBytes - sizeof(uint64_t)) return ~uint64_t{0};
  return *reinterpret_cast<const volatile uint64_t*>(physical_window + address);
}

//   + 1 GiB            a page of 1 GiB          physical 0
//   + 2 GiB            a table of 2 MiB each:   every other entry, physical memory from 0 on
//   + 2 GiB + 510 MiB  a table of 4 KiB each:   two of three entries, physical memory down from 16 MiB
void map_demo_pages() {
  const kernel::PageFlags table = PageFlag::present | PageFlag::writable;
  level_3.entries[1] = {PhysicalAddress(0), table | PageFlag::large};
  level_3.entries[2] = {kernel::physical_of_image(&level_2), table};
  for (unsigned i = 0; i < 254; i += 2)
    level_2.entries[i] = {PhysicalAddress(i * 0x20'0000ull), table | PageFlag::large};
  level_2.entries[255] = {kernel::physical_of_image(&level_1), table};
  for (unsigned i = 0; i < 512; ++i)
    if (i % 3 != 2) level_1.entries[i] = {PhysicalAddress(0x100'0000 - i * 0x1000ull), table};
  auto& top = *kernel::direct<PageTable>(PhysicalAddress(kernel::cr3::read()));
  top.entries[kDemoBase >> 39] = {kernel::physical_of_image(&level_3), table};
  top.entries[0] = {};  // boot.S needed the first GiB there; now a null pointer faults
  load_top_table(kernel::cr3::read());
}

void show_walk(uint64_t address) {
  static constexpr std::string_view kTables[] = {"PML4", "PDPT", "PD", "PT"};
  const Walk way = walk(address);
  kernel::print("{:#018x} ", address);
  for (unsigned i = 0; i < way.count && i < way.visited.size(); ++i)
    kernel::print(" {}[{}]", kTables[i], table_index(address, 4 - i));
  if (way.end == End::page)
    kernel::print("  {:#x} in a page of {} KiB\n", way.physical, way.page_bytes / 1024);
  else
    kernel::print("  {}\n", way.end == End::not_present ? "not present" : "not canonical");
}

void load_top_table(uint64_t cr3) { kernel::cr3::write(cr3); }

}  // namespace lab
