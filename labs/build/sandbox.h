// SPDX-License-Identifier: GPL-2.0-or-later
// A program on somebody else's files: by bubblewrap it sees the system's programs, what it is given, and
// nothing else; no network, no home, no /proc, no device but /dev/null, no other process.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "sim/base/error.h"

namespace ringside::labs {

struct SandboxView {
  std::vector<std::filesystem::path> read_only;  // files and folders, at the same place inside
  std::vector<std::pair<std::filesystem::path, std::filesystem::path>> placed;  // likewise: from, inside
  bool proc = false;           // with a /proc of its own processes
  std::filesystem::path work;  // a folder, at /hand-in inside, where the command starts
  // The one thing it may write to and that stays: `work`, or a file in it that is there already. Everything
  // else is read-only; /tmp is its own, and gone afterwards.
  std::filesystem::path written;
  std::uint64_t tmp_bytes = std::uint64_t{64} << 20;  // what /tmp may grow to
  unsigned processes = 64;  // at once, where the kernel counts them by sandbox and the user is not root
};

// The command in front of which stands what puts it into the sandbox.
std::vector<std::string> in_sandbox(const SandboxView& view, const std::vector<std::string>& command);

// Whether bubblewrap runs here; the sentence says what to do where it does not.
Result<void> sandbox_works();

}  // namespace ringside::labs
