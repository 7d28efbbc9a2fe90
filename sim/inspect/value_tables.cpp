// SPDX-License-Identifier: GPL-2.0-or-later
#include "sim/inspect/value_tables.h"

#include <set>

#include "sim/inspect/cells.h"
#include "sim/inspect/memory_tables.h"
#include "sim/inspect/values.h"

namespace ringside {
namespace {

ValueReader reader_of(const InspectContext& c) {
  ValueReader reader{.symbols = c.symbols, .read = c.guest().reader()};
  const auto frames = c.symbols.backtrace(unwind_registers(c.cpu), reader.read);
  if (!frames.empty()) reader.locals = c.symbols.locals(frames.front(), reader.read);
  return reader;
}

Cell place_of(const InspectContext& c, const Value& value) {
  return value.immediate ? muted("register") : linear(value.address.value, c.ia32e());
}

}  // namespace

Result<Table> value_table(const InspectContext& c, std::string_view expression) {
  const ValueReader reader = reader_of(c);
  const auto value = reader.look_up(expression);
  if (!value) return std::unexpected(value.error());
  Table t{.name = "value",
          .title = std::string(expression),
          .note = {},
          .columns = {{"Name"}, {"Value"}, {"Type"}, {"At", true}},
          .rows = {}};
  for (const ValueRow& row : value_rows(reader, *value)) {
    // Depth and number make the key: parts of different members may share a name.
    t.rows.push_back({fmt::format("{} {}", t.rows.size(), row.name),
                      {plain(std::string(2 * row.depth, ' ') + row.name), plain(row.text), muted(row.type),
                       place_of(c, row.value)}});
  }
  return t;
}

Table locals_table(const InspectContext& c) {
  Table t{.name = "locals",
          .title = "Local variables",
          .note = place_words(c.symbols, linear_instruction_pointer(c.cpu)),
          .columns = {{"Name"}, {"Value"}, {"Line", true}, {"At", true}, {""}},
          .rows = {}};
  const ValueReader reader = reader_of(c);
  for (const LocalVariable& variable : reader.locals) {
    const auto value = reader.local(variable);
    t.rows.push_back(
        {fmt::format("{} {}", t.rows.size(), variable.name),
         {plain(variable.name), value ? plain(reader.text(*value)) : muted("optimised away"),
          muted(variable.line ? std::to_string(variable.line) : ""), value ? place_of(c, *value) : Cell{},
          muted(variable.is_parameter ? "parameter" : "")}});
  }
  return t;
}

Table variables_table(const InspectContext& c, std::string_view filter) {
  Table t{.name = "variables",
          .title = "Variables",
          .note = {},
          .columns = {{"Name"}, {"Value"}, {"At", true}, {"Size", true}},
          .rows = {}};
  const ValueReader reader{.symbols = c.symbols, .read = c.guest().reader()};
  std::set<std::string_view> seen;  // constants of a header have a copy in every file
  for (const Symbol& s : c.symbols.objects()) {
    if (s.kind != Symbol::Kind::object || s.name.starts_with("std::") ||
        s.name.find(filter) == std::string::npos)
      continue;
    if (!seen.insert(s.name).second) continue;
    const auto value = reader.look_up(s.name);
    t.rows.push_back({fmt::format("{:#x} {}", s.start.value, s.name),
                      {plain(s.name), value ? plain(reader.text(*value)) : Cell{},
                       linear(s.start.value, c.ia32e()), muted(bytes_words(s.size))}});
  }
  t.note = fmt::format("{} variables", t.rows.size());
  return t;
}

}  // namespace ringside
