// SPDX-License-Identifier: GPL-2.0-or-later
#include "sim/inspect/threads.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "sim/inspect/guest_objects.h"
#include "sim/inspect/memory_tables.h"
#include "sim/inspect/words.h"

namespace ringside {
namespace {

constexpr std::uint64_t kPageBytes = 4096;
constexpr std::uint64_t kMostStack = 1 << 20;  // bytes looked through for a high-water mark
constexpr std::size_t kMostSwitches = 4096;
constexpr std::size_t kMostQueues = 256;

// What a switch leaves on the stack, by the names of kernel::SwitchFrame, and where it goes in
// UnwindRegisters.
constexpr std::array<std::pair<const char*, unsigned>, 6> kSaved = {
    {{"rbx", 3}, {"rbp", 5}, {"r12", 12}, {"r13", 13}, {"r14", 14}, {"r15", 15}}};

using Kind = Type::Kind;

// Bytes from the first that is not zero to the top. Looked for page by page, from the bottom.
std::uint64_t high_water(const GuestMemory& guest, const GuestStack& stack) {
  std::array<std::byte, kPageBytes> page;
  for (std::uint64_t at = stack.bottom; at < stack.top;) {
    const std::size_t size = std::min(kPageBytes - at % kPageBytes, stack.top - at);
    const auto bytes = std::span(page).first(size);
    if (!guest.read(VirtAddr{at}, bytes)) return stack.top - at;
    const auto touched = std::ranges::find_if(bytes, [](std::byte b) { return b != std::byte{0}; });
    if (touched != bytes.end())
      return stack.top - (at + static_cast<std::size_t>(touched - bytes.begin())) / 8 * 8;
    at += size;
  }
  return 0;
}

struct ThreadReader {
  const InspectContext& c;
  const ValueReader& reader;
  KernelThreads& all;
  GuestMemory guest = c.guest();

  std::uint64_t number(const Value& of, std::string_view path) const { return part_or_0(reader, of, path); }

  // --- one thread ---

  // As they will be when the thread goes on: from the frame that a switch leaves on the stack.
  std::optional<UnwindRegisters> saved_registers(std::uint64_t rsp) const {
    const Type* const frame = c.symbols.types().find("kernel::SwitchFrame");
    if (!frame || frame->size == 0) return std::nullopt;
    const Value saved{"frame", {rsp}, frame};
    const auto rip = part_number(reader, saved, "rip");
    if (!rip) return std::nullopt;
    UnwindRegisters registers{.rip = *rip, .known = 1 << 4};
    registers.gpr[4] = rsp + frame->size;
    for (const auto& [name, encoding] : kSaved)
      if (const auto value = part_number(reader, saved, name)) {
        registers.gpr[encoding] = *value;
        registers.known = static_cast<std::uint16_t>(registers.known | 1 << encoding);
      }
    return registers;
  }

  // The saved RIP follows the call of the switch: the call itself says where we are. A thread that has never
  // run stands at the start of a function, which follows nothing.
  std::vector<StackFrame> calls_from(UnwindRegisters registers) const {
    const std::uint64_t rip = registers.rip;
    const auto here = c.symbols.find({rip});
    const bool returns = !here || here->offset != 0;
    if (returns) --registers.rip;
    auto calls = c.symbols.backtrace(registers, guest.reader());
    for (StackFrame& call : calls) {
      if (call.pc.value != registers.rip) break;
      if (!returns) continue;
      call.pc.value = rip;
      call.pc_is_return = true;
      ++call.offset;
    }
    return calls;
  }

  // Of the one that runs: the function that has the code, not a piece of another one copied into it.
  static std::size_t running(const std::vector<StackFrame>& calls) {
    const auto whole = std::ranges::find(calls, false, &StackFrame::inlined);
    return whole == calls.end() ? 0 : static_cast<std::size_t>(whole - calls.begin());
  }

  // The call that tells what the thread is about. Of one that was interrupted: the place of the interrupt.
  // Else the first one from outside of the folder with the code that switches and waits, or if there is none
  // from outside of the file that switches.
  std::size_t telling(const std::vector<StackFrame>& calls) const {
    const std::size_t innermost = running(calls);
    for (std::size_t i = innermost + 1; i < calls.size(); ++i)
      if (!calls[i].inlined && (!calls[i].pc_is_return || !follows_call(guest, calls[i].pc.value))) return i;
    const auto place = [&](std::size_t i, bool folder) {
      const std::string file = calls[i].source ? calls[i].source->file : std::string();
      return folder ? file.substr(0, file.rfind('/') + 1) : file;
    };
    for (const bool folder : {true, false})
      for (std::size_t i = 1; i < calls.size(); ++i)
        if (place(i, folder) != place(0, folder)) return i;
    return 0;
  }
  // `somewhere`: the processor's stack pointer lies in the stack of some thread. In the middle of a switch
  // that is not the one that the kernel calls the current one.
  void find_calls(GuestThread& thread, std::uint64_t saved_rsp, bool somewhere) const {
    GuestStack& stack = thread.stack;
    if (thread.on_cpu || (thread.id == all.current && !somewhere)) {
      thread.calls = c.symbols.backtrace(unwind_registers(c.cpu), guest.reader());
      thread.stands = running(thread.calls);
      // A handler may run on another stack: then the first call that is back on the thread's own tells.
      for (const StackFrame& call : thread.calls) {
        const std::uint64_t rsp = call.registers.gpr[4];
        if (stack.size() == 0 || rsp < stack.bottom - kPageBytes || rsp > stack.top) continue;
        stack.pointer = rsp;
        if (rsp < stack.bottom) stack.trouble = "RSP is in the guard page";
        break;
      }
      stack.high_water = std::clamp(stack.used(), stack.high_water, stack.size());
      return;
    }
    if (thread.state == "finished" || stack.size() == 0) return;
    if (!within(stack, saved_rsp)) {
      stack.trouble = fmt::format("its saved RSP, {:#x}, is not in its stack", saved_rsp);
      return;
    }
    stack.pointer = saved_rsp;
    stack.high_water = std::max(stack.high_water, stack.used());
    if (const auto registers = saved_registers(saved_rsp)) thread.calls = calls_from(*registers);
    thread.stands = telling(thread.calls);
  }
  static bool within(const GuestStack& stack, std::uint64_t rsp) {
    return stack.size() > 0 && rsp >= stack.bottom && rsp <= stack.top;
  }

  // --- what it waits for ---

  std::string owner_words(const Value& mutex) const {
    const auto owner = part_target(reader, mutex, "owner_");
    return owner ? fmt::format(", held by {}", part_string(reader, *owner, "name_characters")) : "";
  }

  std::string wait_words(const Value& object, const std::string& reason) const {
    std::string words = reason;
    const std::uint64_t due = part_number(reader, object, "alarm.due").value_or(~0ull);
    if (const auto mutex = part_target(reader, object, "wants"); mutex && reason == "mutex") {
      const std::string name = part_string(reader, *mutex, "name_");
      words += fmt::format(" {}{}", name.empty() ? hex64(mutex->address.value) : name, owner_words(*mutex));
    } else if (reason == "event") {
      if (const auto queue = part_target(reader, object, "waits_in")) {
        const std::string name = object_name(reader, queue->address, "WaitQueue");
        words += ' ' + (name.empty() ? hex64(queue->address.value) : name);
      }
    }
    if (due != ~0ull)
      words += fmt::format("{} tick {}", reason == "sleep" ? " until" : ", at most until", due);
    return words;
  }

  GuestThread thread_of(const Value& object) const {
    GuestThread t{.address = object.address.value};
    if (const auto state = part(reader, object, "state")) {
      t.state_at = state->address.value;
      t.state_bytes = std::max<std::uint64_t>(state->type->size, 1);
    }
    t.id = number(object, "id");
    t.name = part_string(reader, object, "name_characters");
    t.state = part_text(reader, object, "state");
    t.priority = number(object, "priority");
    t.base_priority = number(object, "base_priority");
    t.weight = number(object, "weight");
    t.ticks = number(object, "ticks");
    t.cycles = number(object, "cycles");
    t.switches = number(object, "switches");
    t.preemptions = number(object, "preemptions");
    t.function = number(object, "function");
    t.stack = measure_stack(c, number(object, "stack.bottom"), number(object, "stack.top"));
    t.on_cpu = within(t.stack, linear_stack_pointer(c.cpu));
    if (t.state == "waiting") t.waits_for = wait_words(object, part_text(reader, object, "waits_for"));
    return t;
  }

  // --- all of them ---

  bool read_list() {
    const auto list = reader.look_up("kernel::threads");
    if (!list || !is_list(reader, *list)) {
      all.missing = list ? "kernel::threads is no list of threads in this kernel."
                         : "This kernel has no kernel::threads, so there are no threads to show.";
      return false;
    }
    const ListWalk walk = walk_list(reader, *list);
    if (walk.items.empty()) {
      const std::string why = guest.why_not(list->address);
      all.missing = !why.empty()           ? fmt::format("kernel::threads is {}.", why)
                    : walk.trouble.empty() ? "The kernel has made no thread yet."
                                           : fmt::format("kernel::threads: {}.", walk.trouble);
      return false;
    }
    if (!walk.trouble.empty()) all.trouble = fmt::format("kernel::threads: {}", walk.trouble);
    const auto id_at = [&](const char* variable) {
      const auto pointer = reader.look_up(variable);
      const auto thread = pointer ? reader.target(*pointer) : std::unexpected(pointer.error());
      return thread ? number(*thread, "id") : 0;
    };
    all.current = id_at("kernel::current");
    all.idle = id_at("kernel::idle_thread");
    for (const Value& item : walk.items) all.threads.push_back(thread_of(item));
    const bool somewhere = std::ranges::any_of(all.threads, &GuestThread::on_cpu);
    for (std::size_t i = 0; i < walk.items.size(); ++i)
      find_calls(all.threads[i], number(walk.items[i], "context.rsp"), somewhere);
    // Who waits for whose end stands with the one that is to end.
    for (const Value& item : walk.items)
      if (const auto joiner = part_target(reader, item, "joiner"))
        for (GuestThread& waiting : all.threads)
          if (waiting.address == joiner->address.value && waiting.waits_for == "join")
            waiting.waits_for = "join of " + part_string(reader, item, "name_characters");
    return true;
  }

  void read_switches() {
    const auto trace = reader.look_up("kernel::switch_trace");
    const auto records = trace ? part(reader, *trace, "records") : std::nullopt;
    if (!records) return;
    all.switch_count = number(*trace, "count");
    const Type& array = *reader.unwrapped(*records).type;
    const std::uint64_t size =
        array.kind == Kind::array && !array.dimensions.empty() ? array.dimensions.front() : 0;
    if (size == 0 || size > kMostSwitches) return;
    const std::uint64_t oldest = all.switch_count - std::min(all.switch_count, size);
    for (std::uint64_t n = oldest; n < all.switch_count; ++n) {
      const auto record = reader.element(*records, n % size);
      if (!record) return;
      GuestSwitch s{.number = n, .time = number(*record, "tsc") - c.cpu.tsc_offset};
      s.tick = number(*record, "tick");
      s.from = number(*record, "from");
      s.to = number(*record, "to");
      s.reason = part_text(reader, *record, "reason");
      s.waits_for = part_text(reader, *record, "waits_for");
      if (s.waits_for == "nothing" || s.reason != "waits") s.waits_for.clear();
      // Time runs forward, and not beyond now: what says otherwise was overwritten.
      const bool sound = s.time <= c.now && (all.switches.empty() || s.time >= all.switches.back().time);
      if (sound) all.switches.push_back(std::move(s));
    }
    for (GuestThread& thread : all.threads) {
      const auto left =
          std::ranges::find(all.switches.rbegin(), all.switches.rend(), thread.id, &GuestSwitch::from);
      if (left == all.switches.rend() || thread.id == all.current) continue;
      thread.since = left->time;
      thread.since_tick = left->tick;
    }
  }

  // --- who is next ---

  // The lists of threads in a policy, however it arranges them.
  void find_queues(const Value& value, const std::string& name) {
    const Value inner = reader.unwrapped(value);
    if (all.ready.size() >= kMostQueues) return;
    if (is_list(reader, inner)) {
      const ListWalk walk = walk_list(reader, inner);
      ReadyQueue queue{.name = name, .ids = {}, .trouble = walk.trouble};
      for (const Value& item : walk.items) queue.ids.push_back(number(item, "id"));
      all.ready.push_back(std::move(queue));
    } else if (inner.type->kind == Kind::array) {
      for (std::uint64_t i = 0; i < kMostQueues; ++i) {
        const auto element = reader.element(inner, i);
        if (!element || !is_list(reader, *element)) return;
        find_queues(*element, fmt::format("{}[{}]", name, i));
      }
    } else if (inner.type->kind == Kind::structure) {
      for (const Member& member : inner.type->members) {
        const Value item{member.name, inner.address + member.offset, member.type};
        const Kind kind = reader.unwrapped(item).type->kind;
        if (kind == Kind::structure || kind == Kind::array) find_queues(item, member.name);
      }
    }
  }
  // The policy's object is hidden behind functions made for it: their names hold its name, as in
  // "kernel::scheduler_of<kernel::round_robin>()::{lambda(kernel::Thread&)#1}::_FUN".
  std::string policy_object(const Value& scheduler) const {
    const auto function = part_number(reader, scheduler, "take_next");
    const auto symbol = function ? c.symbols.find({*function}) : std::nullopt;
    if (!symbol) return {};
    const std::string& name = symbol->symbol->name;
    const std::size_t open = name.find('<'), close = name.find('>', open);
    if (open == std::string::npos || close == std::string::npos) return {};
    std::string object = name.substr(open + 1, close - open - 1);
    std::erase_if(object, [](char letter) { return letter == '(' || letter == ')' || letter == '&'; });
    return object;
  }

  void read_policy() {
    const auto pointer = reader.look_up("kernel::scheduler");
    const auto scheduler = pointer ? reader.target(*pointer) : std::unexpected(pointer.error());
    if (scheduler) {
      all.policy = part_string(reader, *scheduler, "name");
      all.policy_summary = part_string(reader, *scheduler, "summary");
      if (const auto policy = reader.look_up(policy_object(*scheduler))) find_queues(*policy, "");
    }
    if (!all.ready.empty()) return;
    all.ready_guessed = true;
    ReadyQueue queue;
    for (const GuestThread& thread : all.threads)
      if (thread.state == "ready" && thread.id != all.idle) queue.ids.push_back(thread.id);
    all.ready.push_back(std::move(queue));
  }
};

}  // namespace

const GuestThread* KernelThreads::find(std::uint64_t id) const {
  const auto found = std::ranges::find(threads, id, &GuestThread::id);
  return found == threads.end() ? nullptr : &*found;
}

std::string KernelThreads::name_of(std::uint64_t id) const {
  const GuestThread* const thread = find(id);
  if (!thread) return fmt::format("thread {} (ended)", id);
  const bool alone = std::ranges::count(threads, thread->name, &GuestThread::name) == 1;
  return alone ? thread->name : fmt::format("{} {}", thread->name, id);
}

GuestStack measure_stack(const InspectContext& c, std::uint64_t bottom, std::uint64_t top) {
  const GuestMemory guest = c.guest();
  GuestStack stack{.bottom = bottom, .top = top};
  if (top <= bottom || top - bottom > kMostStack || !guest.translate({bottom})) {
    stack.trouble = fmt::format("the stack from {:#x} to {:#x} makes no sense", bottom, top);
    stack.top = bottom;
    return stack;
  }
  stack.high_water = high_water(guest, stack);
  stack.guarded = !guest.translate({bottom - 1});
  return stack;
}

std::string current_thread(const InspectContext& c) {
  const ValueReader reader{.symbols = c.symbols, .read = c.guest().reader()};
  const auto pointer = reader.look_up("kernel::current");
  const auto thread = pointer ? reader.target(*pointer) : std::unexpected(pointer.error());
  return thread ? part_string(reader, *thread, "name_characters") : std::string();
}

KernelThreads kernel_threads(const InspectContext& c) {
  KernelThreads all{.now = c.now};
  const ValueReader reader{.symbols = c.symbols, .read = c.guest().reader()};
  ThreadReader threads{c, reader, all};
  if (!threads.read_list()) return all;
  threads.read_switches();
  threads.read_policy();
  return all;
}

Result<const GuestThread*> choose_thread(const KernelThreads& all, std::string_view text) {
  if (!all.missing.empty()) return fail(all.missing);
  std::string names;
  for (const GuestThread& thread : all.threads) {
    const bool meant =
        text.empty() ? thread.id == all.current : thread.name == text || std::to_string(thread.id) == text;
    if (meant) return &thread;
    names += fmt::format("{}{} {}", names.empty() ? "" : ", ", thread.id, thread.name);
  }
  return fail(fmt::format("There is no thread \"{}\"; there are {}.", text, names));
}

}  // namespace ringside
