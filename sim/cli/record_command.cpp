// SPDX-License-Identifier: GPL-2.0-or-later
// ringside-cli record: a run, and the file that reproduces it.
#include "sim/cli/record_command.h"

#include <fmt/format.h>
#include <unistd.h>

#include <filesystem>
#include <memory>

#include "sim/cli/command.h"
#include "sim/cli/exit_status.h"
#include "sim/cli/run_command.h"
#include "sim/inspect/words.h"
#include "sim/timeline/recording_file.h"

namespace ringside {
namespace {

constexpr const char* kExamples =
    "Examples:\n"
    "  ringside-cli record --out run.recording --keys \"help<Enter>\"   types a command, and keeps how it "
    "went\n"
    "  ringside-cli record --out run.recording --interactive          what you do at the keyboard\n"
    "  ringside-cli replay run.recording                              the same again, to the bit\n";

// "1 key stroke" or "3 key strokes".
std::string counted(std::size_t count, const char* what) {
  return fmt::format("{} {}{}", count_words(count), what, count == 1 ? "" : "s");
}

}  // namespace

Result<std::string> keep_recording(const std::string& path, Timeline& timeline) {
  const Recording recording = recording_of(timeline);
  const Result<void> saved = save_recording(path, recording);
  if (saved)
    return fmt::format("Recorded in {}: {}, {}.", path, counted(recording.commands.size(), "input"),
                       counted(recording.hashes.size() + 1, "state"));
  std::error_code error;
  const auto elsewhere =
      std::filesystem::temp_directory_path(error) / fmt::format("ringside-{}.recording", ::getpid());
  if (!error && save_recording(elsewhere.string(), recording))
    return fail(fmt::format("{} It is in {} instead: move it from there.", saved.error().sentence,
                            elsewhere.string()));
  return std::unexpected(saved.error());
}

CommandEntry add_record_command(CLI::App& program) {
  auto options = std::make_shared<RunOptions>();
  CLI::App* app = program.add_subcommand("record", "as run, and keeps what reproduces it to the bit");
  app->add_option("--out", options->record, "the recording; an older one is replaced when the run is over")
      ->type_name("FILE")
      ->required();
  add_run_options(*app, *options);
  app->footer(fmt::format("{}\n{}\n{}", kExamples, kPoints, exit_status_help()));
  return {app, [options] { return run_program(*options); }};
}

}  // namespace ringside
