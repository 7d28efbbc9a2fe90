// SPDX-License-Identifier: GPL-2.0-or-later
#include "labs/build/check.h"

#include <fmt/format.h>

#include <fstream>
#include <sstream>

#include "labs/build/process.h"
#include "labs/build/sandbox.h"

namespace ringside::labs {
namespace {

using std::filesystem::path;

#ifdef __SANITIZE_ADDRESS__
// AddressSanitizer reserves terabytes of addresses, and finds its stack by /proc; everything takes some times
// as long.
constexpr bool kSanitized = true;
#else
constexpr bool kSanitized = false;
#endif
// Of addresses, not of memory: Unicorn takes 64 MB of them for each machine, and the check that starts most
// machines reaches 900 MB.
constexpr std::uint64_t kMostAddresses = kSanitized ? 0 : std::uint64_t{2} << 30;
constexpr unsigned kSlower = kSanitized ? 10 : 1;

constexpr const char* kGivenUp =
    "The check was given up: the kernel does what is slow to emulate, over and over.";

std::string read_text(const path& file) {
  std::ifstream in(file, std::ios::binary);
  std::ostringstream text;
  text << in.rdbuf();
  return text.str();
}

// Works in the image's folder and writes there; files in it are named without it, so that nothing that comes
// out depends on where it is.
Result<std::string> run_checker(const Installation& here, const Lab& lab, const path& image,
                                std::vector<std::string> more, const CheckOptions& options) {
  const path work = std::filesystem::absolute(image).parent_path(), out = work / "check.json";
  std::error_code error;
  std::filesystem::remove(out, error);
  std::vector<std::string> command{here.checker.string(),
                                   "--labs",
                                   here.labs().string(),
                                   "--lab",
                                   lab.name,
                                   "--image",
                                   image.filename().string(),
                                   "--reference",
                                   here.solution_image(lab).string(),
                                   "--out",
                                   out.filename().string()};
  command.insert(command.end(), more.begin(), more.end());
  if (options.confinement == Confinement::sandbox)
    command = in_sandbox({.read_only = {here.checker, here.labs() / "labs.toml", here.solution_image(lab)},
                          .proc = kSanitized,
                          .work = work,
                          .written = work},
                         command);
  const auto result = run_process(command, work,
                                  {.cpu_seconds = options.cpu_seconds * kSlower,
                                   .memory_bytes = kMostAddresses,
                                   .file_bytes = std::uint64_t{64} << 20,
                                   .wall = std::chrono::seconds(300 * kSlower)});
  if (!result) return std::unexpected(result.error());
  if (result->ok()) return read_text(out);
  if (result->cpu_seconds > static_cast<double>(options.cpu_seconds * kSlower) - 1)
    return to_json(Verdict{.lab = lab.name, .sentence = kGivenUp});
  return fail(fmt::format("The check of lab {} did not come to an end ({}): {}", lab.number(),
                          result->timed_out ? "it took too long"
                          : result->signal  ? fmt::format("signal {}", result->signal)
                                            : fmt::format("status {}", result->status),
                          result->output.empty() ? "it said nothing." : result->output));
}

}  // namespace

Verdict check_image(const Installation& here, const Lab& lab, const path& image,
                    const CheckOptions& options) {
  std::vector<std::string> more{"--seed", fmt::to_string(options.seed)};
  if (options.recordings) more.insert(more.end(), {"--recordings", "."});
  const auto json = run_checker(here, lab, image, more, options);
  auto verdict = json ? verdict_from_json(*json) : std::unexpected(json.error());
  if (verdict && !verdict->sentence.empty()) add_missing_steps(lab, *verdict);
  if (verdict) return *verdict;
  Verdict failed{
      .lab = lab.name, .status = Verdict::Status::not_checked, .sentence = verdict.error().sentence};
  return failed;
}

void add_missing_steps(const Lab& lab, Verdict& verdict) {
  if (!verdict.steps.empty()) return;
  for (unsigned n = 1; const LabStep& step : lab.steps)
    verdict.steps.push_back({n++, step.title, 0, step.points,
                             Finding{.expected = "a kernel that can be checked", .got = verdict.sentence}});
}

Verdict verdict_of(const Installation& here, const Lab& lab, const BuiltImage& built,
                   const CheckOptions& options) {
  Verdict verdict{.lab = lab.name,
                  .status = built.status,
                  .sentence = built.sentence,
                  .compiler_says = built.compiler_says};
  if (built.status == Verdict::Status::checked) verdict = check_image(here, lab, built.image, options);
  if (verdict.status == Verdict::Status::checked && verdict.steps.size() != lab.steps.size()) {
    verdict.status = Verdict::Status::not_checked;
    verdict.sentence = fmt::format("The check of lab {} has {} steps, and labs.toml {}.", lab.number(),
                                   verdict.steps.size(), lab.steps.size());
    verdict.steps.clear();
  }
  add_missing_steps(lab, verdict);
  return verdict;
}

Verdict check_submission(const Installation& here, const Lab& lab, const Submission& submission,
                         const path& folder, Confinement confinement, std::uint64_t seed) {
  const path work = std::filesystem::absolute(folder);  // the programs that are started stand elsewhere
  const Verdict verdict = verdict_of(here, lab, build_image(here, lab, submission, work, confinement),
                                     {.recordings = true, .seed = seed, .confinement = confinement});
  std::ofstream(work / "verdict.json") << to_json(verdict) << "\n";
  return verdict;
}

Result<std::vector<Question>> questions(const Installation& here, const Lab& lab, const path& image,
                                        std::uint64_t seed) {
  const auto json = run_checker(here, lab, image, {"--questions", "--seed", fmt::to_string(seed)}, {});
  if (!json) return std::unexpected(json.error());
  return questions_from_json(*json);
}

}  // namespace ringside::labs
