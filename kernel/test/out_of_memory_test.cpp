// SPDX-License-Identifier: MIT
//
// What happens when there is no frame left: nothing breaks, nothing is lost, and somebody is told.
#include <new>

#include "arch/mistakes.h"
#include "memory/demand_zero.h"
#include "memory/heap.h"
#include "memory/kernel_map.h"
#include "memory/thread_stacks.h"
#include "test/panics.h"
#include "test/test.h"

namespace kernel {
namespace {

// Takes all frames but `left`. Each taken frame holds the address of the one taken before it.
class Famine {
 public:
  explicit Famine(size_t left) {
    while (frames.free() > left) {
      const PhysicalAddress frame = *frames.allocate(FrameUse::other);
      *direct<PhysicalAddress>(frame) = last_;
      last_ = frame;
    }
  }
  ~Famine() { end(); }
  void end() {
    while (last_ != kNone) {
      const PhysicalAddress frame = last_;
      last_ = *direct<PhysicalAddress>(frame);
      frames.release(frame);
    }
  }

 private:
  static constexpr PhysicalAddress kNone{0};
  PhysicalAddress last_ = kNone;
};

constexpr VirtualAddress kFreeAddress = *VirtualAddress::from(0xffff'9000'0000'0000);

KERNEL_TEST(out_of_memory, a_mapping_that_lacks_one_table_leaves_no_other_behind) {
  const Famine famine(2);  // three would be needed
  expect(kernel_mapper.map(kFreeAddress, PhysicalAddress(0), PageFlag::no_execute).error() ==
         MapError::no_frame);
  expect_equal(frames.free(), 2);
  expect(!translate(kFreeAddress));
}

KERNEL_TEST(out_of_memory, no_stack_and_no_part_of_one) {
  const size_t stacks = thread_stacks.count();
  const Famine famine(6);  // not enough for eight pages, with or without tables
  expect(!allocate_stack(8));
  expect_equal(frames.free(), 6);
  expect_equal(thread_stacks.count(), stacks);
}

KERNEL_TEST(out_of_memory, nothrow_new_gives_null_and_the_heap_stays_sound) {
  const uint64_t end = heap.end();
  const size_t more_than_it_has = heap.statistics().memory + 1;
  {
    const Famine famine(5);
    expect(::operator new(more_than_it_has, std::nothrow) == nullptr);
    expect_equal(frames.free(), 5);
    expect_equal(heap.end(), end);
  }
  void* memory = ::operator new(more_than_it_has, std::nothrow);
  expect(memory != nullptr);
  ::operator delete(memory);
  expect(!heap.check().found());
}

KERNEL_TEST(out_of_memory, a_page_on_demand_without_a_frame_panics) {
  const Famine famine(3);  // a page and three tables would be needed
  expect(panics([] { mistakes::read(demand_zero_region.base()); }));
  expect_equal(demand_zero_region.pages_filled(), 0);
}

}  // namespace
}  // namespace kernel
