// SPDX-License-Identifier: GPL-2.0-or-later
// What is taken out of folders and archives, and what is not.
#include "labs/grade/intake.h"

#include <archive.h>
#include <archive_entry.h>
#include <gmock/gmock.h>
#include <sys/stat.h>

#include <clocale>

#include "class_folder.h"

namespace ringside::labs {
namespace {

using std::filesystem::path;
using namespace testing;

struct Member {
  std::string name, text;
  unsigned type = AE_IFREG;
  std::string link = {};  // of a symbolic link; with `hard`: of a hard link
  bool hard = false;
};

class IntakeTest : public ClassFolder {
 protected:
  // An archive of the kind that its name says.
  path archive(const std::string& name, const std::vector<Member>& members) {
    const path file = root / "in" / name;
    std::setlocale(LC_CTYPE, "C.UTF-8");  // as whoever packs it; nobody else in here has one
    ::archive* a = ::archive_write_new();
    if (name.ends_with(".zip")) {
      ::archive_write_set_format_zip(a);
    } else {
      ::archive_write_set_format_pax_restricted(a);
      if (name.ends_with("gz")) ::archive_write_add_filter_gzip(a);
      if (name.ends_with("xz")) ::archive_write_add_filter_xz(a);
      if (name.ends_with("zst")) ::archive_write_add_filter_zstd(a);
    }
    EXPECT_EQ(::archive_write_open_filename(a, file.c_str()), ARCHIVE_OK);
    for (const Member& member : members) {
      archive_entry* entry = ::archive_entry_new();
      ::archive_entry_set_pathname(entry, member.name.c_str());
      ::archive_entry_set_filetype(entry, member.type);
      ::archive_entry_set_perm(entry, 0644);
      ::archive_entry_set_size(entry, static_cast<la_int64_t>(member.text.size()));
      if (member.hard)
        ::archive_entry_set_hardlink(entry, member.link.c_str());
      else if (!member.link.empty())
        ::archive_entry_set_symlink(entry, member.link.c_str());
      EXPECT_EQ(::archive_write_header(a, entry), ARCHIVE_OK) << ::archive_error_string(a);
      ::archive_write_data(a, member.text.data(), member.text.size());
      ::archive_entry_free(entry);
    }
    ::archive_write_close(a);
    ::archive_write_free(a);
    std::setlocale(LC_CTYPE, "C");
    return file;
  }
  Submission taken(const std::string& name) { return take(vga_lab(), {name, root / "in" / name}); }
};

auto IsTaken(const std::string& text) {
  return AllOf(Field("status", &Submission::status, Verdict::Status::checked),
               Field("files", &Submission::files,
                     ElementsAre(AllOf(Field(&SubmittedFile::name, "screen.cpp"),
                                       Field(&SubmittedFile::text, text)))));
}
auto IsMissing(const std::string& words) {
  return AllOf(Field("status", &Submission::status, Verdict::Status::missing),
               Field("sentence", &Submission::sentence, HasSubstr(words)));
}

TEST_F(IntakeTest, EachKindOfArchiveIsRead) {
  for (const std::string name : {"a.zip", "a.tar", "a.tar.gz", "a.tgz", "a.tar.xz", "a.tar.zst"}) {
    archive(name, {{"screen.cpp", "int x;"}, {"notes.txt", "hello"}});
    EXPECT_THAT(taken(name), IsTaken("int x;")) << name;
  }
}

TEST_F(IntakeTest, AProcessOfItsOwnTakesTheSame) {
  archive("a.zip", {{"screen.cpp", "int x;"}});
  archive("b.tar.gz", {{"screen.cpp", std::string(200u << 20, '\0')}});
  hand_in("carol", "int y;");
  for (const std::string name : {"a.zip", "b.tar.gz", "carol", "nobody"}) {
    const Submission here = taken(name), apart = take_apart(vga_lab(), {name, root / "in" / name});
    EXPECT_EQ(here.status, apart.status) << name;
    EXPECT_EQ(here.sentence, apart.sentence) << name;
    ASSERT_EQ(here.files.size(), apart.files.size()) << name;
    for (std::size_t i = 0; i < here.files.size(); ++i) EXPECT_EQ(here.files[i].text, apart.files[i].text);
  }
}

TEST_F(IntakeTest, NamesThatAreNotAsciiAreRead) {
  for (const std::string name : {"a.zip", "a.tar"}) {
    archive(name, {{"Müller 王/screen.cpp", "int x;"}});
    EXPECT_THAT(take_apart(vga_lab(), {name, root / "in" / name}), IsTaken("int x;")) << name;
  }
}

TEST_F(IntakeTest, OneFolderAtTheTopIsLookedInto) {
  archive("a.zip",
          {{"lab02/screen.cpp", "int x;"}, {"__MACOSX/._screen.cpp", "junk"}, {".DS_Store", "junk"}});
  EXPECT_THAT(taken("a.zip"), IsTaken("int x;"));
  write_text(root / "in/bob/lab02/screen.cpp", "int y;");
  EXPECT_THAT(taken("bob"), IsTaken("int y;"));
}

TEST_F(IntakeTest, TwoFoldersAtTheTopAreNotChosenBetween) {
  archive("a.zip", {{"one/screen.cpp", "int x;"}, {"two/screen.cpp", "int y;"}});
  EXPECT_THAT(taken("a.zip"), IsMissing("screen.cpp is missing"));
  archive("b.zip", {{"deep/down/screen.cpp", "int x;"}});
  EXPECT_THAT(taken("b.zip"), IsMissing("screen.cpp is missing"));
}

TEST_F(IntakeTest, AnArchiveInAFolderOfItsOwnIsRead) {
  archive("a.zip", {{"screen.cpp", "int x;"}});
  std::filesystem::create_directories(root / "in/carol");
  std::filesystem::rename(root / "in/a.zip", root / "in/carol/handed-in.zip");
  EXPECT_THAT(taken("carol"), IsTaken("int x;"));
}

TEST_F(IntakeTest, NamesThatLeadOutsideAreNobodysFile) {
  archive("a.tar", {{"../screen.cpp", "out"}, {"/screen.cpp", "out"}, {"lab/../../screen.cpp", "out"}});
  EXPECT_THAT(taken("a.tar"), IsMissing("screen.cpp is missing"));
  EXPECT_FALSE(std::filesystem::exists(root / "screen.cpp"));
  archive("b.tar", {{"./screen.cpp", "in"}});
  EXPECT_THAT(taken("b.tar"), IsTaken("in"));
}

TEST_F(IntakeTest, LinksAndDevicesInAnArchiveAreNoFiles) {
  write_text(root / "secret", "secret");
  archive("a.tar", {{"screen.cpp", "", AE_IFLNK, (root / "secret").string()}});
  EXPECT_THAT(taken("a.tar"), IsMissing("screen.cpp is missing"));
  archive("b.tar", {{"other", "secret"}, {"screen.cpp", "", AE_IFREG, "other", true}});
  EXPECT_THAT(taken("b.tar"), IsMissing("screen.cpp is missing"));
  archive("c.tar", {{"screen.cpp", "", AE_IFIFO}});
  EXPECT_THAT(taken("c.tar"), IsMissing("screen.cpp is missing"));
}

TEST_F(IntakeTest, LinksAndDevicesInAFolderAreNoFiles) {
  write_text(root / "secret/screen.cpp", "secret");
  std::filesystem::create_directories(root / "in/linked-file");
  std::filesystem::create_symlink(root / "secret/screen.cpp", root / "in/linked-file/screen.cpp");
  EXPECT_THAT(taken("linked-file"), IsMissing("screen.cpp is missing"));
  std::filesystem::create_directory_symlink(root / "secret", root / "in/linked");
  EXPECT_THAT(taken("linked"), IsMissing("is a link"));
  std::filesystem::create_directories(root / "in/below");
  std::filesystem::create_directory_symlink(root / "secret", root / "in/below/lab");
  EXPECT_THAT(taken("below"), IsMissing("screen.cpp is missing"));
  std::filesystem::create_directories(root / "in/pipe");
  ASSERT_EQ(::mkfifo((root / "in/pipe/screen.cpp").c_str(), 0644), 0);
  EXPECT_THAT(taken("pipe"), IsMissing("screen.cpp is missing"));
}

// A link on the way to a file counts as much as the file itself.
TEST_F(IntakeTest, AFileBehindALinkedFolderIsMissing) {
  Lab lab = vga_lab();
  lab.files = {"drivers/screen.cpp"};
  write_text(root / "secret/screen.cpp", "secret");
  std::filesystem::create_directories(root / "in/dora");
  std::filesystem::create_directory_symlink(root / "secret", root / "in/dora/drivers");
  EXPECT_THAT(read_submission(lab, root / "in/dora"), IsMissing("drivers/screen.cpp is missing"));
}

TEST_F(IntakeTest, AZipBombIsAnUnreadableArchive) {
  archive("a.zip", {{"zeros", std::string(200u << 20, '\0')}, {"screen.cpp", "int x;"}});
  EXPECT_LT(std::filesystem::file_size(root / "in/a.zip"), 1u << 20);
  EXPECT_THAT(taken("a.zip"), IsMissing("cannot be read as an archive"));
  archive("b.tar.gz", {{"screen.cpp", std::string(200u << 20, '\0')}});
  EXPECT_THAT(taken("b.tar.gz"), IsMissing("cannot be read as an archive"));
  archive("c.tar.gz", std::vector<Member>(30'000, {"screen.cpp", "x"}));
  EXPECT_THAT(taken("c.tar.gz"), IsMissing("cannot be read as an archive"));
}

TEST_F(IntakeTest, DamagedArchivesAndOtherThingsAreAVerdict) {
  archive("a.zip", {{"screen.cpp", std::string(100'000, 'x')}});
  std::filesystem::resize_file(root / "in/a.zip", 60);
  EXPECT_THAT(taken("a.zip"), IsMissing("cannot be read as an archive"));
  write_text(root / "in/b.tar.gz", "no archive at all");
  EXPECT_THAT(taken("b.tar.gz"), IsMissing("cannot be read as an archive"));
  write_text(root / "in/c.rar", "Rar!");
  EXPECT_THAT(taken("c.rar"), IsMissing("neither a folder nor a zip or tar file"));
  write_text(root / "in/d.zip", "");
  EXPECT_EQ(taken("d.zip").status, Verdict::Status::missing);
}

TEST_F(IntakeTest, LargeFilesAreRefusedAndNotReadToTheirEnd) {
  std::filesystem::create_directories(root / "in/ed");
  std::ofstream(root / "in/ed/screen.cpp");
  std::filesystem::resize_file(root / "in/ed/screen.cpp", std::uintmax_t{1} << 40);
  const Submission submission = taken("ed");
  EXPECT_EQ(submission.status, Verdict::Status::not_built);
  EXPECT_THAT(submission.sentence, HasSubstr("larger than"));
  EXPECT_LE(submission.files.front().text.size(), kMostSubmittedBytes + 1);
}

TEST_F(IntakeTest, EmptyFilesAreEmpty) {
  hand_in("fay", " \n\t\n");
  EXPECT_EQ(taken("fay").status, Verdict::Status::empty);
}

TEST_F(IntakeTest, StudentsAreSortedAndEachOneIsOne) {
  hand_in("mia", "x");
  hand_in("adam", "x");
  archive("zoe.tar.gz", {});
  archive("mia.zip", {});
  write_text(root / "in/.hidden", "x");
  std::vector<std::string> students;
  const auto all = entries(root / "in").value();
  for (const Entry& entry : all) students.push_back(entry.student);
  EXPECT_THAT(students, ElementsAre("adam", "mia", "mia.zip", "zoe"));
  EXPECT_FALSE(entries(root / "nowhere").has_value());
}

}  // namespace
}  // namespace ringside::labs
