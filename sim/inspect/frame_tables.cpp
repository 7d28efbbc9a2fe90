// SPDX-License-Identifier: GPL-2.0-or-later
#include <algorithm>
#include <array>
#include <cctype>

#include "sim/inspect/cells.h"
#include "sim/inspect/frame_map.h"
#include "sim/inspect/words.h"

namespace ringside {
namespace {

constexpr std::size_t kMostRows = 4000;
constexpr std::uint64_t kLetters = 64, kStripRows = 32;
constexpr std::size_t kBar = 32;

std::string use_name(const FrameMap& map, std::uint8_t value) {
  const FrameUse* use = map.use(value);
  return use ? use->name : fmt::format("{:#x}, no use", value);
}

Tone tone_of(const FrameMap& map, std::uint8_t value) {
  const FrameUse* use = map.use(value);
  if (!use) return Tone::fault;
  return use->letter == '.' || use->letter == '-' ? Tone::muted : Tone::plain;
}

}  // namespace

char FrameCell::letter() const {
  if (!use) return '?';
  return whole ? use->letter : static_cast<char>(std::tolower(static_cast<unsigned char>(use->letter)));
}

FrameCell frame_cell(const FrameMap& map, std::uint64_t first, std::uint64_t end) {
  std::array<std::uint64_t, 256> frames{};
  FrameCell cell;
  for (std::uint64_t i = first; i < end; ++i) {
    ++frames[map.values[i]];
    cell.sum = cell.sum * 31 + map.values[i];
  }
  std::uint64_t most = 0;
  const auto rank = [](const FrameUse& use) { return use.letter == '-' ? 0 : use.letter == '.' ? 1 : 2; };
  for (const FrameUse& use : map.uses) {
    const std::uint64_t here = frames[use.value];
    if (here == 0) continue;
    if (cell.use && (rank(use) < rank(*cell.use) || (rank(use) == rank(*cell.use) && here <= most))) continue;
    cell.use = &use;
    most = here;
  }
  cell.whole = most == end - first;
  return cell;
}

std::string frame_words(const FrameMap& map) {
  if (!map.trouble.empty()) return map.trouble;
  std::string words =
      fmt::format("{} in frames of 4 KiB: {} used, {} free.", bytes_words(map.total * kFrameBytes),
                  count_words(map.total - map.free), count_words(map.free));
  if (!map.complete) words += " The map is longer than what is shown.";
  if (!map.defects.empty())
    words += fmt::format(" {} found broken.", map.defects.size() == 1
                                                  ? "One thing was"
                                                  : fmt::format("{} things were", map.defects.size()));
  return words;
}

std::string page_owner(const InspectContext& c, const FrameMap& map, std::uint64_t linear,
                       std::uint64_t physical, std::uint64_t page_bytes) {
  const std::uint64_t frame = physical / kFrameBytes;
  // A large page shows memory of many owners.
  const FrameUse* use =
      page_bytes == kFrameBytes && frame < map.values.size() ? map.use(map.values[frame]) : nullptr;
  std::string words = use ? use->name : "";
  // What the linker script calls the place says more than the first object that happens to be there.
  std::string name = name_at(c.symbols, linear);
  const auto& names = c.symbols.names();
  for (auto s = std::ranges::lower_bound(names, linear, {}, [](const Symbol& s) { return s.start.value; });
       s != names.end() && s->start.value == linear; ++s)
    if (s->kind == Symbol::Kind::label) name = s->name;
  if (!name.empty()) words += (words.empty() ? "" : ": ") + name;
  return words;
}

Table frames_table(const InspectContext& c) {
  const FrameMap map = frame_map(c);
  Table t{.name = "frames",
          .title = "Physical memory, frame by frame",
          .note = frame_words(map),
          .columns = {{"From", true}, {"To", true}, {"Frames", true}, {"Size", true}, {"Use"}},
          .rows = {}};
  for (const FrameRange& r : map.ranges) {
    if (t.rows.size() == kMostRows) {
      t.note += fmt::format(" The first {} ranges are listed.", count_words(kMostRows));
      break;
    }
    const std::uint64_t start = r.first * kFrameBytes, bytes = r.count * kFrameBytes;
    t.rows.push_back({fmt::format("{:#x}", start),
                      {physical(start), physical(start + bytes - 1), plain(count_words(r.count)),
                       muted(bytes_words(bytes)), plain(use_name(map, r.value), tone_of(map, r.value))},
                      bytes_of(VirtAddr{map.map_at + r.first}, std::min<std::uint64_t>(r.count, 8))});
  }
  return t;
}

Table frame_uses_table(const InspectContext& c) {
  const FrameMap map = frame_map(c);
  Table t{.name = "frame-uses",
          .title = "Who has how much memory",
          .note = frame_words(map),
          .columns = {{"Use"}, {"Letter"}, {"Frames", true}, {"Size", true}, {"Share"}},
          .rows = {}};
  std::vector<FrameUse> uses = map.uses;
  std::ranges::stable_sort(uses, std::ranges::greater{}, &FrameUse::frames);
  const std::uint64_t all = map.values.size();
  for (const FrameUse& use : uses) {
    // Whatever is there is seen, if only as one mark.
    const std::uint64_t marks = all ? (use.frames * kBar + all - 1) / all : 0;
    t.rows.push_back(
        {use.name,
         {plain(use.name), plain(std::string(1, use.letter)), plain(count_words(use.frames)),
          muted(use.frames ? bytes_words(use.frames * kFrameBytes) : ""), muted(std::string(marks, '#'))}});
  }
  return t;
}

Table frame_strip_table(const InspectContext& c) {
  const FrameMap map = frame_map(c);
  Table t{.name = "frame-strip",
          .title = "Physical memory to scale",
          .note = map.trouble,
          .columns = {{"From", true}, {"Map"}},
          .rows = {}};
  if (!map.trouble.empty()) return t;
  std::uint64_t each = 1;
  while (each * kLetters * kStripRows < map.values.size()) each *= 2;
  std::string before;
  for (std::uint64_t at = 0; at < map.values.size(); at += each * kLetters) {
    std::string letters;
    for (std::uint64_t i = at; i < std::min<std::uint64_t>(at + each * kLetters, map.values.size());
         i += each)
      letters += frame_cell(map, i, std::min<std::uint64_t>(i + each, map.values.size())).letter();
    // As in a memory dump: rows like the one before are one star.
    if (letters == before) {
      if (t.rows.back().cells[1].text != "*")
        t.rows.push_back({fmt::format("{:#x}", at * kFrameBytes), {Cell{}, muted("*")}});
      continue;
    }
    before = letters;
    t.rows.push_back(
        {fmt::format("{:#x}", at * kFrameBytes), {physical(at * kFrameBytes), plain(std::move(letters))}});
  }
  t.note = fmt::format("A letter is {}; a small one has other frames beside its own:",
                       bytes_words(each * kFrameBytes));
  for (const FrameUse& use : map.uses)
    t.note += fmt::format(" {} {}{}", use.letter, use.name, &use == &map.uses.back() ? "." : ",");
  return t;
}

Table frame_check_table(const InspectContext& c) {
  const FrameMap map = frame_map(c);
  Table t{.name = "frame-check",
          .title = "What is broken in the map of frames",
          .note = map.trouble,
          .columns = {{"At", true}, {"What"}},
          .rows = {}};
  for (const FrameDefect& d : map.defects)
    t.rows.push_back({fmt::format("{} {:#x}", t.rows.size(), d.at),
                      {linear(d.at), bad(d.what + ".")},
                      bytes_of(VirtAddr{d.at}, d.bytes)});
  if (map.trouble.empty() && map.defects.empty())
    t.note = fmt::format("The map is sound: {} frames and their counters were looked at.",
                         count_words(map.values.size()));
  return t;
}

}  // namespace ringside
