// SPDX-License-Identifier: GPL-2.0-or-later
#include "gui/app/layout.h"

#include <gtest/gtest.h>

namespace ringside {
namespace {

struct Case {
  float width, height, scale;
};

class Layout : public testing::TestWithParam<Case> {
 protected:
  Tiles tiles(const Splits& splits = {}, LabRoom lab = LabRoom::none) const {
    Look look;
    look.scale = GetParam().scale;
    return arrange({GetParam().width, GetParam().height}, look, splits, lab);
  }
  static std::vector<Rect> all(const Tiles& t) {
    std::vector<Rect> rects = {t.toolbar, t.time_line};
    for (const Tile& tile : t.tiles) rects.push_back(tile.at);
    return rects;
  }
};

TEST_P(Layout, gives_every_tile_room_inside_the_window) {
  for (const Rect& r : all(tiles())) {
    EXPECT_GE(r.from.x, 0);
    EXPECT_GE(r.from.y, 0);
    EXPECT_LE(r.to.x, GetParam().width);
    EXPECT_LE(r.to.y, GetParam().height);
    EXPECT_GT(r.width(), 40);
    EXPECT_GT(r.height(), 20);
  }
}

TEST_P(Layout, gives_every_part_a_tile_that_can_be_read) {
  const Tiles t = tiles();
  for (const Part part : {Part::screen, Part::happened, Part::events, Part::code, Part::topic}) {
    const Tile* tile = t.of(part);
    ASSERT_TRUE(tile);
    EXPECT_GE(tile->at.width(), 200 * GetParam().scale);
    EXPECT_GE(tile->at.height(), 75 * GetParam().scale);
  }
}

TEST_P(Layout, gives_a_lab_a_tile_that_can_be_read_and_hides_no_part) {
  const Tiles t = tiles({}, LabRoom::large);
  for (const Part part : {Part::screen, Part::lab, Part::happened, Part::events, Part::code, Part::topic}) {
    ASSERT_TRUE(t.of(part));
    EXPECT_GE(t.of(part)->at.width(), 200 * GetParam().scale);
    EXPECT_GE(t.of(part)->at.height(), 75 * GetParam().scale);
  }
  EXPECT_FALSE(tiles().of(Part::lab));
  const Tiles small = tiles({}, LabRoom::small);
  EXPECT_EQ(small.of(Part::lab), small.of(Part::events));
}

TEST_P(Layout, lets_no_two_tiles_overlap_wherever_the_splitters_stand) {
  for (const float share : {0.0f, 0.05f, 0.3f, 0.9f}) {
    const Splits splits{.left = share,
                        .screen = share,
                        .happened = share > 0 ? share : 0.45f,
                        .code_width = 0.9f,
                        .registers = 0.1f,
                        .lab = share};
    for (const LabRoom lab : {LabRoom::none, LabRoom::small, LabRoom::large}) {
      const auto rects = all(tiles(splits, lab));
      for (std::size_t i = 0; i < rects.size(); ++i)
        for (std::size_t j = i + 1; j < rects.size(); ++j) {
          const bool apart = rects[i].to.x <= rects[j].from.x || rects[j].to.x <= rects[i].from.x ||
                             rects[i].to.y <= rects[j].from.y || rects[j].to.y <= rects[i].from.y;
          EXPECT_TRUE(apart) << "tiles " << i << " and " << j << " at share " << share;
        }
    }
  }
}

TEST_P(Layout, moves_a_splitter_to_where_its_share_says) {
  const Tiles before = tiles();
  for (const Splitter& s : before.splitters) {
    Splits splits;
    splits.*s.share = 0.5f;
    for (const Splitter& moved : tiles(splits).splitters) {
      if (moved.share != s.share) continue;
      // Unless a tile would become too small, the grip is where the mouse let it go.
      const float at = s.vertical ? moved.grip.from.x : moved.grip.from.y, wanted = s.start + s.extent / 2;
      if (s.extent > 700 * GetParam().scale) {
        EXPECT_NEAR(at, wanted, 2);
      }
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Windows, Layout,
                         testing::Values(Case{1280, 800, 1}, Case{1920, 1080, 1}, Case{1920, 1080, 2},
                                         Case{1280, 800, 1.5f}, Case{1280, 800, 2}, Case{1280, 800, 3},
                                         Case{1920, 1080, 1.5f}, Case{1920, 1080, 3}, Case{3840, 2160, 3},
                                         Case{640, 400, 1}));

TEST(Layout, shows_the_whole_guest_screen_at_the_size_of_the_design) {
  const Tiles t = arrange({1280, 800}, Look{}, {});
  EXPECT_GE(t.of(Part::screen)->at.width(), 80 * 8 + 2 * 8);
  EXPECT_GE(t.of(Part::screen)->at.height(), 25 * 16 + 28 + 8);
  EXPECT_FALSE(t.of(Part::registers));
  EXPECT_TRUE(arrange({1920, 1080}, Look{}, {}).of(Part::registers));
}

TEST(Layout, lets_parts_share_a_tile_where_letters_are_large_for_the_window) {
  const auto count = [](float width, float height, float scale) {
    Look look;
    look.scale = scale;
    return arrange({width, height}, look, {}).tiles.size();
  };
  EXPECT_EQ(count(1280, 800, 1), 5u);
  EXPECT_EQ(count(1280, 800, 1.5f), 4u) << "events are a tab beside what just happened";
  EXPECT_EQ(count(1280, 800, 2), 2u) << "a column each";
  EXPECT_EQ(count(1280, 800, 3), 1u) << "one thing at a time";
  EXPECT_EQ(count(1920, 1080, 1), 6u) << "registers have a tile of their own";
}

TEST(Layout, gives_a_lab_most_of_the_room_below_the_screen_or_above_the_code) {
  const Tiles wide = arrange({1920, 1080}, Look{}, {}, LabRoom::large);
  EXPECT_EQ(wide.of(Part::lab)->at.from.x, wide.of(Part::screen)->at.from.x);
  EXPECT_GE(wide.of(Part::lab)->at.height(), 300);
  const Tiles usual = arrange({1280, 800}, Look{}, {}, LabRoom::large);
  EXPECT_GE(usual.of(Part::lab)->at.height(), 340);
  EXPECT_GE(usual.of(Part::lab)->at.width(), 560);
  EXPECT_EQ(usual.of(Part::code), usual.of(Part::topic)) << "the code is a tab of the topic";
  const Tiles small = arrange({1280, 800}, Look{}, {}, LabRoom::small);
  EXPECT_EQ(small.of(Part::lab), small.of(Part::events));
  EXPECT_NE(small.of(Part::code), small.of(Part::topic));
}

TEST(CellScale, is_the_largest_whole_multiple_that_fits) {
  EXPECT_EQ(cell_scale_for({640, 400}), 1);
  EXPECT_EQ(cell_scale_for({1279, 2000}), 1);
  EXPECT_EQ(cell_scale_for({1280, 800}), 2);
  EXPECT_EQ(cell_scale_for({1920, 1080}), 2);
  EXPECT_EQ(cell_scale_for({100, 100}), 1);
}

}  // namespace
}  // namespace ringside
