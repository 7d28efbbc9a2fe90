// SPDX-License-Identifier: GPL-2.0-or-later
// The machine on a thread of its own, so that a slow frame never slows the guest and a busy guest never a
// frame. Commands go in, views come out; nothing else is shared.
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

#include "gui/app/view_builder.h"
#include "gui/view/machine_view.h"
#include "gui/view/ui_command.h"

namespace ringside {

class MachineThread {
 public:
  struct Setup {
    MachineConfig config;
    std::string recording;            // a file: this run instead of `config`; it stands at `at`
    std::optional<std::uint64_t> at;  // instruction count; none: the recording's end
    std::string name;                 // what the window calls the machine; "" = the image's name
    std::vector<std::filesystem::path> source_roots;
    bool run_at_once = true;
    bool stop_at_faults = true;
    std::vector<Breakpoint> breakpoints;
    std::shared_ptr<const Symbols> breakpoints_of;  // the image that they were set in; null: this one
    std::string type_at_prompt;       // key_text; typed once the guest first waits in HLT
    std::function<void()> published;  // called on the machine's thread whenever there is a new view
  };
  // The sentence of the error is the loader's.
  static Result<std::unique_ptr<MachineThread>> start(Setup setup);
  ~MachineThread();  // stops the machine and joins

  // From any thread.
  void post(const UiCommand& command);
  void request(const ViewRequest& request);  // a changed one leads to a new view
  std::shared_ptr<const MachineView> view() const;

  // What takes its time just now, a search through the past for example: the last view stays meanwhile, and
  // a DoCancel that is posted gives it up.
  struct Work {
    const char* what;  // "Looking for who wrote it"
    double share;      // of it done, 0 to 1
  };
  std::optional<Work> work() const;

 private:
  MachineThread(Setup setup, std::unique_ptr<Session> session);
  void set_breakpoints();
  void loop();
  void carry_out(const UiCommand& command);
  void run_slice();
  void stopped(const Stop& stop);
  void stepped(const Stop& stop);
  void go(std::optional<RunLimits> errand);
  void step_over();
  void step_out();
  void publish();
  // machine_travel.cpp: through time, questions, breakpoints. False: the command is none of these.
  bool travel(const UiCommand& command);
  bool change_breakpoints(const UiCommand& command);
  using Move = std::function<Result<Stop>()>;
  void go_by(const char* what, const Move& move);  // `move` may look at cancel_ and count up progress_
  void back(DoBack::How how);
  void ask(const Subject& subject, std::optional<std::uint64_t> before, bool reads);
  void answer(Culprit culprit, const Subject& subject);
  void say(const std::string& words);
  void halt();
  void begin_work(const char* what);
  void stand();
  void type(const std::string& text);
  void feed_keys();
  bool at_prompt() const;

  // Only the machine's thread.
  Setup setup_;
  std::unique_ptr<Session> session_;
  ViewBuilder builder_;
  RunState state_ = RunState::stopped;
  std::uint64_t views_ = 0, stops_ = 0;
  bool stop_at_faults_ = true;
  std::optional<RunLimits> errand_;  // step over, step out, run to: limits besides the slice's own
  std::vector<KeyStroke> keys_;      // still to be pressed
  Ticks next_key_ = 0;
  std::uint64_t pace_host_ns_ = 0;  // where host time and machine time were last brought together
  Ticks pace_time_ = 0;
  bool ahead_ = false;      // machine time has caught up with the host's: sleep
  bool travelled_ = false;  // the last move was through time
  std::shared_ptr<const WhoAnswer> answer_;
  std::shared_ptr<const Said> said_;
  std::uint64_t answers_ = 0;
  std::string notice_;

  // Shared.
  mutable std::mutex mutex_;
  std::condition_variable wake_;
  std::vector<UiCommand> inbox_;
  ViewRequest request_;
  bool request_changed_ = false, quit_ = false;
  std::shared_ptr<const MachineView> view_;
  std::atomic<bool> interrupt_{false};  // something is in the inbox: end the slice
  std::atomic<bool> cancel_{false};     // give up what is under way
  std::atomic<const char*> work_{nullptr};
  std::atomic<double> progress_{0};
  std::thread thread_;
};

}  // namespace ringside
