// SPDX-License-Identifier: GPL-2.0-or-later
#include "labs/grade/cache.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <unistd.h>

#include <algorithm>
#include <fstream>
#include <iterator>

#include "labs/build/process.h"
#include "sim/timeline/sha256.h"

namespace ringside::labs {
namespace {

using std::filesystem::path;

Result<std::string> read_all(const path& file) {
  std::ifstream in(file, std::ios::binary);
  if (!in)
    return fail(fmt::format("{} cannot be read: build Ringside again with ./ringside build.", file.string()));
  return std::string(std::istreambuf_iterator<char>(in), {});
}

// Parts with their lengths, so that no two lists of parts give the same text.
class Key {
 public:
  void add(std::string_view part) { text_ += fmt::format("{}:{};", part.size(), part); }
  Result<void> add_file(const path& file) {
    const auto bytes = read_all(file);
    if (!bytes) return std::unexpected(bytes.error());
    add(file.filename().string());
    add(hex_text(sha256(*bytes)));
    return {};
  }
  // All files below a folder, by their relative names.
  Result<void> add_folder(const path& folder, auto wanted) {
    std::vector<path> files;
    std::error_code error;
    for (const auto& one : std::filesystem::recursive_directory_iterator(folder, error))
      if (one.is_regular_file() && wanted(one.path())) files.push_back(one.path());
    std::ranges::sort(files);
    for (const path& file : files) {
      add(file.lexically_relative(folder).string());
      if (auto done = add_file(file); !done) return done;
    }
    return {};
  }
  std::string hash() const { return hex_text(sha256(text_)); }

 private:
  std::string text_;
};

}  // namespace

Result<std::string> lab_key(const Installation& here, const Lab& lab, std::uint64_t seed) {
  Key key;
  key.add("Ringside " RINGSIDE_VERSION);
  key.add(fmt::to_string(seed));
  key.add(lab.name);
  key.add(lab.linker_script);
  for (const std::string& file : lab.files) key.add(file);
  for (const LabStep& step : lab.steps) key.add(step.title), key.add(fmt::to_string(step.points));
  for (const path& file :
       {here.checker, here.solution_image(lab), here.built / lab.name / "libkernel.a",
        here.modules / "compile.rsp", here.modules / "link.rsp", here.modules / "compiler"})
    if (auto done = key.add_file(file); !done) return std::unexpected(done.error());
  const auto given = key.add_folder(lab.given(), [](const path&) { return true; });
  if (!given) return std::unexpected(given.error());
  const auto kernel = key.add_folder(here.sources / "kernel", [](const path& file) {
    return file.extension() == ".h" || file.extension() == ".ld";
  });
  if (!kernel) return std::unexpected(kernel.error());
  const auto compiler = read_all(here.modules / "compiler");
  const auto version = run_process({compiler->substr(0, compiler->find('\n')), "--version"}, "/");
  if (!version) return std::unexpected(version.error());
  key.add(version->output);
  return key.hash();
}

std::string submission_key(const std::string& lab_key, const Submission& submission) {
  Key key;
  key.add(lab_key);
  for (const SubmittedFile& file : submission.files) key.add(file.name), key.add(file.text);
  return key.hash();
}

Result<VerdictCache> VerdictCache::open(const path& folder) {
  std::error_code error;
  std::filesystem::create_directories(folder, error);
  const path lock = folder / "lock";
  const int file = ::open(lock.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644);
  if (file < 0)
    return fail(
        fmt::format("The folder {} cannot be written: name another one with --out.", folder.string()));
  if (::flock(file, LOCK_EX | LOCK_NB) != 0) {
    ::close(file);
    return fail(fmt::format(
        "Another ringside grade is at work in {}: wait for it, or name another folder with --out.",
        folder.string()));
  }
  // What an interrupted run has left.
  for (const auto& one : std::filesystem::directory_iterator(folder, error))
    if (one.path().filename().string().starts_with("work-")) std::filesystem::remove_all(one.path(), error);
  return VerdictCache(folder, file);
}

VerdictCache::VerdictCache(VerdictCache&& other) noexcept
    : folder_(std::move(other.folder_)), lock_(std::exchange(other.lock_, -1)) {}

VerdictCache::~VerdictCache() {
  if (lock_ >= 0) ::close(lock_);
}

path VerdictCache::work(unsigned worker) const { return folder_ / fmt::format("work-{}", worker); }

std::optional<Verdict> VerdictCache::find(const Lab& lab, const std::string& key) const {
  std::ifstream in(place(key) / "verdict.json", std::ios::binary);
  if (!in) return std::nullopt;
  const auto verdict = verdict_from_json(std::string(std::istreambuf_iterator<char>(in), {}));
  // What has been damaged, and can still be read, is made anew.
  const auto fits = [](const StepResult& step, const LabStep& known) {
    return step.title == known.title && step.out_of == known.points &&
           step.points == (step.passed() ? known.points : 0);
  };
  if (!verdict || verdict->lab != lab.name || !std::ranges::equal(verdict->steps, lab.steps, fits))
    return std::nullopt;
  return *verdict;
}

Result<void> VerdictCache::store(const std::string& key, const Verdict& verdict, const path& work) const {
  std::error_code error;
  std::filesystem::create_directories(work, error);
  const bool failed_somewhere =
      std::ranges::any_of(verdict.steps, [](const StepResult& step) { return !step.passed(); });
  for (const auto& one : std::filesystem::directory_iterator(work, error)) {
    const path name = one.path().filename();
    const bool kept = name == "kernel.elf" || name.extension() == ".recording";
    if (!kept || !failed_somewhere || !one.is_regular_file()) std::filesystem::remove_all(one.path(), error);
  }
  std::ofstream out(work / "verdict.json", std::ios::binary);
  out << to_json(verdict) << "\n";
  out.close();
  if (out) {
    std::filesystem::remove_all(place(key), error);
    std::filesystem::rename(work, place(key), error);
    if (!error) return {};
  }
  return fail(fmt::format("The folder {} cannot be written: is the disk full?", folder_.string()));
}

}  // namespace ringside::labs
