// SPDX-License-Identifier: GPL-2.0-or-later
#include "sim/inspect/tasks.h"

#include <algorithm>
#include <map>

#include "sim/inspect/cells.h"
#include "sim/inspect/guest_objects.h"

namespace ringside {
namespace {

constexpr std::uint64_t kMostPlaces = 4096;  // of a wake queue

struct TaskReader {
  const InspectContext& c;
  ValueReader reader{.symbols = c.symbols, .read = c.guest().reader()};
  std::map<std::uint64_t, std::string> names;  // of the tasks by id

  std::uint64_t number(const Value& of, std::string_view path) const { return part_or_0(reader, of, path); }

  std::string task_words(std::uint64_t id) const {
    const auto known = names.find(id);
    return known == names.end() ? fmt::format("task {} (gone)", id)
                                : fmt::format("task {} {}", id, known->second);
  }

  // The class of an object with virtual functions, from the name of its table of them; null: not known.
  const Type* dynamic_type(const Value& object) const {
    const auto table = c.guest().read(object.address, 8);
    const auto found = table ? c.symbols.find({*table}) : std::nullopt;
    return found && found->symbol->signature.starts_with("vtable for ")
               ? c.symbols.types().find(found->symbol->name)
               : nullptr;
  }

  std::string wait_words(const Value& task) const {
    const auto awaited = part_target(reader, task, "waits_for");
    if (!awaited) return {};
    std::string words = part_string(reader, *awaited, "what_");
    if (const Type* const type = dynamic_type(*awaited))
      if (const auto due = part_number(reader, {"awaited", awaited->address, type}, "due_"))
        words += fmt::format(", tick {}", *due);
    return words;
  }

  // A coroutine's frame begins with the address of the function that resumes it.
  Cell function_cell(const Value& task) const {
    const auto frame = part_number(reader, task, "innermost");
    const auto resume = frame && *frame ? c.guest().read({*frame}, 8) : std::nullopt;
    if (!resume) return {};
    std::string name = name_at(c.symbols, *resume);
    name = name.substr(0, name.find(" [clone"));
    return {name.empty() ? hex64(*resume) : name, Link::source, *resume};
  }

  // The ids in the wake queue, oldest first: from the consumer's place on, as long as the turn of a place
  // says that its item is there (kernel/lib/many_producer_queue.h).
  std::vector<std::uint64_t> woken(const Value& executor) const {
    std::vector<std::uint64_t> ids;
    const auto places = part(reader, executor, "woken_.places_");
    if (!places) return ids;
    const Type& array = *reader.unwrapped(*places).type;
    const std::uint64_t size = array.dimensions.empty() ? 0 : array.dimensions.front();
    if (size == 0 || size > kMostPlaces) return ids;
    const std::uint64_t head = number(executor, "woken_.head_");
    for (std::uint64_t n = head; n < head + size; ++n) {
      const auto place = reader.element(*places, n % size);
      if (!place || number(*place, "turn") != n - n % size + 1) break;
      ids.push_back(number(*place, "item"));
    }
    return ids;
  }

  // Why there is nothing to see; empty where there is an executor.
  std::string read_names() {
    const auto executor = reader.look_up("kernel::executor");
    if (!executor) return "This kernel has no kernel::executor, so there are no coroutines to show.";
    if (const std::string why = c.guest().why_not(executor->address); !why.empty())
      return fmt::format("kernel::executor is {}.", why);
    if (const auto list = part(reader, *executor, "tasks_"))
      for (const Value& task : walk_list(reader, *list).items)
        names[number(task, "id")] = part_string(reader, task, "name");
    return {};
  }

  void add_waker(Table& t, std::string key, std::string when, const Value& waker,
                 Tone tone = Tone::plain) const {
    if (number(waker, "executor") == 0) return;
    t.rows.push_back({std::move(key),
                      {plain(std::move(when), tone), plain(task_words(number(waker, "task"))),
                       linear(waker.address.value, c.ia32e())},
                      bytes_of(waker.address, waker.type->size)});
  }

  void add_alarms(Table& t) const {
    const auto alarms = reader.look_up("kernel::alarms");
    if (!alarms) return;
    const ListWalk walk = walk_list(reader, *alarms);
    for (const Value& alarm : walk.items) {
      const std::string key = fmt::format("alarm {:#x}", alarm.address.value),
                        when = fmt::format("tick {}", number(alarm, "due"));
      if (const auto thread = part_target(reader, alarm, "thread"))
        t.rows.push_back({key,
                          {plain(when),
                           Cell{"thread " + part_string(reader, *thread, "name_characters"), Link::thread,
                                number(*thread, "id")},
                           linear(alarm.address.value, c.ia32e())},
                          bytes_of(alarm.address, alarm.type->size)});
      else if (const auto waker = part(reader, alarm, "waker"))
        add_waker(t, key, when, *waker);
    }
    if (!walk.trouble.empty()) t.rows.push_back({"alarms", {bad("kernel::alarms: " + walk.trouble)}});
  }

  void add_event(Table& t, const std::string& name) const {
    const auto event = reader.look_up(name);
    const auto list = event ? part(reader, *event, "tasks_") : std::nullopt;
    if (!list) return;
    const ListWalk walk = walk_list(reader, *list);
    for (const Value& waiter : walk.items)
      if (const auto waker = part(reader, waiter, "waker"))
        add_waker(t, fmt::format("event {:#x}", waiter.address.value), name, *waker);
    if (!walk.trouble.empty()) t.rows.push_back({name, {bad(name + ": " + walk.trouble)}});
  }
};

}  // namespace

Table tasks_table(const InspectContext& c) {
  Table t{.name = "tasks",
          .title = "Coroutines",
          .note = {},
          .columns = {{"Id", true},
                      {"Name"},
                      {"State"},
                      {"Waits for"},
                      {"Runs", true},
                      {"Asked", true},
                      {"Function"},
                      {"Frame", true}},
          .rows = {}};
  TaskReader tasks{c};
  if (t.note = tasks.read_names(); !t.note.empty()) return t;
  const ValueReader& reader = tasks.reader;
  const Value executor = *reader.look_up("kernel::executor");
  const auto list = part(reader, executor, "tasks_");
  const ListWalk walk = list ? walk_list(reader, *list) : ListWalk{{}, "the executor has no list tasks_"};
  for (const Value& task : walk.items) {
    const std::string state = part_text(reader, task, "state");
    const std::uint64_t id = tasks.number(task, "id"), frame = tasks.number(task, "innermost");
    t.rows.push_back({std::to_string(id),
                      {plain(std::to_string(id)),
                       Cell{part_string(reader, task, "name"), Link::linear, task.address.value},
                       plain(state, state == "running" ? Tone::now
                                    : state == "ready" ? Tone::plain
                                                       : Tone::muted),
                       plain(tasks.wait_words(task)), plain(count_words(tasks.number(task, "runs"))),
                       plain(count_words(tasks.number(task, "polls"))), tasks.function_cell(task),
                       frame ? linear(frame, c.ia32e()) : Cell{}},
                      bytes_of(task.address, 8)});
  }
  if (!walk.trouble.empty()) t.rows.push_back({"trouble", {Cell{}, bad(walk.trouble)}});
  const auto counted = [&](const char* name) {
    return count_words(tasks.number(executor, fmt::format("statistics_.{}", name)));
  };
  t.note = fmt::format(
      "{} tasks, {} in the wake queue; {} wake-ups, of these {} for nothing, {} too late, {} lost and made "
      "good; "
      "the executor has slept {} times",
      walk.items.size(), tasks.woken(executor).size(), counted("wakes"), counted("spurious"),
      counted("stale"), counted("lost"), counted("sleeps"));
  return t;
}

Table wakers_table(const InspectContext& c) {
  Table t{.name = "wakers",
          .title = "Who wakes whom",
          .note = {},
          .columns = {{"When"}, {"Wakes"}, {"At", true}},
          .rows = {}};
  TaskReader tasks{c};
  if (t.note = tasks.read_names(); !t.note.empty()) return t;
  const ValueReader& reader = tasks.reader;
  const Value executor = *reader.look_up("kernel::executor");
  const auto queue = part(reader, executor, "woken_");
  for (const std::uint64_t id : tasks.woken(executor))
    t.rows.push_back({fmt::format("woken {}", t.rows.size()),
                      {plain("in the wake queue", Tone::now), plain(tasks.task_words(id)),
                       queue ? linear(queue->address.value, c.ia32e()) : Cell{}}});
  tasks.add_alarms(t);
  tasks.add_event(t, "kernel::input_event");
  if (const auto list = part(reader, executor, "tasks_"))
    for (const Value& task : walk_list(reader, *list).items)
      if (const auto waker = part(reader, task, "at_end")) {
        const std::uint64_t id = tasks.number(task, "id");
        tasks.add_waker(t, fmt::format("end {}", id), fmt::format("end of {}", tasks.task_words(id)), *waker);
      }
  t.note = fmt::format("{} wake-ups are arranged", t.rows.size());
  return t;
}

}  // namespace ringside
