// SPDX-License-Identifier: GPL-2.0-or-later
#include "labs/kit/expect.h"

#include <fmt/format.h>

#include "labs/kit/blame.h"

namespace ringside::labs {

void expect(const Pc& pc, const testing::Matcher<const Pc&>& matcher, std::string why) {
  blamed().reset();
  testing::StringMatchResultListener listener;
  if (matcher.MatchAndExplain(pc, &listener)) return;
  std::ostringstream expected;
  matcher.DescribeTo(&expected);
  const std::string got = listener.str();
  fail_step_at(pc, blamed().value_or(pc.now()), expected.str(), got.empty() ? "it is not so" : got,
               std::move(why));
}

std::optional<Instant>& blamed() {
  static std::optional<Instant> instant;
  return instant;
}

void PrintTo(const Hex& hex, std::ostream* out) { *out << fmt::format("{:#x}", hex.value); }

}  // namespace ringside::labs
