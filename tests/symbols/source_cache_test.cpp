// SPDX-License-Identifier: GPL-2.0-or-later
#include "sim/symbols/source_cache.h"

#include <gmock/gmock.h>
#include <unistd.h>

#include <fstream>

namespace ringside {
namespace {

namespace fs = std::filesystem;
using testing::ElementsAre;
using testing::IsEmpty;

class SourceCacheTest : public testing::Test {
 protected:
  void SetUp() override {
    std::string pattern = (fs::temp_directory_path() / "source_cache_XXXXXX").string();
    ASSERT_NE(mkdtemp(pattern.data()), nullptr);
    folder = pattern;
  }
  void TearDown() override { fs::remove_all(folder); }

  fs::path write(const std::string& path, const std::string& text) {
    fs::create_directories((folder / path).parent_path());
    std::ofstream(folder / path, std::ios::binary) << text;
    return folder / path;
  }
  fs::path folder;
};

TEST_F(SourceCacheTest, GivesLinesByNumberFromOne) {
  const std::string path = write("a.cpp", "one\n\nthree");
  SourceCache cache;
  EXPECT_EQ(cache.line(path, 1), "one");
  EXPECT_EQ(cache.line(path, 2), "");
  EXPECT_EQ(cache.line(path, 3), "three");
  EXPECT_FALSE(cache.line(path, 0));
  EXPECT_FALSE(cache.line(path, 4));
}

TEST_F(SourceCacheTest, LineEndsOfEitherKindAreNotPartOfTheLine) {
  const std::string path = write("dos.cpp", "one\r\ntwo\r\n");
  SourceCache cache;
  EXPECT_THAT(cache.lines(path), ElementsAre("one", "two"));
}

TEST_F(SourceCacheTest, MissingFilesAndFoldersHaveNoLines) {
  SourceCache cache({folder});
  EXPECT_FALSE(cache.line("/nowhere/at/all.cpp", 1));
  EXPECT_THAT(cache.lines(folder.string()), IsEmpty());
  EXPECT_THAT(cache.lines("/dev/zero"), IsEmpty());
  EXPECT_THAT(cache.lines(""), IsEmpty());
  EXPECT_FALSE(cache.found_at("/nowhere/at/all.cpp"));
}

TEST_F(SourceCacheTest, AMovedTreeIsFoundBelowItsRootByTheLongestEndOfThePath) {
  write("main.cpp", "the wrong one");
  const fs::path right = write("kernel/arch/main.cpp", "the right one");
  SourceCache cache({folder});
  EXPECT_EQ(cache.line("/home/student/os/kernel/arch/main.cpp", 1), "the right one");
  EXPECT_EQ(cache.found_at("/home/student/os/kernel/arch/main.cpp"), right);
}

TEST_F(SourceCacheTest, WhereTheCompilerSawItComesFirst) {
  const std::string original = write("build/x.cpp", "original");
  write("root/build/x.cpp", "copy");
  SourceCache cache({folder / "root"});
  EXPECT_EQ(cache.line(original, 1), "original");
}

TEST_F(SourceCacheTest, ForgettingReadsEditedFilesAgain) {
  const std::string path = write("a.cpp", "before");
  SourceCache cache;
  EXPECT_EQ(cache.line(path, 1), "before");
  write("a.cpp", "after");
  EXPECT_EQ(cache.line(path, 1), "before");
  cache.forget();
  EXPECT_EQ(cache.line(path, 1), "after");
}

}  // namespace
}  // namespace ringside
