// SPDX-License-Identifier: GPL-2.0-or-later
// The kernel of subject.S in a session of its own.
#pragma once

#include <gtest/gtest.h>

#include <fstream>
#include <iterator>
#include <memory>
#include <string>

#include "sim/session/session.h"

namespace ringside {

inline std::unique_ptr<Session> subject_session(Execution execution = Execution::fast,
                                                HistoryConfig history = {}) {
  std::ifstream file(RINGSIDE_GOLDEN_SUBJECT, std::ios::binary);
  const std::string bytes((std::istreambuf_iterator<char>(file)), {});
  EXPECT_FALSE(bytes.empty()) << RINGSIDE_GOLDEN_SUBJECT;
  MachineConfig config{.image_name = "subject.elf", .memory_mib = 8, .execution = execution};
  for (char c : bytes) config.image.push_back(static_cast<std::byte>(c));
  auto session = Session::open(std::move(config), {}, history);
  EXPECT_TRUE(session.has_value()) << session.error().sentence;
  return std::move(*session);
}

// Runs until an event or place, by the words of --until.
inline Stop run_until(Session& session, std::string_view words) {
  const auto until = session.until(words);
  EXPECT_TRUE(until.has_value()) << until.error().sentence;
  return session.run(*until);
}

inline void press(Session& session, Key key) { ASSERT_TRUE(session.apply(TypeKey{{key, true}}).has_value()); }

}  // namespace ringside
