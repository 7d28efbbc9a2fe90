// SPDX-License-Identifier: GPL-2.0-or-later
#include "tests/cli/program/program.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <fstream>
#include <iterator>

namespace ringside::testing {
namespace {

std::filesystem::path temporary(const char* pattern) {
  std::string path = (std::filesystem::temp_directory_path() / pattern).string();
  const int fd = ::mkstemp(path.data());
  if (fd >= 0) ::close(fd);
  return path;
}

}  // namespace

void become(const Arguments& arguments, const Environment& environment) {
  for (const auto& [name, value] : environment) {
    if (value.empty())
      ::unsetenv(name.c_str());
    else
      ::setenv(name.c_str(), value.c_str(), 1);
  }
  std::vector<char*> words{const_cast<char*>(RINGSIDE_CLI)};
  for (const std::string& argument : arguments) words.push_back(const_cast<char*>(argument.c_str()));
  words.push_back(nullptr);
  ::execv(RINGSIDE_CLI, words.data());
  ::_exit(127);
}

Running::Running(const Arguments& arguments, const Environment& environment)
    : out_(temporary("ringside-out-XXXXXX")), err_(temporary("ringside-err-XXXXXX")) {
  pid_ = ::fork();
  if (pid_ != 0) return;
  ::dup2(::open("/dev/null", O_RDONLY), STDIN_FILENO);
  ::dup2(::open(out_.c_str(), O_WRONLY | O_TRUNC), STDOUT_FILENO);
  ::dup2(::open(err_.c_str(), O_WRONLY | O_TRUNC), STDERR_FILENO);
  become(arguments, environment);
}

Running::~Running() {
  if (pid_ > 0) {
    ::kill(pid_, SIGKILL);
    ::waitpid(pid_, nullptr, 0);
  }
  std::filesystem::remove(out_);
  std::filesystem::remove(err_);
}

Finished Running::finish() {
  int status = 0;
  ::waitpid(pid_, &status, 0);
  pid_ = -1;
  Finished finished{.out = contents(out_), .err = contents(err_)};
  if (WIFEXITED(status)) finished.status = WEXITSTATUS(status);
  if (WIFSIGNALED(status)) finished.signal = WTERMSIG(status);
  return finished;
}

Finished run(const Arguments& arguments, const Environment& environment) {
  return Running(arguments, environment).finish();
}

std::string contents(const std::filesystem::path& file) {
  std::ifstream stream(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(stream), {}};
}

TemporaryFolder::TemporaryFolder() {
  std::string path = (std::filesystem::temp_directory_path() / "ringside-cli-XXXXXX").string();
  path_ = ::mkdtemp(path.data());
}

TemporaryFolder::~TemporaryFolder() { std::filesystem::remove_all(path_); }

}  // namespace ringside::testing
