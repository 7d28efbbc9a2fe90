// SPDX-License-Identifier: GPL-2.0-or-later
#include "sim/remote/remote_breakpoints.h"

#include <fmt/format.h>

#include <algorithm>

namespace ringside {
namespace {

BreakKind kind(RemoteBreakpoints::Type type) {
  switch (type) {
    case RemoteBreakpoints::Type::software:
    case RemoteBreakpoints::Type::hardware: return BreakKind::execute;
    case RemoteBreakpoints::Type::write: return BreakKind::store;
    case RemoteBreakpoints::Type::read: return BreakKind::load;
    case RemoteBreakpoints::Type::access: return BreakKind::access;
  }
  return BreakKind::execute;
}

}  // namespace

void RemoteBreakpoints::insert(Type type, VirtAddr address, std::uint64_t length) {
  const Entry entry{type, address, length};
  if (std::ranges::find(entries_, entry) == entries_.end()) entries_.push_back(entry);
}

void RemoteBreakpoints::remove(Type type, VirtAddr address, std::uint64_t length) {
  std::erase(entries_, Entry{type, address, length});
}

void RemoteBreakpoints::withdraw(Machine& machine) {
  auto& list = machine.breakpoints();
  list.erase(list.begin(), list.begin() + static_cast<std::ptrdiff_t>(std::min(installed_, list.size())));
  installed_ = 0;
}

void RemoteBreakpoints::install(Machine& machine) {
  withdraw(machine);
  std::vector<Breakpoint> ours;
  for (const Entry& entry : entries_)
    ours.push_back({.address = entry.address,
                    .kind = kind(entry.type),
                    .length = std::max<std::uint64_t>(entry.length, 1),
                    .event = {},
                    .condition = {}});
  auto& list = machine.breakpoints();
  list.insert(list.begin(), ours.begin(), ours.end());
  installed_ = ours.size();
}

std::string RemoteBreakpoints::reason(std::uint32_t index) const {
  if (index >= entries_.size()) return {};
  switch (const Entry& entry = entries_[index]; entry.type) {
    case Type::software: return "swbreak:;";
    case Type::hardware: return "hwbreak:;";
    case Type::write: return fmt::format("watch:{:x};", entry.address.value);
    case Type::read: return fmt::format("rwatch:{:x};", entry.address.value);
    case Type::access: return fmt::format("awatch:{:x};", entry.address.value);
  }
  return {};
}

}  // namespace ringside
