// SPDX-License-Identifier: GPL-2.0-or-later
// What the machine's thread does besides running: it goes through time, asks who did something, and keeps the
// list of breakpoints.
#include <algorithm>

#include "gui/app/machine_thread.h"
#include "sim/session/condition.h"

namespace ringside {
namespace {

Breakpoint watch(const Subject& what) {
  Breakpoint made;
  made.kind = BreakKind::event;
  switch (what.kind) {
    case Subject::Kind::memory:
      made.kind = BreakKind::store;
      made.address = {what.address.value};
      made.length = what.length;
      made.physical = true;
      break;
    case Subject::Kind::control: made.event = {EventKind::control_write, what.number}; break;
    case Subject::Kind::port: made.event = {EventKind::port_write, what.port}; break;
    case Subject::Kind::gpr: break;
  }
  return made;
}

}  // namespace

std::optional<MachineThread::Work> MachineThread::work() const {
  const char* what = work_;
  if (!what) return std::nullopt;
  return Work{what, progress_};
}

void MachineThread::begin_work(const char* what) {
  const std::lock_guard lock(mutex_);
  if (!quit_) cancel_ = false;
  progress_ = 0;
  work_ = what;
}

// Wherever it is: what does not come from running has no stop that says whether the machine has ended.
void MachineThread::stand() {
  ++stops_;
  errand_.reset();
  state_ = session_->machine().final_stop() ? RunState::ended : RunState::stopped;
}

void MachineThread::halt() {
  if (state_ != RunState::running) return;
  const std::atomic<bool> now{true};
  (void)session_->run(RunLimits{.pause = &now});
  stand();
}

void MachineThread::go_by(const char* what, const Move& move) {
  halt();
  keys_.clear();
  next_key_ = 0;
  const Position origin = session_->timeline().now();
  begin_work(what);
  const Result<Stop> stop = move();
  work_ = nullptr;
  if (!stop)
    notice_ = stop.error().sentence;
  else if (stop->kind == StopKind::paused) {
    session_->timeline().seek(origin);
    notice_ = "Given up: the machine stands where it stood.";
  } else {
    travelled_ = true;
    stand();
  }
}

void MachineThread::back(DoBack::How how) {
  switch (how) {
    case DoBack::How::step: return go_by("Going back", [&] { return session_->step_back(); });
    case DoBack::How::line: return go_by("Going back", [&] { return session_->step_back_line(); });
    case DoBack::How::over: return go_by("Going back", [&] { return session_->step_back_over(); });
    case DoBack::How::out: return go_by("Looking for the call", [&] { return session_->step_back_out(); });
    case DoBack::How::run:
      return go_by("Looking for the stop before", [&] {
        Until until;
        if (stop_at_faults_) until.limits.stop_on.add(EventKind::exception);
        return session_->run_back(until, &progress_);
      });
  }
}

void MachineThread::ask(const Subject& subject, std::optional<std::uint64_t> before, bool reads) {
  begin_work(reads ? "Looking for who reads it" : "Looking for who wrote it");
  Culprit culprit =
      reads ? session_->who_reads(subject) : session_->who_wrote(subject, before, nullptr, &progress_);
  work_ = nullptr;
  answer(std::move(culprit), subject);
}

void MachineThread::answer(Culprit culprit, const Subject& subject) {
  answer_ = std::make_shared<const WhoAnswer>(++answers_, subject, std::move(culprit));
}

// In words: whatever moved the machine has left it standing where the timeline says.
void MachineThread::say(const std::string& words) {
  halt();
  const Position before = session_->timeline().now();
  begin_work("Doing what was asked");
  const auto answer = session_->command(words);
  work_ = nullptr;
  said_ = std::make_shared<const Said>(++answers_, words, answer ? *answer : answer.error().sentence,
                                       answer.has_value());
  notice_ = said_->answer.substr(0, said_->answer.find('\n'));
  if (session_->timeline().now() != before) {
    keys_.clear();
    next_key_ = 0;
    travelled_ = true;
    stand();
  }
}

bool MachineThread::travel(const UiCommand& command) {
  Timeline& timeline = session_->timeline();
  if (const auto* c = std::get_if<DoBack>(&command)) {
    back(c->how);
  } else if (const auto* c = std::get_if<DoSeek>(&command)) {
    go_by("Going there", [&] { return session_->seek(c->instructions); });
  } else if (const auto* c = std::get_if<DoSeekEvent>(&command)) {
    go_by("Going there", [&] { return session_->seek_event(c->instructions); });
  } else if (const auto* c = std::get_if<DoSeekTime>(&command)) {
    go_by("Going there", [&] { return session_->seek_time(c->time); });
  } else if (const auto* c = std::get_if<DoSwitchBranch>(&command)) {
    go_by("Going to the other branch", [&] { return session_->switch_branch(c->id); });
  } else if (const auto* c = std::get_if<DoDropBranch>(&command)) {
    if (const auto done = timeline.drop(c->id); !done) notice_ = done.error().sentence;
  } else if (const auto* c = std::get_if<DoAsk>(&command)) {
    halt();
    const auto what = subject(session_->context(), c->subject);
    if (what)
      ask(*what, std::nullopt, c->reads);
    else
      notice_ = what.error().sentence;
  } else if (std::holds_alternative<DoAskFurther>(command)) {
    halt();
    if (const auto known = answer_; known && known->culprit.found)
      ask(known->subject, known->culprit.instructions, false);
  } else if (std::holds_alternative<DoCloseAnswer>(command)) {
    answer_.reset();
  } else if (const auto* c = std::get_if<DoSay>(&command)) {
    say(c->words);
  } else {
    return false;
  }
  return true;
}

bool MachineThread::change_breakpoints(const UiCommand& command) {
  std::vector<Breakpoint>& all = session_->machine().breakpoints();
  const auto with = [&](std::size_t index, auto&& change) {
    if (index < all.size()) change(all[index]);
  };
  if (const auto* c = std::get_if<DoToggleBreakpoint>(&command)) {
    const auto here = [&](const Breakpoint& b) {
      return b.kind == BreakKind::execute && !b.physical && b.address == c->address;
    };
    if (std::erase_if(all, here) == 0) all.push_back({c->address});
  } else if (const auto* c = std::get_if<DoWatch>(&command)) {
    if (c->subject.kind != Subject::Kind::gpr) all.push_back(watch(c->subject));
  } else if (const auto* c = std::get_if<DoSetCondition>(&command)) {
    if (auto when = condition(c->condition))
      with(c->index, [&](Breakpoint& b) { b.condition = std::move(*when); });
    else
      notice_ = when.error().sentence;
  } else if (const auto* c = std::get_if<DoEnableBreakpoint>(&command)) {
    with(c->index, [&](Breakpoint& b) { b.enabled = c->on; });
  } else if (const auto* c = std::get_if<DoRemoveBreakpoint>(&command)) {
    if (c->index < all.size()) all.erase(all.begin() + static_cast<std::ptrdiff_t>(c->index));
  } else {
    return false;
  }
  return true;
}

}  // namespace ringside
