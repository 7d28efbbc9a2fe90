// SPDX-License-Identifier: GPL-2.0-or-later
// The thread that watches a student's folder, with a lab of its own and a script in the place of the program
// that checks.
#include "gui/app/lab_thread.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <chrono>
#include <filesystem>
#include <fstream>
#include <functional>

#include "labs/book/folder.h"

namespace ringside {
namespace {

using testing::HasSubstr;
using testing::SizeIs;
namespace fs = std::filesystem;

class LabWatched : public testing::Test {
 protected:
  LabWatched() {
    std::string name = (fs::temp_directory_path() / "ringside-lab-XXXXXX").string();
    root = ::mkdtemp(name.data());
    write(root / "lab/README.md", "# Lab 99: the lab's own\n");
    write(root / "lab/hints.md", "## Step 1\n- weak\n- strong\n\n## Step 2\n- another\n");
    write(root / "mine/README.md", "# Lab 99: a copy\n");
    write(root / "mine/part.cpp", "int part;\n");
    program("exit 2");
  }
  ~LabWatched() override {
    thread.reset();
    fs::remove_all(root);
  }

  static void write(const fs::path& file, const std::string& text) {
    fs::create_directories(file.parent_path());
    std::ofstream(file, std::ios::binary) << text;
  }
  // What is run instead of ringside-lab: "$1" is check or ask. It counts how often.
  void program(const std::string& body) {
    const fs::path file = root / "program";
    write(file, fmt::format("#!/bin/sh\necho \"$1\" >>{}/calls\n{}\n", root.string(), body));
    fs::permissions(file, fs::perms::owner_all);
  }
  std::string printing(const std::string& text) {
    write(root / "output", text);
    return fmt::format("cat {}/output", root.string());
  }
  static labs::Verdict verdict(unsigned points) {
    labs::Verdict v{.lab = "99-test"};
    v.steps = {{1, "One", points, 60, std::nullopt}, {2, "Two", 0, 40, labs::Finding{.expected = "a"}}};
    return v;
  }
  void open() {
    labs::Lab lab{
        .name = "99-test", .title = "Test", .files = {"part.cpp"}, .steps = {{"One", 60}, {"Two", 40}}};
    lab.folder = root / "lab";
    thread = std::make_unique<LabThread>(LabThread::Setup{
        .lab = lab, .folder = root / "mine", .program = root / "program", .made_of = {}, .published = [] {}});
  }
  // Until it is so; the test fails where that does not come about.
  std::shared_ptr<const LabView> until(const std::function<bool(const LabView&)>& so) {
    for (int i = 0; i < 3000; ++i) {
      if (auto view = thread->view(); so(*view)) return view;
      ::usleep(10'000);
    }
    ADD_FAILURE() << "it did not come about";
    return thread->view();
  }
  std::shared_ptr<const LabView> settled() {
    return until([](const LabView& v) { return !v.checking; });
  }

  fs::path root;
  std::unique_ptr<LabThread> thread;
};

TEST_F(LabWatched, is_checked_when_it_is_opened_and_whenever_a_file_is_saved) {
  program(printing(to_json(verdict(0))));
  open();
  EXPECT_TRUE(thread->view()->checking);
  auto view = settled();
  ASSERT_TRUE(view->verdict);
  EXPECT_EQ(view->verdict->points(), 0u);
  EXPECT_EQ(view->trouble, "");
  program(printing(to_json(verdict(60))));
  fs::last_write_time(root / "mine/part.cpp", fs::file_time_type::clock::now() + std::chrono::seconds(5));
  view = until([](const LabView& v) { return v.verdict && v.verdict->points() == 60; });
  EXPECT_EQ(view->verdict, verdict(60));
}

TEST_F(LabWatched, is_not_checked_again_where_the_last_verdict_still_holds) {
  program(printing(to_json(verdict(0))));
  fs::last_write_time(root / "mine/part.cpp", fs::file_time_type::clock::now() - std::chrono::hours(1));
  write(root / "mine/.ringside/check/verdict.json", to_json(verdict(60)));
  open();
  EXPECT_FALSE(thread->view()->checking);
  ASSERT_TRUE(thread->view()->verdict);
  EXPECT_EQ(thread->view()->verdict->points(), 60u);
  thread->post(CheckLab{});
  until([](const LabView& v) { return v.verdict && v.verdict->points() == 0; });
}

TEST_F(LabWatched, is_checked_again_where_the_last_check_did_not_come_to_its_end) {
  program(printing(to_json(verdict(60))));
  fs::last_write_time(root / "mine/part.cpp", fs::file_time_type::clock::now() - std::chrono::hours(1));
  labs::Verdict none = verdict(0);
  none.status = labs::Verdict::Status::not_checked;
  write(root / "mine/.ringside/check/verdict.json", to_json(none));
  open();
  until([](const LabView& v) { return v.verdict && v.verdict->points() == 60; });
}

TEST_F(LabWatched, brings_each_image_that_was_built_and_keeps_the_last_where_none_was) {
  write(root / "mine/.ringside/check/kernel.elf", "first");
  program(printing(to_json(verdict(60))));
  open();
  const auto first = settled()->image;
  ASSERT_THAT(*first, SizeIs(5));
  program(fmt::format("printf second >{}/mine/.ringside/check/kernel.elf; {}", root.string(),
                      printing(to_json(verdict(60)))));
  thread->post(CheckLab{});
  const auto second = until([&](const LabView& v) { return v.image != first; })->image;
  EXPECT_THAT(*second, SizeIs(6));
  program(fmt::format("rm {}/mine/.ringside/check/kernel.elf; {}", root.string(),
                      printing(to_json(labs::Verdict{.lab = "99-test",
                                                     .status = labs::Verdict::Status::not_built,
                                                     .sentence = "It does not compile."}))));
  thread->post(CheckLab{});
  const auto view = until([](const LabView& v) { return !v.verdict->passed() && v.verdict->steps.empty(); });
  EXPECT_EQ(view->image, second);
}

TEST_F(LabWatched, says_in_a_sentence_what_is_wrong_with_a_check) {
  for (const auto& [body, says] :
       {std::pair{printing("{\"lab\": \"99-"), "gave no verdict"},
        {printing("[1, 2]"), "gave no verdict"},
        {std::string("echo 'ringside lab: labs.toml is no good.' >&2; exit 2"), "labs.toml is no good."},
        {std::string("kill -SEGV $$"), "did not come to an end"}}) {
    program(body);
    open();
    EXPECT_THAT(settled()->trouble, HasSubstr(says)) << body;
    EXPECT_FALSE(settled()->verdict);
    thread.reset();
  }
  fs::remove(root / "program");
  open();
  EXPECT_THAT(settled()->trouble, HasSubstr("could not be started"));
}

TEST_F(LabWatched, survives_that_its_folder_vanishes_and_comes_back) {
  program(printing(to_json(verdict(60))));
  open();
  settled();
  fs::rename(root / "mine", root / "elsewhere");
  const auto gone = until([](const LabView& v) { return !v.trouble.empty(); });
  EXPECT_THAT(gone->trouble, HasSubstr("is gone"));
  EXPECT_TRUE(gone->verdict) << "the last one is still worth looking at";
  fs::rename(root / "elsewhere", root / "mine");
  until([](const LabView& v) { return v.trouble.empty() && v.verdict; });
}

TEST_F(LabWatched, gives_hints_in_order_and_remembers_them_as_the_command_line_does) {
  program(printing(to_json(verdict(0))));
  labs::remember_hints_given(root / "mine", 2, 1);
  open();
  auto view = settled();
  EXPECT_THAT(view->hints.at(2).hints, SizeIs(1));
  EXPECT_EQ(view->hints.at(1).more, 2u);
  thread->post(GiveHint{1});
  view = until([](const LabView& v) { return v.hints.at(1).hints.size() == 1; });
  EXPECT_EQ(plain_text(view->hints.at(1).hints[0].blocks.at(0).runs), "weak");
  for (int i = 0; i < 4; ++i) thread->post(GiveHint{1});
  thread->post(GiveHint{77});
  until([](const LabView& v) { return v.hints.at(1).more == 0; });
  thread.reset();
  EXPECT_EQ(labs::hints_given(root / "mine", 1), 2u);
}

TEST_F(LabWatched, shows_the_students_copy_of_the_text_and_each_change_of_it) {
  program(printing(to_json(verdict(0))));
  open();
  const auto title = [](const LabView& v) {
    return v.text->blocks.empty() ? "" : plain_text(v.text->blocks[0].runs);
  };
  EXPECT_EQ(title(*settled()), "Lab 99: a copy");
  fs::remove(root / "mine/README.md");
  until([&](const LabView& v) { return title(v) == "Lab 99: the lab's own"; });
  fs::remove(root / "lab/README.md");
  EXPECT_THAT(until([](const LabView& v) { return !v.text_trouble.empty(); })->text_trouble,
              HasSubstr("README.md"));
}

TEST_F(LabWatched, asks_questions_and_others_on_request) {
  const std::string one = to_json(std::vector<labs::Question>{{1, "How many?", "8", "Because."}});
  write(root / "questions", one);
  program(fmt::format("case $1 in check) {};; ask) echo \"$6\" >>{}/seeds; cat {}/questions;; esac",
                      printing(to_json(verdict(60))), root.string(), root.string()));
  open();
  settled();
  thread->post(AskQuestions{});
  EXPECT_THAT(until([](const LabView& v) { return v.questions_number == 1; })->questions, SizeIs(1));
  thread->post(AskQuestions{true});
  until([](const LabView& v) { return v.questions_number == 2; });
  write(root / "questions", "ringside lab: It does not compile.\nfile:1: error\n");
  thread->post(AskQuestions{});
  EXPECT_EQ(until([](const LabView& v) { return v.questions_number == 3; })->questions_trouble,
            "It does not compile.");
  std::ifstream seeds(root / "seeds");
  std::string all((std::istreambuf_iterator<char>(seeds)), {});
  EXPECT_EQ(all, "1\n2\n2\n");
}

TEST_F(LabWatched, gives_up_a_check_that_hangs_when_it_is_closed) {
  program("sleep 1000");
  open();
  until([](const LabView& v) { return v.checking; });
  ::usleep(50'000);
  thread.reset();  // returns
}

}  // namespace
}  // namespace ringside
