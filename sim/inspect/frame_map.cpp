// SPDX-License-Identifier: GPL-2.0-or-later
#include "sim/inspect/frame_map.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cctype>

#include "sim/inspect/kernel_memory.h"
#include "sim/inspect/page_visit.h"

namespace ringside {
namespace {

constexpr std::uint64_t kMostFrames = 1 << 20;  // 4 GiB
constexpr std::size_t kMostDefects = 64;

std::vector<FrameUse> uses_of(const Type& type) {
  std::vector<FrameUse> uses;
  for (const Enumerator& e : type.enumerators) {
    FrameUse use{.name = e.name, .value = static_cast<std::uint8_t>(e.value)};
    if (const std::size_t colons = use.name.rfind("::"); colons != std::string::npos)
      use.name = use.name.substr(colons + 2);
    std::ranges::replace(use.name, '_', ' ');
    // A letter that no other use has: of its name, else a digit.
    const auto is_taken = [&](char letter) {
      return std::ranges::any_of(uses, [&](const FrameUse& u) { return u.letter == letter; });
    };
    std::string candidates;
    for (const char c : use.name)
      candidates += static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
    candidates += "0123456789";
    std::erase(candidates, ' ');
    if (use.name == "free") candidates = ".";
    if (use.name == "reserved") candidates = "-";
    const auto letter = std::ranges::find_if_not(candidates, is_taken);
    use.letter = letter == candidates.end() ? '?' : *letter;
    uses.push_back(std::move(use));
  }
  return uses;
}

class Reading {
 public:
  explicit Reading(const InspectContext& c) : c_(c), m_(c) {}

  FrameMap run() {
    const auto frames = m_.global("kernel::frames");
    if (frames) read(*frames);
    if (!m_.trouble.empty()) {
      map_ = {};
      map_.trouble = m_.trouble;
    }
    return std::move(map_);
  }

 private:
  void read(const Value& frames) {
    const Value map = m_.member(frames, "map_"), counts = m_.member(frames, "counts_");
    const std::uint64_t count = m_.number(frames, "count_");
    map_.map_at = m_.number(frames, "map_");
    const Type* use = m_.trouble.empty() ? m_.pointed_to(map) : nullptr;
    if (!use) return;
    if (use->kind != Type::Kind::enumeration || use->size != 1) {
      m_.trouble = "The map of kernel::frames is not made of uses of one byte each.";
      return;
    }
    if (map_.map_at == 0) {
      m_.trouble = "kernel::frames has no map yet: the kernel has not come that far.";
      return;
    }
    map_.uses = uses_of(*use);
    map_.complete = count <= kMostFrames;
    for (std::uint64_t i = 0; i < std::min(count, kMostFrames); ++i) {
      const auto* page = m_.page(map_.map_at + i);
      if (!page) {
        defect(map_.map_at + i, fmt::format("the map is not mapped from frame {} on", i), 1);
        map_.complete = false;
        break;
      }
      add(i, std::to_integer<std::uint8_t>((*page)[(map_.map_at + i) % 4096]));
    }
    compare(frames, counts);
    look_at_page_tables();
  }

  void add(std::uint64_t frame, std::uint8_t value) {
    map_.values.push_back(value);
    if (map_.ranges.empty() || map_.ranges.back().value != value) map_.ranges.push_back({frame, 0, value});
    ++map_.ranges.back().count;
    const auto use = std::ranges::find(map_.uses, value, &FrameUse::value);
    if (use == map_.uses.end()) {
      defect(map_.map_at + frame, fmt::format("frame {} has {:#x} in the map, which is no use", frame, value),
             1);
      return;
    }
    ++use->frames;
    if (use->name == "reserved") return;
    ++map_.total;
    map_.free += use->name == "free";
  }

  void compare(const Value& frames, const Value& counts) {
    if (!map_.complete) return;
    const Value array = m_.values.unwrapped(counts);
    for (const FrameUse& use : map_.uses) {
      const auto counter = m_.values.element(array, use.value);
      const auto number = counter ? m_.values.number(*counter) : std::nullopt;
      if (number && *number != use.frames)
        defect(counter->address.value,
               fmt::format("the kernel counts {} frames for \"{}\", but the map has {}", *number, use.name,
                           use.frames),
               8);
    }
    const auto lowest = m_.values.member(frames, "lowest_free_");
    const auto number = lowest ? m_.values.number(*lowest) : std::nullopt;
    const auto free = std::ranges::find(map_.uses, "free", &FrameUse::name);
    if (!number || free == map_.uses.end()) return;
    const auto first = std::ranges::find(map_.ranges, free->value, &FrameRange::value);
    if (first != map_.ranges.end() && first->first < *number)
      defect(lowest->address.value,
             fmt::format("frame {} is free, but the search for free frames begins at {}: it is never found",
                         first->first, *number),
             8);
  }

  // A frame that the processor walks through and the kernel would hand out: its next owner changes the
  // processor's page tables.
  void look_at_page_tables() {
    const auto frames = page_table_frames(c_.cpu, c_.memory);
    for (const std::uint64_t at : frames) {
      const std::uint64_t frame = at / kFrameBytes;
      if (frame >= map_.values.size()) continue;
      const FrameUse* use = map_.use(map_.values[frame]);
      if (use && use->name == "free")
        defect(
            map_.map_at + frame,
            fmt::format("frame {} (physical {:#x}) is free, but CR3 leads to a page table in it", frame, at),
            1);
    }
  }

  void defect(std::uint64_t at, std::string what, std::uint64_t bytes) {
    if (map_.defects.size() < kMostDefects) map_.defects.push_back({at, bytes, std::move(what)});
  }

  const InspectContext& c_;
  KernelMemory m_;
  FrameMap map_;
};

}  // namespace

const FrameUse* FrameMap::use(std::uint8_t value) const {
  const auto found = std::ranges::find(uses, value, &FrameUse::value);
  return found == uses.end() ? nullptr : &*found;
}

FrameMap frame_map(const InspectContext& c) { return Reading(c).run(); }

}  // namespace ringside
