// SPDX-License-Identifier: GPL-2.0-or-later
#include "sim/inspect/guest_objects.h"

#include <fmt/format.h>

#include <set>

namespace ringside {
namespace {

using Kind = Type::Kind;

constexpr unsigned kDeepestPart = 6;
constexpr std::size_t kMostParts = 1 << 15;

// "Thread" of "kernel::Thread" and of "kernel::Queue<kernel::Thread, 4>"'s "Queue": the name itself.
std::string_view last_component(std::string_view name) {
  const std::string_view plain = name.substr(0, name.find('<'));
  const std::size_t colon = plain.rfind("::");
  return colon == std::string_view::npos ? plain : plain.substr(colon + 2);
}

// "queue_links" of "kernel::List<kernel::Thread, &kernel::Thread::queue_links>".
std::string link_path(const Type& list) {
  const std::size_t end = list.name.rfind('>'), start = list.name.rfind("::", end);
  if (end == std::string::npos || start == std::string::npos || list.name.find('&') == std::string::npos)
    return "next";
  return list.name.substr(start + 2, end - start - 2) + ".next";
}

// The list itself, where it is all that a struct holds.
Value list_in(const ValueReader& reader, const Value& value) {
  return value.type && value.type->member("first") ? value : reader.unwrapped(value);
}

std::string unquoted(std::string text) {
  const std::size_t open = text.find('"'), close = text.rfind('"');
  return open == std::string::npos || close == open ? std::string() : text.substr(open + 1, close - open - 1);
}

// The part of `whole` at `offset` that is a `wanted`, as ".a.b"; nothing where it has none. `left`: how many
// members may still be looked at: crafted debug information can have many at one place, at every level.
std::optional<std::string> part_at(const Type& whole, std::uint64_t offset, std::string_view wanted,
                                   unsigned depth, std::size_t& left) {
  if (offset == 0 && (wanted.empty() || last_component(whole.name) == wanted)) return "";
  if (depth == kDeepestPart || whole.members.size() > left) return std::nullopt;
  left -= whole.members.size();
  if (whole.kind == Kind::array && whole.target->size > 0) {
    const auto rest = part_at(*whole.target, offset % whole.target->size, wanted, depth + 1, left);
    return rest ? std::optional(fmt::format("[{}]{}", offset / whole.target->size, *rest)) : std::nullopt;
  }
  for (const Member& member : whole.members) {
    if (offset < member.offset || offset - member.offset >= member.type->size) continue;
    const auto rest = part_at(*member.type, offset - member.offset, wanted, depth + 1, left);
    if (rest) return member.is_base_class || member.name.empty() ? *rest : "." + member.name + *rest;
  }
  return std::nullopt;
}

}  // namespace

std::optional<Value> part(const ValueReader& reader, const Value& whole, std::string_view path) {
  Value value = whole;
  while (!path.empty()) {
    const std::string_view name = path.substr(0, path.find('.'));
    path.remove_prefix(std::min(name.size() + 1, path.size()));
    if (!value.type || value.immediate) return std::nullopt;
    if (!value.type->member(name)) value = reader.unwrapped(value);
    const auto member = value.type->member(name);
    if (!member) return std::nullopt;
    value = {std::string(name), value.address + member->offset, member->type, member->bits,
             member->bit_offset};
  }
  return value;
}

std::optional<std::uint64_t> part_number(const ValueReader& reader, const Value& whole,
                                         std::string_view path) {
  const auto found = part(reader, whole, path);
  return found ? reader.number(*found) : std::nullopt;
}

std::uint64_t part_or_0(const ValueReader& reader, const Value& whole, std::string_view path) {
  return part_number(reader, whole, path).value_or(0);
}

std::string part_text(const ValueReader& reader, const Value& whole, std::string_view path) {
  const auto found = part(reader, whole, path);
  return found ? reader.text(*found) : std::string();
}

std::string part_string(const ValueReader& reader, const Value& whole, std::string_view path) {
  return unquoted(part_text(reader, whole, path));
}

std::optional<Value> part_target(const ValueReader& reader, const Value& whole, std::string_view path) {
  const auto pointer = part(reader, whole, path);
  const auto led_to = pointer ? reader.target(*pointer) : fail("There is no such member.");
  return led_to ? std::optional(*led_to) : std::nullopt;
}

bool is_list(const ValueReader& reader, const Value& value) {
  if (!value.type) return false;
  const auto first = list_in(reader, value).type->member("first");
  return first && first->type->kind == Kind::pointer;
}

ListWalk walk_list(const ValueReader& reader, const Value& value, std::size_t most) {
  ListWalk walk;
  const Value list = list_in(reader, value);
  const auto first = part(reader, list, "first");
  if (!first || first->type->kind != Kind::pointer) {
    walk.trouble = fmt::format("{} is no list", value.name);
    return walk;
  }
  const auto start = reader.number(*first);
  if (!start) {
    walk.trouble = fmt::format("{} at {:#x} cannot be read", value.name, list.address.value);
    return walk;
  }
  const std::string link = link_path(*list.type);
  std::set<std::uint64_t> seen;
  for (std::uint64_t at = *start; at != 0;) {
    const Value item{fmt::format("{:#x}", at), {at}, first->type->target};
    const auto next = part_number(reader, item, link);
    if (!next)
      walk.trouble = fmt::format("the list leads to {:#x}, which cannot be read", at);
    else if (!seen.insert(at).second)
      walk.trouble = fmt::format("the list runs in a circle: {:#x} comes twice", at);
    else if (seen.size() > most)
      walk.trouble = fmt::format("the list has more than {} items", most);
    if (!walk.trouble.empty()) break;
    walk.items.push_back(item);
    at = *next;
  }
  return walk;
}

std::string object_name(const ValueReader& reader, VirtAddr address, std::string_view wanted) {
  const auto found = reader.symbols.find(address);
  if (!found || found->symbol->kind != Symbol::Kind::object || found->symbol->name.empty()) return {};
  const auto variable = reader.symbols.types().variable(found->symbol->name);
  if (!variable || found->offset >= found->symbol->size) return {};
  std::size_t left = kMostParts;
  const auto inside = part_at(*variable->type, found->offset, wanted, 0, left);
  return inside ? found->symbol->name + *inside : reader.symbols.name(address);
}

}  // namespace ringside
