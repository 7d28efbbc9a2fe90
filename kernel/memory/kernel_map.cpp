// SPDX-License-Identifier: MIT
#include "memory/kernel_map.h"

#include "arch/control_registers.h"
#include "lib/panic.h"
#include "memory/stacks.h"

namespace kernel {

constinit Mapper kernel_mapper{PhysicalAddress(0)};

namespace {

constexpr PageFlags kCode;
constexpr PageFlags kConstants = PageFlag::no_execute;
constexpr PageFlags kData = PageFlag::writable | PageFlag::no_execute;

void map(VirtualAddress page, PhysicalAddress frame, uint64_t bytes, PageFlags flags, PageSize size) {
  if (const auto mapped = kernel_mapper.map_range(page, frame, bytes / bytes_of(size), flags, size); !mapped)
    panic("cannot map {}: {}", page, to_text(mapped.error()));
}

void map_image(const std::byte* start, const std::byte* end, PageFlags flags) {
  map(VirtualAddress::of(start), physical_of_image(start), static_cast<uint64_t>(end - start), flags,
      PageSize::kib_4);
}

}  // namespace

void map_kernel() {
  const auto top = frames.allocate(FrameUse::page_table);
  if (!top) panic("there is no frame for the top page table");
  *direct<PageTable>(*top) = {};
  kernel_mapper = Mapper(*top);

  map(VirtualAddress::of(direct(PhysicalAddress(0))), PhysicalAddress(0), kDirectMapBytes, kData,
      PageSize::mib_2);
  map_image(text_start, text_end, kCode);
  map_image(rodata_start, rodata_end, kConstants);
  map_image(data_start, data_end, kData);
  for (const NamedStack& stack : all_stacks()) (void)kernel_mapper.unmap(*VirtualAddress::from(stack.guard));

  cr3::write(top->value());
}

}  // namespace kernel
