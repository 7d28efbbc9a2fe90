// SPDX-License-Identifier: GPL-2.0-or-later
#include "labs/kit/step.h"

#include <fmt/format.h>

#include <algorithm>

#include "labs/kit/pc.h"
#include "labs/kit/step_state.h"
#include "sim/devices/cp437.h"
#include "sim/inspect/memory_tables.h"
#include "sim/timeline/recording_file.h"

namespace ringside::labs {
namespace {

// The file as the student knows it: theirs without a folder, the project's from its top on.
std::string file_for_people(const std::string& file) {
  if (file.starts_with(kStudentsFolder)) return file.substr(kStudentsFolder.size());
  const std::string sources = check_state().sources.string() + "/";
  if (!file.starts_with(sources)) return file;
  const std::string inside = file.substr(sources.size());
  const auto given = inside.find("/given/");
  return given == std::string::npos ? inside : inside.substr(given + 1);
}

// The student's own code nearest to the instant, among the calls that led there; else where the processor
// stood.
void place(Finding& finding, const Pc& pc, const Instant& instant) {
  const InspectContext context = pc.context();
  std::vector<VirtAddr> candidates;
  const Instant now = pc.now();
  if (instant.rip && (instant.instructions != now.instructions || instant.rip != now.rip)) {
    candidates.push_back({instant.rip});  // the calls of then are not known any more
  } else {
    for (const StackFrame& frame :
         context.symbols.backtrace(unwind_registers(context.cpu), context.guest().reader()))
      candidates.push_back(frame.pc_is_return ? VirtAddr{frame.pc.value - 1} : frame.pc);
  }
  if (pc.last_called()) candidates.push_back({pc.last_called()});
  const auto name_it = [&](VirtAddr at, const std::optional<SourcePlace>& source) {
    finding.symbol = context.symbols.name(at);
    if (source) finding.file = file_for_people(source->file), finding.line = source->line;
  };
  // A line of theirs may call what the compiler put inline: then it is the line of the call.
  for (const VirtAddr at : candidates)
    for (const SourceFrame& frame : context.symbols.source_frames(at))
      if (frame.source && frame.source->file.starts_with(kStudentsFolder)) return name_it(at, frame.source);
  // None of it is theirs: a function that the check called tells more than where the kernel waits.
  if (candidates.empty()) return;
  const VirtAddr at = pc.last_called() ? candidates.back() : candidates.front();
  name_it(at, context.symbols.source(at));
}

ScreenPicture picture(const Pc& pc) {
  const ScreenText screen = ringside::screen(pc.board().vga, pc.context().memory.vga_text());
  ScreenPicture picture;
  for (const auto& row : screen.rows) {
    std::string text, colors;
    for (const TextCell& cell : row) {
      append_cp437(text, cell.character);
      colors += fmt::format("{:x}{:x}", cell.background & 15, cell.foreground & 15);
    }
    picture.rows.push_back(std::move(text));
    picture.colors.push_back(std::move(colors));
  }
  return picture;
}

}  // namespace

void fail_step_at(const Pc& pc, Instant instant, std::string expected, std::string got, std::string why) {
  CheckState& state = check_state();
  Finding finding{.expected = std::move(expected), .got = std::move(got), .why = std::move(why)};
  finding.instructions = instant.instructions;
  place(finding, pc, instant);
  finding.screen = picture(pc);
  if (!state.recordings.empty() && !pc.is_reference()) {
    const std::string name = fmt::format("step-{}.recording", state.step);
    if (save_recording((state.recordings / name).string(),
                       recording_of(const_cast<Pc&>(pc).session().timeline())))
      finding.recording = name;
  }
  state.finding = std::move(finding);
  throw StepFailed{};
}

void fail_step(const Pc& pc, std::string expected, std::string got, std::string why) {
  fail_step_at(pc, pc.now(), std::move(expected), std::move(got), std::move(why));
}

CheckState& check_state() {
  static CheckState state;
  return state;
}

std::vector<RegisteredQuestion>& registered_questions() {
  static std::vector<RegisteredQuestion> all;
  return all;
}

std::string suite_name(std::string lab) {
  std::ranges::replace(lab, '-', '_');
  return lab;
}

int register_step(const char* lab, unsigned number, const char* file, int line, std::function<Step*()> make) {
  testing::RegisterTest(suite_name(lab).c_str(), fmt::format("step {}", number).c_str(), nullptr, nullptr,
                        file, line, std::move(make));
  return 0;
}

int register_question(const char* lab, unsigned number, std::function<Question()> ask) {
  registered_questions().push_back({lab, number, std::move(ask)});
  return 0;
}

Dice& dice() { return check_state().dice; }

}  // namespace ringside::labs
