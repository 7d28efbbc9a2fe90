// SPDX-License-Identifier: GPL-2.0-or-later
// Verdicts that were found before: what makes a second run fast and an interrupted one go on.
//
//   CACHE/lock            held while somebody grades
//   CACHE/work-N/         where worker N builds and checks
//   CACHE/work-headers/   what the compiler sees of the kernel
//   CACHE/KEY/            verdict.json; kernel.elf and step-N.recording where a step failed
//
// A key names all that a verdict depends on, by content. An entry is complete or not there: it is renamed
// from where it was made.
#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include "labs/build/image.h"

namespace ringside::labs {

// Of everything but the submission: the lab, its check, its reference, the kernel's modules and headers, the
// compiler and how it is called, the seed, the version of Ringside.
Result<std::string> lab_key(const Installation& here, const Lab& lab, std::uint64_t seed);
std::string submission_key(const std::string& lab_key, const Submission& submission);

class VerdictCache {
 public:
  // Waits for nobody: where another grader is at work in the folder, that is the error.
  static Result<VerdictCache> open(const std::filesystem::path& folder);
  VerdictCache(VerdictCache&& other) noexcept;
  VerdictCache& operator=(VerdictCache&&) = delete;
  ~VerdictCache();

  std::filesystem::path place(const std::string& key) const { return folder_ / key; }
  std::filesystem::path work(unsigned worker) const;
  std::filesystem::path headers() const { return folder_ / "work-headers"; }
  std::optional<Verdict> find(const Lab& lab, const std::string& key) const;
  // Takes verdict, image and recordings out of a worker's folder.
  Result<void> store(const std::string& key, const Verdict& verdict, const std::filesystem::path& work) const;

 private:
  VerdictCache(std::filesystem::path folder, int lock) : folder_(std::move(folder)), lock_(lock) {}
  std::filesystem::path folder_;
  int lock_ = -1;
};

}  // namespace ringside::labs
