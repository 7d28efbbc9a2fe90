// SPDX-License-Identifier: GPL-2.0-or-later
#include "figures.h"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <memory>

#include "child.h"
#include "rsp_client.h"
#include "sim/machine/machine.h"
#include "sim/symbols/symbols.h"

namespace ringside::bench {
namespace {

using Command = std::vector<std::string>;

Command ours(const Setup& s, const std::string& image, const Command& more = {}) {
  Command command{s.cli, "run", "--quiet", "--memory", "64", image};
  command.insert(command.end(), more.begin(), more.end());
  return command;
}

// With checkpoints and state hashes on the way, and a recording at the end.
Command recorded(const Setup& s, const std::string& image, const std::string& file) {
  return {s.cli, "record", "--quiet", "--memory", "64", image, "--out", file};
}

Command peer(const Setup& s, const std::string& image, const Command& more = {}) {
  Command command{
      s.qemu,     "-accel", "tcg",     "-m",    "64",         "-kernel", image,
      "-display", "none",   "-serial", "stdio", "-no-reboot", "-device", "isa-debug-exit,iobase=0xf4"};
  command.insert(command.end(), more.begin(), more.end());
  return command;
}

// Two columns of measured values and the ratio of each pair.
struct Pairs {
  std::vector<double> ours, peer, ratios;
  void add(double a, double b) {
    ours.push_back(a);
    peer.push_back(b);
    ratios.push_back(a / b);
  }
  std::string spread() const {
    const auto [least, most] = std::ranges::minmax(ratios);
    return fmt::format("{:.3g} to {:.3g}", least, most);
  }
};

Row row(std::string figure, const Pairs& pairs, const char* unit, double scale, double target) {
  const auto text = [&](const std::vector<double>& v) {
    return fmt::format("{:.4g} {}", median(v) * scale, unit);
  };
  return {.figure = std::move(figure),
          .ours = text(pairs.ours),
          .peer = text(pairs.peer),
          .ratio = median(pairs.ratios),
          .target = target,
          .at_least = false,
          .note = pairs.spread()};
}

Row failed(std::string figure, std::string why) {
  return {.figure = std::move(figure),
          .ours = "-",
          .peer = "-",
          .ratio = 0,
          .target = 0,
          .at_least = false,
          .note = std::move(why)};
}

// From the workload's "begin" to the end of the process, so that neither firmware nor start-up counts.
struct Workload {
  Cost cost;
  std::string sum;
};
Workload run_workload(const Command& command) {
  Child child(command);
  if (!child.output_until("begin\n")) return {};
  const Cost begin = child.now();
  const bool came = child.output_until("timer runs\n");
  Cost cost = child.finish();
  if (!came || cost.status != 1) return {};
  cost.cpu -= begin.cpu;
  cost.wall -= begin.wall;
  return {cost, child.output().substr(child.output().find("sum "))};
}

double until_prompt(const Command& command, bool& good, bool cpu) {
  Child child(command);
  if (!child.output_until("ringside>")) good = false;
  const double wall = child.now().wall;
  const Cost cost = child.kill();
  return cpu ? cost.cpu : wall;
}

}  // namespace

std::vector<Row> workload_rows(const Setup& s) {
  const auto file = std::filesystem::temp_directory_path() / fmt::format("ringside-bench-{}.rec", getpid());
  const Command counted = peer(s, s.workload, {"-icount", "shift=0,sleep=off"});
  struct Figure {
    std::string name;
    Command mine, theirs;
    double target;
    Pairs pairs;
  } figures[] = {{"compute and memory, CPU time / QEMU -icount shift=0,sleep=off",
                  ours(s, s.workload),
                  counted,
                  0.85,
                  {}},
                 {"the same, recorded / QEMU -icount, which records nothing",
                  recorded(s, s.workload, file),
                  counted,
                  1,
                  {}},
                 {"compute and memory, CPU time / QEMU free-running",
                  ours(s, s.workload),
                  peer(s, s.workload),
                  1.6,
                  {}}};
  std::vector<Row> rows;
  for (unsigned i = 0; i <= s.runs; ++i)
    for (Figure& f : figures) {
      const Workload mine = run_workload(f.mine), theirs = run_workload(f.theirs);
      if (mine.sum.empty() || theirs.sum.empty()) return {failed(f.name, "a run did not reach its end")};
      if (mine.sum != theirs.sum)
        return {failed(f.name, "the results differ: " + mine.sum + " and " + theirs.sum)};
      if (i > 0) f.pairs.add(mine.cost.cpu, theirs.cost.cpu);  // the first pair warms up
    }
  std::filesystem::remove(file);
  for (const Figure& f : figures) rows.push_back(row(f.name, f.pairs, "s", 1, f.target));
  return rows;
}

std::vector<Row> prompt_rows(const Setup& s) {
  const Command mine = ours(s, s.kernel, {"--until", "text:ringside>"}), theirs = peer(s, s.kernel);
  Pairs wall, cpu;
  bool good = true;
  for (unsigned i = 0; i <= 2 * s.runs && good; ++i) {
    const double a = until_prompt(mine, good, false), b = until_prompt(theirs, good, false);
    const double c = until_prompt(mine, good, true), d = until_prompt(theirs, good, true);
    if (i == 0) continue;
    wall.add(a, b);
    cpu.add(c, d);
  }
  if (!good) return {failed("start to prompt", "a run did not reach the prompt")};
  return {row("start to prompt, wall time / QEMU", wall, "ms", 1e3, 0.3),
          row("start to prompt, CPU time / QEMU", cpu, "ms", 1e3, 0.3)};
}

std::vector<Row> step_rows(const Setup& s) {
  const std::string name = "single steps a second / QEMU's gdbstub";
  std::ifstream file(s.workload, std::ios::binary);
  const std::vector<char> text{std::istreambuf_iterator<char>(file), {}};
  MachineConfig config;
  config.image.resize(text.size());
  std::ranges::transform(text, config.image.begin(), [](char c) { return static_cast<std::byte>(c); });
  const auto symbols = Symbols::load(config.image);
  const auto start = symbols ? symbols->address("sorting_starts") : std::nullopt;
  if (!start) return {failed(name, "the workload has no symbol sorting_starts")};
  auto machine = Machine::create(std::move(config));
  if (!machine) return {failed(name, machine.error().sentence)};
  if ((*machine)->run({.until_address = *start}).kind != StopKind::address)
    return {failed(name, "our machine did not get there")};

  const std::string socket =
      fmt::format("{}/ringside-bench-{}.socket", std::filesystem::temp_directory_path().string(), getpid());
  Child qemu(peer(s, s.workload, {"-S", "-gdb", "unix:" + socket + ",server=on,wait=off"}));
  RspClient client(socket);
  const std::string place = fmt::format("{:x}", start->value);
  const bool there = client.connected() && client.ask("Z0," + place + ",1") == "OK" &&
                     !client.ask("c").empty() && client.ask("z0," + place + ",1") == "OK";
  if (!there) return {failed(name, "QEMU did not get there")};

  Pairs pairs;
  constexpr unsigned kOurs = 200'000, kTheirs = 4'000;
  for (unsigned i = 0; i <= s.runs; ++i) {
    const double a = wall_clock();
    for (unsigned n = 0; n < kOurs; ++n) (void)(*machine)->step();
    const double b = wall_clock();
    for (unsigned n = 0; n < kTheirs; ++n)
      if (!client.ask("s").starts_with("T05")) return {failed(name, "QEMU did not step")};
    const double c = wall_clock();
    if (i > 0) pairs.add(kOurs / (b - a), kTheirs / (c - b));
  }
  std::filesystem::remove(socket);
  Row result = row(name, pairs, "k/s", 1e-3, 50);
  result.at_least = true;
  return {result};
}

std::vector<Row> memory_rows(const Setup& s) {
  const std::string name = "peak memory with 64 MiB of guest RAM";
  double most = 0;
  for (const Command& command : {ours(s, s.workload), ours(s, s.kernel, {"--until", "text:ringside>"})}) {
    Child child(command);
    child.output_until("no such text");
    most = std::max(most, child.finish().peak_mib);
  }
  Child qemu(peer(s, s.workload));
  qemu.output_until("no such text");
  const double theirs = qemu.finish().peak_mib;
  return {{.figure = name,
           .ours = fmt::format("{:.0f} MiB", most),
           .peer = fmt::format("{:.0f} MiB", theirs),
           .ratio = most / 200,
           .target = 1,
           .at_least = false,
           .note = "ratio to 200 MiB; the peer is QEMU"}};
}

}  // namespace ringside::bench
