// SPDX-License-Identifier: GPL-2.0-or-later
// The end of a recorded run.
#pragma once

#include <string>

#include "sim/base/error.h"
#include "sim/timeline/timeline.h"

namespace ringside {

// Writes the recording to the file and returns a line about it. Where it cannot be written there it goes to
// the folder for temporary files, so that nothing is lost, and the error says so.
Result<std::string> keep_recording(const std::string& path, Timeline& timeline);

}  // namespace ringside
