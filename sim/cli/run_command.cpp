// SPDX-License-Identifier: GPL-2.0-or-later
// ringside-cli run and record: a kernel from power-on to its end.
#include "sim/cli/run_command.h"

#include <fmt/format.h>
#include <poll.h>
#include <unistd.h>

#include <memory>
#include <optional>
#include <string>

#include "sim/cli/command.h"
#include "sim/cli/exit_status.h"
#include "sim/cli/guest_run.h"
#include "sim/cli/host_file.h"
#include "sim/cli/interactive.h"
#include "sim/cli/record_command.h"
#include "sim/cli/report.h"
#include "sim/cli/screen_print.h"
#include "sim/cli/signals.h"
#include "sim/cli/terminal.h"
#include "sim/timeline/recording_file.h"

namespace ringside {
namespace {

constexpr const char* kExamples =
    "Examples:\n"
    "  ringside-cli run                                   the kernel built beside this program, until it "
    "waits\n"
    "  ringside-cli run images/all.elf --append test      its own tests; the exit status is the guest's\n"
    "  ringside-cli run --keys \"help<Enter>\" --screen      types a command and prints the screen\n"
    "  ringside-cli run --until exception --json          up to the first exception\n"
    "  ringside-cli run --serial log.txt --max-time 2     two seconds of machine time, log to a file\n"
    "  ringside-cli run --interactive                     at the keyboard; Ctrl-] leaves\n";

// Between two checkpoints of a recorded run: so dense are the states that a replay is compared by.
constexpr std::uint64_t kRecordInterval = 1'000'000;

// The bytes that a guest sends to a file, as far as they were sent until now.
struct Tap {
  OutputFile file;
  std::size_t written = 0;

  Result<void> follow(std::span<const std::uint8_t> all) {
    const auto fresh = all.subspan(written);
    written = all.size();
    return fresh.empty() ? Result<void>{} : file.write(fresh);
  }
};

Result<Tap> open_tap(const std::string& path, const char* what) {
  if (path.empty()) return Tap{};
  auto file = OutputFile::open(path, what);
  if (!file) return std::unexpected(file.error());
  return Tap{std::move(*file)};
}

}  // namespace

Result<int> run_program(const RunOptions& options) {
  if (options.json && (options.serial == "-" || options.console == "-"))
    return fail("--json and \"-\" both claim standard output: give the bytes a file.");
  if (options.json && options.screen) return fail("--json holds the screen already: leave out --screen.");
  auto limits = budget(options.stimulus);
  if (!limits) return std::unexpected(limits.error());
  auto keyboard = typist(options.stimulus);
  if (!keyboard) return std::unexpected(keyboard.error());
  const bool recording = !options.record.empty();
  if (recording)
    if (auto can = can_save_recording(options.record); !can) return std::unexpected(can.error());
  auto session = open_session(
      options.machine,
      {.keep = recording, .memory_limit = options.history_mib << 20, .interval = kRecordInterval});
  if (!session) return std::unexpected(session.error());
  std::optional<Until> goal;
  if (!options.until.empty()) {
    auto parsed = (*session)->until(options.until);
    if (!parsed) return std::unexpected(parsed.error());
    goal = std::move(*parsed);
  }
  Machine& guest = (*session)->machine();

  bool interactive = options.interactive;
  if (interactive && options.json)
    return fail("--json wants standard output, --interactive the terminal: choose one.");
  if (interactive && !Terminal::available()) {
    fmt::print(
        stderr,
        "ringside-cli: --interactive needs a terminal on standard input and output; running without.\n");
    interactive = false;
  }
  if (interactive && (options.serial == "-" || options.console == "-"))
    return fail("The terminal shows the guest's screen: give the bytes of \"-\" a file.");
  // A person decides when it is enough.
  if (interactive && options.stimulus.max_instructions.empty()) limits->instructions = ~std::uint64_t{0};
  if (interactive && options.stimulus.max_time.empty()) limits->time = kNever;

  const bool plain = !interactive && options.serial.empty() && !options.screen && !options.json;
  auto serial = open_tap(plain ? "-" : options.serial, "serial output");
  if (!serial) return std::unexpected(serial.error());
  auto console = open_tap(options.console, "debug console's output");
  if (!console) return std::unexpected(console.error());
  OutputFile output = *OutputFile::open("-", "result");

  catch_signals();
  const auto write_out = [&]() -> Result<void> {
    if (auto written = serial->follow(guest.serial()); !written) return written;
    return console->follow(guest.debug_console());
  };
  const RunHooks hooks{write_out, signal_flag()};
  auto ended = interactive ? run_interactively(**session, goal, *limits, *keyboard, hooks)
                           : run_guest(**session, goal, *limits, *keyboard, hooks);
  // Before anything else can go wrong, or has: what was done is not lost.
  std::string recorded;
  if (recording) {
    auto kept = keep_recording(options.record, (*session)->timeline());
    if (!kept) return std::unexpected(kept.error());
    recorded = std::move(*kept);
    if (const std::string& trouble = (*session)->timeline().trouble(); !trouble.empty())
      recorded += fmt::format(" {}", trouble);
  }
  if (!ended) return std::unexpected(ended.error());
  for (Tap* tap : {&*serial, &*console})
    if (auto closed = tap->file.close(); !closed) return std::unexpected(closed.error());

  if (const std::string left = keyboard->left(); !left.empty())
    ended->sentence += fmt::format(" {} were not typed.", left);
  std::string text;
  if (options.screen) text = print_screen(guest_screen(guest), want_colour());
  if (options.json) text = json_text(run_as_json(**session, *ended));
  if (auto written = output.write({reinterpret_cast<const std::uint8_t*>(text.data()), text.size()});
      !written)
    return std::unexpected(written.error());
  // Asked to end, we do not wait for a terminal that is stopped.
  pollfd errors{STDERR_FILENO, POLLOUT, 0};
  const bool heard = ended->ending != Ending::interrupted || ::poll(&errors, 1, 200) > 0;
  if (!options.quiet && !options.json && heard) {
    const bool open_line =
        plain && ::isatty(STDOUT_FILENO) && !guest.serial().empty() && guest.serial().back() != '\n';
    fmt::print(stderr, "{}{}\n", open_line ? "\n" : "", summary(**session, *ended));
    if (recording) fmt::print(stderr, "{}\n", recorded);
  }
  if (ended->ending == Ending::interrupted && caught_signal()) die_by(caught_signal());
  return exit_status(ended->ending, ended->stop);
}

void add_run_options(CLI::App& app, RunOptions& options) {
  app.add_option("IMAGE", options.machine.image,
                 "the kernel (default: $RINGSIDE_KERNEL, or the one built beside this program)");
  add_machine_options(app, options.machine);
  add_stimulus_options(app, options.stimulus);
  app.add_option("--until", options.until,
                 "end, successfully, at a symbol, file:line, 0xADDRESS, event, or text:TEXT from COM1")
      ->type_name("POINT");
  app.add_option("--serial", options.serial,
                 "write the bytes of COM1 to FILE, \"-\" is standard output (the default without --screen "
                 "and --json)")
      ->type_name("FILE");
  app.add_option("--console", options.console, "write the bytes of port 0xE9 to FILE")->type_name("FILE");
  app.add_flag("--screen", options.screen, "print the final screen");
  app.add_flag("--json", options.json,
               "print one JSON object: how it ended, registers, screen, serial output");
  app.add_flag("--interactive", options.interactive,
               "the guest's screen and keyboard in this terminal; Ctrl-] leaves");
  app.add_flag("--quiet", options.quiet, "no summary on standard error");
  app.add_option("--history", options.history_mib, "MiB for going back while recording (default 256)")
      ->check(CLI::Range(1, 1 << 20))
      ->type_name("MIB");
}

CommandEntry add_run_command(CLI::App& program) {
  auto options = std::make_shared<RunOptions>();
  CLI::App* app = program.add_subcommand("run", "runs a kernel from power-on to its end");
  app->add_option("--record", options->record, "keep what reproduces the run in FILE, as record does")
      ->type_name("FILE");
  add_run_options(*app, *options);
  app->footer(fmt::format("{}\n{}\n{}", kExamples, kPoints, exit_status_help()));
  return {app, [options] { return run_program(*options); }};
}

}  // namespace ringside
