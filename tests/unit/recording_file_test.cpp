// SPDX-License-Identifier: GPL-2.0-or-later
// Recordings in files, and what the host may do to them.
#include "sim/timeline/recording_file.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <iterator>

#include "sim/session/open_recording.h"
#include "sim/timeline/replay.h"
#include "tests/unit/support/recorded_guest.h"

namespace ringside::testing {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;

class RecordingFile : public ::testing::Test {
 protected:
  void SetUp() override {
    std::string path = (fs::temp_directory_path() / "ringside-recording-XXXXXX").string();
    folder_ = ::mkdtemp(path.data());
    file_ = (folder_ / "run.recording").string();
  }
  void TearDown() override {
    ::chmod(folder_.c_str(), 0700);
    fs::remove_all(folder_);
  }

  static Recording short_run() {
    Timeline timeline(machine_of(recorded_config()), {.interval = 1'000'000});
    timeline.run({.instructions = 1000});
    return recording_of(timeline);
  }
  // Of some hundred KiB.
  static Recording with_keys(std::size_t count) {
    Recording r = short_run();
    r.commands.assign(count, {0, 0, TypeKey{{Key::a, true}}});
    r.hashes.clear();
    r.end.position.commands = count;
    return r;
  }
  static std::string contents(const fs::path& path) {
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
  }
  std::size_t files() const {
    return static_cast<std::size_t>(std::distance(fs::directory_iterator(folder_), fs::directory_iterator()));
  }

  fs::path folder_;
  std::string file_;
};

std::string refusal(const Result<void>& result) {
  EXPECT_FALSE(result.has_value());
  return result ? std::string() : result.error().sentence;
}

TEST_F(RecordingFile, IsReadAsItWasWritten) {
  const Recording recording = short_run();
  ASSERT_TRUE(save_recording(file_, recording).has_value());
  const auto loaded = load_recording(file_);
  ASSERT_TRUE(loaded.has_value()) << loaded.error().sentence;
  EXPECT_EQ(text_of(*loaded), text_of(recording));
  EXPECT_EQ(files(), 1u);
}

TEST_F(RecordingFile, TakesThePlaceOfAnOlderOneWithItsPermissionsAndBehindALink) {
  std::ofstream(file_) << "older";
  ::chmod(file_.c_str(), 0640);
  const std::string link = (folder_ / "link").string();
  fs::create_symlink(file_, link);
  ASSERT_TRUE(save_recording(link, short_run()).has_value());
  EXPECT_TRUE(fs::is_symlink(link));
  EXPECT_TRUE(load_recording(file_).has_value());
  struct stat status {};
  ::stat(file_.c_str(), &status);
  EXPECT_EQ(status.st_mode & 0777, 0640u);
}

// A limit on the size of files stands for a full disk: both are write() that fails on its way.
TEST_F(RecordingFile, OnAFullDiskLeavesTheOlderOneWhole) {
  ASSERT_TRUE(save_recording(file_, short_run()).has_value());
  const std::string before = contents(file_);
  const Recording large = with_keys(20'000);
  rlimit old{};
  ::getrlimit(RLIMIT_FSIZE, &old);
  const rlimit small{65536, old.rlim_max};
  const auto handler = ::signal(SIGXFSZ, SIG_IGN);
  ::setrlimit(RLIMIT_FSIZE, &small);
  const auto saved = save_recording(file_, large);
  ::setrlimit(RLIMIT_FSIZE, &old);
  ::signal(SIGXFSZ, handler);
  EXPECT_THAT(refusal(saved), HasSubstr("File too large"));
  EXPECT_EQ(contents(file_), before);
  EXPECT_EQ(files(), 1u);
  EXPECT_TRUE(save_recording(file_, large).has_value());
}

TEST_F(RecordingFile, ADeviceIsWrittenToAndNotReplaced) {
  EXPECT_THAT(refusal(save_recording("/dev/full", short_run())), HasSubstr("No space left on device"));
  EXPECT_TRUE(fs::is_character_file("/dev/full"));
  EXPECT_TRUE(save_recording("/dev/null", short_run()).has_value());
  EXPECT_TRUE(fs::is_character_file("/dev/null"));
}

TEST_F(RecordingFile, IntoAFolderThatIsGoneIsRefused) {
  const std::string lost = (folder_ / "gone" / "run.recording").string();
  EXPECT_THAT(refusal(can_save_recording(lost)), HasSubstr(lost));
  EXPECT_THAT(refusal(save_recording(lost, short_run())), HasSubstr("No such file or directory"));
  EXPECT_THAT(refusal(can_save_recording(folder_.string())), HasSubstr("is a folder"));
  EXPECT_TRUE(can_save_recording(file_).has_value());
}

TEST_F(RecordingFile, IntoAFolderThatCannotBeWrittenIsRefused) {
  // Nobody may make a file in /proc, not even root, who may write to any folder of a disk.
  EXPECT_FALSE(save_recording("/proc/run.recording", short_run()).has_value());
  ::chmod(folder_.c_str(), 0500);
  if (::geteuid() != 0) {
    EXPECT_THAT(refusal(can_save_recording(file_)), HasSubstr("Permission denied"));
    EXPECT_THAT(refusal(save_recording(file_, short_run())), HasSubstr("Permission denied"));
  }
}

TEST_F(RecordingFile, IsWholeAtAnyTimeAndAfterAKillWhileSaving) {
  const Recording one = with_keys(3'000), other = with_keys(4'000);
  const std::string texts[] = {text_of(one), text_of(other)};
  ASSERT_TRUE(save_recording(file_, one).has_value());
  const pid_t child = ::fork();
  if (child == 0)
    for (unsigned i = 0;; ++i) (void)save_recording(file_, i % 2 ? one : other);
  const auto whole = [&] {
    const std::string now = contents(file_);
    return now == texts[0] || now == texts[1];
  };
  unsigned changes = 0;
  for (std::string last = texts[0]; changes < 20;) {
    std::string now = contents(file_);
    ASSERT_TRUE(now == texts[0] || now == texts[1]);
    changes += now != last;
    last = std::move(now);
  }
  ::kill(child, SIGKILL);
  ::waitpid(child, nullptr, 0);
  EXPECT_TRUE(whole());
}

TEST_F(RecordingFile, ThatIsNoneIsRefusedInASentence) {
  const auto refused = [](const std::string& path) {
    const auto loaded = load_recording(path);
    EXPECT_FALSE(loaded.has_value());
    return loaded ? std::string() : loaded.error().sentence;
  };
  EXPECT_THAT(refused(file_), HasSubstr("check the path"));
  EXPECT_THAT(refused(folder_.string()), HasSubstr("is a folder"));
  EXPECT_THAT(refused("/dev/zero"), HasSubstr("64 MiB"));
  ASSERT_EQ(::mkfifo(file_.c_str(), 0600), 0);
  EXPECT_THAT(refused(file_), HasSubstr("empty"));  // nobody writes to it, and nobody is waited for
}

// --- opened, with the files it names ---

TEST_F(RecordingFile, IsReplayedWhenItAndItsImageAreGoneAfterItWasOpened) {
  Recording recording = short_run();
  const fs::path image = folder_ / "guest.bin";
  const auto bytes = recorded_image();
  std::ofstream(image, std::ios::binary)
      .write(reinterpret_cast<const char*>(bytes.data()), static_cast<std::streamsize>(bytes.size()));
  recording.image.name = "/nowhere/guest.bin";  // it lies beside the recording
  ASSERT_TRUE(save_recording(file_, recording).has_value());
  const auto opened = open_recording(file_);
  ASSERT_TRUE(opened.has_value()) << opened.error().sentence;
  fs::remove_all(folder_);
  EXPECT_TRUE(replay(opened->session->timeline(), opened->recording, {.all_states = true}).as_recorded());
}

TEST_F(RecordingFile, WantsTheImageItWasMadeWith) {
  const Recording recording = short_run();
  ASSERT_TRUE(save_recording(file_, recording).has_value());
  const auto refused = [&](const RecordingFiles& files = {}) {
    const auto opened = open_recording(file_, files);
    EXPECT_FALSE(opened.has_value());
    return opened ? std::string() : opened.error().sentence;
  };
  EXPECT_THAT(refused(), HasSubstr("not there any more"));
  std::ofstream(folder_ / "guest.bin") << "something else";
  EXPECT_THAT(refused(), HasSubstr("another one now"));
  EXPECT_THAT(refused({.image = (folder_ / "guest.bin").string()}), HasSubstr("another image"));
  EXPECT_THAT(refused({.image = (folder_ / "none").string()}), HasSubstr("check the path"));
}

}  // namespace
}  // namespace ringside::testing
