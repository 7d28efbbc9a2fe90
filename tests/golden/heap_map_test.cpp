// SPDX-License-Identifier: GPL-2.0-or-later
// The real kernel's heap, of every design: whole, in the middle of work, and damaged on purpose.
#include "sim/inspect/heap_map.h"

#include <fmt/format.h>
#include <gmock/gmock.h>

#include <algorithm>
#include <bit>
#include <cstring>
#include <random>

#include "sim/inspect/heap_tables.h"
#include "sim/inspect/topics.h"
#include "sim/inspect/values.h"
#include "tests/golden/kernel_session.h"

namespace ringside {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

const char* const kDesigns[] = {"bump", "list", "blocks", "buddy", "slab", "redzones"};

// What is broken, in words, one a line.
std::string defects(const HeapMap& map) {
  std::string words = map.trouble;
  for (const HeapDefect& d : map.defects) words += d.what + "\n";
  return words;
}

void expect_covered(const HeapMap& map) {
  std::uint64_t at = map.start;
  for (const HeapBlock& b : map.blocks) {
    ASSERT_EQ(b.start, at);
    ASSERT_GT(b.end, b.start);
    ASSERT_LE(b.start, b.memory);
    ASSERT_LE(b.memory + b.bytes, b.end);
    std::uint64_t piece_at = b.start;
    for (const HeapPiece& piece : pieces(b)) {
      ASSERT_EQ(piece.start, piece_at);
      piece_at = piece.end;
    }
    ASSERT_EQ(piece_at, b.end);
    at = b.end;
  }
  EXPECT_EQ(at, map.end);
}

class EveryDesign : public testing::TestWithParam<const char*> {
 protected:
  std::string heap() const { return fmt::format("heap={} ", GetParam()); }
};

TEST_P(EveryDesign, IsSoundAtThePromptAndItsBlocksCoverTheHeap) {
  const auto session = kernel_at_prompt(heap() + "run=mishap leak");
  const HeapMap map = heap_map(session->context());
  EXPECT_EQ(defects(map), "");
  EXPECT_EQ(map.policy, GetParam());
  EXPECT_TRUE(map.complete);
  EXPECT_GT(map.bytes(), 0u);
  EXPECT_GE(map.used, 8000u) << "the block that was leaked";
  expect_covered(map);
}

// The kernel says itself how much is free, and how large the largest block is.
TEST_P(EveryDesign, CountsWhatTheKernelCounts) {
  const auto session = kernel_at_prompt(heap() + "run=heap");
  const HeapMap map = heap_map(session->context());
  const auto serial = session->machine().serial();
  const std::string said(serial.begin(), serial.end());
  // "used 2048 bytes in 2 blocks", "free 62464 bytes, the largest block 61440", in columns.
  const auto number_after = [&](const char* words, std::size_t from) {
    const std::size_t at = said.find_first_of("0123456789", said.find(words, from) + std::strlen(words));
    return std::stoull(said.substr(at));
  };
  const std::size_t report = said.find("\nused");
  ASSERT_NE(report, std::string::npos) << said;
  EXPECT_EQ(map.used, number_after("used", report));
  EXPECT_EQ(map.free, number_after("\nfree", report));
  EXPECT_EQ(map.largest_free, number_after("largest block", report));
  EXPECT_EQ(map.live, number_after("bytes in", report));
}

// In the middle of a long run: whenever interrupts are on, nobody is inside the allocator.
TEST_P(EveryDesign, IsSoundInTheMiddleOfTheKernelsWork) {
  const auto session = kernel_session(heap() + "run=soak 1 7");
  ASSERT_EQ(run_until(*session, "text:ringside").kind, StopKind::text);
  unsigned looked = 0;
  std::size_t most_blocks = 0;
  for (unsigned i = 0; i < 60; ++i) {
    if (session->run(RunLimits{.instructions = 20'011}).kind != StopKind::budget) break;
    if (!(session->machine().cpu().rflags & rflags::if_)) continue;
    const HeapMap map = heap_map(session->context());
    if (map.bytes() == 0) continue;
    ASSERT_EQ(defects(map), "") << session->machine().instructions();
    expect_covered(map);
    most_blocks = std::max(most_blocks, map.blocks.size());
    ++looked;
  }
  EXPECT_GT(looked, 5u);
  EXPECT_GT(most_blocks, 1u);
}

TEST_P(EveryDesign, IsEmptyBeforeTheKernelHasOne) {
  const auto session = kernel_session(heap());
  run_until(*session, "kernel_main");
  const HeapMap map = heap_map(session->context());
  EXPECT_EQ(defects(map), "");
  EXPECT_EQ(map.bytes(), 0u);
  EXPECT_THAT(map.blocks, IsEmpty());
  EXPECT_THAT(heap_words(map), HasSubstr("no memory yet"));
}

// Whatever is written into the heap and its allocator: it comes out, bounded, and covers the heap or says why
// not.
TEST_P(EveryDesign, OutlivesAnyDamage) {
  const auto session = kernel_at_prompt(heap() + "run=mishap late");
  CopiedMachine machine(*session);
  const HeapMap whole = heap_map(machine.context());
  const std::vector<std::byte> intact = machine.ram;
  std::mt19937_64 random(42);
  const std::uint64_t object = machine.place("kernel::heap"), object_bytes = 1024;
  for (unsigned round = 0; round < 200; ++round) {
    machine.ram = intact;
    for (unsigned i = 0; i < 1 + round % 8; ++i) {
      const bool in_object = random() % 4 == 0;
      const std::uint64_t at = in_object
                                   ? object + 8 * (random() % (object_bytes / 8))
                                   : whole.start + 8 * (random() % (round % 2 ? 512 : whole.bytes() / 8));
      const std::uint64_t values[] = {0,
                                      1,
                                      ~0ull,
                                      random(),
                                      whole.start + 16 * (random() % 4096),
                                      whole.end - 8,
                                      at,
                                      0x4141'4141'4141'4141};
      machine.write(at, values[random() % std::size(values)]);
    }
    const HeapMap map = heap_map(machine.context());
    EXPECT_LE(map.blocks.size(), 16384u);
    EXPECT_LE(map.defects.size(), 64u);
    for (const InspectTopic* topic :
         {find_topic("heap"), find_topic("heap-lists"), find_topic("heap-check"), find_topic("heap-strip")}) {
      const auto table = topic->make(machine.context(), "");
      ASSERT_TRUE(table.has_value());
      EXPECT_LE(table->rows.size(), 4100u);
      EXPECT_FALSE(to_text(*table).empty());
    }
    for (const HeapBlock& b : map.blocks) ASSERT_LE(b.start, b.end);
  }
}

INSTANTIATE_TEST_SUITE_P(Designs, EveryDesign, testing::ValuesIn(kDesigns),
                         [](const auto& info) { return std::string(info.param); });

class Damaged : public testing::Test {
 protected:
  // A free block between two used ones, wherever the design puts it.
  void boot(std::string_view design) {
    session = kernel_at_prompt(fmt::format("heap={} run=mishap late", design));
    machine = std::make_unique<CopiedMachine>(*session);
    map = heap_map(machine->context());
    ASSERT_TRUE(map.trouble.empty()) << map.trouble;
  }
  std::string after(std::uint64_t at, std::uint64_t value, unsigned bytes = 8) {
    machine->write(at, value, bytes);
    return defects(heap_map(machine->context()));
  }
  const HeapBlock& first(BlockState state) const {
    for (const HeapBlock& b : map.blocks)
      if (b.state == state) return b;
    ADD_FAILURE() << "no block is " << name(state);
    return map.blocks.front();
  }
  std::unique_ptr<Session> session;
  std::unique_ptr<CopiedMachine> machine;
  HeapMap map;
};

TEST_F(Damaged, ListThatLeadsOutOfTheHeapIsNamedWithTheLink) {
  boot("list");
  const HeapBlock& b = first(BlockState::free);
  machine->write(b.memory, 0x1000);
  const HeapMap broken = heap_map(machine->context());
  EXPECT_THAT(defects(broken), HasSubstr("leads to 0x1000, outside of the heap"));
  EXPECT_EQ(broken.defects.front().at, b.memory) << "the link is what somebody wrote";
}

TEST_F(Damaged, ListThatRunsInACircleEnds) {
  boot("list");
  const HeapBlock& b = first(BlockState::free);
  EXPECT_THAT(after(b.memory, b.start),
              HasSubstr(fmt::format("runs in a circle: it comes back to {:#x}", b.start)));
}

TEST_F(Damaged, BlockWithoutAHeaderIsUnknownUpToTheNextFreeOne) {
  boot("list");
  const HeapBlock b = map.blocks[1];
  ASSERT_EQ(b.state, BlockState::used);
  EXPECT_THAT(after(b.start + 8, 0x4141), HasSubstr("the header of a block is overwritten: 0x4141"));
  const HeapMap broken = heap_map(machine->context());
  const HeapBlock* lost = broken.find(b.start);
  ASSERT_NE(lost, nullptr);
  EXPECT_EQ(lost->state, BlockState::unknown);
  expect_covered(broken);
  EXPECT_EQ(broken.blocks.back().state, BlockState::free) << "what the list names is found again";
}

TEST_F(Damaged, SizeBeyondTheHeapIsImpossible) {
  boot("list");
  EXPECT_THAT(after(map.blocks.front().start, 0x100000), HasSubstr("impossible size"));
}

TEST_F(Damaged, FreeNeighboursWereNotJoined) {
  boot("list");
  const HeapBlock free = first(BlockState::free);
  const HeapBlock* next = map.find(free.end);
  ASSERT_NE(next, nullptr);
  const std::uint64_t free_word = machine->read(free.start + 8);
  EXPECT_THAT(after(next->start + 8, free_word),
              testing::AllOf(HasSubstr("side by side and were not joined"), HasSubstr("is not in the list")));
}

TEST_F(Damaged, CountersThatDoNotFitAreNamed) {
  boot("list");
  EXPECT_THAT(after(machine->place("kernel::heap.list_.counts_.live"), 77),
              HasSubstr("the kernel counts 77 blocks in use, but there are"));
}

TEST_F(Damaged, KeptBlockInTwoPlacesOrNone) {
  boot("blocks");
  const HeapBlock kept = first(BlockState::kept);
  const std::uint64_t head = map.lists[kept.list].head_at;
  EXPECT_THAT(after(head, 0), testing::AllOf(HasSubstr("kept for its size is in no list"),
                                             HasSubstr("the kernel counts 1 blocks kept")));
  EXPECT_THAT(after(head, first(BlockState::used).memory), HasSubstr("is used, but in the list for"));
}

TEST_F(Damaged, BuddyTableIsReadWithCare) {
  boot("buddy");
  const HeapBlock used = first(BlockState::used);
  const std::uint64_t zone = machine->value("kernel::heap.buddy_.zones_");
  const std::uint64_t entry = zone + 24 + (used.start - zone) / 32;  // behind next, units and first_unit
  EXPECT_THAT(after(entry, 0xFF, 1), HasSubstr("the table has no order where a block must start"));
  expect_covered(heap_map(machine->context()));
  // Free, as the table now says, but in no list.
  EXPECT_THAT(after(entry, static_cast<std::uint64_t>(std::countr_zero(used.bytes / 32)), 1),
              HasSubstr("a free block is in no list"));
}

TEST_F(Damaged, SlabHeaderIsHeldAgainstItsBits) {
  boot("slab");
  const HeapBlock slab = first(BlockState::table);
  const auto offset = session->symbols().types().member_offset("kernel::Slab", "used");
  ASSERT_TRUE(offset.has_value());
  EXPECT_THAT(after(slab.start + *offset, 63, 4), HasSubstr("counts 63 objects, but"));
  const auto mark = session->symbols().types().member_offset("kernel::Slab", "mark");
  EXPECT_THAT(after(slab.start + *mark, 0), HasSubstr("the header of the slab at"));
}

TEST_F(Damaged, PagesThatNobodyKnowsAreUnknown) {
  boot("slab");
  EXPECT_THAT(after(machine->place("kernel::heap.slab_.free_runs_"), 0),
              HasSubstr("neither a slab nor a large block nor free"));
}

TEST_F(Damaged, RedZonesTellWhoWroteTooFar) {
  boot("redzones");
  const HeapBlock used = first(BlockState::used);
  ASSERT_GT(used.red, 0u);
  EXPECT_THAT(after(used.memory + used.bytes + 3, 0, 1),
              HasSubstr(fmt::format("something was written behind the {} bytes of the block at {:#x}",
                                    used.bytes, used.memory)));
  const HeapMap broken = heap_map(machine->context());
  EXPECT_TRUE(std::ranges::any_of(broken.defects, [&](const HeapDefect& d) {
    return d.at == used.memory + used.bytes + 3 && d.bytes == 1;
  })) << "the byte that was written, not the zone";
  EXPECT_THAT(after(used.memory - 1, 0, 1), HasSubstr("something was written in front of the block"));
}

// The mishap itself: the kernel wrote to a block after its release, and nobody has noticed.
TEST_F(Damaged, WriteAfterReleaseShowsBetweenRedZonesAndNowhereElse) {
  boot("redzones");
  EXPECT_THAT(defects(map), HasSubstr("after its release"));
  boot("list");
  EXPECT_EQ(defects(map), "");
}

TEST_F(Damaged, BumpAllocatorsMarkOutsideOfTheHeap) {
  boot("bump");
  EXPECT_THAT(after(machine->place("kernel::heap.bump_.next_"), 0x1234), HasSubstr("outside of the heap"));
  expect_covered(heap_map(machine->context()));
}

TEST_F(Damaged, PolicyThatIsNoneIsAskedAbout) {
  boot("list");
  machine->write(machine->place("kernel::heap.policy_"), 99, 1);
  EXPECT_THAT(heap_map(machine->context()).trouble,
              HasSubstr("does not say which of its 6 allocators is in use"));
}

TEST_F(Damaged, SaysThatTheProcessorIsAtWorkInTheHeap) {
  session = kernel_session("heap=list run=fault double");
  run_until(*session, "text:ringside> ");
  EXPECT_EQ(session->run_to("kernel::LinkedListAllocator::release")->kind, StopKind::address);
  machine = std::make_unique<CopiedMachine>(*session);
  machine->write(machine->place("kernel::heap.list_.counts_.live"), 77);
  const HeapMap broken = heap_map(machine->context());
  EXPECT_TRUE(broken.busy);
  EXPECT_THAT(heap_check_table(machine->context()).note, HasSubstr("in the heap's own code"));
}

TEST(OtherKernels, HaveNoHeapAndSaySo) {
  const auto session = kernel_session("");
  const Machine& machine = session->machine();
  const Symbols nothing = Symbols::none();
  const InspectContext c{
      .cpu = machine.cpu(), .memory = machine.memory(), .board = machine.board(), .symbols = nothing};
  EXPECT_EQ(heap_map(c).trouble, "This kernel has no kernel::heap.");
  EXPECT_EQ(heap_table(c).note, "This kernel has no kernel::heap.");
  EXPECT_THAT(heap_check_table(c).rows, IsEmpty());
  EXPECT_THAT(heap_check_table(c).note, Not(HasSubstr("sound")));
}

}  // namespace
}  // namespace ringside
