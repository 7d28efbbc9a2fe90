// SPDX-License-Identifier: MIT
//
// The kernel around your heap: it boots as far as a heap needs, uses it, and waits.
//
//   command line   (nothing)   a demonstration
//                  exhaust     `new` until there is no memory left
//                  busy        a loop and a timer's handler use the heap at the same time
#include <array>
#include <new>

#include "arch/control_registers.h"
#include "arch/instructions.h"
#include "arch/interrupts.h"
#include "arch/segments.h"
#include "boot/boot_information.h"
#include "drivers/console.h"
#include "drivers/pic8259.h"
#include "drivers/pit8254.h"
#include "heap.h"
#include "lib/print.h"
#include "memory/frame_allocator.h"
#include "memory/kernel_map.h"

namespace lab {

using kernel::print;

// The check calls the functions of your heap from here: everything is set up, and nothing has used it yet.
[[gnu::noinline]] void ready() { asm volatile(""); }

// Where the work of the command line is done.
[[gnu::noinline]] void done() {
  for (;;) kernel::sti_hlt();
}

// For the check, which calls them: each form of `new` and `delete` that the language has. An alignment of 0
// stands for the forms without one.
void* make(size_t bytes, size_t alignment, bool array) {
  const auto align = static_cast<std::align_val_t>(alignment);
  if (alignment != 0) return array ? ::operator new[](bytes, align) : ::operator new(bytes, align);
  return array ? ::operator new[](bytes) : ::operator new(bytes);
}
void* try_to_make(size_t bytes, size_t alignment, bool array) {
  const auto align = static_cast<std::align_val_t>(alignment);
  if (alignment != 0)
    return array ? ::operator new[](bytes, align, std::nothrow) : ::operator new(bytes, align, std::nothrow);
  return array ? ::operator new[](bytes, std::nothrow) : ::operator new(bytes, std::nothrow);
}
void destroy(void* memory, size_t bytes, size_t alignment, bool array) {
  const auto align = static_cast<std::align_val_t>(alignment);
  if (alignment != 0)
    array ? ::operator delete[](memory, bytes, align) : ::operator delete(memory, bytes, align);
  else
    array ? ::operator delete[](memory, bytes) : ::operator delete(memory, bytes);
}

namespace {

struct Station {
  Station* next;
  uint64_t number;
};
struct alignas(64) Line {  // as large as a line of the cache, and never in two of them
  std::array<uint8_t, 64> bytes;
};

uint64_t place(const void* memory) { return reinterpret_cast<uint64_t>(memory) - kHeapStart; }

void demonstrate() {
  Station* first = nullptr;
  for (uint64_t number = 1; number <= 5; ++number) {
    auto* station = new (std::nothrow) Station{first, number};
    if (station == nullptr) return print("there is no memory for a Station\n");
    first = station;
  }
  print("a list of objects: ");
  for (const Station* station = first; station != nullptr; station = station->next)
    print("{} at +{:#x}{}", station->number, place(station), station->next ? ", " : "\n");
  auto* line = new (std::nothrow) Line;
  auto* table = new (std::nothrow) uint64_t[12345];
  if (line == nullptr || table == nullptr) return print("there is no memory for a Line or a table\n");
  print("an object aligned to 64 bytes at +{:#x}\na table of {} bytes at +{:#x}\n", place(line),
        12345 * sizeof(uint64_t), place(table));
  delete[] table;
  delete line;
  while (first != nullptr) {
    Station* gone = first;
    first = first->next;
    delete gone;
  }
  auto* again = new (std::nothrow) uint8_t[1000];
  print("all of them released; 1000 bytes at +{:#x}\n", place(again));
  delete[] again;
}

void* volatile newest = nullptr;  // seen from outside: the compiler leaves no `new` out

void exhaust() {
  for (uint64_t taken = 0; taken < 100'000; ++taken) newest = ::operator new(40'000);
  print("100000 times `new`, and no end of the memory was met\n");
}

}  // namespace

// What both sides saw of RFLAGS, for the check.
constinit uint64_t flags_behind_allocate = 0, flags_behind_release = 0, flags_in_handler = 0;
constinit uint64_t handled = 0;  // ticks

namespace {

constexpr uint64_t kTicks = 200;
constexpr uint16_t kMostCounts = 97;  // of the timer: 81 microseconds
constinit std::array<void*, 8> from_handler{};

// Takes a block or gives one back, then sets the timer for the next time, never after the same while.
void on_tick() {
  void*& slot = from_handler[handled % from_handler.size()];
  if (slot != nullptr) heap.release(slot);
  slot = slot == nullptr ? heap.allocate(32 + handled % 300, 16) : nullptr;
  flags_in_handler = kernel::rflags::read();
  ++handled;
  kernel::start_one_shot_timer(static_cast<uint16_t>(31 + handled * 13 % kMostCounts));
}

}  // namespace

[[gnu::noinline]] void busy() {
  std::array<void*, 16> blocks{};
  kernel::sti();
  for (uint64_t i = 0; handled < kTicks; ++i) {
    void*& slot = blocks[i % blocks.size()];
    if (slot != nullptr) heap.release(slot);
    flags_behind_release = kernel::rflags::read();
    slot = heap.allocate(16 + i % 500, 16);
    flags_behind_allocate = kernel::rflags::read();
  }
  print("{} ticks, each with a block of its own\n", handled);
}

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
  if (information.command_line.find("exhaust") != std::string_view::npos) {
    lab::exhaust();
  } else if (information.command_line.find("busy") != std::string_view::npos) {
    set_irq_handler(kTimerIrq, lab::on_tick);
    start_one_shot_timer(2000);
    pics.unmask(kTimerIrq);
    lab::busy();
  } else {
    lab::demonstrate();
  }
  lab::done();
  __builtin_unreachable();
}
