// SPDX-License-Identifier: GPL-2.0-or-later
// Every stack of the kernel on one page: those of threads, and those of the image that the processor changes
// to for some exceptions.
#include <algorithm>

#include "sim/inspect/cells.h"
#include "sim/inspect/guest_objects.h"
#include "sim/inspect/memory_tables.h"
#include "sim/inspect/thread_calls.h"
#include "sim/inspect/thread_tables.h"

namespace ringside {
namespace {

void add_stack(const InspectContext& c, Table& t, const std::string& name, Cell whose,
               const GuestStack& stack) {
  Cell remark;
  if (!stack.trouble.empty())
    remark = bad(stack.trouble);
  else if (!stack.guarded)
    remark = bad("no guard page below");
  else if (stack.size() && stack.high_water * 8 >= stack.size() * 7)
    remark = plain("nearly full at its most", Tone::now);
  const auto most = stack.size() ? stack.high_water * 100 / stack.size() : 0;
  t.rows.push_back(
      {name,
       {std::move(whose), linear(stack.bottom, c.ia32e()), linear(stack.top, c.ia32e()),
        stack.pointer ? linear(*stack.pointer, c.ia32e()) : Cell{},
        plain(stack.pointer ? count_words(stack.used()) : ""), plain(count_words(stack.high_water)),
        plain(bytes_words(stack.size())), plain(fmt::format("{} %", most)), std::move(remark)}});
}

}  // namespace

Table stacks_table(const InspectContext& c) {
  Table t{.name = "stacks",
          .title = "Stacks",
          .note = {},
          .columns = {{"Whose"},
                      {"From", true},
                      {"To", true},
                      {"RSP", true},
                      {"Used now", true},
                      {"Most ever", true},
                      {"Of", true},
                      {"Share", true},
                      {"Remark"}},
          .rows = {}};
  const KernelThreads all = kernel_threads(c);
  for (const GuestThread& thread : all.threads)
    add_stack(c, t, fmt::format("thread {}", thread.id), Cell{thread.name, Link::thread, thread.id},
              thread.stack);
  const ValueReader reader{.symbols = c.symbols, .read = c.guest().reader()};
  const std::uint64_t rsp = linear_stack_pointer(c.cpu);
  for (const Symbol& symbol : c.symbols.objects()) {
    if (!symbol.name.ends_with("_stack")) continue;
    const auto object = reader.look_up(symbol.name);
    const auto memory = object ? part(reader, *object, "memory") : std::nullopt;
    const auto guard = object ? part(reader, *object, "guard") : std::nullopt;
    if (!memory || !guard) continue;
    const std::uint64_t bottom = memory->address.value;
    GuestStack stack = measure_stack(c, bottom, bottom + memory->type->size);
    if (stack.holds(rsp)) stack.pointer = rsp;
    add_stack(c, t, symbol.name, Cell{symbol.name, Link::linear, symbol.start.value}, stack);
  }
  t.note =
      t.rows.empty() ? all.missing : "\"Most ever\" counts from the lowest byte that is not zero any more.";
  return t;
}

}  // namespace ringside
