// SPDX-License-Identifier: GPL-2.0-or-later
#include "sim/symbols/types.h"

#include <fmt/format.h>

#include <algorithm>
#include <deque>

#include "sim/symbols/dies.h"

namespace ringside {
namespace {

constexpr std::size_t kMostNames = 1 << 20;
constexpr std::size_t kMostTypes = 1 << 18;
constexpr std::size_t kMostMembers = 1 << 14;
constexpr std::size_t kMostDimensions = 64;
// Entries may overlap, so that many types share the bytes of their children.
constexpr std::size_t kMostChildren = 1 << 20;
constexpr unsigned kMostAliases = 32;  // typedefs and qualifiers in a row
constexpr unsigned kDeepestMember = 16;
constexpr std::size_t kMostMembersSearched = 1 << 15;
constexpr std::size_t kMostConstantBytes = 4096;

bool is_alias(int tag) {
  return tag == DW_TAG_typedef || tag == DW_TAG_const_type || tag == DW_TAG_volatile_type ||
         tag == DW_TAG_restrict_type || tag == DW_TAG_atomic_type;
}

bool is_named_type(int tag) {
  return tag == DW_TAG_structure_type || tag == DW_TAG_class_type || tag == DW_TAG_union_type ||
         tag == DW_TAG_enumeration_type || tag == DW_TAG_typedef || tag == DW_TAG_base_type;
}

Type::Kind kind_of_base(Dwarf_Die& die) {
  switch (number(die, DW_AT_encoding).value_or(0)) {
    case DW_ATE_boolean: return Type::Kind::boolean;
    case DW_ATE_UTF: return Type::Kind::character;
    case DW_ATE_signed_char: {
      // "char" holds text; "signed char" is what int8_t stands for, a number.
      const char* name = entry_name(die);
      return name && std::string_view(name) == "char" ? Type::Kind::character : Type::Kind::signed_integer;
    }
    case DW_ATE_signed: return Type::Kind::signed_integer;
    case DW_ATE_unsigned_char:
    case DW_ATE_unsigned:
    case DW_ATE_address: return Type::Kind::unsigned_integer;
    case DW_ATE_float: return Type::Kind::floating;
    default: return Type::Kind::nothing;
  }
}

Type::Kind kind(Dwarf_Die& die) {
  switch (dwarf_tag(&die)) {
    case DW_TAG_base_type: return kind_of_base(die);
    case DW_TAG_pointer_type: return Type::Kind::pointer;
    case DW_TAG_reference_type:
    case DW_TAG_rvalue_reference_type: return Type::Kind::reference;
    case DW_TAG_structure_type:
    case DW_TAG_class_type: return Type::Kind::structure;
    case DW_TAG_union_type: return Type::Kind::union_;
    case DW_TAG_enumeration_type: return Type::Kind::enumeration;
    case DW_TAG_array_type: return Type::Kind::array;
    case DW_TAG_subroutine_type: return Type::Kind::function;
    default: return Type::Kind::nothing;
  }
}

// The fixed address in a location that is nothing but DW_OP_addr.
std::optional<VirtAddr> fixed_address(Dwarf_Die& die) {
  Dwarf_Attribute attribute;
  Dwarf_Op* operations = nullptr;
  std::size_t count = 0;
  if (!dwarf_attr(&die, DW_AT_location, &attribute)) return std::nullopt;
  const unsigned form = dwarf_whatform(&attribute);
  if (form != DW_FORM_exprloc && form != DW_FORM_block1) return std::nullopt;  // a list: not always in memory
  if (dwarf_getlocation(&attribute, &operations, &count) != 0 || count != 1) return std::nullopt;
  if (operations[0].atom == DW_OP_addr) return VirtAddr{operations[0].number};
  Dwarf_Attribute indexed;  // DW_OP_addrx: the address is in a table
  Dwarf_Addr address = 0;
  if (operations[0].atom == DW_OP_addrx && dwarf_getlocation_attr(&attribute, operations, &indexed) == 0 &&
      dwarf_formaddr(&indexed, &address) == 0) {
    return VirtAddr{address};
  }
  return std::nullopt;
}

std::uint64_t member_bytes(Dwarf_Die& die) {
  if (const auto offset = number(die, DW_AT_data_member_location)) return *offset;
  Dwarf_Attribute attribute;
  Dwarf_Op* operations = nullptr;
  std::size_t count = 0;
  if (dwarf_attr(&die, DW_AT_data_member_location, &attribute) &&
      dwarf_getlocation(&attribute, &operations, &count) == 0 && count == 1 &&
      operations[0].atom == DW_OP_plus_uconst) {
    return operations[0].number;
  }
  return 0;
}

// The value in a DW_AT_const_value (DWARF 5, 4.1.10): a block of bytes, or a number of which the type says
// how long it is.
std::vector<std::byte> constant_bytes(Dwarf_Die& die) {
  Dwarf_Attribute attribute;
  if (!dwarf_attr(&die, DW_AT_const_value, &attribute)) return {};
  std::vector<std::byte> bytes;
  if (Dwarf_Block block; dwarf_formblock(&attribute, &block) == 0) {
    for (Dwarf_Word i = 0; i < std::min<Dwarf_Word>(block.length, kMostConstantBytes); ++i)
      bytes.push_back(static_cast<std::byte>(block.data[i]));
    return bytes;
  }
  Dwarf_Sword number = 0;
  Dwarf_Die type;
  Dwarf_Attribute type_attribute;
  Dwarf_Word size = 0;
  if (dwarf_formsdata(&attribute, &number) != 0 ||
      !dwarf_formref_die(dwarf_attr(&die, DW_AT_type, &type_attribute), &type) ||
      dwarf_aggregate_size(&type, &size) != 0)
    return {};
  for (unsigned i = 0; i < std::min<Dwarf_Word>(size, 8); ++i)
    bytes.push_back(static_cast<std::byte>(number >> (8 * i) & 0xFF));
  return bytes;
}

bool ends_with_components(std::string_view qualified, std::string_view text) {
  return qualified.ends_with(text) && (qualified.size() == text.size() ||
                                       qualified.substr(0, qualified.size() - text.size()).ends_with("::"));
}

}  // namespace

struct Types::Tables {
  struct NamedVariable {
    VirtAddr address;
    Dwarf_Off type = 0;
  };

  // --- built once ---
  Scopes scopes;
  Forwards forwards;
  std::map<std::string, Dwarf_Off, std::less<>> types;  // of equal definitions in several units, the first
  std::multimap<std::string, NamedVariable, std::less<>> variables;
  std::multimap<std::string, Dwarf_Off, std::less<>> constants;

  // --- types given so far ---
  Dwarf* dwarf = nullptr;
  Type nothing;
  std::deque<Type> all;
  std::map<Dwarf_Off, Type*> by_entry;
  std::vector<std::pair<Dwarf_Off, Type*>> unfinished;
  std::size_t children_left = kMostChildren;

  void index(Dwarf_Die& parent, int scope, unsigned depth) {
    if (depth > Scopes::kDeepest) return;
    for_each_child(parent, [&](Dwarf_Die& die) { index_one(die, scope, depth); });
  }

  void index_one(Dwarf_Die& die, int scope, unsigned depth) {
    if (!forwards.comes_to(die)) return;
    const int tag = dwarf_tag(&die);
    if (is_named_type(tag) && types.size() < kMostNames && !flag(die, DW_AT_declaration)) {
      if (const char* last = entry_name(die))
        if (std::string name = scopes.name_in(scope, last); !name.empty())
          types.try_emplace(std::move(name), dwarf_dieoffset(&die));
    }
    switch (tag) {
      case DW_TAG_namespace:
      case DW_TAG_structure_type:
      case DW_TAG_class_type:
      case DW_TAG_union_type:
      case DW_TAG_enumeration_type:
      case DW_TAG_subprogram: index(die, scopes.enter(die, scope), depth + 1); break;
      case DW_TAG_lexical_block:
      case DW_TAG_inlined_subroutine: index(die, scope, depth + 1); break;
      case DW_TAG_member:  // static data members are members up to DWARF 4 and variables in DWARF 5
        if (!flag(die, DW_AT_external)) break;
        scopes.enter(die, scope);
        index_constant(die, scope);
        break;
      case DW_TAG_variable: index_variable(die, scope); break;
      default: break;
    }
  }

  void index_constant(Dwarf_Die& die, int scope) {
    const char* last = entry_name(die);
    if (!last || !dwarf_hasattr(&die, DW_AT_const_value) || constants.size() >= kMostNames) return;
    if (std::string name = scopes.name_in(scope, last); !name.empty())
      constants.emplace(std::move(name), dwarf_dieoffset(&die));
  }

  void index_variable(Dwarf_Die& die, int scope) {
    index_constant(die, scope);
    if (flag(die, DW_AT_declaration)) {
      scopes.enter(die, scope);  // for the name of its definition
      return;
    }
    const auto address = fixed_address(die);
    if (!address || variables.size() >= kMostNames) return;
    // A static variable of an inlined or declared function or class has its name and type elsewhere.
    std::string name;
    Dwarf_Off declaration = reference(die, DW_AT_specification);
    if (declaration) name = scopes.name(declaration);
    if (!declaration) declaration = reference(die, DW_AT_abstract_origin);
    if (name.empty()) {
      const char* last = entry_name(die);
      if (!last) return;
      name = scopes.name_in(scope, last);
      if (name.empty()) return;
    }
    Dwarf_Off type = reference(die, DW_AT_type);
    Dwarf_Die declared;
    if (!type && declaration && dwarf_offdie(dwarf, declaration, &declared))
      type = reference(declared, DW_AT_type);
    variables.emplace(std::move(name), NamedVariable{*address, type});
  }

  // The type for an entry. Its members may still be empty until finish().
  const Type* type_at(Dwarf_Off entry) {
    Dwarf_Die die;
    for (unsigned hops = 0;; ++hops) {
      if (entry == 0 || hops == kMostAliases || !dwarf_offdie(dwarf, entry, &die)) return &nothing;
      if (!is_alias(dwarf_tag(&die))) break;
      entry = reference(die, DW_AT_type);
    }
    if (flag(die, DW_AT_declaration)) {  // defined in another unit
      const auto definition = types.find(scopes.name(entry));
      if (definition != types.end()) entry = definition->second;
    }
    const auto [known, is_new] = by_entry.try_emplace(entry, nullptr);
    if (!is_new) return known->second;
    if (all.size() == kMostTypes) {
      by_entry.erase(known);
      return &nothing;
    }
    known->second = &all.emplace_back();
    unfinished.emplace_back(entry, known->second);
    return known->second;
  }

  void finish() {
    while (!unfinished.empty()) {
      const auto [entry, type] = unfinished.back();
      unfinished.pop_back();
      Dwarf_Die die;
      if (dwarf_offdie(dwarf, entry, &die)) fill(die, entry, *type);
    }
  }

  void fill(Dwarf_Die& die, Dwarf_Off entry, Type& type) {
    type.kind = kind(die);
    Dwarf_Word bytes = 0;
    if (dwarf_aggregate_size(&die, &bytes) == 0) type.size = bytes;
    if (type.kind == Type::Kind::pointer || type.kind == Type::Kind::reference ||
        type.kind == Type::Kind::array) {
      type.target = type_at(reference(die, DW_AT_type));
    }
    type.name = scopes.name(entry);
    if (type.name.empty()) type.name = kept_name(die);
    if (children_left == 0) return;
    for_each_child(die, [&](Dwarf_Die& child) {
      if (children_left == 0) return;
      --children_left;
      fill_from(child, type);
    });
  }

  std::string kept_name(Dwarf_Die& die) {
    const char* name = entry_name(die);
    return name && scopes.affords(std::string_view(name).size()) ? name : "";
  }

  void fill_from(Dwarf_Die& child, Type& type) {
    const int tag = dwarf_tag(&child);
    if (tag == DW_TAG_subrange_type && type.dimensions.size() < kMostDimensions) {
      const auto upper = number(child, DW_AT_upper_bound);
      type.dimensions.push_back(number(child, DW_AT_count).value_or(upper ? *upper + 1 : 0));
    } else if (tag == DW_TAG_enumerator && type.enumerators.size() < kMostMembers) {
      Dwarf_Attribute attribute;
      Dwarf_Sword value = 0;
      dwarf_formsdata(dwarf_attr(&child, DW_AT_const_value, &attribute), &value);
      type.enumerators.push_back({kept_name(child), value});
    } else if ((tag == DW_TAG_member || tag == DW_TAG_inheritance) && type.members.size() < kMostMembers) {
      if (flag(child, DW_AT_external)) return;  // a static member: no part of the object
      Member member{.name = kept_name(child), .offset = member_bytes(child)};
      member.type = type_at(reference(child, DW_AT_type));
      member.is_base_class = tag == DW_TAG_inheritance;
      if (const auto bits = number(child, DW_AT_bit_size)) {
        member.bits = static_cast<std::uint8_t>(std::min<std::uint64_t>(*bits, 64));
        std::uint64_t first = member.offset * 8 + number(child, DW_AT_data_bit_offset).value_or(0);
        // Up to DWARF 4 (5.6.6 there) the distance may be counted from the top of the unit of storage.
        if (const auto from_top = number(child, DW_AT_bit_offset)) {
          const std::uint64_t unit = number(child, DW_AT_byte_size).value_or(4) * 8;
          first += unit - *from_top - member.bits;
        }
        member.offset = first / 8;
        member.bit_offset = first % 8;
      }
      type.members.push_back(std::move(member));
    }
  }
};

Types::Types(const ElfFile* file) : file_(file), tables_(std::make_unique<Tables>()) {
  if (!file || !file->dwarf) {
    file_ = nullptr;
    return;
  }
  tables_->dwarf = file->dwarf;
  for_each_unit(file->dwarf, [&](Dwarf_Die& unit) { tables_->index(unit, -1, 0); });
}

Types::~Types() = default;

const Type* Types::find(std::string_view name) const {
  if (!file_ || name.empty()) return nullptr;
  const std::lock_guard guard(file_->lock);
  auto found = tables_->types.find(name);
  if (found == tables_->types.end()) {
    const auto fits = [&](const auto& entry) { return ends_with_components(entry.first, name); };
    found = std::ranges::find_if(tables_->types, fits);
    if (found == tables_->types.end()) return nullptr;
    if (std::find_if(std::next(found), tables_->types.end(), fits) != tables_->types.end()) return nullptr;
  }
  const Type* type = tables_->type_at(found->second);
  tables_->finish();
  return type;
}

const Type* Types::at_entry(std::uint64_t entry) const {
  if (!file_) return nullptr;
  const std::lock_guard guard(file_->lock);
  const Type* type = tables_->type_at(entry);
  tables_->finish();
  return type;
}

std::optional<Variable> Types::variable(std::string_view name) const {
  if (!file_ || name.empty()) return std::nullopt;
  const std::lock_guard guard(file_->lock);
  std::vector<std::pair<std::string_view, Tables::NamedVariable>> found;
  const auto collect = [&](auto fits) {
    for (const auto& [qualified, variable] : tables_->variables) {
      const auto same_place = [&](const auto& other) { return other.second.address == variable.address; };
      if (fits(qualified) && std::ranges::none_of(found, same_place)) found.emplace_back(qualified, variable);
    }
  };
  collect([&](std::string_view qualified) { return qualified == name; });
  if (found.empty())
    collect([&](std::string_view qualified) { return ends_with_components(qualified, name); });
  if (found.size() != 1) return std::nullopt;
  Variable variable{std::string(found[0].first), found[0].second.address,
                    tables_->type_at(found[0].second.type)};
  tables_->finish();
  return variable;
}

std::vector<std::string> Types::variables() const {
  std::vector<std::string> names;
  if (!file_) return names;
  for (const auto& [name, variable] : tables_->variables) {
    if (names.empty() || names.back() != name) names.push_back(name);
  }
  return names;
}

std::vector<std::byte> Types::constant(std::string_view name) const {
  if (!file_) return {};
  const std::lock_guard guard(file_->lock);
  std::vector<std::byte> value;
  const auto [first, last] = tables_->constants.equal_range(name);
  for (auto entry = first; entry != last; ++entry) {
    Dwarf_Die die;
    if (!dwarf_offdie(tables_->dwarf, entry->second, &die)) continue;
    std::vector<std::byte> bytes = constant_bytes(die);
    if (!value.empty() && bytes != value) return {};
    value = std::move(bytes);
  }
  return value;
}

std::optional<std::uint64_t> Types::member_offset(std::string_view name, std::string_view path) const {
  const Type* type = find(name);
  std::uint64_t offset = 0;
  while (type && !path.empty()) {
    const std::size_t dot = std::min(path.find('.'), path.size());
    const auto member = type->member(path.substr(0, dot));
    if (!member) return std::nullopt;
    offset += member->offset;
    type = member->type;
    path.remove_prefix(std::min(dot + 1, path.size()));
  }
  if (!type) return std::nullopt;
  return offset;
}

namespace {

// `left`: how many members may still be looked at, at all levels together. A struct can say that it inherits
// from itself, many times over, and every level would multiply the search.
std::optional<Member> find_member(const Type& type, std::string_view name, unsigned depth,
                                  std::size_t& left) {
  if (depth > kDeepestMember || type.members.size() > left) return std::nullopt;
  left -= type.members.size();
  for (const Member& member : type.members) {
    if (!member.is_base_class && member.name == name) return member;
  }
  for (const Member& member : type.members) {
    if (!member.is_base_class && !member.name.empty()) continue;
    if (auto inner = find_member(*member.type, name, depth + 1, left)) {
      inner->offset += member.offset;
      return inner;
    }
  }
  return std::nullopt;
}

std::string display_name(const Type& type, unsigned depth) {
  if (depth > kDeepestMember) return "...";
  switch (type.kind) {
    case Type::Kind::pointer: {
      if (type.target->kind == Type::Kind::function) return "function *";
      return display_name(*type.target, depth + 1) + " *";
    }
    case Type::Kind::reference: return display_name(*type.target, depth + 1) + " &";
    case Type::Kind::array: {
      std::string text = display_name(*type.target, depth + 1) + " ";
      for (const std::uint64_t count : type.dimensions) text += fmt::format("[{}]", count);
      return text;
    }
    case Type::Kind::function: return "function";
    default: break;
  }
  if (!type.name.empty()) return type.name;
  return type.kind == Type::Kind::structure ? "(unnamed struct)"
         : type.kind == Type::Kind::union_  ? "(unnamed union)"
                                            : "void";
}

}  // namespace

std::optional<Member> Type::member(std::string_view wanted) const {
  if (wanted.empty()) return std::nullopt;
  std::size_t left = kMostMembersSearched;
  return find_member(*this, wanted, 0, left);
}

std::string display_name(const Type& type) { return display_name(type, 0); }

}  // namespace ringside
