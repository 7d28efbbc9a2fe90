// SPDX-License-Identifier: GPL-2.0-or-later
// A student's folder on a thread of its own: watches the lab's files, has them built and checked by the lab
// program whenever one was saved, gives hints and asks questions. Commands go in, views come out.
#pragma once

#include <atomic>
#include <condition_variable>
#include <filesystem>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "gui/view/lab_view.h"
#include "gui/view/ui_command.h"
#include "labs/build/process.h"

namespace ringside {

class LabThread {
 public:
  struct Setup {
    labs::Lab lab;
    std::filesystem::path folder;                // the student's
    std::filesystem::path program;               // ringside-lab
    std::vector<std::filesystem::path> made_of;  // a verdict that is older than one of these is not believed
    std::function<void()> published;             // called on the lab's thread whenever there is a new view
  };
  // Reads what is there already before it returns; where the last check is not to be believed, begins one.
  explicit LabThread(Setup setup);
  ~LabThread();  // gives up what is under way

  // CheckLab, GiveHint, AskQuestions; from any thread.
  void post(const UiCommand& command);
  std::shared_ptr<const LabView> view() const;
  // The recording of a step of the last check.
  std::filesystem::path recording(const labs::Finding& finding) const;
  const Setup& setup() const { return setup_; }

 private:
  using Times = std::vector<std::filesystem::file_time_type>;
  void loop();
  Times times() const;  // of the student's files
  bool still_holds(const labs::Verdict& verdict) const;
  void read_text();
  void read_image();
  void read_hints(unsigned step);
  void check();
  void ask(bool others);
  // The program's output, or a sentence.
  Result<std::string> run(std::vector<std::string> words);
  void publish();

  // Only the lab's thread.
  const Setup setup_;
  LabView now_;
  Times checked_;  // the files' times at the last check
  std::filesystem::file_time_type text_time_{};
  unsigned seed_ = 0;

  // Shared.
  mutable std::mutex mutex_;
  std::condition_variable wake_;
  std::vector<UiCommand> inbox_;
  std::shared_ptr<const LabView> view_;
  std::atomic<bool> quit_{false};
  std::thread thread_;
};

}  // namespace ringside
