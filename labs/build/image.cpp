// SPDX-License-Identifier: GPL-2.0-or-later
#include "labs/build/image.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <signal.h>
#include <unistd.h>

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

constexpr unsigned kCompilerSeconds = 10;           // of processor time, for each process
constexpr off_t kMostImageBytes = off_t{32} << 20;  // of each file that it makes

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

// An ordinary file, and no part of the way to it is a link: a link could lead to anything of the host's.
bool is_plain_file(const path& folder, const path& name) {
  std::error_code error;
  path way = folder;
  for (auto part = name.begin(); part != name.end(); ++part) {
    way /= *part;
    const auto status = std::filesystem::symlink_status(way, error);
    const bool last = std::next(part) == name.end();
    if (last ? !std::filesystem::is_regular_file(status) : !std::filesystem::is_directory(status))
      return false;
  }
  return stays_inside(name);
}

// Whether the computer, and not the submission, is why the compiler failed. Its words alone prove nothing, as
// a student's file can bring it to say them.
std::string trouble_of_the_host(const ProcessResult& result, const path& work) {
  const auto says = [&](const char* words) { return result.output.find(words) != std::string::npos; };
  if (result.timed_out) return "The compiler got too little of the processor.";
  if ((result.signal == SIGKILL || says("Killed signal terminated program")) && !result.too_many &&
      result.cpu_seconds < kCompilerSeconds - 1)
    return "Something has ended the compiler from outside: does this computer have enough memory?";
  if (!says("No space left on device")) return "";
  const path probe = work / "probe";
  const int file = ::open(probe.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
  const bool room = file >= 0 && ::posix_fallocate(file, 0, kMostImageBytes) == 0;
  if (file >= 0) ::close(file);
  ::unlink(probe.c_str());
  return room ? "" : fmt::format("There is no room in {}.", work.string());
}

void replace_all(std::string& text, std::string_view what, std::string_view by) {
  for (std::size_t at = 0; (at = text.find(what, at)) != std::string::npos; at += by.size())
    text.replace(at, what.size(), by);
}

// The compiler names its temporary files by chance, and the project's by where it lies; what it says is to be
// the same each time and everywhere.
std::string without_places(const Installation& here, std::string text) {
  replace_all(text, here.built.string() + "/", "");
  replace_all(text, here.sources.string() + "/", "");
  constexpr std::string_view kStart = "/tmp/cc";
  constexpr std::size_t kChance = 6;
  for (std::size_t at = 0; (at = text.find(kStart, at)) != std::string::npos;) {
    at += kStart.size();
    if (text.size() >= at + kChance && std::all_of(text.begin() + static_cast<std::ptrdiff_t>(at),
                                                   text.begin() + static_cast<std::ptrdiff_t>(at + kChance),
                                                   [](unsigned char c) { return std::isalnum(c); }))
      text.erase(at, kChance);
  }
  return text;
}

// g++ as it makes the image, in the folder of the student's files.
std::vector<std::string> compile_command(const Installation& here, const Lab& lab, const path& place) {
  std::vector<std::string> command{
      first_line(here.modules / "compiler"),
      "@" + (here.modules / "compile.rsp").string(),
      "@" + (here.modules / "link.rsp").string(),
      "-Wall",
      "-Wextra",
      "-Werror=date-time",  // __TIME__: what is built does not depend on when
      "-fdiagnostics-color=never",
      fmt::format("-ffile-prefix-map={}={}", place.string(), kHandIn),
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
  if (result.too_many) return "The compiler started more processes than it may have.";
  if (result.signal == SIGXCPU || result.output.find("CPU time limit") != std::string::npos ||
      result.output.find("Killed signal") != std::string::npos)
    return "The compiler did not come to an end.";
  if (result.output.find("File size limit") != std::string::npos || result.signal == SIGXFSZ)
    return "What the compiler made of it is too large.";
  if (result.output.find("out of memory") != std::string::npos ||
      result.output.find("virtual memory exhausted") != std::string::npos)
    return "The compiler needed more memory than it may have.";
  if (const std::string missing = missing_in_words(result.output); !missing.empty()) return missing;
  std::istringstream lines(result.output);
  for (std::string line; std::getline(lines, line);)
    for (const char* words : {": error:", ": fatal error:", ": Error:", ": Fatal error:"})
      if (line.find(words) != std::string::npos && line.find("/ld: ") == std::string::npos &&
          !line.starts_with("collect2: "))
        return "It does not compile.";
  return "It compiles, but the linker cannot put it together.";
}

}  // namespace

Installation Installation::of_this_program() { return in(program_folder()); }

Installation Installation::in(const path& built) {
  const char* const elsewhere = std::getenv("RINGSIDE_SOURCES");
  return {elsewhere ? elsewhere : RINGSIDE_SOURCE_FOLDER, built.parent_path() / "kernel/modules", built,
          built / "ringside-check"};
}

Submission submission_of(const Lab& lab, std::vector<SubmittedFile> files) {
  Submission submission;
  std::vector<std::string> missing;
  bool all_empty = true;
  for (const std::string& name : lab.files) {
    const auto file = std::ranges::find(files, name, &SubmittedFile::name);
    if (file == files.end()) {
      missing.push_back(name);
      continue;
    }
    if (file->text.size() > kMostSubmittedBytes) {
      submission.status = Verdict::Status::not_built;
      submission.sentence =
          fmt::format("{} is larger than {} KiB, which no solution needs.", name, kMostSubmittedBytes / 1024);
    }
    all_empty = all_empty && std::ranges::all_of(file->text, [](char c) {
                  return c == ' ' || c == '\n' || c == '\r' || c == '\t';
                });
    submission.files.push_back(std::move(*file));
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

Submission read_submission(const Lab& lab, const path& folder) {
  std::vector<SubmittedFile> files;
  for (const std::string& name : lab.files) {
    if (!is_plain_file(folder, name)) continue;
    std::ifstream in(folder / name, std::ios::binary);
    if (!in) continue;
    SubmittedFile taken{name, std::string(kMostSubmittedBytes + 1, '\0')};
    in.read(taken.text.data(), static_cast<std::streamsize>(taken.text.size()));
    taken.text.resize(static_cast<std::size_t>(in.gcount()));
    files.push_back(std::move(taken));
  }
  return submission_of(lab, std::move(files));
}

Result<void> copy_headers(const Installation& here, const Lab& lab, const path& folder) {
  const path kernel = here.sources / "kernel";
  std::error_code error;
  std::filesystem::remove_all(folder, error);
  for (const auto& one : std::filesystem::recursive_directory_iterator(kernel, error)) {
    const bool script = one.path() == kernel / "kernel.ld" && lab.linker_script.empty();
    if (one.path().extension() != ".h" && !script) continue;
    const path to = folder / one.path().lexically_relative(kernel);
    std::filesystem::create_directories(to.parent_path(), error);
    std::filesystem::copy_file(one.path(), to, error);
    if (error) return fail(fmt::format("{} cannot be written: {}.", to.string(), error.message()));
  }
  return {};
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
  const path image = work / "kernel.elf";
  std::ofstream(image, std::ios::binary).close();
  const bool confined = confinement == Confinement::sandbox, as_nobody = confinement == Confinement::nobody;
  if (as_nobody)
    for (const path& one : {work, image})
      if (::chown(one.c_str(), 65534, 65534) != 0)
        return host_failure(fmt::format("{} cannot be given away.", one.string()));
  const path place = confined ? path(kHandIn) : std::filesystem::absolute(work);
  const std::vector<std::string> compile = compile_command(here, lab, place);
  // The reference solution lies beside libkernel.a, so single files are shown and not their folders.
  SandboxView view{
      .read_only = {here.modules / "compile.rsp", here.modules / "link.rsp",
                    here.built / lab.name / "libkernel.a"},
      .placed = {{here.headers.empty() ? here.sources / "kernel" : here.headers, here.sources / "kernel"}},
      .work = std::filesystem::absolute(work),
      .written = std::filesystem::absolute(image)};
  if (std::filesystem::is_directory(lab.given(), error)) view.read_only.push_back(lab.given());
  const auto result = run_process(confined ? in_sandbox(view, compile) : compile, work,
                                  {.cpu_seconds = kCompilerSeconds,
                                   .memory_bytes = std::uint64_t{1} << 30,
                                   .file_bytes = kMostImageBytes,
                                   .as_nobody = as_nobody,
                                   .processes = view.processes,
                                   .wall = std::chrono::seconds(120)});
  if (!result) return host_failure(result.error().sentence);
  if (!result->ok()) {
    if (const std::string trouble = trouble_of_the_host(*result, work); !trouble.empty())
      return host_failure(trouble);
    // Words that a student's file can bring the compiler to say prove nothing: would anything start in there?
    if (confined && result->output.starts_with("bwrap:"))
      if (const auto any = run_process(in_sandbox(view, {"true"}), work); !any || !any->ok())
        return host_failure("The sandbox: " + result->output);
    return {Verdict::Status::not_built, why_not_built(*result), without_places(here, result->output), {}};
  }
  if (!is_plain_file(work, "kernel.elf")) return host_failure("The compiler made something that is no file.");
  return {Verdict::Status::checked, "", "", image};
}

}  // namespace ringside::labs
