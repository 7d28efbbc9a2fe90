// SPDX-License-Identifier: GPL-2.0-or-later
// ringside-cli gdb: the machine as gdb's remote target.
#include <fmt/format.h>
#include <unistd.h>

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "sim/cli/command.h"
#include "sim/cli/exit_status.h"
#include "sim/cli/guest_watch.h"
#include "sim/cli/host_file.h"
#include "sim/cli/machine_options.h"
#include "sim/cli/signals.h"
#include "sim/remote/line.h"
#include "sim/session/open_recording.h"

namespace ringside {
namespace {

struct GdbOptions {
  MachineOptions machine;
  std::string socket, serial, keys, serial_input;
  std::uint16_t port = 1234;
  bool stdio = false, once = false;
};

constexpr const char* kExamples =
    "Examples:\n"
    "  ringside-cli gdb kernel.elf                      then, elsewhere: gdb kernel.elf -ex \"target remote "
    ":1234\"\n"
    "  gdb kernel.elf -ex \"target remote | ringside-cli gdb --stdio kernel.elf\"\n"
    "In gdb: reverse-stepi, reverse-continue; monitor help.\n";

// What happens besides, slice by slice: COM1's bytes go out, keys go in.
class Company {
 public:
  Company(Session& session, Typist typist, OutputFile serial)
      : timeline_(session.timeline()),
        machine_(session.machine()),
        typist_(std::move(typist)),
        serial_(std::move(serial)),
        watch_(machine_) {}

  // Behind what is still to be typed there is room for nothing else.
  Result<void> type(std::string_view keys) {
    if (!typist_.done()) return fail(fmt::format("{} are still to be typed.", typist_.left()));
    auto typist = Typist::make(keys, {});
    if (!typist) return std::unexpected(typist.error());
    typist_ = std::move(*typist);
    return {};
  }

  Result<void> after_slice() {
    // A guest that was taken back in time has said this before.
    const auto said = machine_.serial();
    if (said.size() > written_) {
      const auto fresh = said.subspan(written_);
      written_ = said.size();
      if (auto done = serial_.write(fresh); !done) return done;
    }
    // What was typed is part of the history: it types itself.
    if (typist_.done() || machine_.final_stop() || timeline_.in_past()) return {};
    watch_.slice_done(machine_);
    return typist_.type(timeline_, watch_);
  }

 private:
  Timeline& timeline_;
  const Machine& machine_;
  Typist typist_;
  OutputFile serial_;
  GuestWatch watch_;
  std::size_t written_ = 0;
};

Result<void> serve_all(GdbServer& server, const Listener& listener, const ServeHooks& hooks, bool once) {
  while (!hooks.end) {
    const auto client = listener.accept(hooks.end);
    if (!client) return {};
    auto served = serve(server, *client, *client, hooks);
    ::close(*client);
    if (!served || once || server.killed()) return served;
  }
  return {};
}

Result<std::optional<Listener>> open_line(const GdbOptions& options) {
  if (options.stdio) return std::optional<Listener>();
  auto listener = options.socket.empty() ? Listener::tcp(options.port) : Listener::local(options.socket);
  if (!listener) return std::unexpected(listener.error());
  return std::optional<Listener>(std::move(*listener));
}

// An image at power-on, or a recording, all of which lies before gdb.
Result<std::unique_ptr<Session>> open(const MachineOptions& options) {
  if (!is_recording(options.image)) return open_session(options, HistoryConfig{});
  RecordingFiles files{.source_roots = {options.sources.begin(), options.sources.end()},
                       .execution = options.exact ? Execution::exact : Execution::fast};
  if (auto kernel = default_kernel()) files.also.push_back(*kernel);
  auto opened = open_recording(options.image, files);
  if (!opened) return std::unexpected(opened.error());
  return std::move(opened->session);
}

Result<int> run(const GdbOptions& options) {
  if (options.stdio && options.serial == "-")
    return fail("gdb has standard output with --stdio: give the bytes of COM1 a file.");
  auto session = open(options.machine);
  if (!session) return std::unexpected(session.error());
  auto typist = Typist::make(options.keys, options.serial_input);
  if (!typist) return std::unexpected(typist.error());
  auto serial = options.serial.empty() ? Result<OutputFile>(OutputFile())
                                       : OutputFile::open(options.serial, "serial output");
  if (!serial) return std::unexpected(serial.error());
  auto line = open_line(options);
  if (!line) return std::unexpected(line.error());

  catch_signals();
  GdbServer server(**session);
  Company company(**session, std::move(*typist), std::move(*serial));
  server.set_typing([&](std::string_view keys) { return company.type(keys); });
  const ServeHooks hooks{*signal_flag(), [&] { return company.after_slice(); }};
  Result<void> served;
  if (*line) {
    const std::string where = options.socket.empty() ? fmt::format(":{}", (*line)->port()) : options.socket;
    fmt::print(stderr, "Waiting for gdb. Type: gdb {} -ex \"target remote {}\"\n",
               (*session)->machine().config().image_name, where);
    served = serve_all(server, **line, hooks, options.once);
  } else {
    served = serve(server, STDIN_FILENO, STDOUT_FILENO, hooks);
  }
  if (!served) return std::unexpected(served.error());
  if (caught_signal()) {
    line->reset();  // the socket's file goes
    die_by(caught_signal());
  }
  return 0;
}

}  // namespace

CommandEntry add_gdb_command(CLI::App& program) {
  auto options = std::make_shared<GdbOptions>();
  CLI::App* app = program.add_subcommand("gdb", "waits for gdb, which then steps the machine, backwards too");
  app->add_option("IMAGE", options->machine.image,
                  "the kernel, or a recording (default: $RINGSIDE_KERNEL, or the kernel built beside this "
                  "program)");
  auto* port = app->add_option("--port", options->port, "listen here, on 127.0.0.1 (default 1234; 0: any)");
  auto* socket =
      app->add_option("--socket", options->socket, "listen at a socket file instead")->type_name("PATH");
  auto* stdio = app->add_flag("--stdio", options->stdio,
                              "gdb is at standard input and output: target remote | ringside gdb --stdio");
  port->excludes(socket)->excludes(stdio);
  socket->excludes(stdio);
  app->add_flag("--once", options->once, "end when the first gdb has gone");
  app->add_option("--serial", options->serial, "write the bytes of COM1 to FILE, \"-\" is standard output")
      ->type_name("FILE");
  app->add_option("--keys", options->keys, "typed on the keyboard when the guest first waits")
      ->type_name("TEXT");
  app->add_option("--serial-input", options->serial_input, "sent to COM1 likewise")->type_name("TEXT");
  add_machine_options(*app, options->machine);
  app->footer(kExamples);
  return {app, [options] { return run(*options); }};
}

}  // namespace ringside
