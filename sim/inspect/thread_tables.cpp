// SPDX-License-Identifier: GPL-2.0-or-later
#include "sim/inspect/thread_tables.h"

#include <algorithm>

#include "sim/inspect/cells.h"
#include "sim/inspect/guest_objects.h"

namespace ringside {
namespace {

Cell count(std::uint64_t value) { return plain(count_words(value)); }
Cell thread_id(std::uint64_t id) { return {fmt::format("{}", id), Link::thread, id}; }
Cell thread_name(const KernelThreads& all, std::uint64_t id) {
  return {all.name_of(id), Link::thread, id, all.find(id) ? Tone::plain : Tone::muted};
}

Tone tone_of(std::string_view state) {
  return state == "running" ? Tone::now : state == "ready" ? Tone::plain : Tone::muted;
}

Cell state_cell(const GuestThread& t) {
  return plain(t.state == "running" && !t.on_cpu ? "current" : t.state, tone_of(t.state));
}

Cell place_cell(const GuestThread& t) {
  if (t.calls.empty()) return {};
  const StackFrame& call = t.calls[t.stands];
  return {call.function.empty() ? fmt::format("{:#x}", call.pc.value) : call.function, Link::source,
          call.pc.value};
}

Cell stack_cell(const GuestStack& stack) {
  if (!stack.trouble.empty()) return bad(stack.trouble);
  return plain(fmt::format("{} / {} / {}", stack.pointer ? count_words(stack.used()) : "?",
                           count_words(stack.high_water), count_words(stack.size())));
}

std::string source_of(const StackFrame& call) {
  if (!call.source || call.source->line == 0) return {};
  const std::size_t slash = call.source->file.rfind('/');
  return fmt::format("{}:{}",
                     slash == std::string::npos ? call.source->file : call.source->file.substr(slash + 1),
                     call.source->line);
}

// All in one unit: a column of them can be compared.
std::string moment_words(Ticks time) {
  return fmt::format("{}.{:03} ms", count_words(time / 1'000'000), time / 1000 % 1000);
}

std::string ago(Ticks now, Ticks then) { return then <= now ? time_words(now - then) : std::string(); }

}  // namespace

Table threads_table(const InspectContext& c) { return threads_table(c, kernel_threads(c)); }

Table threads_table(const InspectContext& c, const KernelThreads& all) {
  Table t{.name = "threads",
          .title = "Threads",
          .note = all.missing,
          .columns = {{"Id", true},
                      {"Name"},
                      {"State"},
                      {"Waits for"},
                      {"For", true},
                      {"Prio", true},
                      {"Weight", true},
                      {"Ticks", true},
                      {"CPU", true},
                      {"Runs", true},
                      {"Preempted", true},
                      {"Stack: now / most / of", true},
                      {"Stands in"}},
          .rows = {}};
  if (!all.missing.empty()) return t;
  std::uint64_t cycles = 0;
  for (const GuestThread& thread : all.threads) cycles += thread.cycles;
  for (const GuestThread& thread : all.threads) {
    const std::uint64_t share =
        cycles ? (1000 * (thread.cycles / 1000) + cycles / 2000) / (cycles / 1000 + 1) : 0;
    t.rows.push_back(
        {std::to_string(thread.id),
         {thread_id(thread.id), Cell{thread.name, Link::linear, thread.address}, state_cell(thread),
          plain(thread.waits_for), thread.since ? muted(ago(c.now, *thread.since)) : Cell{},
          plain(thread.priority == thread.base_priority
                    ? fmt::format("{}", thread.priority)
                    : fmt::format("{} of {}", thread.priority, thread.base_priority),
                thread.priority == thread.base_priority ? Tone::plain : Tone::now),
          plain(fmt::format("{}", thread.weight)), count(thread.ticks),
          plain(fmt::format("{}.{} %", share / 10, share % 10)), count(thread.switches),
          count(thread.preemptions), stack_cell(thread.stack), place_cell(thread)},
         bytes_of(VirtAddr{thread.state_at}, thread.state_bytes)});
  }
  t.note = fmt::format("{} threads, policy {}, {} switches", all.threads.size(),
                       all.policy.empty() ? "unknown" : all.policy, count_words(all.switch_count));
  if (!all.trouble.empty()) t.rows.push_back({"trouble", {Cell{}, bad(all.trouble)}});
  return t;
}

Table ready_table(const InspectContext& c) { return ready_table(kernel_threads(c)); }

Table ready_table(const KernelThreads& all) {
  Table t{.name = "ready",
          .title = "Ready to run",
          .note = all.missing,
          .columns = {{"Next", true}, {"Id", true}, {"Name"}, {"Queue"}, {"Prio", true}, {"Weight", true}},
          .rows = {}};
  if (!all.missing.empty()) return t;
  t.note = all.policy.empty() ? std::string("This kernel has no kernel::scheduler")
                              : fmt::format("{}: {}", all.policy, all.policy_summary);
  if (all.ready_guessed)
    t.note += "; its queue was not found, so these are the threads that say they are ready";
  // The highest queue first: that is where policies with several look first.
  std::size_t place = 0;
  for (auto queue = all.ready.rbegin(); queue != all.ready.rend(); ++queue) {
    for (const std::uint64_t id : queue->ids) {
      const GuestThread* const thread = all.find(id);
      t.rows.push_back({fmt::format("{} {}", ++place, id),
                        {plain(std::to_string(place)), thread_id(id), thread_name(all, id),
                         muted(queue->name), thread ? plain(std::to_string(thread->priority)) : Cell{},
                         thread ? plain(std::to_string(thread->weight)) : Cell{}}});
    }
    if (!queue->trouble.empty())
      t.rows.push_back({"trouble " + queue->name, {Cell{}, Cell{}, bad(queue->trouble)}});
  }
  return t;
}

Table switches_table(const InspectContext& c, std::size_t most) {
  const KernelThreads all = kernel_threads(c);
  Table t{
      .name = "switches",
      .title = "Switches from thread to thread",
      .note = all.missing,
      .columns = {{"Number", true}, {"At", true}, {"Ago", true}, {"Tick", true}, {"From"}, {"To"}, {"Why"}},
      .rows = {}};
  if (!all.missing.empty()) return t;
  const std::size_t shown = std::min(most, all.switches.size());
  t.note = all.switch_count == 0
               ? "No switch is on record."
               : fmt::format("{} switches, the last {} of them here", count_words(all.switch_count), shown);
  for (std::size_t i = all.switches.size() - shown; i < all.switches.size(); ++i) {
    const GuestSwitch& s = all.switches[i];
    t.rows.push_back(
        {std::to_string(s.number),
         {count(s.number), Cell{moment_words(s.time), Link::moment, s.time}, muted(ago(c.now, s.time)),
          count(s.tick), thread_name(all, s.from), thread_name(all, s.to),
          plain(s.waits_for.empty() ? s.reason : fmt::format("{}: {}", s.reason, s.waits_for))}});
  }
  return t;
}

Table thread_table(const InspectContext& c, const KernelThreads& all, const GuestThread* one) {
  Table t{.name = "thread",
          .title = "One thread",
          .note = all.missing.empty() ? "No thread runs yet." : all.missing,
          .columns = {{"Frame", true}, {"Function"}, {"Source"}, {"At", true}, {"Stack", true}},
          .rows = {}};
  if (!one) return t;
  const GuestThread& thread = *one;
  t.title = fmt::format("Thread {}: {}", thread.id, thread.name);
  t.note = thread.state;
  if (thread.id == all.current) t.note = "it is the one that runs";
  if (!thread.waits_for.empty()) t.note += " for " + thread.waits_for;
  if (thread.since && thread.state != "running")
    t.note += fmt::format(", off the processor for {}", ago(c.now, *thread.since));
  if (const std::string function = name_at(c.symbols, thread.function); !function.empty())
    t.note += fmt::format("; made to run {}", function);
  std::size_t number = 0;
  for (std::size_t i = 0; i < thread.calls.size(); ++i) {
    const StackFrame& call = thread.calls[i];
    t.rows.push_back({std::to_string(i),
                      {plain(call.inlined ? "" : std::to_string(number)),
                       Cell{call.function.empty() ? "?" : call.function + (call.inlined ? " (inlined)" : ""),
                            Link::source, call.pc.value, i == thread.stands ? Tone::now : Tone::plain},
                       muted(source_of(call)), linear(call.pc.value, c.ia32e()),
                       call.cfa.value ? linear(call.cfa.value, c.ia32e()) : Cell{}}});
    if (!call.inlined) ++number;
  }
  return t;
}

}  // namespace ringside
