// SPDX-License-Identifier: MIT
// Words of this lab's check: frames as the student's allocator hands them out, pages by the student's mapper,
// flushes of the TLB, probes that fault.
#pragma once

#include <fmt/format.h>

#include <array>
#include <set>

#include "labs/kit/kit.h"

namespace {

using namespace ringside::labs;
using namespace testing;

constexpr std::uint64_t kPage = 4096, kMiB = 1 << 20;
constexpr std::uint64_t kEndOfFrames = 256 * kMiB;  // lab::FrameAllocator::kMostFrames
constexpr std::uint64_t kKernelBase = 0xFFFF'FFFF'8000'0000, kDemandBase = 0xFFFF'C000'0000'0000,
                        kDemandBytes = 16 * kMiB;
constexpr std::uint64_t kBudget = 6'000'000;   // instructions; the solution needs a fifth of it
constexpr std::uint64_t kIncidents = 100'000;  // events and the like: faults without end are found out early
constexpr std::uint64_t kNothing = ~std::uint64_t{0};  // of a probe that faulted

// lab::MapResult
enum : std::uint64_t { kDone, kNotAligned, kAlreadyMapped, kNotMapped, kNoFrame, kWritableCode };
constexpr std::array kMapResults{"done",       "not_aligned", "already_mapped",
                                 "not_mapped", "no_frame",    "writable_code"};

std::optional<std::uint64_t> optional(const Returned& returned) {
  if (returned.rdx & 0xFF) return returned.rax;
  return {};
}
std::string hex(const std::optional<std::uint64_t>& value) {
  return value ? fmt::format("{:#x}", *value) : "none";
}

// A page in a part of the address space where nothing is: not one of boot.S, of the region on demand, or of
// given/main.cpp.
std::uint64_t empty_page() {
  static constexpr std::array<unsigned, 4> kUsed{0x7000'0000'0000 >> 39, 256, 384, 511};
  for (;;) {
    const auto slot = static_cast<unsigned>(1 + dice().below(510));
    if (std::ranges::find(kUsed, slot) == kUsed.end())
      return with_index(dice().below(std::uint64_t{1} << 39) & ~(kPage - 1), 4, slot);
  }
}
// A frame that no memory of this machine has: only what the tables say matters.
std::uint64_t far_frame() { return 0x1'0000'0000 + dice().below(0xFE'0000) * kPage; }

// --- frames ---
struct Range {
  std::uint64_t start = 0, bytes = 0;
  bool usable = false;
  std::uint64_t end() const { return start + bytes; }
  bool touches(std::uint64_t frame) const { return start < frame + kPage && end() > frame; }
  bool contains(std::uint64_t frame) const { return start <= frame && end() >= frame + kPage; }
};

std::uint64_t put_ranges(Pc& pc, const std::vector<Range>& ranges) {
  std::vector<std::uint64_t> words;  // as kernel::MemoryRange lies in memory
  for (const Range& r : ranges) words.insert(words.end(), {r.start, r.bytes, r.usable ? 1u : 0u});
  return pc.put(std::as_bytes(std::span(words)));
}

void initialize_frames(Pc& pc, const std::vector<Range>& memory, const std::vector<Range>& taken) {
  const std::uint64_t memory_at = put_ranges(pc, memory), taken_at = put_ranges(pc, taken);
  pc.call("lab::FrameAllocator::initialize",
          {pc.address("lab::frames"), memory_at, memory.size(), taken_at, taken.size()});
}
std::optional<std::uint64_t> allocate(Pc& pc) {
  return optional(pc.call("lab::FrameAllocator::allocate", {pc.address("lab::frames")}));
}
bool release(Pc& pc, std::uint64_t frame) {
  return (pc.call("lab::FrameAllocator::release", {pc.address("lab::frames"), frame}).rax & 0xFF) != 0;
}
std::uint64_t frames_free(const Pc& pc) { return pc.number("lab::frames.free_"); }
// lab::FrameAllocator::State: reserved, free, taken. The states are the class's first member.
bool is_handed_out(const Pc& pc, std::uint64_t frame) {
  return frame < kEndOfFrames && pc.read(pc.address("lab::frames") + frame / kPage, 1) == 2;
}

// What makes it wrong to hand out this frame; nothing where it is right.
std::string objection(std::uint64_t frame, const std::vector<Range>& memory,
                      const std::vector<Range>& taken) {
  if (frame % kPage) return "which is not the start of a frame";
  for (const Range& r : taken)
    if (r.touches(frame))
      return fmt::format("of which bytes are taken: {:#x} to {:#x}", r.start, r.end() - 1);
  for (const Range& r : memory)
    if (!r.usable && r.touches(frame))
      return fmt::format("of which bytes are not usable: {:#x} to {:#x}", r.start, r.end() - 1);
  if (frame >= kEndOfFrames) return "which lies above the first 256 MiB";
  for (const Range& r : memory)
    if (r.usable && r.contains(frame)) return "";
  for (const Range& r : memory)
    if (r.usable && r.touches(frame))
      return fmt::format("of which only a part is memory: {:#x} to {:#x} is usable", r.start, r.end() - 1);
  return "where the loader's map names no memory";
}

// --- tables ---
void expect_result(Pc& pc, const std::string& call, std::uint64_t rax, std::uint64_t wanted,
                   std::string why) {
  const std::uint64_t got = rax & 0xFF;
  if (got != wanted)
    fail_step(pc, fmt::format("{} gives MapResult::{}", call, kMapResults[wanted]),
              got < kMapResults.size() ? fmt::format("it gave {}", kMapResults[got])
                                       : fmt::format("it gave {}", got),
              std::move(why));
}

std::string flags_words(std::uint64_t flags) {
  std::string words;
  for (const auto& [bit, word] :
       {std::pair{kWritable, "writable"}, {kForUser, "user"}, {kNoExecute, "no_execute"}})
    if (flags & bit) words += (words.empty() ? "" : " | ") + std::string(word);
  return words.empty() ? "{}" : words;
}

void map(Pc& pc, std::uint64_t page, std::uint64_t frame, std::uint64_t flags, std::uint64_t wanted,
         std::string why) {
  const Returned returned = pc.call("lab::Mapper::map", {pc.address("lab::mapper"), page, frame, flags});
  expect_result(pc, fmt::format("map({:#x}, {:#x}, {})", page, frame, flags_words(flags)), returned.rax,
                wanted, std::move(why));
}

Matcher<const ringside::Walk&> AsAskedFor(std::uint64_t frame, std::uint64_t flags) {
  return AllOf(At(frame), flags & kWritable ? Writable() : ReadOnly(),
               flags & kForUser ? ForUser() : ForKernel(), flags & kNoExecute ? NoExecute() : Executable());
}

void start_at_frames_ready(Pc& pc) {
  pc.run_until("lab::frames_ready",
               "Before the kernel makes tables, lab::frames gets the boot loader's map.");
}

// A page that the student's map() has made, so that there is something to change.
struct MappedPage {
  std::uint64_t page = empty_page(), frame = far_frame(), flags = kWritable | kNoExecute;
  explicit MappedPage(Pc& pc) {
    map(pc, page, frame, flags, kDone, "This page is here to be changed afterwards; see step 2.");
    expect(pc, Mapped(page, AsAskedFor(frame, flags)),
           "This page is here to be changed afterwards; see step 2.");
  }
};

// Calls a function that changes the entry of a page, and demands that the processor is told afterwards.
Returned call_with_flush(Pc& pc, const std::string& function, std::vector<std::uint64_t> arguments,
                         std::uint64_t page, const std::function<bool(const ringside::Walk&)>& changed) {
  std::optional<Flush> too_early, elsewhere;
  bool in_time = false;
  const Returned returned =
      call_looking_at_flushes(pc, function, std::move(arguments), [&](const Flush& flush) {
        if (!flush.covers(page))
          elsewhere = flush;
        else if (!changed(walk_of(pc, page)))
          too_early = flush;
        else
          in_time = true;
      });
  if (!changed(walk_of(pc, page)) || in_time)
    return returned;  // an entry that is not changed at all: said elsewhere
  const std::string wanted =
      fmt::format("{} executes INVLPG for {:#x}, or writes CR3, after it changed the entry", function, page);
  const std::string why =
      "The processor keeps translations in its TLB and does not look at the tables again by itself: for a "
      "while it would "
      "go on with what the entry said before, and the next owner of the frame shares it.";
  if (too_early)
    fail_step_at(pc, too_early->at, wanted, "it did so before, while the entry still said the old thing",
                 why);
  if (elsewhere)
    fail_step_at(pc, elsewhere->at, wanted, fmt::format("its INVLPG was for {:#x}", elsewhere->address), why);
  fail_step(pc, wanted, "it did neither", why);
}

// --- faults ---
std::uint64_t probe(Pc& pc, const char* how, std::uint64_t address, std::uint64_t value = 0) {
  const std::uint64_t result = pc.call(how, {address, value}).rax;
  pc.about("lab::handle_page_fault");
  return result;
}

struct Told {
  std::uint64_t access = 0, cause = 0, from_user = 0;
  bool operator==(const Told&) const = default;
};
std::string words(const Told& told) {
  constexpr std::array kAccess{"read", "write", "fetch"}, kCause{"not_present", "rights", "reserved_bit"};
  const auto word = [](const auto& names, std::uint64_t n) {
    return n < names.size() ? std::string(names[n]) : fmt::format("{}", n);
  };
  return fmt::format("Access::{}, Cause::{}, from_user {}", word(kAccess, told.access),
                     word(kCause, told.cause), told.from_user != 0);
}

constexpr const char* kErrorCode =
    "Bits of the error code: 0 the page was there, so its rights were violated; 1 a write; 2 from ring 3; 3 "
    "a reserved "
    "bit is set in an entry; 4 an instruction fetch.";

}  // namespace
