// SPDX-License-Identifier: GPL-2.0-or-later
// The compiler on somebody else's source: by bubblewrap it sees the system's programs, what it is given, and
// nothing else; no network, no home, no other process.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "sim/base/error.h"

namespace ringside::labs {

struct SandboxView {
  std::vector<std::filesystem::path> read_only;  // at the same place inside
  std::filesystem::path work;  // at /work inside, where the command starts; the only place it may write to
};

// The command in front of which stands what puts it into the sandbox.
std::vector<std::string> in_sandbox(const SandboxView& view, const std::vector<std::string>& command);

// Whether bubblewrap runs here; the sentence says what to do where it does not.
Result<void> sandbox_works();

}  // namespace ringside::labs
