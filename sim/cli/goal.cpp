// SPDX-License-Identifier: GPL-2.0-or-later
#include "sim/cli/goal.h"

#include <fmt/format.h>

namespace ringside {

Result<Goal> parse_goal(const std::string& text, const Symbols& symbols) {
  Goal goal;
  if (text.size() >= 2 && text.front() == '"' && text.back() == '"') {
    goal.limits.until_serial = text.substr(1, text.size() - 2);
    return goal;
  }
  if (text.starts_with("text:")) {
    goal.limits.until_serial = text.substr(5);
    return goal;
  }
  auto address = symbols.resolve(text);
  if (!address) return std::unexpected(address.error());
  goal.limits.until_address = *address;
  return goal;
}

}  // namespace ringside
