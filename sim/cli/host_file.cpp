// SPDX-License-Identifier: GPL-2.0-or-later
#include "sim/cli/host_file.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <utility>

#include "sim/cli/signals.h"

namespace ringside {

Result<std::vector<std::byte>> read_file(const std::string& path, std::string_view what) {
  const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  const auto failed = [&](int error) {
    if (fd >= 0) ::close(fd);
    return fail(fmt::format("The {} {} cannot be read: {}.", what, path, std::strerror(error)));
  };
  if (fd < 0) {
    if (errno == ENOENT) return fail(fmt::format("There is no {} {}: check the path.", what, path));
    return failed(errno);
  }
  struct stat status {};
  if (::fstat(fd, &status) != 0) return failed(errno);
  if (S_ISDIR(status.st_mode)) {
    ::close(fd);
    return fail(fmt::format("{} is a folder, not a {}: name the file in it.", path, what));
  }
  // One byte more than the file has, so that its end is seen without growing.
  std::vector<std::byte> bytes(status.st_size > 0 ? static_cast<std::size_t>(status.st_size) + 1 : 65536);
  std::size_t used = 0;
  for (;;) {
    if (used == bytes.size()) bytes.resize(2 * used);
    const ssize_t got = ::read(fd, bytes.data() + used, bytes.size() - used);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return failed(errno);
    if (got == 0) break;
    used += static_cast<std::size_t>(got);
  }
  ::close(fd);
  bytes.resize(used);
  return bytes;
}

Result<std::string> default_kernel() {
  if (const char* named = std::getenv("RINGSIDE_KERNEL"); named && *named) return std::string(named);
  std::error_code error;
  const auto program = std::filesystem::read_symlink("/proc/self/exe", error);
  if (!error) {
    // The build folder holds sim/cli/ringside-cli and kernel/kernel.elf.
    const auto kernel = program.parent_path().parent_path().parent_path() / "kernel" / "kernel.elf";
    if (std::filesystem::exists(kernel, error)) return kernel.string();
  }
  return fail("There is no kernel beside this program: name an image, or set RINGSIDE_KERNEL to one.");
}

Result<OutputFile> OutputFile::open(const std::string& path, std::string_view what) {
  OutputFile file;
  file.what_ = what;
  file.path_ = path;
  if (path == "-") {
    file.fd_ = STDOUT_FILENO;
    file.path_ = "standard output";
    return file;
  }
  file.fd_ = ::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
  if (file.fd_ < 0)
    return fail(fmt::format("The {} cannot be written to {}: {}.", what, path, std::strerror(errno)));
  return file;
}

OutputFile::OutputFile(OutputFile&& other) noexcept
    : fd_(std::exchange(other.fd_, -1)), path_(std::move(other.path_)), what_(std::move(other.what_)) {}

OutputFile& OutputFile::operator=(OutputFile&& other) noexcept {
  std::swap(fd_, other.fd_);
  std::swap(path_, other.path_);
  std::swap(what_, other.what_);
  return *this;
}

OutputFile::~OutputFile() {
  if (fd_ >= 0 && fd_ != STDOUT_FILENO) ::close(fd_);
}

bool OutputFile::is_standard_output() const { return fd_ == STDOUT_FILENO; }

Result<void> OutputFile::write(std::span<const std::uint8_t> bytes) {
  while (fd_ >= 0 && !bytes.empty()) {
    const ssize_t done = ::write(fd_, bytes.data(), bytes.size());
    if (done < 0 && errno == EINTR) continue;
    // main() ends the program by it when all has been put in order.
    if (done < 0 && errno == EPIPE && is_standard_output()) note_signal(SIGPIPE);
    if (done < 0)
      return fail(fmt::format("The {} cannot be written to {}: {}.", what_, path_, std::strerror(errno)));
    bytes = bytes.subspan(static_cast<std::size_t>(done));
  }
  return {};
}

Result<void> OutputFile::close() {
  const int fd = std::exchange(fd_, -1);
  if (fd >= 0 && fd != STDOUT_FILENO && ::close(fd) != 0)
    return fail(fmt::format("The {} cannot be written to {}: {}.", what_, path_, std::strerror(errno)));
  return {};
}

}  // namespace ringside
