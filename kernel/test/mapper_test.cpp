// SPDX-License-Identifier: MIT
#include "arch/mistakes.h"
#include "memory/kernel_map.h"
#include "memory/stacks.h"
#include "test/panics.h"
#include "test/test.h"

namespace kernel {
namespace {

constexpr PageFlags kData = PageFlag::writable | PageFlag::no_execute;
constexpr uint64_t kFreeAddress = 0xffff'9000'0000'0000;  // nothing of the kernel's map is near

VirtualAddress at(uint64_t address) { return *VirtualAddress::from(address); }

// Tables that no CPU uses, gone at the end of the test.
struct ScratchTables {
  PhysicalAddress frame = *frames.allocate(FrameUse::page_table);
  Mapper mapper{frame};
  ScratchTables() { *direct<PageTable>(frame) = {}; }
  ~ScratchTables() { frames.release(frame); }
};

struct Size {
  PageSize size;
  uint64_t bytes;
  size_t tables;  // needed between the top table and the page
};
constexpr Size kSizes[] = {
    {PageSize::kib_4, 0x1000, 3}, {PageSize::mib_2, 0x20'0000, 2}, {PageSize::gib_1, 0x4000'0000, 1}};

KERNEL_TEST(mapper, maps_each_size_and_gives_every_table_back) {
  ScratchTables scratch;
  for (const Size& size : kSizes) {
    const size_t before = frames.used();
    const VirtualAddress page = at(size.bytes * 3);
    const PhysicalAddress memory(size.bytes * 5);
    expect(scratch.mapper.map(page, memory, kData, size.size).has_value());
    expect_equal(frames.used(), before + size.tables);

    const auto last_byte = scratch.mapper.translate(at(size.bytes * 4 - 1));
    expect(last_byte.has_value());
    expect_equal(last_byte->address.value(), size.bytes * 6 - 1);
    expect(last_byte->size == size.size && last_byte->entry.has(PageFlag::no_execute));
    expect_equal(last_byte->entry.has(PageFlag::large), size.size != PageSize::kib_4);
    expect(!scratch.mapper.translate(at(size.bytes * 4)));
    expect(!scratch.mapper.translate(at(size.bytes * 3 - 1)));

    const auto was = scratch.mapper.unmap(page);
    expect(was.has_value());
    expect_equal(was->value(), memory.value());
    expect(!scratch.mapper.translate(page));
    expect_equal(frames.used(), before);
  }
}

KERNEL_TEST(mapper, a_table_stays_until_its_last_page_is_gone) {
  ScratchTables scratch;
  const size_t before = frames.used();
  expect(scratch.mapper.map(at(0x1000), PhysicalAddress(0x5000), kData).has_value());
  expect(scratch.mapper.map(at(0x2000), PhysicalAddress(0x6000), kData).has_value());
  expect_equal(frames.used(), before + 3);
  expect(scratch.mapper.unmap(at(0x1000)).has_value());
  expect_equal(frames.used(), before + 3);
  expect(scratch.mapper.translate(at(0x2abc))->address == PhysicalAddress(0x6abc));
  expect(scratch.mapper.unmap(at(0x2000)).has_value());
  expect_equal(frames.used(), before);
}

KERNEL_TEST(mapper, refuses_what_would_hide_another_mapping) {
  ScratchTables scratch;
  Mapper& mapper = scratch.mapper;
  const size_t before = frames.used();
  expect(mapper.map(at(0x20'0000), PhysicalAddress(0x20'0000), kData, PageSize::mib_2).has_value());
  expect(mapper.map(at(0x20'0000), PhysicalAddress(0), kData, PageSize::mib_2).error() ==
         MapError::already_mapped);
  expect(mapper.map(at(0x20'1000), PhysicalAddress(0), kData).error() == MapError::already_mapped);
  expect(mapper.map(at(0), PhysicalAddress(0), kData, PageSize::gib_1).error() == MapError::already_mapped);
  expect(mapper.unmap(at(0x20'0000)).has_value());
  expect_equal(frames.used(), before);
}

KERNEL_TEST(mapper, refuses_addresses_inside_a_page) {
  ScratchTables scratch;
  Mapper& mapper = scratch.mapper;
  expect(mapper.map(at(0x1800), PhysicalAddress(0), kData).error() == MapError::not_aligned);
  expect(mapper.map(at(0x1000), PhysicalAddress(8), kData).error() == MapError::not_aligned);
  expect(mapper.map(at(0x1000), PhysicalAddress(0), kData, PageSize::mib_2).error() == MapError::not_aligned);
  expect(mapper.map(at(0x20'0000), PhysicalAddress(0x1000), kData, PageSize::mib_2).error() ==
         MapError::not_aligned);
}

KERNEL_TEST(mapper, a_range_crosses_from_table_to_table) {
  ScratchTables scratch;
  const size_t before = frames.used();
  const uint64_t start = 0x20'0000 - 0x3000;  // three pages in one table, two in the next
  expect(scratch.mapper.map_range(at(start), PhysicalAddress(0x7000), 5, kData).has_value());
  expect_equal(frames.used(), before + 4);
  for (uint64_t i = 0; i < 5; ++i) {
    const auto page = scratch.mapper.translate(at(start + i * kPageBytes + 5));
    expect(page.has_value() && page->address == PhysicalAddress(0x7005 + i * kPageBytes));
    expect(page->entry.flags() == (kData | PageFlag::present));
  }
  expect(!scratch.mapper.translate(at(start + 5 * kPageBytes)) && !scratch.mapper.translate(at(start - 1)));
  expect(scratch.mapper.map_range(at(start - 0x1000), PhysicalAddress(0), 2, kData).error() ==
         MapError::already_mapped);
  for (uint64_t i = 0; i < 6; ++i) expect(scratch.mapper.unmap(at(start + (i - 1) * kPageBytes)).has_value());
  expect_equal(frames.used(), before);
}

KERNEL_TEST(mapper, a_range_ends_where_addresses_are_not_canonical) {
  ScratchTables scratch;
  const uint64_t last = 0x0000'7fff'ffff'f000;
  expect(scratch.mapper.map_range(at(last), PhysicalAddress(0), 2, kData).error() == MapError::not_canonical);
  expect(scratch.mapper.unmap(at(last)).has_value());
}

KERNEL_TEST(mapper, unmap_and_protect_of_nothing_say_so) {
  ScratchTables scratch;
  expect(scratch.mapper.unmap(at(0x1000)).error() == MapError::not_mapped);
  expect(scratch.mapper.protect(at(0x1000), kData).error() == MapError::not_mapped);
  expect(!scratch.mapper.translate(at(0x1000)));
  expect(scratch.mapper.entry_of(at(0x1000)) == nullptr);
}

KERNEL_TEST(mapper, protect_keeps_the_frame_and_changes_the_rights) {
  ScratchTables scratch;
  for (const Size& size : kSizes) {
    expect(scratch.mapper.map(at(0), PhysicalAddress(size.bytes), kData, size.size).has_value());
    expect(scratch.mapper.protect(at(0), PageFlag::no_execute).has_value());
    const auto now = scratch.mapper.translate(at(0x123));
    expect(now.has_value() && now->size == size.size);
    expect_equal(now->address.value(), size.bytes + 0x123);
    expect(!now->entry.has(PageFlag::writable) && now->entry.has(PageFlag::no_execute));
    expect(scratch.mapper.unmap(at(0)).has_value());
  }
}

KERNEL_TEST(mapper, a_page_for_ring_3_opens_the_tables_above_it) {
  ScratchTables scratch;
  expect(scratch.mapper.map(at(0x1000), PhysicalAddress(0), kData).has_value());
  const auto& top = direct<PageTable>(scratch.frame)->entries[0];
  expect(!top.has(PageFlag::user));
  expect(scratch.mapper.map(at(0x2000), PhysicalAddress(0), kData | PageFlag::user).has_value());
  expect(top.has(PageFlag::user));
  expect(!scratch.mapper.translate(at(0x1000))->entry.has(PageFlag::user));
  expect(scratch.mapper.unmap(at(0x1000)).has_value() && scratch.mapper.unmap(at(0x2000)).has_value());
}

// The same with the tables that count: the CPU must notice every change at once.
KERNEL_TEST(mapper, the_cpu_sees_a_changed_page) {
  const PhysicalAddress first = *frames.allocate(FrameUse::other), second = *frames.allocate(FrameUse::other);
  *direct<uint64_t>(first) = 1;
  *direct<uint64_t>(second) = 2;
  expect(kernel_mapper.map(at(kFreeAddress), first, kData).has_value());
  expect_equal(mistakes::read(kFreeAddress), 1);
  expect(kernel_mapper.unmap(at(kFreeAddress)) == first);
  expect(kernel_mapper.map(at(kFreeAddress), second, kData).has_value());
  expect_equal(mistakes::read(kFreeAddress), 2);
  mistakes::write(kFreeAddress, 3);
  expect_equal(*direct<uint64_t>(second), 3);
  expect(kernel_mapper.unmap(at(kFreeAddress)).has_value());
  frames.release(first);
  frames.release(second);
}

// The CPU remembers the old right from the write before.
KERNEL_TEST(mapper, the_cpu_sees_a_changed_right) {
  const PhysicalAddress frame = *frames.allocate(FrameUse::other);
  expect(kernel_mapper.map(at(kFreeAddress), frame, kData).has_value());
  const auto write = [] { mistakes::write(kFreeAddress, 0xc3); };  // RET
  expect(!panics(write));
  expect(kernel_mapper.protect(at(kFreeAddress), PageFlag::no_execute).has_value());
  expect(panics(write));
  expect_equal(mistakes::read(kFreeAddress), 0xc3);
  const auto call = [] { mistakes::call(kFreeAddress); };
  expect(panics(call));
  expect(kernel_mapper.protect(at(kFreeAddress), {}).has_value());
  expect(!panics(call));
  expect(kernel_mapper.unmap(at(kFreeAddress)).has_value());
  expect(panics(call));
  frames.release(frame);
}

KERNEL_TEST(mapper, no_page_is_writable_and_executable) {
  size_t pages = 0;
  kernel_mapper.for_each_page([&](VirtualAddress page, const Translation& translation) {
    ++pages;
    if (!translation.entry.has(PageFlag::writable) || translation.entry.has(PageFlag::no_execute)) return;
    print("\n  {} is writable and executable", page);
    fail_test();
  });
  expect(pages > kDirectMapBytes / bytes_of(PageSize::mib_2));
}

KERNEL_TEST(mapper, the_walk_over_all_pages_agrees_with_translate) {
  uint64_t last = 0;
  kernel_mapper.for_each_page([&](VirtualAddress page, const Translation& translation) {
    expect(page.value() > last);
    last = page.value();
    const auto again = translate(page);
    expect(again.has_value() && again->address == translation.address && again->size == translation.size);
  });
  expect(last >= kKernelBase);
}

}  // namespace
}  // namespace kernel
