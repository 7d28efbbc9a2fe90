// SPDX-License-Identifier: MIT
//
// The kernel around your allocators: it puts the same load on each of them, shows what came of it, and waits.
//
//   command line   (nothing)                         all five, one after the other
//                  bump, list, blocks, buddy, slab   one of them, with half of its blocks still there
#include <array>

#include "arch/instructions.h"
#include "arch/interrupts.h"
#include "arch/segments.h"
#include "boot/boot_information.h"
#include "drivers/console.h"
#include "drivers/pic8259.h"
#include "heap.h"
#include "lib/print.h"
#include "memory/frame_allocator.h"
#include "memory/kernel_map.h"

namespace lab {

using kernel::print;

// The check calls the functions of your allocators from here, before anything has used them.
[[gnu::noinline]] void ready() { asm volatile(""); }

// Where the work of the command line is done.
[[gnu::noinline]] void done() {
  for (;;) kernel::sti_hlt();
}

namespace {

constexpr uint64_t kSeed = 11;

// The largest block that can be had, by asking.
size_t largest_possible() {
  size_t possible = 0;
  for (size_t step = kArenaBytes / 2; step >= 16; step /= 2)
    with_allocator([&](auto& allocator) {
      if (void* block = allocator.allocate(possible + step); block != nullptr) {
        allocator.release(block);
        possible += step;
      }
    });
  return possible;
}

void show(Policy policy) {
  run_load(policy, kSeed);
  print("{:8}{:12}{:10}{:10}{:10}{:16}\n", kNames[static_cast<size_t>(policy)], figures.allocations,
        figures.failures, figures.damaged, figures.reach, largest_possible());
}

}  // namespace
}  // namespace lab

extern "C" [[noreturn]] void kernel_main(uint32_t magic, uint32_t report) {
  using namespace kernel;
  console.initialize();
  const BootInformation& information = read_boot_information(magic, PhysicalAddress(report));
  load_segments();
  load_interrupt_table();
  initialize_frames(information);
  map_kernel();
  pics.initialize(kIrqBaseVector);
  lab::ready();
  print("{} KiB for each; the load wants a part of it, and in the end half of its blocks are released\n",
        lab::kArenaBytes / 1024);
  print("{:8}{:>12}{:>10}{:>10}{:>10}{:>16}\n", "", "blocks", "refused", "damaged", "reach", "largest left");
  bool one = false;
  for (size_t i = 0; i < lab::kNames.size(); ++i)
    if (information.command_line == lab::kNames[i]) one = true, lab::show(static_cast<lab::Policy>(i));
  for (size_t i = 0; i < lab::kNames.size() && !one; ++i) {
    lab::show(static_cast<lab::Policy>(i));
    lab::end_load();
  }
  lab::done();
  __builtin_unreachable();
}
