// SPDX-License-Identifier: GPL-2.0-or-later
// The real kernel's frames and page tables.
#include "sim/inspect/frame_map.h"

#include <gmock/gmock.h>

#include <random>
#include <set>

#include "sim/inspect/page_tables.h"
#include "sim/inspect/topics.h"
#include "sim/inspect/values.h"
#include "tests/golden/kernel_session.h"

namespace ringside {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;

std::string defects(const FrameMap& map) {
  std::string words = map.trouble;
  for (const FrameDefect& d : map.defects) words += d.what + "\n";
  return words;
}

class KernelFrames : public testing::Test {
 protected:
  std::unique_ptr<Session> session = kernel_at_prompt("");
  CopiedMachine machine{*session};
  FrameMap map() { return frame_map(machine.context()); }
  const FrameUse& use(const FrameMap& map, std::string_view name) {
    for (const FrameUse& u : map.uses)
      if (u.name == name) return u;
    ADD_FAILURE() << name;
    return map.uses.front();
  }
};

TEST_F(KernelFrames, AreSoundAndTheirRangesCoverMemory) {
  const FrameMap m = map();
  EXPECT_EQ(defects(m), "");
  std::uint64_t next = 0;
  for (const FrameRange& r : m.ranges) {
    EXPECT_EQ(r.first, next);
    next = r.first + r.count;
  }
  EXPECT_EQ(next, m.values.size());
  EXPECT_GT(m.free, 3000u);
  EXPECT_LT(m.free, m.total);
  EXPECT_EQ(m.use(m.values[0])->name, "reserved") << "the first MiB";
  EXPECT_EQ(m.use(m.values[0x100])->name, "image");
}

TEST_F(KernelFrames, AgreeWithThePageTablesAboutTables) {
  const FrameMap m = map();
  const FrameUse* cr3 = m.use(m.values[session->machine().cpu().cr3 >> 12]);
  ASSERT_NE(cr3, nullptr);
  EXPECT_EQ(cr3->name, "page table");
  EXPECT_GE(use(m, "page table").frames, 5u);
}

TEST_F(KernelFrames, HaveLettersThatDiffer) {
  std::set<char> letters;
  for (const FrameUse& u : map().uses) EXPECT_TRUE(letters.insert(u.letter).second) << u.name;
}

TEST_F(KernelFrames, PageTableInAFreeFrameIsFound) {
  const FrameMap m = map();
  const std::uint64_t frame = session->machine().cpu().cr3 >> 12;
  machine.write(m.map_at + frame, use(m, "free").value, 1);
  EXPECT_THAT(defects(map()), testing::AllOf(HasSubstr("CR3 leads to a page table in it"),
                                             HasSubstr("frames for \"page table\", but the map has")));
}

TEST_F(KernelFrames, UseThatIsNoneIsFound) {
  const FrameMap m = map();
  machine.write(m.map_at + m.values.size() - 1, 0x99, 1);
  EXPECT_THAT(defects(map()), HasSubstr("0x99 in the map, which is no use"));
}

TEST_F(KernelFrames, FreeFrameBelowTheSearchIsFound) {
  machine.write(machine.place("kernel::frames.lowest_free_"), map().values.size());
  EXPECT_THAT(defects(map()), HasSubstr("it is never found"));
}

TEST_F(KernelFrames, CellShowsWhoIsTakenBeforeWhoIsFree) {
  FrameMap m = map();
  const std::uint64_t free = m.values.size() - 16;
  EXPECT_EQ(frame_cell(m, free, free + 8).letter(), '.');
  m.values[free + 3] = use(m, "page table").value;
  EXPECT_EQ(frame_cell(m, free, free + 8).letter(), 'p');
  EXPECT_EQ(frame_cell(m, free + 3, free + 4).letter(), 'P');
  EXPECT_FALSE(frame_cell(m, free, free + 8).whole);
}

TEST_F(KernelFrames, OutliveAnyDamage) {
  const std::vector<std::byte> intact = machine.ram;
  const std::uint64_t object = machine.place("kernel::frames"), map_at = map().map_at;
  std::mt19937_64 random(7);
  for (unsigned round = 0; round < 100; ++round) {
    machine.ram = intact;
    const std::uint64_t values[] = {0, 1, ~0ull, random(), 0xFFFF'8000'0000'0000, map_at + 8, object};
    machine.write(object + 8 * (random() % 12), values[random() % std::size(values)]);
    for (unsigned i = 0; i < 4; ++i) machine.write(map_at + random() % 4000, random());
    for (const char* name : {"frames", "frame-uses", "frame-strip", "frame-check", "pages", "page-tables"}) {
      const auto table = find_topic(name)->make(machine.context(), "");
      ASSERT_TRUE(table.has_value());
      EXPECT_LE(table->rows.size(), 4100u);
    }
  }
}

TEST_F(KernelFrames, AreNotThereBeforeTheKernelHasCounted) {
  const auto early = kernel_session("");
  run_until(*early, "kernel_main");
  EXPECT_EQ(frame_map(early->context()).trouble,
            "kernel::frames has no map yet: the kernel has not come that far.");
  EXPECT_THAT(frames_table(early->context()).rows, IsEmpty());
}

TEST_F(KernelFrames, NamePagesByWhoseFramesTheyShow) {
  const PageTree tree = page_tree(machine.context());
  std::set<std::string> owners;
  for (const PageNode& n : tree.nodes)
    if (!n.table) owners.insert(n.region.substr(0, n.region.find(':')));
  EXPECT_TRUE(owners.contains("heap page"));
  EXPECT_TRUE(owners.contains("stack page"));
  EXPECT_TRUE(owners.contains("image"));
}

TEST_F(KernelFrames, TreeAndRangesMapTheSame) {
  const PageTree tree = page_tree(machine.context());
  const PageMap ranges = page_map(session->machine().cpu(), session->machine().memory());
  std::uint64_t in_tree = 0, in_ranges = 0, in_top = 0;
  for (const PageNode& n : tree.nodes) {
    if (!n.table) in_tree += n.bytes;
    if (n.depth == 0) in_top += n.mapped;
    EXPECT_FALSE(n.writable_code) << "no page of this kernel may be written and executed";
  }
  for (const PageRange& r : ranges.ranges) in_ranges += r.bytes;
  EXPECT_TRUE(tree.complete);
  EXPECT_EQ(in_tree, in_ranges);
  EXPECT_EQ(in_top, in_ranges);
}

}  // namespace
}  // namespace ringside
