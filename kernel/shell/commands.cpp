// SPDX-License-Identifier: MIT
#include "arch/cpu_features.h"
#include "arch/instructions.h"
#include "arch/interrupts.h"
#include "arch/machine.h"
#include "boot/boot_information.h"
#include "drivers/console.h"
#include "drivers/debug_exit.h"
#include "drivers/input.h"
#include "drivers/pit8254.h"
#include "lib/print.h"
#include "lib/text.h"
#include "memory/kernel_map.h"
#include "shell/faults.h"
#include "shell/memory_commands.h"
#include "shell/mishaps.h"
#include "shell/shell.h"
#include "shell/task_commands.h"
#include "test/test.h"

namespace kernel {
namespace {

void help(std::string_view) {
  for (const Command& command : commands())
    print("{:8}{:14}{}\n", command.name, command.arguments, command.help);
}

void clear(std::string_view) { console.clear_screen(); }

void echo(std::string_view text) { print("{}\n", text); }

void ticks(std::string_view) { print("{} timer ticks, {} a second\n", timer_ticks(), kTicksPerSecond); }

void irqs(std::string_view) {
  const IrqCounts& counts = irq_counts();
  for (unsigned line = 0; line < kIrqCount; ++line)
    if (counts.served[line] != 0) print("IRQ {:2}: {} served\n", line, counts.served[line]);
  const InputCounts input = input_counts();
  print("spurious: {}   characters typed: {}, lost: {}\n", counts.spurious, input.characters, input.lost);
}

void registers(std::string_view) { int_n<kShowRegistersVector>(); }

void walk(std::string_view text) {
  const auto number = parse_number(text);
  if (!number) return print("walk needs an address, such as 0xffffffff80100000\n");
  const auto address = VirtualAddress::from(*number);
  if (!address) return print("{:#x} is not canonical: bits 63 to 48 must repeat bit 47\n", *number);
  for (unsigned level = 4; level >= 1; --level)
    print("level {} index {}  ", level, address->table_index(level));
  print("offset {:#x}\n", address->page_offset());
  const auto translation = translate(*address);
  if (!translation) return print("{} is not mapped\n", *address);
  using enum PageFlag;
  print("{} -> {}, {}{}{}, page of level {}\n", *address, translation->address, "read",
        translation->entry.has(writable) ? " write" : "",
        translation->entry.has(no_execute) ? "" : " execute", static_cast<unsigned>(translation->size));
}

void fault(std::string_view name) {
  if (name.empty()) return list_faults();
  if (!raise_fault(name)) print("there is no fault '{}'; fault alone lists them\n", name);
}

void mishap(std::string_view name) {
  if (name.empty()) return list_mishaps();
  if (!act_out_mishap(name)) print("there is no mishap '{}'; mishap alone lists them\n", name);
}

void test(std::string_view filter) { run_tests(filter); }

void memory(std::string_view) {
  for (const MemoryRange& range : boot_information().memory)
    print("{} {:12} bytes {}\n", range.start, range.bytes, range.usable ? "usable" : "reserved");
}

void cpu(std::string_view) {
  print("{}, addresses of {} bits\n", cpu_vendor().text(), physical_address_bits());
  for (const CpuFeature& feature : kCpuFeatures)
    if (cpu_has(feature)) print("{} ", feature.name);
  print("\n");
}

void exit(std::string_view text) {
  debug_exit(static_cast<uint8_t>(parse_number(text).value_or(0)));
  print("this machine has no debug exit port\n");
}

void reboot(std::string_view) { reset_machine(); }

void halt(std::string_view) {
  print("halted\n");
  halt_for_ever();
}

constexpr Command kCommands[] = {
    {"help", "", "this list", help},
    {"clear", "", "empties the screen", clear},
    {"echo", "TEXT", "prints TEXT", echo},
    {"ticks", "", "timer interrupts so far", ticks},
    {"irqs", "", "how often each interrupt line was served", irqs},
    {"cpu", "", "what CPUID says of the CPU", cpu},
    {"regs", "", "the CPU's registers, through INT 0x30", registers},
    {"walk", "ADDRESS", "translates a virtual address through the page tables", walk},
    {"fault", "NAME", "raises a real exception; without NAME lists them", fault},
    {"mishap", "NAME", "a mistake without an exception; without NAME lists them", mishap},
    {"test", "TEXT", "runs the kernel's tests whose name contains TEXT", test},
    {"memory", "", "the boot loader's map of the machine's memory", memory},
    {"mem", "", "what the machine's memory is used for", show_memory_use},
    {"map", "[ADDRESS]", "what is mapped, or the range with ADDRESS", show_mapped_ranges},
    {"heap", "", "the memory behind new", show_heap},
    {"alloc", "check|bench", "looks for damage in the heap; compares allocators", run_allocator_command},
    {"threads", "", "all threads: what they do, wait for, and have used", show_threads},
    {"tasks", "", "the coroutines of the executor", show_tasks},
    {"sched", "NAME", "another scheduling policy; without NAME lists them", choose_scheduler},
    {"trace", "", "the last switches between threads", show_switches},
    {"demo", "NAME", "threads and coroutines at work; without NAME lists them", show_demo},
    {"soak", "SECONDS SEED", "threads and tasks at random, checked all the while", soak},
    {"exit", "N", "ends the machine through the debug exit port", exit},
    {"reboot", "", "resets the machine", reboot},
    {"halt", "", "stops for ever", halt},
};

}  // namespace

std::span<const Command> commands() { return kCommands; }

}  // namespace kernel
