// SPDX-License-Identifier: GPL-2.0-or-later
// soak: hours of the kernel's `soak` command on our machine, with keys typed at random meanwhile; then the
// same hours again from the recording. The kernel itself checks its lists all the while
// (kernel/shell/soak.cpp); what is looked at here is what it cannot see: that no tick was lost, and that
// history repeats itself. Exit status 0: all is well; 1: it is not.
#include <fmt/format.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cmath>
#include <fstream>
#include <iterator>
#include <random>
#include <regex>

#include "sim/timeline/recording.h"
#include "sim/timeline/replay.h"

namespace ringside {
namespace {

constexpr Ticks kSecond = 1'000'000'000;
constexpr double kTickSeconds = 11932.0 / 1193182;          // counter 0 divides by 11932 (8254, 1.193182 MHz)
constexpr std::uint64_t kInstructionsASecond = 50'000'000;  // of the guest, at most: it mostly sleeps

MachineConfig config(const std::string& image, std::uint64_t seconds, std::uint64_t seed) {
  std::ifstream file(image, std::ios::binary);
  const std::vector<char> bytes{std::istreambuf_iterator<char>(file), {}};
  MachineConfig made{.image_name = image,
                     .command_line = fmt::format("quiet exit=1 run=soak {} {}", seconds, seed)};
  made.image.resize(bytes.size());
  std::ranges::transform(bytes, made.image.begin(), [](char c) { return static_cast<std::byte>(c); });
  return made;
}

struct Progress {
  std::string what;
  bool shown = isatty(STDERR_FILENO) == 1;
  void tell(double share) const {
    if (shown) fmt::print(stderr, "\r{}: {:.0f} %  {}", what, share * 100, share >= 1 ? "\n" : "");
  }
};

// Types keys at random until the kernel says goodbye, or far too much time has passed.
Stop live(Timeline& timeline, std::uint64_t seconds, std::uint64_t seed) {
  const Progress progress{"lives"};
  std::mt19937_64 random(seed);
  const Ticks end = (seconds + 60) * kSecond;
  Stop stop;
  while (timeline.machine().time() < end) {
    const KeyStroke stroke{static_cast<Key>(1 + random() % kKeyCount), random() % 2 == 0};
    const Ticks until = timeline.machine().time() + kSecond / 50 + random() % kSecond;
    stop = timeline.run({.instructions = seconds * kInstructionsASecond, .until_time = until});
    if (stop.final()) break;
    (void)timeline.apply(TypeKey{stroke});
    progress.tell(std::min(1.0, static_cast<double>(until) / static_cast<double>(seconds * kSecond)));
  }
  return stop;
}

int soak(const std::string& image, std::uint64_t seconds, std::uint64_t seed) {
  const auto wrong = [](std::string_view sentence) {
    fmt::print(stderr, "soak: {}\n", sentence);
    return 1;
  };
  auto machine = Machine::create(config(image, seconds, seed));
  if (!machine) return wrong(machine.error().sentence);
  Timeline timeline(std::move(*machine), {});
  const Stop stop = live(timeline, seconds, seed);
  const auto& bytes = timeline.machine().serial();
  const std::string said(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  fmt::print("{}", said.substr(said.rfind("soak: seed") == said.npos ? 0 : said.rfind("soak: seed")));
  static const std::regex kReport(
      "soak: seed \\d+, (\\d+) ticks, (\\d+) threads, (\\d+) tasks, (\\d+) blocks, (\\d+) keys, .*leaks: 0 "
      "frames "
      "0 blocks 0 threads");
  std::smatch report;
  if (stop.kind != StopKind::debug_exit || !std::regex_search(said, report, kReport))
    return wrong(fmt::format("the kernel did not end well: {}\n{}", stop.sentence, said));
  for (int i = 2; i <= 5; ++i)
    if (report[i] == "0") return wrong("the soak did nothing of a kind that it should do");

  // The soak begins when the kernel has booted, within the first ticks, and ends with the machine.
  const double lived = static_cast<double>(timeline.machine().time()) / 1e9;
  const double counted = std::stod(report[1]) * kTickSeconds;
  fmt::print("{:.3f} s of the machine, {:.3f} s by the kernel's ticks\n", lived, counted);
  if (std::abs(lived - counted) > 5 * kTickSeconds) return wrong("ticks were lost, or counted twice");

  const Recording recording = recording_of(timeline);
  auto again = config_of(recording, config(image, seconds, seed).image);
  if (!again) return wrong(again.error().sentence);
  auto second = Machine::create(std::move(*again));
  if (!second) return wrong(second.error().sentence);
  Timeline repeated(std::move(*second), {});
  repeated.preload(recording.commands, recording.end.position);
  const Progress progress{"is repeated"};
  const ReplayResult result =
      replay(repeated, recording, {.all_states = true, .progress = [&](double s) { progress.tell(s); }});
  if (!result.as_recorded())
    return wrong(result.difference ? result.difference->sentence : "the replay was paused");
  fmt::print("{} instructions, {} keys typed, {} of {} states the same when repeated, the last {:016x}\n",
             timeline.machine().instructions(), recording.commands.size(), result.agreed, result.compared,
             recording.end.hash);
  return 0;
}

}  // namespace
}  // namespace ringside

int main(int argc, char** argv) {
  std::uint64_t seconds = 7200, seed = 1;
  std::string image = RINGSIDE_KERNEL;
  CLI::App app{"Hours of everything at once in the kernel, with keys at random, and the same hours again."};
  app.add_option("--seconds", seconds, "of machine time")
      ->check(CLI::Range(2, 1'000'000))
      ->capture_default_str();
  app.add_option("--seed", seed, "of the kernel's choices and of the keys")->capture_default_str();
  app.add_option("--kernel", image, "another kernel");
  CLI11_PARSE(app, argc, argv);
  return ringside::soak(image, seconds, seed);
}
