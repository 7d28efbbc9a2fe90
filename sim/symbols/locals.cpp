// SPDX-License-Identifier: GPL-2.0-or-later
// Parameters and local variables of a frame (DWARF 5, sections 3.3 to 3.5 and 4.1).
#include "sim/symbols/dies.h"
#include "sim/symbols/expression.h"
#include "sim/symbols/parts.h"
#include "sim/symbols/symbols.h"

namespace ringside {
namespace {

bool opens_scope(int tag) {
  return tag == DW_TAG_subprogram || tag == DW_TAG_inlined_subroutine || tag == DW_TAG_lexical_block;
}

// The function, its blocks and inlined copies around `pc`, outermost first.
void find_scopes(Dwarf_Die& parent, Dwarf_Addr pc, std::vector<Dwarf_Die>& scopes, Forwards& forwards,
                 unsigned depth) {
  if (depth > Scopes::kDeepest) return;
  bool found = false;
  for_each_child(parent, [&](Dwarf_Die& die) {
    const int tag = dwarf_tag(&die);
    if (found || !forwards.comes_to(die)) return;
    if (tag == DW_TAG_namespace || tag == DW_TAG_structure_type || tag == DW_TAG_class_type) {
      const std::size_t before = scopes.size();
      find_scopes(die, pc, scopes, forwards, depth + 1);
      found = scopes.size() > before;
    } else if (opens_scope(tag) && dwarf_haspc(&die, pc) == 1) {
      found = true;
      scopes.push_back(die);
      find_scopes(die, pc, scopes, forwards, depth + 1);
    }
  });
}

struct Found {
  LocalVariable variable;
  Dwarf_Off type = 0;
};

class Finder {
 public:
  Finder(Dwarf_Addr pc, const StackFrame& frame, const ReadMemory& read)
      : pc_(pc), frame_(frame), read_(read) {}

  void set_frame_base(Dwarf_Die& function) {
    const auto base = evaluate(function, DW_AT_frame_base);
    if (base) frame_base_ = base->number;
  }

  void add_variables_of(Dwarf_Die& scope) {
    for_each_child(scope, [&](Dwarf_Die& die) {
      const int tag = dwarf_tag(&die);
      if (tag != DW_TAG_variable && tag != DW_TAG_formal_parameter) return;
      const char* name = entry_name(die);
      if (!name || found.size() == kMostVariables) return;
      Found entry;
      entry.variable.name = name;
      entry.variable.is_parameter = tag == DW_TAG_formal_parameter;
      int line = 0;
      if (dwarf_decl_line(&die, &line) == 0) entry.variable.line = static_cast<unsigned>(std::max(line, 0));
      Dwarf_Attribute type;
      Dwarf_Die type_die;
      if (dwarf_attr_integrate(&die, DW_AT_type, &type) && dwarf_formref_die(&type, &type_die)) {
        entry.type = dwarf_dieoffset(&type_die);
      }
      if (const auto place = evaluate(die, DW_AT_location)) {
        if (place->is_value)
          entry.variable.value = place->number;
        else
          entry.variable.address = VirtAddr{place->number};
      } else {
        entry.variable.value = constant(die);
      }
      found.push_back(std::move(entry));
    });
  }

  std::vector<Found> found;

 private:
  static constexpr std::size_t kMostVariables = 1024;

  std::optional<Expression::Outcome> evaluate(Dwarf_Die& die, unsigned attribute_name) const {
    Dwarf_Attribute attribute;
    Dwarf_Op* operations = nullptr;
    std::size_t count = 0;
    if (!dwarf_attr(&die, attribute_name, &attribute)) return std::nullopt;
    if (dwarf_getlocation_addr(&attribute, pc_, &operations, &count, 1) != 1 || count == 0)
      return std::nullopt;
    const auto cfa = frame_.cfa.value ? std::optional(frame_.cfa.value) : std::nullopt;
    auto outcome = Expression(frame_.registers, cfa, read_, frame_base_).run({operations, count});
    // As a frame base, a register stands for its content.
    if (outcome && attribute_name == DW_AT_frame_base) outcome->is_value = false;
    return outcome;
  }

  static std::optional<std::uint64_t> constant(Dwarf_Die& die) {
    Dwarf_Attribute attribute;
    Dwarf_Sword value = 0;
    if (!dwarf_attr_integrate(&die, DW_AT_const_value, &attribute) ||
        dwarf_formsdata(&attribute, &value) != 0) {
      return std::nullopt;
    }
    return static_cast<std::uint64_t>(value);
  }

  Dwarf_Addr pc_;
  const StackFrame& frame_;
  const ReadMemory& read_;
  std::optional<std::uint64_t> frame_base_;
};

}  // namespace

std::vector<LocalVariable> Symbols::locals(const StackFrame& frame, const ReadMemory& read) const {
  std::vector<LocalVariable> variables;
  if (!parts_->file || !parts_->file->dwarf) return variables;
  // A call's own line and variables are those at the call, not behind it.
  const Dwarf_Addr pc = frame.pc.value - (frame.pc_is_return ? 1 : 0);
  Finder finder(pc, frame, read);
  {
    const std::lock_guard guard(parts_->file->lock);
    std::vector<Dwarf_Die> scopes;
    Forwards forwards;
    for_each_unit(parts_->file->dwarf, [&](Dwarf_Die& unit) {
      if (scopes.empty() && dwarf_haspc(&unit, pc) == 1) find_scopes(unit, pc, scopes, forwards, 0);
    });
    if (scopes.empty()) return variables;
    finder.set_frame_base(scopes.front());
    // Cut out the piece that belongs to this entry of the backtrace: from its function or inlined copy to the
    // next.
    std::vector<std::size_t> starts;
    for (std::size_t i = 0; i < scopes.size(); ++i) {
      if (dwarf_tag(&scopes[i]) != DW_TAG_lexical_block) starts.push_back(i);
    }
    if (frame.inlined_inside >= starts.size()) return variables;
    const std::size_t own = starts.size() - 1 - frame.inlined_inside;
    const std::size_t end = own + 1 < starts.size() ? starts[own + 1] : scopes.size();
    for (std::size_t i = starts[own]; i < end; ++i) finder.add_variables_of(scopes[i]);
  }
  for (Found& entry : finder.found) {
    entry.variable.type = types().at_entry(entry.type);
    variables.push_back(std::move(entry.variable));
  }
  return variables;
}

}  // namespace ringside
