// SPDX-License-Identifier: GPL-2.0-or-later
// A recording as a session: the machine stands at power-on, and all that was recorded lies before it.
#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "sim/session/session.h"
#include "sim/timeline/recording.h"

namespace ringside {

struct RecordingFiles {
  std::string image;                 // this one and no other; empty: one that fits is looked for
  std::vector<std::string> modules;  // these are looked through, before the places where they were
  std::vector<std::string> also;     // images to try besides
  std::vector<std::filesystem::path> source_roots;
  Execution execution = Execution::fast;
  HistoryConfig history = {};
};

struct OpenedRecording {
  Recording recording;
  std::unique_ptr<Session> session;
};

// Whether the file says that it is a recording, for programs that take an image as well.
bool is_recording(const std::string& path);

// The image is looked for as it was named, then beside the recording; what decides is its SHA-256. All files
// are read before this returns: what becomes of them then does not matter.
Result<OpenedRecording> open_recording(const std::string& path, const RecordingFiles& files = {});

}  // namespace ringside
