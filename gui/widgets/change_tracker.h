// SPDX-License-Identifier: GPL-2.0-or-later
// Which values are news: compares each value with what it was at the stop before, whatever it is a value of.
#pragma once

#include <cstdint>
#include <string_view>
#include <unordered_map>

namespace ringside {

class ChangeTracker {
 public:
  // Called once a frame before any panel draws. While the machine runs nothing is marked.
  void begin_frame(std::uint64_t stop_number, bool running);

  // How many stops ago the value named by `key` last changed: 0 = at this stop, 1, 2; -1 = longer ago, never,
  // or running.
  int age(std::string_view key, std::uint64_t value);
  int age(std::string_view key, std::string_view value);

 private:
  struct Seen {
    std::uint64_t value = 0, changed = 0;
    bool ever_changed = false;
  };
  std::unordered_map<std::uint64_t, Seen> seen_;  // by the key's hash
  std::uint64_t stop_ = 0;
  bool running_ = false;
};

inline constexpr int kChangeStops = 3;  // a mark fades over this many stops

}  // namespace ringside
