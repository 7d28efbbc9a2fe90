// SPDX-License-Identifier: GPL-2.0-or-later
#include "gui/app/settings.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>

namespace ringside {
namespace {

TEST(Settings, come_back_as_they_were_written) {
  Settings s;
  s.width = 1920;
  s.scale = 150;
  s.dark = false;
  s.stop_at_faults = false;
  s.workspace = 3;
  s.tab[1] = "pic";
  s.splits.left = 0.31f;
  s.splits.code_height = 0.6f;
  EXPECT_EQ(settings_from_text(to_text(s)), s);
}

TEST(Settings, of_a_broken_file_are_the_defaults) {
  EXPECT_EQ(settings_from_text(""), Settings{});
  EXPECT_EQ(settings_from_text("\x7F\x45LF\0\0garbage = = =\n====\nscale\n= 5\nwidth = \n"), Settings{});
  EXPECT_EQ(settings_from_text("scale = many\ndark = yes\nsplit_left = nan\nworkspace = 0x2\n"), Settings{});
}

TEST(Settings, keep_the_lines_that_make_sense) {
  const Settings s = settings_from_text("scale = 200\nnonsense\nunknown = 7\r\n  dark   =  0  \r\n");
  EXPECT_EQ(s.scale, 200);
  EXPECT_FALSE(s.dark);
}

TEST(Settings, out_of_range_are_put_in_range) {
  const Settings s = settings_from_text("scale = 100000\nworkspace = -3\nsplit_left = 55\nwidth = 1\n");
  EXPECT_EQ(s.scale, 300);
  EXPECT_EQ(s.workspace, 1);
  EXPECT_FLOAT_EQ(s.splits.left, 0.9f);
  EXPECT_EQ(s.width, 640);
}

TEST(Settings, survive_on_disk_and_leave_no_temporary_file) {
  const auto folder = std::filesystem::temp_directory_path() / "ringside_settings_test";
  std::filesystem::remove_all(folder);
  const auto path = folder / "deeper" / "layout.ini";
  Settings s;
  s.scale = 175;
  save_settings(path, s);
  EXPECT_EQ(load_settings(path), s);
  EXPECT_EQ(std::distance(std::filesystem::directory_iterator(path.parent_path()), {}), 1);
  EXPECT_EQ(load_settings(folder / "nowhere.ini"), Settings{});
  std::filesystem::remove_all(folder);
}

TEST(Settings, lie_where_the_xdg_specification_puts_them) {
  setenv("XDG_CONFIG_HOME", "/somewhere/config", 1);
  EXPECT_EQ(settings_path(), "/somewhere/config/ringside/layout.ini");
  setenv("XDG_CONFIG_HOME", "relative", 1);
  setenv("HOME", "/home/student", 1);
  EXPECT_EQ(settings_path(), "/home/student/.config/ringside/layout.ini");
}

}  // namespace
}  // namespace ringside
