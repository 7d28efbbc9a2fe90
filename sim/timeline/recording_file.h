// SPDX-License-Identifier: GPL-2.0-or-later
// Recordings in the host's files.
#pragma once

#include <string>

#include "sim/base/error.h"
#include "sim/timeline/recording.h"

namespace ringside {

// Reads all of it at once: what happens to the file afterwards does not matter.
Result<Recording> load_recording(const std::string& path);

// All or nothing: written beside it under another name, and put in its place when it is on the disk. Where
// that fails an older file is as it was. What is there and is no ordinary file (/dev/null) is written to.
Result<void> save_recording(const std::string& path, const Recording& recording);

// Whether save_recording() stands a chance: said before a long run, not after it.
Result<void> can_save_recording(const std::string& path);

}  // namespace ringside
