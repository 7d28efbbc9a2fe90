// SPDX-License-Identifier: GPL-2.0-or-later
// What the checks of one run share, behind the words of the kit: the images, and what a failed step leaves.
#pragma once

#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "labs/book/manifest.h"
#include "labs/kit/step.h"
#include "sim/session/session.h"

namespace ringside::labs {

struct CheckState {
  std::vector<std::byte> image, reference;
  // As a machine has read them first: the images are the same for all machines.
  std::shared_ptr<const Symbols> symbols, reference_symbols;
  // Machines that a Pc before has done with. To reset one takes a fifth of what it takes to make one.
  struct Parked {
    std::unique_ptr<Session> session;
    bool reference = false;
    std::string command_line;
    std::uint32_t memory_mib = 0;
  };
  std::vector<Parked> parked;
  std::filesystem::path image_path, reference_path;
  std::filesystem::path recordings;  // empty: none are kept
  std::filesystem::path sources;     // the project's folder, cut off of file names
  std::optional<Finding> finding;    // of the step that runs
  unsigned step = 0;
  Dice dice{0};
};
CheckState& check_state();

// What the debug information calls a file of the student's begins with this.
inline const std::string kStudentsFolder = std::string(kHandIn) + "/";

// As GoogleTest calls the lab: in its filters a dash has a meaning.
std::string suite_name(std::string lab);

struct RegisteredQuestion {
  std::string lab;
  unsigned number = 0;
  std::function<Question()> ask;
};
std::vector<RegisteredQuestion>& registered_questions();

// Thrown by fail_step(), after it wrote the finding.
struct StepFailed {};

}  // namespace ringside::labs
