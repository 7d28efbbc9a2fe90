// SPDX-License-Identifier: GPL-2.0-or-later
#include "sim/inspect/kernel_memory.h"

#include <fmt/format.h>

#include <algorithm>

namespace ringside {
namespace {

constexpr std::uint64_t kPageBytes = 4096;
const Type kNoType;

}  // namespace

const std::array<std::byte, 4096>* KernelMemory::page(std::uint64_t at) {
  const std::uint64_t start = at & ~(kPageBytes - 1);
  const auto [entry, is_new] = pages_.try_emplace(start);
  if (is_new) {
    auto bytes = std::make_unique<std::array<std::byte, 4096>>();
    if (guest_.read({start}, *bytes)) entry->second = std::move(bytes);
  }
  return entry->second.get();
}

std::optional<std::uint64_t> KernelMemory::read(std::uint64_t at, unsigned bytes) {
  if (bytes == 0 || bytes > 8) return std::nullopt;
  std::uint64_t value = 0;
  for (unsigned i = 0; i < bytes; ++i) {  // it may reach into the next page
    const auto* p = page(at + i);
    if (!p) return std::nullopt;
    value |= std::to_integer<std::uint64_t>((*p)[(at + i) % kPageBytes]) << (8 * i);
  }
  return value;
}

std::optional<Value> KernelMemory::global(std::string_view name) {
  const auto variable = symbols.types().variable(name);
  if (!variable) {
    note(fmt::format("This kernel has no {}.", name));
    return std::nullopt;
  }
  return Value{std::string(name), variable->address, variable->type};
}

Field KernelMemory::field(const Type* type, std::string_view member) {
  if (!type) return {};
  const auto found = type->member(member);
  if (!found || !found->type) {
    note(fmt::format("{} of this kernel has no member {}.", display_name(*type), member));
    return {};
  }
  return {found->offset, static_cast<unsigned>(std::min<std::uint64_t>(found->type->size, 8)), found->type};
}

Value KernelMemory::member(const Value& whole, std::string_view name) {
  if (whole.type && whole.type->kind != Type::Kind::nothing) {
    if (auto found = values.member(whole, name); found && found->type) return *found;
    note(fmt::format("{} of this kernel has no member {}.", display_name(*whole.type), name));
  }
  return Value{.name = std::string(name), .address = {}, .type = &kNoType};
}

std::uint64_t KernelMemory::number(const Value& whole, std::string_view name) {
  const Value part = member(whole, name);
  if (part.type == &kNoType) return 0;
  const auto value = values.number(part);
  if (!value) note(fmt::format("{}.{} cannot be read.", whole.name, name));
  return value.value_or(0);
}

const Type* KernelMemory::pointed_to(const Value& pointer) {
  const Value inner = values.unwrapped(pointer);
  if (inner.type->kind == Type::Kind::pointer) return inner.type->target;
  note(fmt::format("{} of this kernel is no pointer.", pointer.name));
  return nullptr;
}

std::uint64_t KernelMemory::constant(std::string_view name, std::size_t index, std::size_t each) {
  const auto bytes = symbols.types().constant(name);
  const std::size_t size = std::min(each, bytes.size() - std::min(bytes.size(), index * each));
  if (size == 0) note(fmt::format("The debug information of this kernel does not say {}.", name));
  std::uint64_t value = 0;
  for (std::size_t i = 0; i < size; ++i)
    value |= std::to_integer<std::uint64_t>(bytes[index * each + i]) << (8 * i);
  return value;
}

std::optional<std::uint64_t> KernelMemory::enumerator(const Type* type, std::string_view name) {
  if (!type) return std::nullopt;
  for (const Enumerator& e : type->enumerators)
    if (e.name == name || e.name.ends_with(fmt::format("::{}", name)))
      return static_cast<std::uint64_t>(e.value);
  note(fmt::format("{} of this kernel has no value {}.", display_name(*type), name));
  return std::nullopt;
}

}  // namespace ringside
