// SPDX-License-Identifier: GPL-2.0-or-later
#include "sim/symbols/dies.h"

#include <cstring>

namespace ringside {

const char* entry_name(Dwarf_Die& die) {
  const char* name = dwarf_diename(&die);
  return name && strnlen(name, kLongestName + 1) <= kLongestName ? name : nullptr;
}

Dwarf_Off reference(Dwarf_Die& die, unsigned attribute) {
  Dwarf_Attribute found;
  Dwarf_Die target;
  if (!dwarf_attr(&die, attribute, &found) || !dwarf_formref_die(&found, &target)) return 0;
  return dwarf_dieoffset(&target);
}

std::optional<std::uint64_t> number(Dwarf_Die& die, unsigned attribute) {
  Dwarf_Attribute found;
  Dwarf_Word value = 0;
  if (!dwarf_attr(&die, attribute, &found) || dwarf_formudata(&found, &value) != 0) return std::nullopt;
  return value;
}

bool flag(Dwarf_Die& die, unsigned attribute) {
  Dwarf_Attribute found;
  bool value = false;
  return dwarf_attr(&die, attribute, &found) && dwarf_formflag(&found, &value) == 0 && value;
}

int Scopes::enter(Dwarf_Die& die, int around) {
  if (scopes_.size() == kMostScopes) return around;
  Scope scope;
  scope.around = around;
  scope.name = entry_name(die);
  if (!scope.name && dwarf_tag(&die) != DW_TAG_namespace) scope.name = "(unnamed)";
  scope.stands_for = reference(die, DW_AT_specification);
  if (!scope.stands_for) scope.stands_for = reference(die, DW_AT_abstract_origin);
  scopes_.push_back(scope);
  const int index = static_cast<int>(scopes_.size()) - 1;
  by_entry_[dwarf_dieoffset(&die)] = index;
  // What is inside a member function's definition belongs to the class of its declaration.
  const int declared = scope.stands_for ? scope_at(scope.stands_for) : -1;
  return declared >= 0 ? declared : index;
}

int Scopes::scope_at(Dwarf_Off entry) const {
  const auto found = by_entry_.find(entry);
  return found == by_entry_.end() ? -1 : found->second;
}

std::string Scopes::name(Dwarf_Off entry) {
  int index = scope_at(entry);
  for (unsigned hops = 0; index >= 0 && scopes_[index].stands_for && hops < 8; ++hops) {
    const int declared = scope_at(scopes_[index].stands_for);
    if (declared < 0) break;
    index = declared;
  }
  return index < 0 ? "" : name_in(scopes_[index].around, scopes_[index].name);
}

std::string Scopes::name_in(int scope, const char* last) {
  if (name_bytes_left_ == 0) return "";
  std::string text = last ? last : "";
  for (unsigned depth = 0; scope >= 0 && depth < kDeepest; ++depth, scope = scopes_[scope].around) {
    if (!scopes_[scope].name) continue;
    if (text.size() + std::strlen(scopes_[scope].name) > kLongestName) break;
    text.insert(0, text.empty() ? "" : "::").insert(0, scopes_[scope].name);
  }
  return affords(text.size()) ? text : "";
}

bool Scopes::affords(std::size_t bytes) {
  const bool enough = bytes <= name_bytes_left_;
  name_bytes_left_ = enough ? name_bytes_left_ - bytes : 0;
  return enough;
}

}  // namespace ringside
