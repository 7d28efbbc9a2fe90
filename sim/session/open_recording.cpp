// SPDX-License-Identifier: GPL-2.0-or-later
#include "sim/session/open_recording.h"

#include <fmt/format.h>

#include <fstream>
#include <optional>

#include "sim/timeline/recording_file.h"
#include "sim/timeline/recording_words.h"

namespace ringside {
namespace {

namespace fs = std::filesystem;
using FileBytes = std::vector<std::byte>;

// The file's bytes, if they are those recorded.
std::optional<FileBytes> read_recorded(const fs::path& path, const RecordedFile& wanted) {
  std::error_code error;
  if (!fs::is_regular_file(path, error) || fs::file_size(path, error) != wanted.bytes || error)
    return std::nullopt;
  FileBytes bytes(wanted.bytes);
  std::ifstream file(path, std::ios::binary);
  if (!file.read(reinterpret_cast<char*>(bytes.data()), static_cast<std::streamsize>(bytes.size())))
    return std::nullopt;
  if (sha256(bytes) != wanted.hash) return std::nullopt;
  return bytes;
}

Result<FileBytes> find(const RecordedFile& wanted, const fs::path& recording, std::vector<fs::path> places,
                       const char* what, const char* option) {
  const fs::path named = wanted.name, folder = recording.parent_path();
  for (const fs::path& place : {named, folder / named, folder / named.filename()}) places.push_back(place);
  bool another = false;
  for (const fs::path& place : places) {
    if (auto bytes = read_recorded(place, wanted)) return std::move(*bytes);
    std::error_code error;
    another |= fs::is_regular_file(place, error);
  }
  return fail(fmt::format(
      "{}: {} {} is {}, neither where it was nor beside the recording: name the one with SHA-256 {}... "
      "by {}.",
      printable(recording.string()), what, printable(wanted.name),
      another ? "another one now" : "not there any more", hex_text(wanted.hash).substr(0, 16), option));
}

}  // namespace

bool is_recording(const std::string& path) {
  constexpr std::string_view kBeginning = "{\"ringside-recording\"";
  std::error_code error;
  if (!fs::is_regular_file(path, error)) return false;
  std::string beginning(kBeginning.size(), '\0');
  std::ifstream(path, std::ios::binary)
      .read(beginning.data(), static_cast<std::streamsize>(beginning.size()));
  return beginning == kBeginning;
}

Result<OpenedRecording> open_recording(const std::string& path, const RecordingFiles& files) {
  auto recording = load_recording(path);
  if (!recording) return std::unexpected(recording.error());
  FileBytes image;
  if (!files.image.empty()) {
    auto named = read_recorded(files.image, recording->image);
    if (!named) {
      std::error_code error;
      if (!fs::is_regular_file(files.image, error))
        return fail(fmt::format("There is no kernel image {}: check the path.", printable(files.image)));
      return fail(fmt::format(
          "{} was made with another image than {}: name the one with {} bytes and SHA-256 {}.",
          printable(path), printable(files.image), recording->image.bytes, hex_text(recording->image.hash)));
    }
    image = std::move(*named);
  } else {
    auto found = find(recording->image, path, {files.also.begin(), files.also.end()}, "the image", "--image");
    if (!found) return std::unexpected(found.error());
    image = std::move(*found);
  }
  std::vector<FileBytes> modules;
  for (const RecordedModule& module : recording->modules) {
    auto found =
        find(module.file, path, {files.modules.begin(), files.modules.end()}, "the module", "--module");
    if (!found) return std::unexpected(found.error());
    modules.push_back(std::move(*found));
  }
  auto config = config_of(*recording, std::move(image), std::move(modules));
  if (!config) return std::unexpected(config.error());
  config->execution = files.execution;
  HistoryConfig history = files.history;
  history.keep = true;
  auto session = Session::open(std::move(*config), files.source_roots, history);
  if (!session) return std::unexpected(session.error());
  (*session)->timeline().preload(recording->commands, recording->end.position);
  return OpenedRecording{std::move(*recording), std::move(*session)};
}

}  // namespace ringside
