// SPDX-License-Identifier: GPL-2.0-or-later
// Figures of the time machine.
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <ctime>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <memory>
#include <random>

#include "child.h"
#include "figures.h"
#include "rsp_client.h"
#include "sim/session/session.h"

namespace ringside::bench {
namespace {

constexpr std::uint64_t kHistory = 1'000'000'000;  // instructions

Row wrong(std::string figure, std::string why) {
  return {.figure = std::move(figure), .ours = "-", .peer = "-", .note = std::move(why)};
}

double cpu_clock() {
  timespec t;
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
  return static_cast<double>(t.tv_sec) + static_cast<double>(t.tv_nsec) * 1e-9;
}

std::unique_ptr<Session> session(const std::string& image, bool keep) {
  std::ifstream file(image, std::ios::binary);
  const std::vector<char> bytes{std::istreambuf_iterator<char>(file), {}};
  MachineConfig config;
  config.image.resize(bytes.size());
  std::ranges::transform(bytes, config.image.begin(), [](char c) { return static_cast<std::byte>(c); });
  auto opened = Session::open(std::move(config), {}, {.keep = keep});
  return opened ? std::move(*opened) : nullptr;
}

// CPU time of so many instructions from power-on.
double run_for(Session& s) {
  const double begun = cpu_clock();
  s.run(RunLimits{.instructions = kHistory});
  return s.machine().instructions() == kHistory ? cpu_clock() - begun : 0;
}

// One figure of times, all to be below a bound; `share` of them counts: 0.99, or 1 for the longest.
Row bounded(std::string figure, std::vector<double> seconds, double share, double bound_ms) {
  std::ranges::sort(seconds);
  const auto at = static_cast<std::size_t>(share * static_cast<double>(seconds.size() - 1));
  return {.figure = std::move(figure),
          .ours = fmt::format("{:.3g} ms", seconds[at] * 1e3),
          .peer = fmt::format("{:.3g} ms", bound_ms),
          .ratio = seconds[at] * 1e3 / bound_ms,
          .target = 1,
          .at_least = false,
          .note = fmt::format("of {}: median {:.3g} ms, longest {:.3g} ms; the peer is the bound",
                              seconds.size(), seconds[seconds.size() / 2] * 1e3, seconds.back() * 1e3)};
}

double timed(const std::function<void()>& work) {
  const double begun = wall_clock();
  work();
  return wall_clock() - begun;
}

// How long QEMU takes for reverse steps of the same guest, seconds each; empty where it could not.
std::vector<double> qemu_steps_back(const Setup& s) {
  const auto folder = std::filesystem::temp_directory_path() / fmt::format("ringside-bench-{}", getpid());
  std::filesystem::create_directories(folder);
  const std::string disk = (folder / "disk.qcow2").string(), log = (folder / "replay").string(),
                    socket = (folder / "socket").string();
  const auto command = [&](const char* mode, std::vector<std::string> more) {
    std::vector<std::string> words{
        s.qemu,     "-accel",
        "tcg",      "-m",
        "64",       "-kernel",
        s.workload, "-display",
        "none",     "-serial",
        "null",     "-no-reboot",
        "-device",  "isa-debug-exit,iobase=0xf4",
        "-icount",  fmt::format("shift=0,rr={},rrfile={},rrsnapshot=init", mode, log),
        "-drive",   fmt::format("file={},if=none,id=disk", disk),
        "-net",     "none"};
    words.insert(words.end(), more.begin(), more.end());
    return words;
  };
  std::vector<double> seconds;
  Child image({"qemu-img", "create", "-q", "-f", "qcow2", disk, "100M"});
  image.finish();
  Child record(command("record", {}));
  record.output_until("no such text");
  record.finish();
  {
    Child replay(command("replay", {"-S", "-gdb", "unix:" + socket + ",server=on,wait=off"}));
    RspClient client(socket);
    const auto symbols = session(s.workload, false);
    const auto place = symbols ? symbols->symbols().address("sorting_starts") : std::nullopt;
    bool good = client.connected() && place && client.ask(fmt::format("Z0,{:x},1", place->value)) == "OK" &&
                !client.ask("c").empty() && client.ask(fmt::format("z0,{:x},1", place->value)) == "OK";
    for (unsigned i = 0; i < 3 && good; ++i)
      seconds.push_back(timed([&] { good = client.ask("bs").starts_with("T05"); }));
    if (!good) seconds.clear();
    replay.kill();
  }
  std::filesystem::remove_all(folder);
  return seconds;
}

}  // namespace

std::vector<Row> history_rows(const Setup& s) {
  const std::string with = "CPU time with checkpoints and hashes / without";
  std::vector<double> kept, plain, ratios;
  std::unique_ptr<Session> history;
  for (unsigned i = 0; i <= s.runs; ++i) {
    history = session(s.workload, true);
    auto without = session(s.workload, false);
    if (!history || !without) return {wrong(with, "the workload could not be opened")};
    const double a = run_for(*history), b = run_for(*without);
    if (a == 0 || b == 0) return {wrong(with, "the workload ended early")};
    if (i == 0) continue;  // warms up
    kept.push_back(a);
    plain.push_back(b);
    ratios.push_back(a / b);
  }
  const auto [least, most] = std::ranges::minmax(ratios);
  std::vector<Row> rows{{.figure = with,
                         .ours = fmt::format("{:.4g} s", median(kept)),
                         .peer = fmt::format("{:.4g} s", median(plain)),
                         .ratio = median(ratios),
                         .target = 1.15,
                         .at_least = false,
                         .note = fmt::format("{:.3g} to {:.3g}", least, most)}};

  Session& session = *history;
  Timeline& timeline = session.timeline();
  rows.push_back(
      {.figure = fmt::format("memory of a history of {:.0e} instructions", static_cast<double>(kHistory)),
       .ours = fmt::format("{} MiB", timeline.memory_used() >> 20),
       .peer = fmt::format("{} MiB", timeline.memory_limit() >> 20),
       .ratio = static_cast<double>(timeline.memory_used()) / static_cast<double>(timeline.memory_limit()),
       .target = 1,
       .at_least = false,
       .note = fmt::format("{} checkpoints; the peer is the limit", timeline.checkpoints().size())});

  std::mt19937_64 random(1);
  std::vector<double> seeks, steps, questions;
  for (unsigned i = 0; i < 100; ++i) {
    const std::uint64_t to = random() % kHistory;
    seeks.push_back(timed([&] { session.seek(to); }));
    for (unsigned n = 0; n < 20; ++n) steps.push_back(timed([&] { session.step_back(); }));
  }
  session.seek(kHistory);
  // Bytes anywhere in memory that was ever written, and around the top of the stack.
  const PhysicalMemory& memory = session.machine().memory();
  std::vector<std::uint64_t> pages;
  for (std::uint64_t page = 0; page < memory.size() / kImagePageBytes; ++page)
    if (std::ranges::any_of(memory.bytes().subspan(page * kImagePageBytes, kImagePageBytes),
                            [](std::byte b) { return b != std::byte{0}; }))
      pages.push_back(page * kImagePageBytes);
  const std::uint64_t stack = session.machine().cpu()[Gpr::rsp];  // the workload maps memory as it lies
  unsigned bounded_answers = 0;
  for (unsigned i = 0; i < 220; ++i) {
    Subject what;
    what.address = {i < 200 ? pages[random() % pages.size()] + random() % kImagePageBytes
                            : stack + 8 * i - 1680};
    what.name = "a byte";
    Culprit answer;
    questions.push_back(timed([&] { answer = session.who_wrote(what); }));
    bounded_answers += answer.not_searched.has_value();
  }
  rows.push_back(bounded("seek to any point", seeks, 1, 60));
  rows.push_back(bounded("one step back, p99", steps, 0.99, 16));
  rows.push_back(bounded("who wrote a byte", questions, 1, 500));
  rows.back().note += fmt::format("; {} answers leave stores of the same value out", bounded_answers);

  const std::string back = "step back / QEMU's reverse step by its gdbstub";
  const std::vector<double> theirs = qemu_steps_back(s);
  if (theirs.empty()) {
    rows.push_back(wrong(back, "QEMU did not step back"));
    return rows;
  }
  rows.push_back({.figure = back,
                  .ours = fmt::format("{:.3g} ms", median(steps) * 1e3),
                  .peer = fmt::format("{:.4g} ms", median(theirs) * 1e3),
                  .ratio = median(steps) / median(theirs),
                  .target = 0.1,
                  .at_least = false,
                  .note = fmt::format("medians of {} and {}", steps.size(), theirs.size())});
  return rows;
}

}  // namespace ringside::bench
