// SPDX-License-Identifier: GPL-2.0-or-later
// The machine that the window shows. Where a lab is open that is the student's kernel, as it was built last;
// or the recording of a step of its check, while the kernel waits behind it.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "gui/app/lab_thread.h"
#include "gui/app/machine_thread.h"
#include "gui/app/shell.h"

namespace ringside {

// What the window is opened on: a machine; or a lab, whose kernel is `machine` with each image that is built.
struct WindowSubject {
  MachineThread::Setup machine;
  std::optional<LabThread::Setup> lab;
  unsigned lab_step = 0;  // to be opened as soon as the lab's check has come to an end; 0 = none
};

class Stage {
 public:
  // The shell and the state live longer than this. An error is the sentence of the image's loader.
  Stage(Shell& shell, PanelState& state) : shell_(shell), state_(state) {}
  Result<void> open(WindowSubject subject);
  void close();  // nobody tells of news any more

  // Once a frame: brings the lab's newest kernel on, and gives the machine's view.
  std::shared_ptr<const MachineView> follow();
  void post(const UiCommand& command);  // for the lab, for the machine, or to change machines
  void request(const ViewRequest& request);
  std::optional<MachineThread::Work> work() const;
  // How the lab stands, for the window's title: " (40 of 100 points)"; "" without a lab.
  std::string lab_words() const;

 private:
  void run_lab_kernel();
  void open_lab_step(unsigned step);
  void show_where_it_failed(const MachineView& view);
  void back_to_lab_kernel();

  Shell& shell_;
  PanelState& state_;
  MachineThread::Setup setup_;              // of the lab's kernel, without its image
  std::unique_ptr<MachineThread> machine_;  // null only where a lab has no kernel yet
  std::unique_ptr<LabThread> lab_;          // null where no lab is open
  std::unique_ptr<MachineThread> parked_;   // the lab's kernel, while a recording of its check is shown
  bool parked_ran_ = false;
  std::shared_ptr<const std::vector<std::byte>> image_;  // of the lab's kernel that runs, or is parked
  unsigned wanted_step_ = 0;
  std::string failed_at_;  // "screen.cpp:12": of the recording that has just been opened
};

}  // namespace ringside
