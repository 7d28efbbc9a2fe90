// SPDX-License-Identifier: GPL-2.0-or-later
#include "sim/timeline/recording_file.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <optional>
#include <utility>

#include "sim/timeline/recording_words.h"

namespace ringside {
namespace {

namespace fs = std::filesystem;

class Descriptor {
 public:
  explicit Descriptor(int fd) : fd_(fd) {}
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  ~Descriptor() { (void)close(); }
  int get() const { return fd_; }
  bool close() {
    const int fd = std::exchange(fd_, -1);
    return fd < 0 || ::close(fd) == 0;
  }

 private:
  int fd_;
};

std::unexpected<Error> cannot(const char* what, const std::string& path, int error) {
  return fail(fmt::format("The recording {} cannot be {}: {}.", printable(path), what, std::strerror(error)));
}

bool write_all(int fd, std::string_view text) {
  while (!text.empty()) {
    const ssize_t done = ::write(fd, text.data(), text.size());
    if (done < 0 && errno == EINTR) continue;
    if (done < 0) return false;
    text.remove_prefix(static_cast<std::size_t>(done));
  }
  return true;
}

// The file itself, where the path is a link to one: the link shall stay.
std::string behind_links(const std::string& path) {
  std::error_code error;
  const fs::path real = fs::canonical(path, error);
  return error ? path : real.string();
}

std::string folder_of(const std::string& path) {
  const fs::path folder = fs::path(path).parent_path();
  return folder.empty() ? "." : folder.string();
}

std::optional<mode_t> mode_of(const std::string& path) {
  struct stat status {};
  if (::stat(path.c_str(), &status) != 0) return std::nullopt;
  return status.st_mode;
}

// What a new file would be given.
mode_t usual_permissions() {
  const mode_t mask = ::umask(0);
  ::umask(mask);
  return 0666 & ~mask;
}

}  // namespace

Result<Recording> load_recording(const std::string& path) {
  // A pipe without a writer must not keep us waiting.
  const Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  if (file.get() < 0 && errno == ENOENT)
    return fail(fmt::format("There is no recording {}: check the path.", printable(path)));
  struct stat status {};
  if (file.get() < 0 || ::fstat(file.get(), &status) != 0) return cannot("read", path, errno);
  if (S_ISDIR(status.st_mode))
    return fail(fmt::format("{} is a folder, not a recording: name the file in it.", printable(path)));
  std::string text;
  while (text.size() <= kMostRecordingBytes) {
    char part[65536];
    const ssize_t got = ::read(file.get(), part, sizeof part);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return cannot("read", path, errno);
    if (got == 0) break;
    text.append(part, static_cast<std::size_t>(got));
  }
  return parse_recording(text, printable(path));
}

Result<void> save_recording(const std::string& named, const Recording& recording) {
  const std::string text = text_of(recording);
  const std::string path = behind_links(named);
  const auto before = mode_of(path);
  if (before && !S_ISREG(*before)) {
    Descriptor device(::open(path.c_str(), O_WRONLY | O_CLOEXEC));
    if (device.get() < 0 || !write_all(device.get(), text) || !device.close())
      return cannot("written", named, errno);
    return {};
  }
  std::string beside = path + ".XXXXXX";
  Descriptor file(::mkostemp(beside.data(), O_CLOEXEC));
  if (file.get() < 0) return cannot("written", named, errno);
  const bool written = write_all(file.get(), text) &&
                       ::fchmod(file.get(), before ? *before & 0777 : usual_permissions()) == 0 &&
                       ::fsync(file.get()) == 0 && file.close() &&
                       ::rename(beside.c_str(), path.c_str()) == 0;
  if (!written) {
    const int error = errno;
    ::unlink(beside.c_str());
    return cannot("written", named, error);
  }
  // The new name, too, is to survive a power cut; a file system that cannot promise that is no error.
  const Descriptor folder(::open(folder_of(path).c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (folder.get() >= 0) (void)::fsync(folder.get());
  return {};
}

Result<void> can_save_recording(const std::string& named) {
  const std::string path = behind_links(named);
  if (const auto mode = mode_of(path)) {
    if (S_ISDIR(*mode))
      return fail(fmt::format("{} is a folder: name a file in it for the recording.", printable(named)));
    if (!S_ISREG(*mode)) return {};
  }
  if (::access(folder_of(path).c_str(), W_OK | X_OK) != 0) return cannot("written", named, errno);
  return {};
}

}  // namespace ringside
