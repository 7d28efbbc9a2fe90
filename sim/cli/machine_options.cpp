// SPDX-License-Identifier: GPL-2.0-or-later
#include "sim/cli/machine_options.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <filesystem>
#include <optional>
#include <string_view>

#include "sim/cli/host_file.h"

namespace ringside {
namespace {

struct Suffix {
  std::string_view text;
  double factor;
};

// A number that is not negative, with a decimal fraction or exponent, and one of the suffixes.
std::optional<double> number(std::string text, std::initializer_list<Suffix> suffixes) {
  std::erase_if(text, [](char c) { return c == '\'' || c == ',' || c == '_'; });
  double value = 0;
  const char* end = text.data() + text.size();
  const auto read = std::from_chars(text.data(), end, value);
  if (read.ec != std::errc() || !(value >= 0)) return std::nullopt;
  const std::string_view rest(read.ptr, static_cast<std::size_t>(end - read.ptr));
  if (rest.empty()) return value;
  for (const Suffix& suffix : suffixes)
    if (rest == suffix.text) return value * suffix.factor;
  return std::nullopt;
}

constexpr double kMost = 9e18;  // what still fits a 64-bit count

Result<BootModule> module(const std::string& text) {
  std::string file = text, name;
  std::error_code error;
  if (const auto equals = text.rfind('=');
      equals != std::string::npos && !std::filesystem::exists(text, error)) {
    file = text.substr(0, equals);
    name = text.substr(equals + 1);
  } else {
    name = std::filesystem::path(text).filename();
  }
  auto bytes = read_file(file, "module");
  if (!bytes) return std::unexpected(bytes.error());
  return BootModule{std::move(name), std::move(*bytes), std::move(file)};
}

}  // namespace

Result<std::uint64_t> parse_count(const std::string& text, const char* option) {
  const auto value = number(text, {{"k", 1e3}, {"M", 1e6}, {"G", 1e9}, {"T", 1e12}});
  if (!value || *value > kMost || *value != std::floor(*value))
    return fail(fmt::format("{} {} is no count: write 5000, 500k, 10M, 3G or 2e9.", option, text));
  return static_cast<std::uint64_t>(*value);
}

Result<Ticks> parse_time(const std::string& text, const char* option) {
  const auto seconds = number(text, {{"s", 1}, {"ms", 1e-3}, {"us", 1e-6}, {"ns", 1e-9}, {"min", 60}});
  if (!seconds || *seconds * kTicksPerSecond > kMost)
    return fail(
        fmt::format("{} {} is no time: write seconds of machine time, or 300ms, 50us, 5min.", option, text));
  return static_cast<Ticks>(std::llround(*seconds * kTicksPerSecond));
}

void add_machine_options(CLI::App& app, MachineOptions& options) {
  app.add_option("--module", options.modules,
                 "a boot module; NAME is its command line (default: the file's name)")
      ->type_name("FILE[=NAME]")
      ->expected(1)
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll)
      ->group("Machine");
  app.add_option("--append", options.append, "the kernel's command line")
      ->type_name("TEXT")
      ->group("Machine");
  app.add_option("--memory", options.memory_mib, "MiB of RAM, 2 to 3072 (default 64)")
      ->type_name("MIB")
      ->group("Machine");
  app.add_flag("--cold", options.cold, "chips as reset leaves them, not as a BIOS leaves them")
      ->group("Machine");
  app.add_flag("--exact", options.exact, "the reference way of running: slower, the same results")
      ->group("Machine");
  app.add_option("--sources", options.sources,
                 "look for source files here too (default: where the compiler saw them)")
      ->type_name("FOLDER")
      ->expected(1)
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll)
      ->group("Machine");
}

void add_stimulus_options(CLI::App& app, StimulusOptions& options) {
  app.add_option("--keys", options.keys,
                 "typed on the keyboard when the guest first waits: \"help<Enter>\", \"<F1>\", \"<Ctrl+C>\"")
      ->type_name("TEXT")
      ->group("Input");
  app.add_option("--serial-input", options.serial_input,
                 "sent to COM1 likewise; \\n \\r \\t \\e \\xHH \\\\ are escapes")
      ->type_name("TEXT")
      ->group("Input");
  app.add_option("--max-instructions", options.max_instructions,
                 "end after so many instructions (default 10G); 500k, 10M, 3G, 2e9")
      ->type_name("N")
      ->group("Budget");
  app.add_option("--max-time", options.max_time,
                 "end after so much machine time (default 300 s); 2.5, 300ms, 50us")
      ->type_name("SECONDS")
      ->group("Budget");
  app.add_option("--idle-time", options.idle_time,
                 "end when the guest waited so long for input (default 2 s)")
      ->type_name("SECONDS")
      ->group("Budget");
}

Result<std::unique_ptr<Session>> open_session(const MachineOptions& options, HistoryConfig history) {
  std::string image = options.image;
  if (image.empty()) {
    auto kernel = default_kernel();
    if (!kernel) return std::unexpected(kernel.error());
    image = std::move(*kernel);
  }
  MachineConfig config;
  auto bytes = read_file(image, "kernel image");
  if (!bytes) return std::unexpected(bytes.error());
  config.image = std::move(*bytes);
  config.image_name = image;
  config.command_line = options.append;
  for (const std::string& text : options.modules) {
    auto read = module(text);
    if (!read) return std::unexpected(read.error());
    config.modules.push_back(std::move(*read));
  }
  config.memory_mib = options.memory_mib;
  config.power_on = options.cold ? PowerOn::cold : PowerOn::bios;
  config.execution = options.exact ? Execution::exact : Execution::fast;
  return Session::open(std::move(config), {options.sources.begin(), options.sources.end()}, history);
}

Result<Typist> typist(const StimulusOptions& options) {
  return Typist::make(options.keys, options.serial_input);
}

Result<Budget> budget(const StimulusOptions& options) {
  Budget budget;
  if (!options.max_instructions.empty()) {
    auto count = parse_count(options.max_instructions, "--max-instructions");
    if (!count) return std::unexpected(count.error());
    budget.instructions = *count;
  }
  if (!options.max_time.empty()) {
    auto time = parse_time(options.max_time, "--max-time");
    if (!time) return std::unexpected(time.error());
    budget.time = *time;
  }
  if (!options.idle_time.empty()) {
    auto time = parse_time(options.idle_time, "--idle-time");
    if (!time) return std::unexpected(time.error());
    budget.idle = *time;
  }
  return budget;
}

}  // namespace ringside
