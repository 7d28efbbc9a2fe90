// SPDX-License-Identifier: MIT
//
// The kernel around your memory: boots, hands it the boot loader's map, moves into your page tables, and
// tries them.
#include "arch/control_registers.h"
#include "arch/exception.h"
#include "arch/instructions.h"
#include "arch/interrupts.h"
#include "arch/segments.h"
#include "drivers/console.h"
#include "lib/panic.h"
#include "lib/print.h"
#include "paging.h"

namespace lab {

constinit FrameAllocator frames;
constinit Mapper mapper{PhysicalAddress(0)};

// Here the check calls your functions: before any of them ran, when `frames` knows the memory, and at the
// end.
[[gnu::noinline]] void prepared() { asm volatile(""); }
[[gnu::noinline]] void frames_ready() { asm volatile(""); }
[[gnu::noinline]] void ready() {
  for (;;) kernel::hlt();
}

namespace {

// What the boot loader calls usable and is in use: the first MiB, which belongs to BIOS and screen, this
// image, and what the loader left for us.
void give_memory_to_frames(const kernel::BootInformation& information) {
  std::array<MemoryRange, 2 + kernel::kMostLoaderRanges> taken{};
  size_t count = 0;
  const auto start = reinterpret_cast<uint64_t>(image_start), end = reinterpret_cast<uint64_t>(image_end);
  taken[count++] = {PhysicalAddress(0), 1 << 20, false};
  taken[count++] = {PhysicalAddress(start), end - start, false};
  for (const MemoryRange& range : information.left_by_loader) taken[count++] = range;
  frames.initialize(information.memory, std::span(taken).first(count));
}

// Memory holds what its last owner left there. Here it is the same everywhere, and easy to recognise.
void leave_something_in_memory() {
  constexpr size_t kWords = 64 * kPageBytes / sizeof(uint64_t);
  const auto behind_the_image = PhysicalAddress(reinterpret_cast<uint64_t>(image_end));
  for (size_t i = 0; i < kWords; ++i) kernel::direct<uint64_t>(behind_the_image)[i] = 0x5a5a'5a5a'5a5a'5a5a;
}

PageTable& new_table(const char* what) {
  const auto frame = frames.allocate();
  if (!frame) kernel::panic("lab::frames has no frame for {}", what);
  PageTable& table = *kernel::direct<PageTable>(*frame);
  table = {};
  return table;
}

PhysicalAddress physical_of_direct(const void* object) {
  return PhysicalAddress(reinterpret_cast<uint64_t>(object) - kernel::kDirectMapBase);
}

// The first GiB of physical memory in pages of 2 MiB, writable and not executable.
void add_direct_map(PageTable& top) {
  const PageFlags table = PageFlag::present | PageFlag::writable;
  PageTable &level_3 = new_table("the direct map"), &level_2 = new_table("the direct map");
  for (uint64_t i = 0; i < 512; ++i)
    level_2.entries[i] = {PhysicalAddress(i << 21), table | PageFlag::large | PageFlag::no_execute};
  level_3.entries[0] = {physical_of_direct(&level_2), table};
  top.entries[256] = {physical_of_direct(&level_3), table};
}

void move_into_own_tables() {
  PageTable& top = new_table("the top table");
  add_direct_map(top);
  Mapper own(physical_of_direct(&top));
  if (!map_kernel(own)) kernel::panic("lab::map_kernel could not map the kernel");
  kernel::cr3::write(physical_of_direct(&top).value());
  mapper = own;
}

void demonstrate() {
  kernel::print("This kernel runs in page tables of its own.\n");
  constexpr uint64_t kPage = 0x0000'7000'0000'0000;
  const auto page = VirtualAddress::from(kPage);
  const auto frame = frames.allocate();
  if (!frame || mapper.map(*page, *frame, PageFlag::writable | PageFlag::no_execute) != MapResult::done)
    return;
  probe_write(kPage, 0x1234);
  kernel::print("{:#x} was written and is there: {:#x}\n", kPage, probe_read(kPage));
  probe_jump(kPage);
  kernel::print("executing it: {} fault\n", reported.count);
  mapper.protect(*page, PageFlag::no_execute);
  probe_write(kPage, 0x5678);
  kernel::print("writing to it when it is read-only: {} faults\n", reported.count);
  mapper.unmap(*page);
  probe_read(kPage);
  kernel::print("reading it when it is gone: {} faults\n", reported.count);
  frames.release(*frame);
  probe_write(kDemandBase + 0x1000, 7);
  kernel::print("a page on demand: {}\n", probe_read(kDemandBase + 0x1000));
}

}  // namespace
}  // namespace lab

extern "C" [[noreturn]] void kernel_main(uint32_t magic, uint32_t report) {
  const auto& information = kernel::read_boot_information(magic, kernel::PhysicalAddress(report));
  kernel::console.initialize();
  kernel::load_segments();
  kernel::load_interrupt_table();
  kernel::set_exception_handler(kernel::Exception::page_fault, lab::handle_page_fault);
  lab::mapper = lab::Mapper(kernel::PhysicalAddress(kernel::cr3::read()));
  lab::leave_something_in_memory();
  lab::prepared();
  lab::give_memory_to_frames(information);
  lab::frames_ready();
  lab::move_into_own_tables();
  lab::demonstrate();
  lab::ready();
  __builtin_unreachable();
}
