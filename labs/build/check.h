// SPDX-License-Identifier: GPL-2.0-or-later
// A built image, checked by the program that knows how.
#pragma once

#include <cstdint>
#include <filesystem>

#include "labs/build/image.h"

namespace ringside::labs {

struct CheckOptions {
  bool recordings = false;  // of failed steps, beside the image
  std::uint64_t seed = 1;
  Confinement confinement = Confinement::none;  // of the program that runs the image
  std::uint64_t cpu_seconds = 60;               // behind them the check is given up, without points
};

// Runs the check in a process of its own, with limits; whatever the image does to it, a verdict comes back.
Verdict check_image(const Installation& here, const Lab& lab, const std::filesystem::path& image,
                    const CheckOptions& options = {});

// Of what build_image() made: checked where there is an image. `steps` are those of the lab whatever
// happened.
Verdict verdict_of(const Installation& here, const Lab& lab, const BuiltImage& built,
                   const CheckOptions& options = {});
// Points that could not be had are points all the same: adds the lab's steps, all failed, where there are
// none.
void add_missing_steps(const Lab& lab, Verdict& verdict);

// Builds in `work` and checks; recordings and verdict.json are left there.
Verdict check_submission(const Installation& here, const Lab& lab, const Submission& submission,
                         const std::filesystem::path& work, Confinement confinement, std::uint64_t seed = 1);

// What this lab asks about the image.
Result<std::vector<Question>> questions(const Installation& here, const Lab& lab,
                                        const std::filesystem::path& image, std::uint64_t seed);

}  // namespace ringside::labs
