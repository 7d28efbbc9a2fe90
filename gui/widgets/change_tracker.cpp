// SPDX-License-Identifier: GPL-2.0-or-later
#include "gui/widgets/change_tracker.h"

namespace ringside {
namespace {

// FNV-1a: short keys, no need for more.
std::uint64_t hash(std::string_view text) {
  std::uint64_t h = 0xcbf29ce484222325;
  for (const char c : text) h = (h ^ static_cast<unsigned char>(c)) * 0x100000001b3;
  return h;
}

}  // namespace

void ChangeTracker::begin_frame(std::uint64_t stop_number, bool running) {
  stop_ = stop_number;
  running_ = running;
}

int ChangeTracker::age(std::string_view key, std::uint64_t value) {
  if (running_) return -1;
  const auto [entry, fresh] = seen_.try_emplace(hash(key), Seen{value, 0, false});
  Seen& seen = entry->second;
  if (!fresh && seen.value != value) {
    seen.value = value;
    seen.changed = stop_;
    seen.ever_changed = true;
  }
  if (!seen.ever_changed || stop_ - seen.changed >= kChangeStops) return -1;
  return static_cast<int>(stop_ - seen.changed);
}

int ChangeTracker::age(std::string_view key, std::string_view value) { return age(key, hash(value)); }

}  // namespace ringside
