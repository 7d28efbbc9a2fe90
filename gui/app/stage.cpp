// SPDX-License-Identifier: GPL-2.0-or-later
#include "gui/app/stage.h"

#include <fmt/format.h>

#include <utility>

namespace ringside {
namespace {

// What is shown until a lab's kernel has been built for the first time.
std::shared_ptr<const MachineView> no_kernel_yet(const LabView& lab) {
  auto view = std::make_shared<MachineView>();
  view->symbols = std::make_shared<const Symbols>(Symbols::none());
  view->palette = palette(vga_text_after_bios());
  view->image_name = "lab " + lab.number;
  view->happened.headline = {
      {lab.checking ? "Your kernel is being built." : "There is no kernel to run yet: the lab says why."}};
  return view;
}

// Why the step cannot be opened; "" where it can.
std::string no_way_to(const LabView& lab, unsigned step) {
  const labs::StepResult* result = lab.result(step);
  if (lab.checking) return "The check is under way: try again when it is done.";
  if (!result) return fmt::format("Step {} has not been checked.", step);
  if (result->passed()) return fmt::format("Step {} is done: there is no mistake to go to.", step);
  return result->finding->recording.empty() ? fmt::format("There is no recording of step {}.", step) : "";
}

}  // namespace

Result<void> Stage::open(WindowSubject subject) {
  setup_ = std::move(subject.machine);
  if (subject.lab) {
    subject.lab->published = setup_.published;
    lab_ = std::make_unique<LabThread>(std::move(*subject.lab));
    state_.lab.view = lab_->view();
    wanted_step_ = subject.lab_step;
    return {};
  }
  auto machine = MachineThread::start(std::move(setup_));
  if (!machine) return std::unexpected(machine.error());
  machine_ = std::move(*machine);
  return {};
}

void Stage::close() {
  machine_.reset();
  parked_.reset();
  lab_.reset();
}

std::shared_ptr<const MachineView> Stage::follow() {
  if (lab_) {
    state_.lab.view = lab_->view();
    // Whoever is in a recording stays there: the newest kernel comes on when they leave it.
    if (state_.lab.shown_step == 0 && state_.lab.view->image != image_) run_lab_kernel();
    if (wanted_step_ != 0 && !state_.lab.view->checking) open_lab_step(std::exchange(wanted_step_, 0));
  }
  if (!machine_) return no_kernel_yet(*state_.lab.view);
  auto view = machine_->view();
  if (!failed_at_.empty() && view->history.travelled) show_where_it_failed(*view);
  return view;
}

void Stage::post(const UiCommand& command) {
  if (const auto* c = std::get_if<OpenLabStep>(&command))
    open_lab_step(c->step);
  else if (std::holds_alternative<BackToLabKernel>(command))
    back_to_lab_kernel();
  else if (std::holds_alternative<CheckLab>(command) || std::holds_alternative<GiveHint>(command) ||
           std::holds_alternative<AskQuestions>(command)) {
    if (lab_) lab_->post(command);
  } else if (machine_) {
    machine_->post(command);
  }
}

void Stage::request(const ViewRequest& request) {
  if (machine_) machine_->request(request);
}

std::optional<MachineThread::Work> Stage::work() const { return machine_ ? machine_->work() : std::nullopt; }

std::string Stage::lab_words() const {
  if (!lab_) return {};
  const LabView& lab = *state_.lab.view;
  if (lab.checking) return " (checking)";
  if (!lab.verdict || !lab.trouble.empty()) return " (not checked)";
  if (lab.verdict->status != labs::Verdict::Status::checked)
    return fmt::format(" ({})", labs::name(lab.verdict->status));
  return fmt::format(" ({} of {} points)", lab.verdict->points(), lab.verdict->out_of());
}

void Stage::run_lab_kernel() {
  image_ = state_.lab.view->image;
  MachineThread::Setup setup = setup_;
  setup.config.image = *image_;
  if (const MachineThread* before = parked_ ? parked_.get() : machine_.get()) {
    const auto view = before->view();
    setup.breakpoints = view->breakpoints;
    setup.breakpoints_of = view->symbols;
  }
  auto machine = MachineThread::start(std::move(setup));
  if (!machine) {
    state_.lab.notice = machine.error().sentence;
    return;
  }
  parked_.reset();
  machine_ = std::move(*machine);
  setup_.type_at_prompt.clear();  // once
  shell_.another_machine(state_, false);
}

void Stage::open_lab_step(unsigned step) {
  if (!lab_) return;
  const LabView& lab = *state_.lab.view;
  state_.lab.notice = no_way_to(lab, step);
  if (!state_.lab.notice.empty()) return;
  const labs::Finding& finding = *lab.result(step)->finding;
  MachineThread::Setup setup = setup_;
  setup.recording = lab_->recording(finding).string();
  setup.at = finding.instructions;
  setup.name = fmt::format("{}, step {}", setup_.name, step);
  setup.type_at_prompt.clear();
  auto machine = MachineThread::start(std::move(setup));
  if (!machine) {
    state_.lab.notice = machine.error().sentence;
    return;
  }
  if (state_.lab.shown_step == 0 && machine_) {
    parked_ran_ = machine_->view()->state == RunState::running;
    machine_->post(DoPause{});
    parked_ = std::move(machine_);
  }
  machine_ = std::move(*machine);
  state_.lab.shown_step = step;
  state_.lab.toggled.clear();
  state_.lab.reveal = step;
  failed_at_ = finding.file.empty() ? "" : fmt::format("{}:{}", finding.file, finding.line);
  state_.lab.page = LabState::Page::steps;
  shell_.another_machine(state_, true);
}

// What is found wrong behind a call is found where the call came back to: the code to be looked at is where
// the finding says.
void Stage::show_where_it_failed(const MachineView& view) {
  const std::string place = std::exchange(failed_at_, {});
  const auto here = view.symbols->source({view.rip});
  const std::string_view file = std::string_view(place).substr(0, place.rfind(':'));
  if (here && std::string_view(here->file).ends_with(file)) return;
  if (const auto address = view.symbols->resolve(place)) state_.listing.code_address = address->value;
}

void Stage::back_to_lab_kernel() {
  if (state_.lab.shown_step == 0) return;
  state_.lab.shown_step = 0;
  if (state_.lab.view->image != image_) return;  // a newer one comes on with the next frame
  if (!parked_) return;
  machine_ = std::move(parked_);
  shell_.another_machine(state_, false);
  if (parked_ran_) machine_->post(DoRun{});
}

}  // namespace ringside
