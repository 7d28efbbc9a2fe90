// SPDX-License-Identifier: GPL-2.0-or-later
// What a check expects. `why` says why it matters, in a sentence or two for the student.
#pragma once

#include <gmock/gmock.h>

#include <string>

#include "labs/kit/pc.h"

namespace ringside::labs {

// The machine as a whole: expect(pc, IdtGate(8, HasIst(1)), "...").
void expect(const Pc& pc, const testing::Matcher<const Pc&>& matcher, std::string why);

// A value of any kind, called `what` in the message: expect(pc, "lab::ticks after 1 s", ticks, Ge(99),
// "...").
template <class T, class M>
void expect(const Pc& pc, std::string what, const T& value, const M& matches, std::string why) {
  const testing::Matcher<const T&> matcher = testing::SafeMatcherCast<const T&>(matches);
  testing::StringMatchResultListener listener;
  if (matcher.MatchAndExplain(value, &listener)) return;
  std::ostringstream expected;
  matcher.DescribeTo(&expected);
  const std::string remark = listener.str();
  fail_step(pc, what + " " + expected.str(),
            testing::PrintToString(value) + (remark.empty() ? "" : ", " + remark), std::move(why));
}

// Numbers that are addresses or bits read better in hexadecimal.
struct Hex {
  std::uint64_t value = 0;
  bool operator==(const Hex&) const = default;
  auto operator<=>(const Hex&) const = default;
};
void PrintTo(const Hex& hex, std::ostream* out);

}  // namespace ringside::labs
