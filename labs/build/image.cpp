// SPDX-License-Identifier: GPL-2.0-or-later
#include "labs/build/image.h"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <signal.h>

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <sstream>

#include "labs/build/linker_words.h"
#include "labs/build/process.h"
#include "labs/build/sandbox.h"

namespace ringside::labs {
namespace {

using std::filesystem::path;

constexpr const char* kPlace = "/work";  // what the debug information calls the student's folder

std::string first_line(const path& file) {
  std::ifstream in(file);
  std::string line;
  std::getline(in, line);
  return line;
}

// Leads inside: a relative path without "..".
bool stays_inside(const path& name) {
  return name.is_relative() && std::ranges::none_of(name, [](const path& part) { return part == ".."; });
}

// g++ as it makes the image, in the folder of the student's files.
std::vector<std::string> compile_command(const Installation& here, const Lab& lab, const path& place) {
  std::vector<std::string> command{
      first_line(here.modules / "compiler"),
      "@" + (here.modules / "compile.rsp").string(),
      "@" + (here.modules / "link.rsp").string(),
      "-Wall",
      "-Wextra",
      "-fdiagnostics-color=never",
      fmt::format("-ffile-prefix-map={}={}", place.string(), kPlace),
      "-I.",
      "-I" + lab.given().string(),
      "-I" + (here.sources / "kernel").string(),
      "-T",
      lab.linker_script.empty() ? (here.sources / "kernel/kernel.ld").string() : lab.linker_script};
  for (const std::string& file : lab.files)
    if (file.ends_with(".cpp") || file.ends_with(".S")) command.push_back(file);
  command.insert(command.end(), {(here.built / lab.name / "libkernel.a").string(), "-o", "kernel.elf"});
  return command;
}

std::string why_not_built(const ProcessResult& result) {
  if (result.timed_out || result.signal == SIGXCPU ||
      result.output.find("CPU time limit") != std::string::npos)
    return "The compiler did not come to an end.";
  if (result.output.find("File size limit") != std::string::npos || result.signal == SIGXFSZ)
    return "What the compiler made of it is too large.";
  if (result.output.find("out of memory") != std::string::npos ||
      result.output.find("virtual memory exhausted") != std::string::npos)
    return "The compiler needed more memory than it may have.";
  if (const std::string missing = missing_in_words(result.output); !missing.empty()) return missing;
  if (result.output.find(": error:") != std::string::npos) return "It does not compile.";
  return "It could not be built.";
}

}  // namespace

Installation Installation::of_this_program() { return in(program_folder()); }

Installation Installation::in(const path& built) {
  const char* const elsewhere = std::getenv("RINGSIDE_SOURCES");
  return {elsewhere ? elsewhere : RINGSIDE_SOURCE_FOLDER, built.parent_path() / "kernel/modules", built,
          built / "ringside-check"};
}

Submission read_submission(const Lab& lab, const path& folder) {
  Submission submission;
  std::vector<std::string> missing;
  bool all_empty = true;
  for (const std::string& name : lab.files) {
    const path file = folder / name;
    std::error_code error;
    if (!std::filesystem::is_regular_file(std::filesystem::symlink_status(file, error))) {
      missing.push_back(name);
      continue;
    }
    std::ifstream in(file, std::ios::binary);
    SubmittedFile taken{name, std::string(kMostSubmittedBytes + 1, '\0')};
    in.read(taken.text.data(), static_cast<std::streamsize>(taken.text.size()));
    taken.text.resize(static_cast<std::size_t>(in.gcount()));
    if (taken.text.size() > kMostSubmittedBytes) {
      submission.status = Verdict::Status::not_built;
      submission.sentence =
          fmt::format("{} is larger than {} KiB, which no solution needs.", name, kMostSubmittedBytes / 1024);
    }
    all_empty = all_empty && std::ranges::all_of(taken.text, [](char c) {
                  return c == ' ' || c == '\n' || c == '\r' || c == '\t';
                });
    submission.files.push_back(std::move(taken));
  }
  if (!missing.empty()) {
    submission.status = Verdict::Status::missing;
    submission.sentence =
        fmt::format("{} {} missing: lab {} wants {}.", fmt::join(missing, ", "),
                    missing.size() == 1 ? "is" : "are", lab.number(), fmt::join(lab.files, ", "));
  } else if (all_empty) {
    submission.status = Verdict::Status::empty;
    submission.sentence = "The files are there, and there is nothing in them.";
  }
  return submission;
}

BuiltImage build_image(const Installation& here, const Lab& lab, const Submission& submission,
                       const path& work, Confinement confinement) {
  if (submission.status != Verdict::Status::checked) return {submission.status, submission.sentence, "", {}};
  const auto host_failure = [](std::string sentence) {
    return BuiltImage{Verdict::Status::not_checked, std::move(sentence), "", {}};
  };
  std::error_code error;
  std::filesystem::remove_all(work, error);
  for (const SubmittedFile& file : submission.files) {
    if (!stays_inside(file.name))
      return host_failure(fmt::format("labs.toml names a file outside of the lab: {}.", file.name));
    std::filesystem::create_directories((work / file.name).parent_path(), error);
    std::ofstream out(work / file.name, std::ios::binary);
    out << file.text;
    out.close();
    if (!out)
      return host_failure(
          fmt::format("{} cannot be written: is the disk full?", (work / file.name).string()));
  }
  const bool confined = confinement == Confinement::sandbox;
  const path place = confined ? path(kPlace) : std::filesystem::absolute(work);
  std::vector<std::string> command = compile_command(here, lab, place);
  if (confined) {
    SandboxView view{{here.modules, here.built / lab.name, here.sources / "kernel"}, work};
    if (std::filesystem::is_directory(lab.given(), error)) view.read_only.push_back(lab.given());
    command = in_sandbox(view, command);
  }
  const auto result = run_process(
      command, work,
      {.cpu_seconds = 20, .memory_bytes = std::uint64_t{2} << 30, .file_bytes = std::uint64_t{32} << 20});
  if (!result) return host_failure(result.error().sentence);
  if (!result->ok()) {
    if (result->output.starts_with("bwrap:")) return host_failure("The sandbox: " + result->output);
    return {Verdict::Status::not_built, why_not_built(*result), result->output, {}};
  }
  return {Verdict::Status::checked, "", "", work / "kernel.elf"};
}

}  // namespace ringside::labs
