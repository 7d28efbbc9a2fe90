// SPDX-License-Identifier: GPL-2.0-or-later
#include "side_by_side.h"

#include <fmt/format.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <set>

namespace ringside::testing {
namespace {

constexpr std::uint64_t kMostInstructions = 2'000'000'000;
constexpr int kQemuSeconds = 40;

Result<std::vector<std::byte>> contents(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) return fail(fmt::format("{} cannot be read.", path));
  const std::string bytes((std::istreambuf_iterator<char>(file)), {});
  const auto* first = reinterpret_cast<const std::byte*>(bytes.data());
  return std::vector<std::byte>(first, first + bytes.size());
}

std::string text(std::span<const std::uint8_t> bytes) { return {bytes.begin(), bytes.end()}; }

std::string quoted(const std::string& word) { return "'" + word + "'"; }

// A file of this process alone.
std::filesystem::path scratch(const char* name) {
  return std::filesystem::temp_directory_path() / fmt::format("ringside-conformance-{}-{}", getpid(), name);
}

std::string take(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  std::string bytes((std::istreambuf_iterator<char>(file)), {});
  file.close();
  std::filesystem::remove(path);
  return bytes;
}

// "a=1 b=2" or a text without fields.
std::map<std::string, std::string> fields_of(std::string_view text) {
  std::map<std::string, std::string> fields;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find(' '), text.size());
    const std::string_view word = text.substr(0, end);
    const std::size_t equals = word.find('=');
    if (equals != std::string_view::npos)
      fields[std::string(word.substr(0, equals))] = word.substr(equals + 1);
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return fields;
}

// QEMU saves RF as it is; the manual sets it in the image of every fault but an instruction breakpoint, and
// of none that INT n has called (17.3.1.1). Taken away here where it has to be, so that it need not stand in
// every table. Returns whether our line is right in this.
bool settle_resume_flag(Line& ours) {
  static const std::set<std::string> kFaults = {"0", "5", "6", "7",  "a",  "b",
                                                "c", "d", "e", "10", "11", "13"};
  const auto flags = ours.fields.find("fl"), vector = ours.fields.find("v");
  if (flags == ours.fields.end() || vector == ours.fields.end()) return true;
  const bool called = !ours.fields.contains("err") && ours.name.starts_with("INT ");
  const auto dr6 = ours.fields.find("dr6");
  const bool general_detect =
      vector->second == "1" && dr6 != ours.fields.end() && std::stoull(dr6->second, nullptr, 16) >> 13 & 1;
  const bool fault = (kFaults.contains(vector->second) && !called) || general_detect;
  const std::uint64_t value = std::stoull(flags->second, nullptr, 16);
  if (fault != ((value & rflags::rf) != 0)) return false;
  flags->second = fmt::format("{:x}", value & ~rflags::rf);
  return true;
}

bool matches(std::string_view name, std::string_view pattern) {
  const std::size_t star = pattern.find('*');
  if (star == std::string_view::npos) return name == pattern;
  const std::string_view before = pattern.substr(0, star), behind = pattern.substr(star + 1);
  return name.size() >= before.size() + behind.size() && name.starts_with(before) && name.ends_with(behind);
}

}  // namespace

Result<Witnessed> on_ringside(const Subject& subject, Way way) {
  auto image = contents(subject.image);
  if (!image) return std::unexpected(image.error());
  MachineConfig config{
      .image = std::move(*image), .image_name = subject.image, .command_line = subject.command_line};
  config.memory_mib = subject.memory_mib;
  config.execution = way == Way::exact ? Execution::exact : Execution::fast;
  if (!subject.module.empty()) {
    auto module = contents(subject.module);
    if (!module) return std::unexpected(module.error());
    config.modules.push_back({subject.module_name, std::move(*module)});
  }
  auto machine = Machine::create(std::move(config));
  if (!machine) return std::unexpected(machine.error());
  Machine& m = **machine;
  Stop stop;
  do stop = way == Way::stepped ? m.step() : m.run({.instructions = kMostInstructions});
  while (!stop.final() && m.instructions() < kMostInstructions);
  Witnessed seen{text(m.debug_console()), text(m.serial()), static_cast<int>(stop.value), m.state_hash()};
  if (stop.kind == StopKind::debug_exit) return seen;
  return fail(fmt::format("{} ended otherwise than by the debug exit port: {} It had printed:\n{}{}",
                          subject.image, stop.sentence, seen.console, seen.serial));
}

Result<Witnessed> on_qemu(const Subject& subject) {
  if (std::system("command -v qemu-system-x86_64 timeout >/dev/null") != 0)
    return fail(
        "qemu-system-x86_64 is not installed: install the package qemu-system-x86 (./ringside test does).");
  const auto console = scratch("console"), serial = scratch("serial"), errors = scratch("errors");
  std::string command = fmt::format(
      "timeout {} qemu-system-x86_64 -accel tcg -m {} -kernel {} -append {} -display none -monitor none "
      "-no-reboot -serial file:{} "
      "-debugcon file:{} -device isa-debug-exit,iobase=0xf4,iosize=0x04",
      kQemuSeconds, subject.memory_mib, quoted(subject.image), quoted(subject.command_line), serial.string(),
      console.string());
  if (!subject.module.empty()) command += " -initrd " + quoted(subject.module + " " + subject.module_name);
  if (subject.counted) command += " -icount shift=0,sleep=off -rtc base=2026-01-01T00:00:00,clock=vm";
  command += fmt::format(" </dev/null >/dev/null 2>{}", errors.string());
  const int result = std::system(command.c_str());
  Witnessed seen{take(console), take(serial), WIFEXITED(result) ? WEXITSTATUS(result) : -1};
  const std::string complaint = take(errors);
  if (seen.status == 124)
    return fail(fmt::format("QEMU did not end within {} s. It had printed:\n{}{}", kQemuSeconds, seen.console,
                            seen.serial));
  if (seen.status & 1 && complaint.empty()) return seen;
  return fail(fmt::format(
      "QEMU ended otherwise than by the debug exit port, with status {}: {}. It had printed:\n{}{}",
      seen.status, complaint, seen.console, seen.serial));
}

std::vector<Line> lines(std::string_view console) {
  std::vector<Line> found;
  while (!console.empty()) {
    const std::size_t end = std::min(console.find('\n'), console.size());
    const std::string_view line = console.substr(0, end);
    console.remove_prefix(std::min(end + 1, console.size()));
    const std::size_t colon = line.rfind(": ");
    const std::string_view rest = colon == std::string_view::npos ? "" : line.substr(colon + 2);
    found.push_back(
        {std::string(line.substr(0, std::min(colon, line.size()))), std::string(rest), fields_of(rest)});
  }
  return found;
}

std::string missing(const Line& line, std::string_view expected) {
  const auto wanted = fields_of(expected);
  if (wanted.empty()) return line.text == expected ? "" : fmt::format("it should be \"{}\"; ", expected);
  std::string text;
  for (const auto& [field, value] : wanted) {
    const auto said = line.fields.find(field);
    if (said == line.fields.end() || said->second != value)
      text += fmt::format("it should be {}={}; ", field, value);
  }
  return text;
}

std::string unexplained(std::string_view ringside, std::string_view qemu,
                        std::span<const Deviation> deviations) {
  std::vector<Line> ours = lines(ringside);
  const std::vector<Line> theirs = lines(qemu);
  std::string wrong;
  const auto complain = [&](const Line& a, const Line& b, std::string_view why) {
    wrong += fmt::format("{}: {}\n  Ringside {}\n  QEMU     {}\n", a.name, why, a.text, b.text);
  };
  std::set<std::string_view> met;
  for (std::size_t i = 0; i < std::min(ours.size(), theirs.size()); ++i) {
    Line& a = ours[i];
    const Line& b = theirs[i];
    if (a.name != b.name)
      return wrong + fmt::format("Line {} is \"{}\" here and \"{}\" under QEMU.\n", i + 1, a.name, b.name);
    if (!settle_resume_flag(a)) complain(a, b, "RF is saved wrongly (SDM 17.3.1.1)");
    const Deviation* deviation = nullptr;
    for (const Deviation& d : deviations)
      if (!deviation && matches(a.name, d.name)) deviation = &d;
    const bool comparable =
        !a.fields.empty() && !b.fields.empty() && a.fields.contains("v") == b.fields.contains("v");
    if (!deviation) {
      if (comparable ? a.fields != b.fields : a.text != b.text) complain(a, b, "they differ");
      continue;
    }
    met.insert(deviation->name);
    if (const std::string lacks = missing(a, deviation->ours); !lacks.empty()) complain(a, b, lacks);
    const auto wanted = fields_of(deviation->ours);
    if (!comparable) continue;
    for (const auto& [field, value] : a.fields) {
      const auto there = b.fields.find(field);
      if (!wanted.contains(field) && (there == b.fields.end() || there->second != value))
        complain(a, b, fmt::format("they differ in {}", field));
    }
  }
  if (ours.size() != theirs.size())
    wrong += fmt::format("{} lines here, {} under QEMU.\n", ours.size(), theirs.size());
  for (const Deviation& d : deviations)
    if (!met.contains(d.name))
      wrong += fmt::format("The table explains \"{}\", which no image prints.\n", d.name);
  return wrong;
}

}  // namespace ringside::testing
