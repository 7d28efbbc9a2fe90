// SPDX-License-Identifier: GPL-2.0-or-later
#include "sim/cpu/open_engine.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdint>
#include <cstdlib>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

using namespace ringside;

namespace {

// Starts of the mappings that can be written and executed: what engines translate to.
std::vector<std::uint64_t> translation_buffers() {
  std::vector<std::uint64_t> starts;
  std::ifstream maps("/proc/self/maps");
  for (std::string line; std::getline(maps, line);) {
    std::uint64_t start = 0;
    std::string range, rights;
    std::istringstream(line) >> range >> rights;
    std::istringstream(range) >> std::hex >> start;
    if (rights == "rwxp") starts.push_back(start);
  }
  return starts;
}

TEST(OpenEngine, EachEnginesCodeIsWithinReachOfACallFromTheProgram) {
  constexpr std::int64_t kReach = std::int64_t{1} << 31;
  const auto program = reinterpret_cast<std::int64_t>(&open_engine);
  if (program < kReach) GTEST_SKIP() << "linked to low addresses: the kernel chooses the place";
  std::vector<uc_engine*> engines;
  for (unsigned i = 0; i < 3; ++i) {
    auto engine = open_engine(4 << 20);
    ASSERT_TRUE(engine) << engine.error().sentence;
    book_buffer(*engine);
    engines.push_back(*engine);
  }
  const auto starts = translation_buffers();
  EXPECT_THAT(starts, testing::SizeIs(3));
  for (const std::uint64_t start : starts)
    EXPECT_LT(std::abs(static_cast<std::int64_t>(start) - program), kReach) << std::hex << start;
  for (uc_engine* engine : engines) uc_close(engine);
  EXPECT_THAT(translation_buffers(), testing::IsEmpty());
}

}  // namespace
