// SPDX-License-Identifier: MIT
#include <cstring>

#include "memory/frame_allocator.h"
#include "test/test.h"

namespace kernel {
namespace {

constexpr size_t kFrames = 64;
constinit std::array<FrameUse, kFrames> small_map{};

PhysicalAddress frame(size_t number) { return PhysicalAddress(number * kPageBytes); }

// A machine of 64 frames, of which 16 to 63 are usable.
FrameAllocator small_machine() {
  FrameAllocator allocator;
  allocator.initialize(small_map.data(), kFrames);
  allocator.add(frame(16), 48 * kPageBytes);
  return allocator;
}

KERNEL_TEST(frames, hands_out_no_frame_twice_and_then_none) {
  FrameAllocator allocator = small_machine();
  expect_equal(allocator.total(), 48);
  uint64_t seen = 0;
  for (unsigned i = 0; i < 48; ++i) {
    const auto got = allocator.allocate(FrameUse::other);
    expect(got.has_value() && got->value() % kPageBytes == 0);
    const uint64_t bit = uint64_t{1} << got->value() / kPageBytes;
    expect((seen & bit) == 0);
    seen |= bit;
  }
  expect_equal(seen, 0xffffffffffff0000);
  expect(!allocator.allocate(FrameUse::other));
  expect_equal(allocator.free(), 0);
  expect_equal(allocator.used(), 48);
}

KERNEL_TEST(frames, a_released_frame_is_used_again) {
  FrameAllocator allocator = small_machine();
  while (allocator.allocate(FrameUse::other)) {
  }
  allocator.release(frame(40));
  allocator.release(frame(20));
  expect_equal(allocator.free(), 2);
  expect(allocator.allocate(FrameUse::page_table) == frame(20));
  expect(allocator.use_of(frame(20)) == FrameUse::page_table);
  expect(allocator.allocate(FrameUse::other) == frame(40));
}

KERNEL_TEST(frames, half_a_frame_is_no_frame_and_half_reserved_is_reserved) {
  FrameAllocator allocator;
  allocator.initialize(small_map.data(), kFrames);
  allocator.add(frame(16) + 1, 4 * kPageBytes);
  expect_equal(allocator.free(), 3);
  expect(allocator.use_of(frame(17)) == FrameUse::free && allocator.use_of(frame(16)) == FrameUse::reserved);
  allocator.claim(frame(18) + 4095, 2, FrameUse::reserved);
  expect_equal(allocator.free(), 1);
}

KERNEL_TEST(frames, a_run_lies_in_a_row_and_is_aligned) {
  FrameAllocator allocator = small_machine();
  const auto odd = allocator.allocate(FrameUse::other);
  expect(odd == frame(16));
  const auto run = allocator.allocate_run(8, 8, FrameUse::other);
  expect(run == frame(24));
  allocator.claim(frame(36), 1, FrameUse::reserved);
  const auto next = allocator.allocate_run(8, 1, FrameUse::other);
  expect(next == frame(37));
  expect(!allocator.allocate_run(32, 1, FrameUse::other));
  allocator.release_run(*run, 8);
  expect_equal(allocator.use_of(frame(31)) == FrameUse::free, true);
}

// On the machine it runs on: what must never be handed out is not free.
KERNEL_TEST(frames, low_memory_the_image_and_what_the_loader_left_are_kept) {
  for (uint64_t at = 0; at < 1 << 20; at += kPageBytes)
    expect(frames.use_of(PhysicalAddress(at)) == FrameUse::reserved);
  for (const std::byte* at = text_start; at < data_end; at += kPageBytes)
    expect(frames.use_of(physical_of_image(at)) == FrameUse::image);
  for (const MemoryRange& range : boot_information().left_by_loader) {
    for (uint64_t offset = 0; offset < range.bytes; offset += kPageBytes)
      expect(frames.use_of(range.start + offset) == FrameUse::reserved);
  }
  expect(frames.total() > 0 && frames.free() < frames.total());
}

KERNEL_TEST(frames, every_frame_handed_out_is_usable_memory) {
  const auto got = frames.allocate(FrameUse::other);
  expect(got.has_value());
  bool usable = false;
  for (const MemoryRange& range : boot_information().memory)
    if (range.usable && *got >= range.start && got->value() + kPageBytes <= range.start.value() + range.bytes)
      usable = true;
  expect(usable);
  memset(direct(*got), 0x5a, kPageBytes);
  frames.release(*got);
}

KERNEL_TEST_SHOULD_PANIC(frames, double_release) {
  FrameAllocator allocator = small_machine();
  const auto got = allocator.allocate(FrameUse::other);
  allocator.release(*got);
  allocator.release(*got);
}
KERNEL_TEST_SHOULD_PANIC(frames, release_of_the_image) { frames.release(physical_of_image(text_start)); }
KERNEL_TEST_SHOULD_PANIC(frames, release_of_low_memory) { frames.release(PhysicalAddress(0xb8000)); }
KERNEL_TEST_SHOULD_PANIC(frames, release_of_half_a_frame) {
  FrameAllocator allocator = small_machine();
  allocator.release(*allocator.allocate(FrameUse::other) + 8);
}

}  // namespace
}  // namespace kernel
