// SPDX-License-Identifier: GPL-2.0-or-later
#include "labs/kit/heap.h"

#include <fmt/format.h>

#include <algorithm>

#include "sim/inspect/frame_map.h"

namespace ringside::labs {
namespace {

using testing::Matcher;
using testing::MatchResultListener;

// A matcher of the machine by what `read` makes of it: a description, and what is not as it should be ("" =
// all is well).
template <class Map, Map (*read)(const InspectContext&)>
class Of : public testing::MatcherInterface<const Pc&> {
 public:
  using Wrong = std::function<std::string(const Map&)>;
  Of(std::string description, Wrong wrong) : description_(std::move(description)), wrong_(std::move(wrong)) {}
  bool MatchAndExplain(const Pc& pc, MatchResultListener* listener) const override {
    const Map map = read(pc.context());
    const std::string wrong = map.trouble.empty() ? wrong_(map) : map.trouble;
    *listener << wrong;
    return wrong.empty();
  }
  void DescribeTo(std::ostream* out) const override { *out << description_; }
  void DescribeNegationTo(std::ostream* out) const override { *out << "not: " << description_; }

 private:
  std::string description_;
  Wrong wrong_;
};
using OfHeap = Of<HeapMap, heap_map>;
using OfFrames = Of<FrameMap, frame_map>;

template <class T>
std::string wanted(const Matcher<T>& matcher) {
  std::ostringstream words;
  matcher.DescribeTo(&words);
  return words.str();
}

// "the number of blocks in use is equal to 3": a figure of the heap.
OfPc figure(std::string what, Matcher<std::uint64_t> matcher, std::uint64_t HeapMap::*member) {
  return OfPc(new OfHeap(fmt::format("{} {}", what, wanted(matcher)), [=](const HeapMap& map) -> std::string {
    if (matcher.Matches(map.*member)) return "";
    return fmt::format("it is {}", map.*member);
  }));
}

std::string span_words(std::uint64_t start, std::uint64_t bytes) {
  return fmt::format("{:#x} to {:#x}", start, start + bytes - 1);
}

}  // namespace

OfPc HeapInOrder() {
  return OfPc(
      new OfHeap("the heap's blocks, lists and counters fit each other", [](const HeapMap& m) -> std::string {
        if (m.defects.empty()) return "";
        return fmt::format("at {:#x}: {}{}", m.defects.front().at, m.defects.front().what,
                           m.defects.size() > 1 ? fmt::format(" (and {} more)", m.defects.size() - 1) : "");
      }));
}

OfPc BlocksInUse(Matcher<std::uint64_t> count) {
  return figure("the number of blocks in use", std::move(count), &HeapMap::used_blocks);
}
OfPc BytesInUse(Matcher<std::uint64_t> bytes) {
  return figure("the bytes in all blocks in use", std::move(bytes), &HeapMap::used);
}
OfPc FreePieces(Matcher<std::uint64_t> count) {
  return figure("the number of pieces of free memory", std::move(count), &HeapMap::free_blocks);
}
OfPc LargestFree(Matcher<std::uint64_t> bytes) {
  return figure("the largest piece of free memory, in bytes,", std::move(bytes), &HeapMap::largest_free);
}

OfPc HeapBytes(Matcher<std::uint64_t> bytes) {
  return OfPc(new OfHeap(fmt::format("the size of the heap, in bytes, {}", wanted(bytes)),
                         [=](const HeapMap& m) -> std::string {
                           if (bytes.Matches(m.bytes())) return "";
                           return fmt::format("it is {}, from {:#x} to {:#x}", m.bytes(), m.start, m.end);
                         }));
}

OfPc FragmentationPercent(Matcher<double> percent) {
  return OfPc(new OfHeap(fmt::format("the fragmentation, in percent, {}", wanted(percent)),
                         [=](const HeapMap& m) -> std::string {
                           const double is = m.fragmentation() / 10.0;
                           if (percent.Matches(is)) return "";
                           return fmt::format("it is {:.1f}: {} bytes are free, the largest piece has {}", is,
                                              m.free, m.largest_free);
                         }));
}

OfPc FrameIs(std::uint64_t physical, std::string use) {
  return OfPc(new OfFrames(fmt::format("the frame at {:#x} is a {}", physical, use),
                           [=](const FrameMap& map) -> std::string {
                             const std::uint64_t number = physical / kFrameBytes;
                             if (number >= map.values.size()) return "there is no memory";
                             const FrameUse* is = map.use(map.values[number]);
                             if (is && is->name == use) return "";
                             return fmt::format("kernel::frames has it as {}", is ? is->name : "nothing");
                           }));
}

OfPc FreeFrames(Matcher<std::uint64_t> count) {
  return OfPc(new OfFrames(fmt::format("the number of free frames {}", wanted(count)),
                           [=](const FrameMap& map) -> std::string {
                             return count.Matches(map.free) ? "" : fmt::format("it is {}", map.free);
                           }));
}

std::uint64_t free_frames(const Pc& pc) { return frame_map(pc.context()).free; }

HeapUser::HeapUser(Pc& pc, HeapCalls calls) : pc_(pc), calls_(std::move(calls)) {}

void HeapUser::examine(std::uint64_t address, std::uint64_t bytes, std::uint64_t alignment) const {
  const std::string block_words =
      alignment > 16 ? fmt::format("a block of {} bytes at a multiple of {:#x}", bytes, alignment)
                     : fmt::format("a block of {} bytes at a multiple of 16", bytes);
  if (address % alignment != 0)
    fail_step(pc_, block_words, fmt::format("it lies at {:#x}", address),
              "Who asks for an alignment depends on it: a stack, a page table, a buffer of a device.");
  if (range_ && (address < range_->first || address >= range_->second || bytes > range_->second - address))
    fail_step(pc_, block_words, fmt::format("it goes from {}", span_words(address, bytes)),
              fmt::format("The heap's memory lies from {:#x} to {:#x}.", range_->first, range_->second - 1));
  const auto after = blocks_.lower_bound(address);
  for (const auto& block : {after, after == blocks_.begin() ? blocks_.end() : std::prev(after)})
    if (block != blocks_.end() && block->first < address + bytes &&
        address < block->first + block->second.bytes)
      fail_step(pc_, block_words + " that nobody else has",
                fmt::format("it goes from {}, and {} is in use", span_words(address, bytes),
                            span_words(block->first, block->second.bytes)),
                "Two who believe that memory is theirs write over each other's data.");
  const GuestMemory guest = pc_.context().guest();
  for (std::uint64_t at = address; at < address + bytes; at = (at | 4095) + 1)
    if (!guest.translate({at}))
      fail_step(pc_, block_words + ", all of it mapped", guest.why_not({at}),
                fmt::format("The block goes from {}; whoever uses it gets a page fault.",
                            span_words(address, bytes)));
}

std::optional<std::uint64_t> HeapUser::try_allocate(std::uint64_t bytes, std::uint64_t alignment) {
  const std::uint64_t address = pc_.call(calls_.allocate, {calls_.object, bytes, alignment}).rax;
  if (address == 0) return std::nullopt;
  examine(address, bytes, alignment);
  const Block block{bytes, 0x5A00'0000'0000'00A5 + (++served_ << 8)};
  const GuestMemory guest = pc_.context().guest();
  for (std::uint64_t i = 0; i < edge(bytes); ++i)
    for (const std::uint64_t at : {address + i, address + bytes - edge(bytes) + i})
      if (const auto physical = guest.translate({at}))
        (void)pc_.session().apply(SetMemory{
            *physical,
            static_cast<std::uint8_t>(block.filling >> 8 * (at < address + edge(bytes) ? at - address : i))});
  blocks_[address] = block;
  return address;
}

std::uint64_t HeapUser::allocate(std::uint64_t bytes, std::uint64_t alignment, std::string why) {
  const auto address = try_allocate(bytes, alignment);
  if (!address)
    fail_step(pc_, fmt::format("a block of {} bytes", bytes), "a null pointer",
              why.empty() ? "There is memory enough for it." : std::move(why));
  return *address;
}

void HeapUser::release(std::uint64_t address) {
  const Block block = blocks_.at(address);
  const GuestMemory guest = pc_.context().guest();
  const std::uint64_t bits = 8 * edge(block.bytes);
  const std::uint64_t filled = bits == 64 ? block.filling : block.filling & ((1ull << bits) - 1);
  const auto first = guest.read({address}, static_cast<unsigned>(edge(block.bytes)));
  if (first != filled)
    fail_step(pc_, fmt::format("{:#x} at the start of the block at {:#x}", filled, address),
              first ? fmt::format("{:#x}", *first) : guest.why_not({address}),
              fmt::format("Its user put that there, into his {} bytes. Somebody else has written to them.",
                          block.bytes));
  if (block.bytes >= 16) {
    const auto last = guest.read({address + block.bytes - 8}, 8);
    if (last != filled)
      fail_step(
          pc_, fmt::format("{:#x} in the last 8 of the {} bytes at {:#x}", filled, block.bytes, address),
          last ? fmt::format("{:#x}", *last) : guest.why_not({address + block.bytes - 8}),
          "Its user put that there. The next block begins too early, or a header lies inside of this one.");
  }
  blocks_.erase(address);
  pc_.call(calls_.release, {calls_.object, address});
}

void HeapUser::release_all() {
  while (!blocks_.empty()) release(blocks_.begin()->first);
}

}  // namespace ringside::labs
