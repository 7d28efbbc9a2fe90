// SPDX-License-Identifier: GPL-2.0-or-later
// ringside-cli replay: a recorded run again, to its end or to any point of it.
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "sim/cli/command.h"
#include "sim/cli/exit_status.h"
#include "sim/cli/host_file.h"
#include "sim/cli/report.h"
#include "sim/cli/screen_print.h"
#include "sim/cli/signals.h"
#include "sim/inspect/words.h"
#include "sim/session/open_recording.h"
#include "sim/timeline/replay.h"

namespace ringside {
namespace {

struct ReplayArguments {
  std::string recording, to;
  RecordingFiles files;
  std::vector<std::string> sources, commands, topics;
  std::size_t history_mib = 256;
  bool verify = false, exact = false, json = false, screen = false, quiet = false;
};

constexpr const char* kExamples =
    "Examples:\n"
    "  ringside-cli replay run.recording                          to the end, and whether that is as "
    "recorded\n"
    "  ringside-cli replay run.recording --verify                 and each state on the way\n"
    "  ringside-cli replay run.recording --to 1000000 --screen    stands there and prints the screen\n"
    "  ringside-cli replay run.recording --to \"#pf\" --do back --do \"who-wrote rax\"\n"
    "  ringside-cli replay run.recording --to kernel_main --show \"idt\" --show \"walk 0x400000\"\n";

// On a terminal, for replays that take long. The host's clock decides when it is drawn and nothing else.
class Progress {
 public:
  explicit Progress(bool wanted) : wanted_(wanted && ::isatty(STDERR_FILENO)) {}
  ~Progress() {
    if (shown_) fmt::print(stderr, "\r\x1b[K");
  }
  void operator()(double part) {
    using namespace std::chrono_literals;
    const auto now = std::chrono::steady_clock::now();
    if (!wanted_ || now - drawn_ < 200ms) return;
    drawn_ = now;
    shown_ = true;
    fmt::print(stderr, "\r\x1b[Kreplaying: {:.0f} %", 100 * std::min(part, 1.0));
  }

 private:
  bool wanted_, shown_ = false;
  std::chrono::steady_clock::time_point drawn_ = std::chrono::steady_clock::now();
};

bool all_digits(const std::string& text) {
  return !text.empty() && text.size() < 20 && text.find_first_not_of("0123456789") == text.npos;
}

// Stands before what comes at this count, with what came just before it to be explained. What lies before is
// gone through in slices first: it may take long, and is to be seen and interrupted.
Stop stand_at(Session& session, std::uint64_t count, Progress& progress) {
  constexpr std::uint64_t kSlice = 5'000'000;
  Timeline& timeline = session.timeline();
  const Machine& machine = session.machine();
  while (machine.instructions() < count) {
    const std::uint64_t left = count - machine.instructions();
    const Stop stop = timeline.replay(
        {.instructions = std::min(left, kSlice), .pause = signal_flag(), .ignore_breakpoints = true},
        timeline.end());
    if (stop.kind != StopKind::budget) return stop;
    if (!timeline.in_past()) break;
    progress(static_cast<double>(machine.instructions()) / static_cast<double>(count));
  }
  return count == 0 ? session.seek(0) : session.seek_event(count - 1);
}

// A final stop that is the event looked for.
bool is_wanted(const Stop& stop, const EventMask& events) {
  switch (stop.kind) {
    case StopKind::debug_exit: return events.has(EventKind::debug_exit);
    case StopKind::power_off: return events.has(EventKind::power_off);
    case StopKind::reset: return events.has(EventKind::reset);
    case StopKind::triple_fault: return events.has(EventKind::triple_fault);
    default: return false;
  }
}

RunResult interrupted(const Stop& stop) { return {Ending::interrupted, stop, "The replay was interrupted."}; }

// From power-on to what --to names, and never beyond the recording's end.
Result<RunResult> go_to(Session& session, const Recording& recording, std::string where, Progress& progress) {
  const Position end = recording.end.position;
  if (where.starts_with('@')) where.erase(0, 1);
  if (where == "end" || all_digits(where)) {
    const std::uint64_t count = where == "end" ? end.instructions : std::stoull(where);
    if (count > end.instructions)
      return fail(fmt::format("The recording ends at instruction {}: --to {} lies beyond it.",
                              count_words(end.instructions), where));
    const Stop stop = stand_at(session, count, progress);
    if (stop.kind == StopKind::paused) return interrupted(stop);
    return RunResult{
        Ending::goal, stop,
        fmt::format("This is instruction {} of {}.", count_words(session.machine().instructions()),
                    count_words(end.instructions))};
  }
  auto until = session.until(where);
  if (!until) return std::unexpected(until.error());
  until->limits.until_time = std::min(until->limits.until_time, end.time);
  until->limits.pause = signal_flag();
  const std::uint64_t begun = session.machine().instructions();
  const Stop stop = session.run(*until);
  if (stop.kind == StopKind::paused) return interrupted(stop);
  const bool counted = stop.kind == StopKind::budget &&
                       (session.machine().instructions() - begun == until->limits.instructions ||
                        until->limits.until_time < end.time);
  if ((stop.kind == StopKind::budget && !counted) ||
      (stop.final() && !is_wanted(stop, until->limits.stop_on)))
    return fail(fmt::format("\"{}\" does not happen in this recording, which ends at instruction {}.", where,
                            count_words(end.instructions)));
  return RunResult{Ending::goal, stop, plain(explain(stop, session.context()).headline)};
}

// What was compared, in a sentence.
std::string verdict(const ReplayResult& replayed, Session& session) {
  if (replayed.paused) return "The replay was interrupted.";
  const std::string agreed = replayed.compared == 1
                                 ? std::string("The end is as recorded")
                                 : fmt::format("{} of {} states agree", count_words(replayed.agreed),
                                               count_words(replayed.compared));
  if (!replayed.difference) return agreed + ".";
  const Difference& d = *replayed.difference;
  return fmt::format("The replay is not as recorded. {} Up to instruction {} all was alike; this is {}.",
                     d.sentence, count_words(d.last_agreement),
                     place_words(session.symbols(), linear_rip(session.machine().cpu())));
}

Result<int> replay_recording(const ReplayArguments& arguments) {
  if (arguments.json && arguments.screen) return fail("--json holds the screen already: leave out --screen.");
  RecordingFiles files = arguments.files;
  if (auto kernel = default_kernel()) files.also.push_back(*kernel);
  files.source_roots.assign(arguments.sources.begin(), arguments.sources.end());
  files.execution = arguments.exact ? Execution::exact : Execution::fast;
  files.history.memory_limit = arguments.history_mib << 20;
  auto opened = open_recording(arguments.recording, files);
  if (!opened) return std::unexpected(opened.error());
  Session& session = *opened->session;
  const Recording& recording = opened->recording;
  Timeline& timeline = session.timeline();
  catch_signals();

  ReplayResult replayed;
  nlohmann::json json;
  std::string text, spoken;
  const bool whole = arguments.to.empty() || arguments.verify;
  RunResult result{Ending::goal, {}, "The recording ends here."};
  if (whole) {
    Progress progress(!arguments.quiet);
    replayed =
        replay(timeline, recording, {arguments.verify, signal_flag(), [&](double part) { progress(part); }});
    if (replayed.paused) result.ending = Ending::interrupted;
    if (replayed.difference) result.ending = Ending::differs;
    if (const auto& stop = session.machine().final_stop(); stop && replayed.as_recorded())
      result = {Ending::goal, *stop, plain(explain(*stop, session.context()).headline)};
    json["as_recorded"] = replayed.as_recorded();
    json["states"] = {{"agreed", replayed.agreed}, {"compared", replayed.compared}};
    spoken = verdict(replayed, session);
    json["verdict"] = spoken;
    if (replayed.difference) json["last_agreement"] = replayed.difference->last_agreement;
  }
  if (!arguments.to.empty() && replayed.as_recorded()) {
    if (whole) timeline.seek(0);
    Progress progress(!arguments.quiet);
    auto there = go_to(session, recording, arguments.to, progress);
    if (!there) return std::unexpected(there.error());
    result = std::move(*there);
  }
  const std::string where = summary(session, result);
  const bool tell = !arguments.to.empty() && result.ending != Ending::interrupted;
  if (tell) text += session.what_just_happened().text();
  for (const std::string& words : arguments.commands) {
    auto answer = session.command(words);
    if (!answer) return fail(fmt::format("--do \"{}\": {}", words, answer.error().sentence));
    json["answers"].push_back({{"command", words}, {"answer", *answer}});
    text += *answer;
    if (!text.ends_with('\n')) text += '\n';
  }
  for (const std::string& topic : arguments.topics) {
    const std::size_t space = topic.find(' ');
    auto table =
        session.inspect(topic.substr(0, space),
                        space == topic.npos ? std::string_view() : std::string_view(topic).substr(space + 1));
    if (!table) return fail(fmt::format("--show \"{}\": {}", topic, table.error().sentence));
    json["tables"].push_back(table_as_json(*table));
    text += to_text(*table);
  }
  if (arguments.screen) text += print_screen(guest_screen(session.machine()), want_colour());
  if (arguments.json) {
    if (tell) json["explanation"] = explanation_as_json(session.what_just_happened());
    json.update(run_as_json(session, result));
    text = json_text(json);
  }
  OutputFile output = *OutputFile::open("-", "result");
  if (auto written = output.write({reinterpret_cast<const std::uint8_t*>(text.data()), text.size()});
      !written)
    return std::unexpected(written.error());
  if (!arguments.quiet && !arguments.json)
    fmt::print(stderr, "{}{}{}\n", where, spoken.empty() ? "" : " ", spoken);
  if (result.ending == Ending::interrupted && caught_signal()) die_by(caught_signal());
  return exit_status(result.ending, result.stop);
}

}  // namespace

CommandEntry add_replay_command(CLI::App& program) {
  auto arguments = std::make_shared<ReplayArguments>();
  CLI::App* app =
      program.add_subcommand("replay", "runs a recording again, to its end or to any point of it");
  app->add_option("RECORDING", arguments->recording, "what record has written")->required();
  app->add_option("--to", arguments->to, "stand at this point: an instruction count, \"end\", or a POINT")
      ->type_name("POINT");
  app->add_flag("--verify", arguments->verify,
                "compare each recorded state, and name the first that differs");
  const auto many = [&](const char* name, std::vector<std::string>& values, const char* help,
                        const char* type) {
    app->add_option(name, values, help)
        ->type_name(type)
        ->expected(1)
        ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
  };
  many("--do", arguments->commands,
       "then do this and print the answer: back, \"who-wrote rax\"; help lists all", "WORDS");
  many("--show", arguments->topics, "then print this table: idt, \"walk 0x400000\"", "TOPIC");
  app->add_flag("--screen", arguments->screen, "then print the screen");
  app->add_flag("--json", arguments->json, "print one JSON object");
  app->add_flag("--quiet", arguments->quiet, "no summary on standard error");
  app->add_option(
         "--image", arguments->files.image,
         "the kernel (default: where it was, or beside the recording; its contents have to be the same)")
      ->type_name("FILE")
      ->group("Machine");
  many("--module", arguments->files.modules, "a boot module that is not where it was", "FILE");
  many("--sources", arguments->sources, "look for source files here too", "FOLDER");
  app->add_flag("--exact", arguments->exact, "the reference way of running: slower, the same results")
      ->group("Machine");
  app->add_option("--history", arguments->history_mib, "MiB for going back (default 256)")
      ->check(CLI::Range(1, 1 << 20))
      ->type_name("MIB")
      ->group("Machine");
  app->footer(fmt::format("{}\n{}\n{}", kExamples, kPoints, exit_status_help()));
  return {app, [arguments] { return replay_recording(*arguments); }};
}

}  // namespace ringside
