// SPDX-License-Identifier: MIT
#include "shell/memory_commands.h"

#include "lib/print.h"
#include "lib/text.h"
#include "memory/demand_zero.h"
#include "memory/heap.h"
#include "memory/kernel_map.h"
#include "memory/thread_stacks.h"
#include "shell/allocator_bench.h"

namespace kernel {
namespace {

constexpr size_t kKiB = 1024;

std::string_view region_name(VirtualAddress address) {
  const uint64_t at = address.value();
  if (at >= kKernelBase) return "image";
  if (demand_zero_region.contains(at)) return "pages on demand";
  if (at >= kThreadStacksBase) return "stacks";
  if (at >= kHeapBase) return "heap";
  if (at >= kDirectMapBase) return "direct map";
  return "programs";
}

// Pages in a row that differ in nothing but their addresses.
struct Range {
  VirtualAddress first;
  uint64_t bytes = 0;
  PageSize size = PageSize::kib_4;
  bool writable = false, executable = false, user = false;

  static Range of(VirtualAddress page, const Translation& translation) {
    const PageTableEntry& entry = translation.entry;
    return {page,
            bytes_of(translation.size),
            translation.size,
            entry.has(PageFlag::writable),
            !entry.has(PageFlag::no_execute),
            entry.has(PageFlag::user)};
  }
  bool contains(uint64_t address) const { return address - first.value() < bytes; }
  bool goes_on_with(const Range& next) const {
    return first.value() + bytes == next.first.value() && size == next.size && writable == next.writable &&
           executable == next.executable && user == next.user;
  }
  void show() const {
    print("{:016x}-{:016x} {:8} KiB by {:<7} r{}{}{} {}\n", first.value(), first.value() + bytes - 1,
          bytes / kKiB, bytes_of(size) / kKiB, writable ? 'w' : '-', executable ? 'x' : '-', user ? 'u' : '-',
          region_name(first));
  }
};

}  // namespace

void show_memory_use(std::string_view) {
  for (size_t i = 1; i < kFrameUses; ++i)  // from 1: nobody counts what is not ours
    print("{:14}{:8} frames {:9} KiB\n", kFrameUseNames[i], frames.count(static_cast<FrameUse>(i)),
          frames.count(static_cast<FrameUse>(i)) * kPageBytes / kKiB);
  print("{:14}{:8} frames {:9} KiB\n", "all", frames.total(), frames.total() * kPageBytes / kKiB);
  print("{} stacks of threads, {} pages on demand\n", thread_stacks.count(),
        demand_zero_region.pages_filled());
}

void show_mapped_ranges(std::string_view text) {
  const auto wanted = parse_number(text);
  if (!text.empty() && !wanted)
    return print("map needs an address, such as 0xffffffff80100000, or nothing\n");
  Range range{.first = VirtualAddress::of(nullptr)};  // still empty
  bool shown = false;
  const auto show = [&] {
    if (range.bytes == 0 || (wanted && !range.contains(*wanted))) return;
    range.show();
    shown = true;
  };
  kernel_mapper.for_each_page([&](VirtualAddress page, const Translation& translation) {
    const Range next = Range::of(page, translation);
    if (range.goes_on_with(next)) {
      range.bytes += next.bytes;
      return;
    }
    show();
    range = next;
  });
  show();
  if (!shown) print("nothing is mapped there\n");
}

void show_heap(std::string_view) {
  const AllocatorStatistics now = heap.statistics();
  print("{}, from {:#018x} to {:#018x}, {} KiB\n", heap.name(), heap.start(), heap.end(), now.memory / kKiB);
  print("used     {:9} bytes in {} blocks\n", now.used, now.live);
  print("free     {:9} bytes, the largest block {}\n", now.free, now.largest_free);
  print("overhead {:9} bytes for headers and tables\n", now.memory - now.used - now.free);
  print("calls    {:9} allocations, {} releases, {} without room at first\n", now.allocations, now.releases,
        now.failures);
  print("fragmentation {}.{} %\n", now.fragmentation() / 10, now.fragmentation() % 10);
}

void run_allocator_command(std::string_view text) {
  const std::string_view what = take_word(text);
  if (what == "bench") return compare_allocators(parse_number(text).value_or(1));
  if (what != "check")
    return print("alloc check looks at the heap, alloc bench [SEED] compares allocators\n");
  const Defect defect = heap.check();
  if (defect.found())
    print("the heap is broken: {}, at {}\n", defect.what, defect.where);
  else
    print("the heap is sound\n");
}

}  // namespace kernel
