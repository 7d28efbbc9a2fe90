// SPDX-License-Identifier: GPL-2.0-or-later
#include "labs/grade/grade.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <mutex>
#include <optional>
#include <thread>

#include "labs/grade/cache.h"

namespace ringside::labs {
namespace {

using Clock = std::chrono::steady_clock;

// Submissions that are equal to the byte are one job.
struct Job {
  std::string key;
  Submission submission;
  std::vector<std::size_t> whose;  // of the entries
  // Follows from the files: another one for each version that is handed in, so that a kernel that knows the
  // answers for the seed of `ringside lab check` knows nothing here; and the same each time.
  std::uint64_t seed() const { return std::stoull(key.substr(0, 15), nullptr, 16); }
};

// The compiler's and the guest's words can be long; what tells something is at their start.
constexpr std::size_t kMostWords = 16 * 1024;
void shorten(std::string& text) {
  if (text.size() > kMostWords) text = text.substr(0, kMostWords) + "\n[... and so on]\n";
}

double seconds(Clock::duration time) { return std::chrono::duration<double>(time).count(); }

class Class {
 public:
  Class(const Installation& here, const Lab& lab, const GradeOptions& options, const VerdictCache& cache,
        std::string lab_key)
      : here_(here), lab_(lab), options_(options), cache_(cache), lab_key_(std::move(lab_key)) {}

  Result<std::vector<Graded>> grade(const std::vector<Entry>& all) {
    results_.resize(all.size());
    progress_.of = all.size();
    std::vector<Submission> taken;
    for (const Entry& entry : all) taken.push_back(take_apart(lab_, entry));
    std::map<std::string, std::size_t> by_key;
    for (std::size_t i = 0; i < all.size(); ++i) {
      results_[i].student = all[i].student;
      if (taken[i].status != Verdict::Status::checked) {
        results_[i].verdict = without_points(taken[i]);
        taken[i].files.clear();  // who reads the next one starts with a copy of this memory
        ++progress_.done, ++progress_.at_once;
        continue;
      }
      std::string key = submission_key(lab_key_, taken[i]);
      const auto [at, is_new] = by_key.try_emplace(key, jobs_.size());
      if (is_new) jobs_.push_back({std::move(key), std::move(taken[i]), {}});
      jobs_[at->second].whose.push_back(i);
    }
    tell();
    in_parallel(jobs_.size(), [&](std::size_t i, unsigned worker) { work(jobs_[i], worker); });
    if (error_) return std::unexpected(*error_);
    return std::move(results_);
  }

 private:
  // Calls what(i, worker) for each i; the next one is taken by whoever is free.
  void in_parallel(std::size_t count, auto what) {
    std::atomic<std::size_t> next = 0;
    const auto run = [&](unsigned worker) {
      for (std::size_t i; (i = next++) < count && !stop_;) what(i, worker);
    };
    std::vector<std::jthread> workers;
    for (unsigned worker = 1; worker < std::min<std::size_t>(options_.jobs, count); ++worker)
      workers.emplace_back(run, worker);
    run(0);
  }

  Verdict without_points(const Submission& submission) const {
    Verdict verdict{.lab = lab_.name, .status = submission.status, .sentence = submission.sentence};
    add_missing_steps(lab_, verdict);
    return verdict;
  }

  void work(const Job& job, unsigned worker) {
    if (auto known = cache_.find(lab_, job.key)) return finish(job, std::move(*known), true);
    const auto folder = cache_.work(worker);
    Verdict verdict;
    // What did not come to an end may have been this computer's doing: once more, and then it is said.
    for (int attempt = 0; attempt < 2; ++attempt) {
      verdict = build_and_check(job, folder);
      if (verdict.status != Verdict::Status::not_checked) break;
    }
    shorten(verdict.compiler_says);
    shorten(verdict.sentence);
    for (StepResult& step : verdict.steps)
      if (step.finding)
        shorten(step.finding->expected), shorten(step.finding->got), shorten(step.finding->why);
    if (verdict.status != Verdict::Status::not_checked)
      if (auto stored = cache_.store(job.key, verdict, folder); !stored) {
        const std::lock_guard lock(mutex_);
        error_ = stored.error();
        stop_ = true;
        return;
      }
    finish(job, std::move(verdict), false);
  }

  Verdict build_and_check(const Job& job, const std::filesystem::path& folder) {
    const auto start = Clock::now();
    const BuiltImage built = build_image(here_, lab_, job.submission, folder, options_.confinement);
    const auto between = Clock::now();
    Verdict verdict = verdict_of(
        here_, lab_, built, {.recordings = true, .seed = job.seed(), .confinement = options_.confinement});
    const std::lock_guard lock(mutex_);
    progress_.building += seconds(between - start);
    progress_.checking += seconds(Clock::now() - between);
    return verdict;
  }

  void finish(const Job& job, Verdict verdict, bool from_cache) {
    const std::lock_guard lock(mutex_);
    for (const std::size_t i : job.whose) {
      results_[i].verdict = verdict;
      if (verdict.status == Verdict::Status::checked) results_[i].artifacts = cache_.place(job.key);
    }
    progress_.done += job.whose.size();
    if (from_cache) progress_.from_cache += job.whose.size();
    tell();
  }
  void tell() const {
    if (options_.progress) options_.progress(progress_);
  }

  const Installation& here_;
  const Lab& lab_;
  const GradeOptions& options_;
  const VerdictCache& cache_;
  std::string lab_key_;
  std::vector<Job> jobs_;
  std::vector<Graded> results_;
  std::atomic<bool> stop_ = false;
  std::mutex mutex_;  // of what follows
  Progress progress_;
  std::optional<Error> error_;
};

}  // namespace

Result<std::vector<Graded>> grade(const Installation& here, const Lab& lab, const std::vector<Entry>& all,
                                  const GradeOptions& options) {
  auto key = lab_key(here, lab, options.seed);
  if (!key) return std::unexpected(key.error());
  auto cache = VerdictCache::open(options.cache);
  if (!cache) return std::unexpected(cache.error());
  Installation shown = here;
  shown.headers = std::filesystem::absolute(cache->headers());
  if (auto done = copy_headers(here, lab, shown.headers); !done) return std::unexpected(done.error());
  return Class(shown, lab, options, *cache, std::move(*key)).grade(all);
}

}  // namespace ringside::labs
