// SPDX-License-Identifier: MIT
#include "shell/memory_mistakes.h"

#include "arch/mistakes.h"
#include "lib/print.h"
#include "memory/frame_allocator.h"
#include "memory/thread_stacks.h"

namespace kernel {
namespace {

// The neighbours stay: alone between two used blocks, the released one is a block of its own in the list.
struct ReleasedBlock {
  uint64_t* volatile before = new uint64_t[8];
  uint64_t* volatile block = new uint64_t[8];
  uint64_t* volatile behind = new uint64_t[8];
  ReleasedBlock() { delete[] block; }
};

}  // namespace

// Through volatile pointers: the compiler knows that these are mistakes, and would be free to leave them out.
void release_twice() {
  auto* volatile block = new uint64_t[4];
  delete[] block;
  delete[] block;
}

// The list's next block has its header there; a guarded block its red zone.
void write_past_a_block() {
  auto* volatile block = new uint64_t[4];
  auto* volatile next = new uint64_t[4];
  for (size_t i = 0; i < 8; ++i) block[i] = 0x4141'4141'4141'4141;
  delete[] next;
  delete[] block;
}

void release_a_frame_twice() {
  const auto frame = frames.allocate(FrameUse::other);
  if (!frame) return;
  frames.release(*frame);
  frames.release(*frame);
}

void touch_guard_page_of_a_thread() {
  const auto stack = allocate_stack(1, "demonstration");
  if (stack) mistakes::write(stack->bottom - 8, 1);
}

// The frame gets a new owner while somebody still has a page that shows it: two pages, one memory.
void keep_a_released_frame_mapped() {
  const auto frame = frames.allocate(FrameUse::other);
  if (!frame) return print("there is no frame left\n");
  volatile uint64_t& stale = *direct<volatile uint64_t>(*frame);
  frames.release(*frame);
  const auto again = frames.allocate(FrameUse::other);
  volatile uint64_t& owned = *direct<volatile uint64_t>(*again);
  owned = 1234;
  stale = 0xbad;
  print("released the frame at {} and kept a pointer; its next owner wrote 1234 and reads {:#x}\n", *frame,
        static_cast<uint64_t>(owned));
}

void write_after_release() {
  const ReleasedBlock released;
  released.block[1] = 0x4141'4141'4141'4141;
  print("wrote to the released block at {}; alloc check may find it, heap=redzones will\n",
        static_cast<void*>(released.block));
}

// In a list the first word of a free block leads to the next one.
void corrupt_a_free_list() {
  const ReleasedBlock released;
  released.block[0] = 0x4141'4141'4141'4141;
  print("wrote to the link at {}; alloc check finds it, and the next new may follow it\n",
        static_cast<void*>(released.block));
}

void leak() {
  uint64_t* volatile lost = new uint64_t[1000];
  lost[0] = 1;
  print("8000 bytes that nobody can release any more: heap counts a block more than before\n");
}

}  // namespace kernel
