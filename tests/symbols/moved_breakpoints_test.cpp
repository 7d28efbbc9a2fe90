// SPDX-License-Identifier: GPL-2.0-or-later
#include "sim/session/moved_breakpoints.h"

#include <gmock/gmock.h>

#include "subject_image.h"

namespace ringside {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

class MovedBreakpointsTest : public testing::Test {
 protected:
  static VirtAddr at(const Symbols& symbols, const char* place) {
    const auto address = symbols.resolve(place);
    EXPECT_TRUE(address.has_value()) << (address ? "" : address.error().sentence);
    return address.value_or(VirtAddr{});
  }
  static VirtAddr second_line(const Symbols& symbols, const std::string& file) {
    return at(symbols, (file + ":" + std::to_string(marked_line(file, "second line of tick"))).c_str());
  }
  MovedBreakpoints move(const Breakpoint& breakpoint) const {
    return moved_breakpoints({&breakpoint, 1}, first, second);
  }

  const Symbols first = load_image("build_1.elf"), second = load_image("build_2.elf");
};

TEST_F(MovedBreakpointsTest, AFunctionsStartStaysItsStart) {
  ASSERT_NE(at(first, "tick"), at(second, "tick"));
  const auto moved = move({.address = at(first, "tick"), .enabled = false, .event = {}, .condition = {}});
  ASSERT_EQ(moved.kept.size(), 1u);
  EXPECT_EQ(moved.kept[0].address, at(second, "tick"));
  EXPECT_FALSE(moved.kept[0].enabled);
}

TEST_F(MovedBreakpointsTest, ALineMovesWithItsFunction) {
  ASSERT_NE(marked_line("build_1.cpp", "second line of tick"),
            marked_line("build_2.cpp", "second line of tick"));
  const auto moved = move({.address = second_line(first, "build_1.cpp"), .event = {}, .condition = {}});
  ASSERT_EQ(moved.kept.size(), 1u);
  EXPECT_EQ(moved.kept[0].address, second_line(second, "build_2.cpp"));
}

TEST_F(MovedBreakpointsTest, AVariablesByteStaysInIt) {
  const auto moved = move({.address = {at(first, "counted").value + 4},
                           .kind = BreakKind::store,
                           .length = 4,
                           .event = {},
                           .condition = {}});
  ASSERT_EQ(moved.kept.size(), 1u);
  EXPECT_EQ(moved.kept[0].address.value, at(second, "counted").value + 4);
  EXPECT_EQ(moved.kept[0].length, 4u);
}

TEST_F(MovedBreakpointsTest, WhatIsNoLongerThereIsNamed) {
  const auto moved = move({.address = at(first, "gone"), .event = {}, .condition = {}});
  EXPECT_THAT(moved.kept, IsEmpty());
  EXPECT_THAT(moved.lost, ElementsAre("gone"));
}

TEST_F(MovedBreakpointsTest, EventsAndPlacesWithoutANameStay) {
  EXPECT_EQ(move({.address = {0x1234}, .event = {}, .condition = {}}).kept.at(0).address, VirtAddr{0x1234});
  EXPECT_EQ(move({.address = {}, .kind = BreakKind::event, .event = {}, .condition = {}}).kept.size(), 1u);
  // A physical address is nobody's variable, whatever number it has.
  const VirtAddr same_number = at(first, "gone");
  EXPECT_EQ(move({.address = same_number, .physical = true, .event = {}, .condition = {}}).kept.size(), 1u);
}

}  // namespace
}  // namespace ringside
