// SPDX-License-Identifier: GPL-2.0-or-later
#include "gui/app/machine_thread.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <chrono>

#include "sim/inspect/memory_tables.h"
#include "sim/session/moved_breakpoints.h"
#include "sim/session/open_recording.h"

namespace ringside {
namespace {

// At most one view in so long while the guest runs: below a frame's 16 ms by the slice that may come between.
constexpr std::uint64_t kViewNs = 11'000'000;
constexpr Ticks kKeyTicks = 4'000'000;  // between two key strokes typed for the user
constexpr Ticks kStride = 3'000'000;
constexpr Ticks kMostLag = 20'000'000;
constexpr std::uint64_t kSliceInstructions = 100'000;
constexpr std::uint64_t kSteps = 10'000;  // of a step to the next line, between two looks at the inbox

// The one clock of the host that is looked at, to keep an idle guest from running ahead of it and to space
// out views. Nothing in the machine depends on it.
std::uint64_t host_ns() {
  return static_cast<std::uint64_t>(std::chrono::duration_cast<std::chrono::nanoseconds>(
                                        std::chrono::steady_clock::now().time_since_epoch())
                                        .count());
}

bool same(const ViewRequest& a, const ViewRequest& b) {
  return a.tables == b.tables && a.listing == b.listing && a.code_address == b.code_address &&
         a.walk == b.walk && a.walk_text == b.walk_text && a.walk_access.kind == b.walk_access.kind &&
         a.walk_access.user == b.walk_access.user && a.memory == b.memory &&
         a.memory_address == b.memory_address;
}

}  // namespace

Result<std::unique_ptr<MachineThread>> MachineThread::start(Setup setup) {
  if (!setup.recording.empty()) {
    auto opened = open_recording(setup.recording, {.source_roots = setup.source_roots});
    if (!opened) return std::unexpected(opened.error());
    setup.run_at_once = false;
    return std::unique_ptr<MachineThread>(new MachineThread(std::move(setup), std::move(opened->session)));
  }
  auto session = Session::open(std::move(setup.config), setup.source_roots);
  if (!session) return std::unexpected(session.error());
  return std::unique_ptr<MachineThread>(new MachineThread(std::move(setup), std::move(*session)));
}

MachineThread::MachineThread(Setup setup, std::unique_ptr<Session> session)
    : setup_(std::move(setup)),
      session_(std::move(session)),
      builder_(*session_),
      stop_at_faults_(setup_.stop_at_faults) {
  session_->cancel_when(&cancel_);
  if (setup_.run_at_once) state_ = RunState::running;
  set_breakpoints();
  if (!setup_.recording.empty()) inbox_.push_back(DoSeek{setup_.at.value_or(~std::uint64_t{0})});
  publish();
  thread_ = std::thread([this] { loop(); });
}

MachineThread::~MachineThread() {
  {
    const std::lock_guard lock(mutex_);
    quit_ = true;
  }
  cancel_ = true;
  interrupt_ = true;
  wake_.notify_all();
  thread_.join();
}

void MachineThread::post(const UiCommand& command) {
  if (std::holds_alternative<DoCancel>(command)) {
    cancel_ = true;
    return;
  }
  {
    const std::lock_guard lock(mutex_);
    inbox_.push_back(command);
  }
  interrupt_ = true;
  wake_.notify_all();
}

void MachineThread::request(const ViewRequest& request) {
  {
    const std::lock_guard lock(mutex_);
    if (same(request, request_)) return;
    request_ = request;
    request_changed_ = true;
  }
  interrupt_ = true;
  wake_.notify_all();
}

std::shared_ptr<const MachineView> MachineThread::view() const {
  const std::lock_guard lock(mutex_);
  return view_;
}

void MachineThread::set_breakpoints() {
  auto& all = session_->machine().breakpoints();
  if (!setup_.breakpoints_of) {
    all = setup_.breakpoints;
    return;
  }
  auto [kept, lost] = moved_breakpoints(setup_.breakpoints, *setup_.breakpoints_of, session_->symbols());
  all = std::move(kept);
  if (!lost.empty())
    notice_ = fmt::format("No longer in this image, so there is no breakpoint: {}.", fmt::join(lost, ", "));
}

void MachineThread::loop() {
  std::uint64_t last_view = 0;
  for (;;) {
    std::vector<UiCommand> commands;
    bool look_again = false;
    {
      std::unique_lock lock(mutex_);
      const auto news = [this] { return quit_ || !inbox_.empty() || request_changed_; };
      if (state_ != RunState::running)
        wake_.wait(lock, news);
      else if (ahead_)
        wake_.wait_for(lock, std::chrono::milliseconds(4), news);
      if (quit_) return;
      commands.swap(inbox_);
      look_again = std::exchange(request_changed_, false);
      interrupt_ = false;
    }
    for (std::size_t i = 0; i < commands.size(); ++i) {
      // Of the places that a drag passes only the newest counts.
      const bool passed = std::holds_alternative<DoSeek>(commands[i]) && i + 1 < commands.size() &&
                          std::holds_alternative<DoSeek>(commands[i + 1]);
      if (!passed) carry_out(commands[i]);
      // What was cancelled because the window closes is not followed by what was asked for next.
      const std::lock_guard lock(mutex_);
      if (quit_) return;
    }
    look_again |= !commands.empty();
    if (state_ == RunState::running) run_slice();
    const std::uint64_t now = host_ns();
    if (state_ != RunState::running ? look_again || last_view == 0 : now - last_view >= kViewNs) {
      publish();
      last_view = state_ == RunState::running ? now : 1;
    }
  }
}

void MachineThread::go(std::optional<RunLimits> errand) {
  errand_ = std::move(errand);
  state_ = RunState::running;
  travelled_ = false;
  pace_host_ns_ = 0;
}

void MachineThread::carry_out(const UiCommand& command) {
  notice_.clear();
  if (travel(command) || change_breakpoints(command)) return;
  const bool stands = state_ == RunState::stopped;
  if (std::holds_alternative<DoRun>(command) && stands)
    go(std::nullopt);
  else if (std::holds_alternative<DoPause>(command) && state_ == RunState::running) {
    // A run that is told to pause before its first instruction: the Session's own word for "the user paused".
    const std::atomic<bool> now{true};
    stopped(session_->run(RunLimits{.pause = &now}));
  } else if (std::holds_alternative<DoStep>(command) && stands)
    stopped(session_->step());
  else if (std::holds_alternative<DoStepLine>(command) && stands)
    stepped(session_->step_line({kSteps, &interrupt_}));
  else if (std::holds_alternative<DoStepOver>(command) && stands)
    step_over();
  else if (std::holds_alternative<DoStepOut>(command) && stands)
    step_out();
  else if (const auto* c = std::get_if<DoRunTo>(&command); c && stands)
    go(RunLimits{.until_address = c->address});
  else if (std::holds_alternative<DoReset>(command)) {
    session_->reset();
    builder_.forget();
    keys_.clear();
    next_key_ = 0;
    answer_.reset();
    travelled_ = false;
    ++stops_;
    if (state_ != RunState::stopped) go(std::nullopt);
  } else if (const auto* c = std::get_if<DoStopAtFaults>(&command))
    stop_at_faults_ = c->on;
  else if (const auto* c = std::get_if<DoApply>(&command)) {
    if (state_ == RunState::ended) return;
    if (const auto done = session_->apply(c->command); !done) notice_ = done.error().sentence;
  } else if (const auto* c = std::get_if<DoTypeText>(&command)) {
    if (state_ == RunState::ended) return;
    type(c->text);
    if (stands) go(std::nullopt);
  }
}

// A call is run in slices like everything else, so that it can be paused and the window stays alive.
void MachineThread::step_over() {
  const InspectContext now = session_->context();
  const auto instruction = instruction_at(now, linear_rip(now.cpu), &now.cpu);
  if (!instruction || !instruction->decoded || !instruction->comes_back()) {
    stepped(session_->step_over({kSteps, &interrupt_}));
    return;
  }
  // Not in a deeper call of the same code: there the stack is lower.
  const std::uint64_t rsp = now.cpu[Gpr::rsp];
  go(RunLimits{.until_address = instruction->end(),
               .until_rsp_above = rsp ? std::optional(rsp - 1) : std::nullopt});
}

void MachineThread::step_out() {
  const InspectContext now = session_->context();
  const auto frames = session_->symbols().backtrace(unwind_registers(now.cpu), now.guest().reader());
  const auto inner = std::ranges::find_if(frames, [](const auto& frame) { return !frame.inlined; });
  if (inner == frames.end() || inner + 1 == frames.end()) {
    stopped(session_->step());  // nobody is known to have called this
    return;
  }
  // The caller's stack pointer after the return is the frame's CFA.
  const std::uint64_t cfa = inner->cfa.value;
  go(RunLimits{.until_address = (inner + 1)->pc,
               .until_rsp_above = cfa ? std::optional(cfa - 1) : std::nullopt});
}

// A step may take as long as the guest likes: what its first slice leaves is made like a run.
void MachineThread::stepped(const Stop& stop) {
  if (session_->step_under_way())
    state_ = RunState::running;
  else
    stopped(stop);
}

void MachineThread::type(const std::string& text) {
  if (const auto strokes = key_strokes(text)) keys_.insert(keys_.end(), strokes->begin(), strokes->end());
}

// One stroke at a time, far enough apart for any driver.
void MachineThread::feed_keys() {
  if (!setup_.type_at_prompt.empty() && at_prompt() && !session_->timeline().in_past())
    type(std::exchange(setup_.type_at_prompt, {}));
  if (keys_.empty() || session_->machine().time() < next_key_) return;
  (void)session_->apply(TypeKey{keys_.front()});
  keys_.erase(keys_.begin());
  next_key_ = session_->machine().time() + kKeyTicks;
}

// A kernel that waits for input does so in HLT with interrupts on.
bool MachineThread::at_prompt() const {
  return session_->machine().cpu().halted && (session_->machine().cpu().rflags & rflags::if_);
}

// Machine time follows the host's clock and never overtakes it, so that an idle guest ticks as on a PC. A
// guest too busy to keep up falls behind and is not made to hurry later: the lag is forgotten beyond
// kMostLag.
void MachineThread::run_slice() {
  if (session_->step_under_way()) {
    stepped(session_->go_on({kSteps, &interrupt_}));
    return;
  }
  const std::uint64_t host = host_ns();
  if (pace_host_ns_ == 0) {
    pace_host_ns_ = host;
    pace_time_ = session_->machine().time();
  }
  Ticks target = pace_time_ + (host - pace_host_ns_);
  if (target > session_->machine().time() + kMostLag) {
    pace_time_ -= target - session_->machine().time() - kMostLag;
    target = session_->machine().time() + kMostLag;
  }
  feed_keys();
  // In strides: an idle guest costs next to nothing, and a stride is far below what anybody sees.
  ahead_ = target < session_->machine().time() + kStride;
  if (ahead_) return;
  RunLimits limits = errand_.value_or(RunLimits{});
  limits.instructions = kSliceInstructions;
  limits.until_time =
      keys_.empty() ? target : std::min(target, std::max(next_key_, session_->machine().time() + 1));
  limits.pause = &interrupt_;
  if (stop_at_faults_) limits.stop_on.add(EventKind::exception);
  const Stop stop = session_->run(limits);
  if (stop.kind == StopKind::idle)
    ahead_ = true;
  else if (stop.kind != StopKind::budget && stop.kind != StopKind::paused)
    stopped(stop);
}

void MachineThread::stopped(const Stop& stop) {
  ++stops_;
  travelled_ = false;
  errand_.reset();
  state_ = stop.final() ? RunState::ended : RunState::stopped;
  publish();
}

void MachineThread::publish() {
  ViewRequest request;
  {
    const std::lock_guard lock(mutex_);
    request = request_;
  }
  std::shared_ptr<MachineView> view = builder_.build(request, state_);
  view->number = ++views_;
  view->stop_number = stops_;
  view->stop_at_faults = stop_at_faults_;
  view->history.travelled = travelled_;
  view->who = answer_;
  view->said = said_;
  if (!setup_.name.empty()) view->image_name = setup_.name;
  view->notice = notice_;
  {
    const std::lock_guard lock(mutex_);
    view_ = std::move(view);
  }
  if (setup_.published) setup_.published();
}

}  // namespace ringside
