// SPDX-License-Identifier: GPL-2.0-or-later
#include "sim/inspect/topics.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <vector>

#include "sim/inspect/cpu_tables.h"
#include "sim/inspect/descriptor_tables.h"
#include "sim/inspect/device_tables.h"
#include "sim/inspect/event_tables.h"
#include "sim/inspect/frame_map.h"
#include "sim/inspect/heap_tables.h"
#include "sim/inspect/memory_tables.h"
#include "sim/inspect/page_tables.h"
#include "sim/inspect/tasks.h"
#include "sim/inspect/thread_tables.h"
#include "sim/inspect/value_tables.h"

namespace ringside {
namespace {

using Argument = std::string_view;

std::vector<std::string_view> words_of(Argument text) {
  std::vector<std::string_view> words;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t start = text.find_first_not_of(" \t", at);
    if (start == std::string_view::npos) break;
    const std::size_t end = std::min(text.find_first_of(" \t", start), text.size());
    words.push_back(text.substr(start, end - start));
    at = end;
  }
  return words;
}

Result<std::uint64_t> count_of(std::string_view word) {
  std::uint64_t value = 0;
  const bool hex = word.starts_with("0x");
  const auto [end, error] =
      std::from_chars(word.data() + (hex ? 2 : 0), word.data() + word.size(), value, hex ? 16 : 10);
  if (error != std::errc{} || end != word.data() + word.size() || word.empty())
    return fail(fmt::format("\"{}\" is no number.", word));
  return value;
}

template <Table (*make)(const InspectContext&)>
Result<Table> just(const InspectContext& c, Argument argument) {
  if (!words_of(argument).empty())
    return fail(fmt::format("This table takes no argument, but got \"{}\".", argument));
  return make(c);
}

Result<Table> walk_topic(const InspectContext& c, Argument argument) {
  VirtAddr address{linear_instruction_pointer(c.cpu)};
  Access access{.kind = AccessKind::read, .user = c.cpu.cpl == 3};
  std::string where;
  for (std::string_view word : words_of(argument)) {
    if (word == "read")
      access.kind = AccessKind::read;
    else if (word == "write")
      access.kind = AccessKind::write;
    else if (word == "fetch")
      access.kind = AccessKind::fetch;
    else if (word == "user")
      access.user = true;
    else if (word == "kernel")
      access.user = false;
    else
      where += (where.empty() ? "" : " ") + std::string(word);
  }
  if (!where.empty()) {
    const auto resolved = c.symbols.resolve(where);
    if (!resolved) return std::unexpected(resolved.error());
    address = *resolved;
  }
  return walk_table(c, address, access);
}

// "ADDRESS [BYTES]"; the last word is a count only where there are two.
struct Range {
  VirtAddr address;
  std::size_t count;
};
Result<Range> range(const InspectContext& c, Argument argument, std::uint64_t fallback, std::size_t count,
                    std::size_t most) {
  const auto words = words_of(argument);
  Range r{{fallback}, count};
  if (words.empty()) return r;
  if (words.size() > 2) return fail(fmt::format("\"{}\" is more than an address and a count.", argument));
  const auto resolved = c.symbols.resolve(words[0]);
  if (!resolved) return std::unexpected(resolved.error());
  r.address = *resolved;
  if (words.size() == 2) {
    const auto wanted = count_of(words[1]);
    if (!wanted) return std::unexpected(wanted.error());
    r.count = std::clamp<std::uint64_t>(*wanted, 1, most);
  }
  return r;
}

constexpr std::size_t kMostBytes = 1 << 20;

Result<Table> memory_topic(const InspectContext& c, Argument argument) {
  const auto r = range(c, argument, linear_stack_pointer(c.cpu), 256, kMostBytes);
  if (!r) return std::unexpected(r.error());
  return memory_table(c, r->address, r->count);
}

Result<Table> physical_topic(const InspectContext& c, Argument argument) {
  const auto r = range(c, argument, 0, 256, kMostBytes);
  if (!r) return std::unexpected(r.error());
  return physical_table(c, {r->address.value}, r->count);
}

Result<Table> stack_topic(const InspectContext& c, Argument argument) {
  const auto words = words_of(argument);
  if (words.empty()) return stack_table(c);
  const auto count = count_of(words[0]);
  if (!count) return std::unexpected(count.error());
  return stack_table(c, std::clamp<std::uint64_t>(*count, 1, 4096));
}

Result<Table> code_topic(const InspectContext& c, Argument argument) {
  const auto r = range(c, argument, linear_instruction_pointer(c.cpu), 24, 2000);
  if (!r) return std::unexpected(r.error());
  return code_table(c, r->address, words_of(argument).empty() ? 8 : 0, r->count);
}

Result<Table> cells_topic(const InspectContext& c, Argument argument) {
  const auto words = words_of(argument);
  if (words.empty()) return cells_table(c, 0);
  const auto row = count_of(words[0]);
  if (!row) return std::unexpected(row.error());
  if (*row >= kTextRows)
    return fail(fmt::format("The screen has rows 0 to {}, not {}.", kTextRows - 1, *row));
  return cells_table(c, static_cast<unsigned>(*row));
}

Result<Table> events_topic(const InspectContext& c, Argument argument) {
  EventMask mask;
  std::size_t most = 200;
  for (std::string_view word : words_of(argument)) {
    if (const auto count = count_of(word)) {
      most = static_cast<std::size_t>(*count);
      continue;
    }
    const auto kinds = event_mask(word);
    if (!kinds) return std::unexpected(kinds.error());
    mask = *kinds;
  }
  return events_table(c, mask.any() ? mask : usual_events(), most);
}

Result<Table> anatomy_topic(const InspectContext& c, Argument argument) {
  if (!c.deliveries || c.deliveries->empty())
    return fail("No exception or interrupt has been delivered yet.");
  const auto words = words_of(argument);
  if (words.empty()) {
    // The newest exception, else the newest delivery: that is what people mean.
    for (auto r = c.deliveries->rbegin(); r != c.deliveries->rend(); ++r) {
      const Source source = r->delivery.attempts.front().exception.source;
      if (source != Source::external && source != Source::nmi) return anatomy_table(c, *r);
    }
    return anatomy_table(c, c.deliveries->back());
  }
  const auto number = count_of(words[0]);
  if (!number) return std::unexpected(number.error());
  const DeliveryRecord* record = find_delivery(c, static_cast<std::uint32_t>(*number));
  if (!record)
    return fail(fmt::format("Delivery {} is not kept; {} to {} are.", *number, c.deliveries->front().number,
                            c.deliveries->back().number));
  return anatomy_table(c, *record);
}

Result<Table> value_topic(const InspectContext& c, Argument argument) {
  if (words_of(argument).empty())
    return fail("Say which variable: \"kernel::ticks\", \"*head\", \"threads[2].state\".");
  return value_table(c, argument);
}

Result<Table> variables_topic(const InspectContext& c, Argument argument) {
  return variables_table(c, argument);
}

Result<Table> thread_topic(const InspectContext& c, Argument argument) {
  const KernelThreads all = kernel_threads(c);
  const auto thread = choose_thread(all, argument);
  if (!thread && !argument.empty()) return std::unexpected(thread.error());
  return thread_table(c, all, thread ? *thread : nullptr);
}

Result<Table> switches_topic(const InspectContext& c, Argument argument) {
  const auto words = words_of(argument);
  if (words.empty()) return switches_table(c);
  const auto most = count_of(words[0]);
  if (!most) return std::unexpected(most.error());
  return switches_table(c, static_cast<std::size_t>(*most));
}

constexpr InspectTopic kTopics[] = {
    {"registers", "Registers", "general-purpose registers, RIP and RFLAGS, with the symbols they point to",
     "", just<registers_table>},
    {"flags", "RFLAGS", "the flags one by one", "", just<flags_table>},
    {"segments", "Segment and table registers", "selectors with their hidden parts, GDTR and IDTR", "",
     just<segments_table>},
    {"control", "Control and debug registers", "CR0, CR2, CR3, CR4, EFER and the debug registers, bit by bit",
     "", just<control_table>},
    {"msrs", "Model-specific registers", "SYSCALL, FS and GS bases, and the other MSRs", "",
     just<msrs_table>},
    {"fpu", "Floating point", "x87 and SSE registers", "", just<fpu_table>},
    {"idt", "Interrupt Descriptor Table", "every gate with its handler, and what is wrong with it", "",
     just<idt_table>},
    {"gdt", "Global Descriptor Table", "every descriptor and who holds it", "", just<gdt_table>},
    {"tss", "Task State Segment", "stacks by ring, interrupt stacks, I/O bitmap", "", just<tss_table>},
    {"walk", "Page walk", "an address through the page tables, level by level",
     "[ADDRESS] [read|write|fetch] [user|kernel]", walk_topic},
    {"pages", "Page map", "all that the page tables map, as ranges", "", just<page_map_table>},
    {"page-tables", "Page tables", "the page tables as a tree, neighbours with the same rights in one row",
     "", just<page_tree_table>},
    {"frames", "Frames", "who has which physical memory, as the kernel says", "", just<frames_table>},
    {"frame-uses", "Uses of frames", "how many frames each use has", "", just<frame_uses_table>},
    {"frame-strip", "Frames to scale", "a letter for each stretch of physical memory", "",
     just<frame_strip_table>},
    {"frame-check", "Check of the frames", "what is broken in the kernel's map of frames", "",
     just<frame_check_table>},
    {"pic", "Interrupt controllers", "the sixteen lines: requested, in service, masked, and why", "",
     just<pic_table>},
    {"pic-registers", "Registers of the PICs", "the words the two 8259A were programmed with", "",
     just<pic_registers_table>},
    {"pit", "Timer", "the three counters of the 8254", "", just<pit_table>},
    {"keyboard", "Keyboard", "the 8042 and the keyboard behind it", "", just<keyboard_table>},
    {"uart", "Serial port", "COM1's registers, and what it has sent", "", just<uart_table>},
    {"rtc", "Real-time clock", "time, registers and CMOS bytes", "", just<rtc_table>},
    {"vga", "Text display", "the VGA's registers that matter to text", "", just<vga_table>},
    {"screen", "Screen", "the 25 lines of text that a person would see", "", just<screen_table>},
    {"cells", "Screen cells", "one row of the screen, cell by cell", "[ROW]", cells_topic},
    {"stack", "Stack", "the words on the stack, return addresses marked", "[WORDS]", stack_topic},
    {"backtrace", "Calls", "the calls that led here", "", just<backtrace_table>},
    {"memory", "Memory", "bytes at a linear address", "[ADDRESS [BYTES]]", memory_topic},
    {"physical", "Physical memory", "bytes at a physical address", "[ADDRESS [BYTES]]", physical_topic},
    {"code", "Code", "instructions under their source lines", "[ADDRESS [INSTRUCTIONS]]", code_topic},
    {"value", "Value", "a variable of the kernel and its parts", "EXPRESSION", value_topic},
    {"locals", "Local variables", "parameters and variables of the function the processor is in", "",
     just<locals_table>},
    {"variables", "Variables", "the kernel's global variables", "[PART OF A NAME]", variables_topic},
    {"threads", "Threads", "what the kernel's threads do, wait for, and have used", "", just<threads_table>},
    {"thread", "One thread", "the calls that led to where a thread stands; the one that runs by default",
     "[ID or NAME]", thread_topic},
    {"ready", "Ready to run", "the queues of the scheduling policy in use, in order", "", just<ready_table>},
    {"switches", "Switches", "the newest switches from thread to thread, with their reasons", "[COUNT]",
     switches_topic},
    {"stacks", "Stacks", "every stack: guard page, used now, most ever used", "", just<stacks_table>},
    {"tasks", "Coroutines", "the tasks of the kernel's executor, and what they wait for", "",
     just<tasks_table>},
    {"wakers", "Wakers", "which alarm, event or end will wake whom", "", just<wakers_table>},
    {"heap", "Heap", "the blocks of the kernel's heap, by address", "", just<heap_table>},
    {"heap-lists", "Lists of the heap", "its free lists: size classes, orders, slabs", "",
     just<heap_lists_table>},
    {"heap-check", "Check of the heap", "what is broken in its blocks and lists, and where", "",
     just<heap_check_table>},
    {"heap-strip", "Heap to scale", "a letter for each stretch of it", "", just<heap_strip_table>},
    {"events", "Events", "what has happened; port accesses only when asked for", "[KINDS] [COUNT]",
     events_topic},
    {"deliveries", "Deliveries", "exceptions and interrupts and what became of them", "",
     just<deliveries_table>},
    {"anatomy", "Fault anatomy", "one delivery step by step; the newest exception by default", "[NUMBER]",
     anatomy_topic},
};

}  // namespace

std::span<const InspectTopic> topics() { return kTopics; }

const InspectTopic* find_topic(std::string_view name) {
  const auto topic = std::ranges::find(kTopics, name, &InspectTopic::name);
  return topic == std::end(kTopics) ? nullptr : topic;
}

Result<Table> inspect(const InspectContext& c, std::string_view name, std::string_view argument) {
  if (const InspectTopic* topic = find_topic(name)) return topic->make(c, argument);
  std::string known;
  for (const InspectTopic& topic : kTopics) known += (known.empty() ? "" : ", ") + std::string(topic.name);
  return fail(fmt::format("There is no table called \"{}\"; there are {}.", name, known));
}

}  // namespace ringside
