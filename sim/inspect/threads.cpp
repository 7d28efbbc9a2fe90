// SPDX-License-Identifier: GPL-2.0-or-later
#include "sim/inspect/threads.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "sim/inspect/guest_objects.h"
#include "sim/inspect/memory_tables.h"
#include "sim/inspect/thread_calls.h"
#include "sim/inspect/words.h"

namespace ringside {
namespace {

constexpr std::size_t kMostSwitches = 4096;
constexpr std::size_t kMostQueues = 256;
constexpr std::size_t kMostPolicyParts = 4096;
constexpr unsigned kDeepestPolicyPart = 16;

using Kind = Type::Kind;

struct ThreadReader {
  const InspectContext& c;
  const ValueReader& reader;
  KernelThreads& all;
  GuestMemory guest = c.guest();

  std::uint64_t number(const Value& of, std::string_view path) const { return part_or_0(reader, of, path); }

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
    t.on_cpu = t.stack.holds(linear_stack_pointer(c.cpu));
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
      find_calls(c, all.threads[i], number(walk.items[i], "context.rsp"),
                 all.threads[i].on_cpu || (all.threads[i].id == all.current && !somewhere));
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

  // The lists of threads in a policy, however it arranges them. Crafted debug information can have a struct
  // that is a part of itself: the search ends at a depth and after a number of parts.
  std::size_t policy_parts = 0;
  void find_queues(const Value& value, const std::string& name, unsigned depth) {
    if (depth > kDeepestPolicyPart || ++policy_parts > kMostPolicyParts) return;
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
        find_queues(*element, fmt::format("{}[{}]", name, i), depth + 1);
      }
    } else if (inner.type->kind == Kind::structure) {
      for (const Member& member : inner.type->members) {
        const Value item{member.name, inner.address + member.offset, member.type};
        const Kind kind = reader.unwrapped(item).type->kind;
        if (kind == Kind::structure || kind == Kind::array) find_queues(item, member.name, depth + 1);
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
      if (const auto policy = reader.look_up(policy_object(*scheduler))) find_queues(*policy, "", 0);
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
