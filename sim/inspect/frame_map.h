// SPDX-License-Identifier: GPL-2.0-or-later
// Physical memory as the kernel has shared it out: kernel::frames, whose map has one entry for every frame of
// 4 KiB that says who has it.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "sim/inspect/context.h"
#include "sim/inspect/table.h"

namespace ringside {

// One of the uses that the kernel's enumeration has.
struct FrameUse {
  std::string name;          // "page table": the enumerator without its underscores
  char letter = '?';         // in text; '.' for free, '-' for reserved
  std::uint8_t value = 0;    // in the map
  std::uint64_t frames = 0;  // counted
};

struct FrameRange {
  std::uint64_t first = 0, count = 0;  // frame numbers: physical addresses / 4096
  std::uint8_t value = 0;
};

struct FrameDefect {
  std::uint64_t at = 0, bytes = 1;  // linear: what is wrong
  std::string what;
};

struct FrameMap {
  std::string trouble;  // why there is nothing to show, a sentence; empty otherwise
  std::uint64_t map_at = 0;
  std::vector<std::uint8_t> values;  // of each frame, from physical address 0 on
  std::vector<FrameUse> uses;        // in the order of the enumeration
  std::vector<FrameRange> ranges;    // by address
  std::vector<FrameDefect> defects;
  bool complete = true;  // false: the map is longer than what was looked at

  // What the kernel may hand out: neither reserved nor beyond the end. Of these some are free.
  std::uint64_t total = 0, free = 0;
  const FrameUse* use(std::uint8_t value) const;
};

inline constexpr std::uint64_t kFrameBytes = 4096;

FrameMap frame_map(const InspectContext&);

// Runs of frames with one use.
Table frames_table(const InspectContext&);
// The uses with their numbers, largest first.
Table frame_uses_table(const InspectContext&);
// The memory to scale, 64 letters a row: capital letters where a use has all of the stretch.
Table frame_strip_table(const InspectContext&);
// What cannot be right: counters, values that no use has, page tables in frames that are called free.
Table frame_check_table(const InspectContext&);

// Some frames in a row as one cell of a drawing: who is taken counts more than who is free or reserved, so
// that a single page table in a megabyte is to be seen.
struct FrameCell {
  const FrameUse* use = nullptr;  // null: none of the uses
  bool whole = false;             // all frames of the cell have it
  std::uint64_t sum = 0;          // differs where the cell's frames differ
  char letter() const;            // a small one where it is not whole
};
FrameCell frame_cell(const FrameMap& map, std::uint64_t first, std::uint64_t end);

// What is known of a range of pages by whose frames it shows and by the image's symbols: "heap page", "image:
// text_start". Empty where nothing is.
std::string page_owner(const InspectContext&, const FrameMap&, std::uint64_t linear, std::uint64_t physical,
                       std::uint64_t page_bytes);

// "63.9 MiB in frames of 4 KiB: 422 used, 15,937 free." or why there is nothing.
std::string frame_words(const FrameMap& map);

}  // namespace ringside
