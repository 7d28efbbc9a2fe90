// SPDX-License-Identifier: GPL-2.0-or-later
#include "labs/build/process.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <grp.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <fstream>

namespace ringside::labs {
namespace {

constexpr long kLookMs = 50;

void limit(int resource, std::uint64_t value) {
  const rlimit both{value, value};
  ::setrlimit(static_cast<__rlimit_resource>(resource), &both);
}

// In the child, between fork and exec: only what is safe there.
[[noreturn]] void become(char* const* arguments, const char* folder, int output, int failed,
                         const ProcessLimits& limits) {
  ::setpgid(0, 0);
  const int nothing = ::open("/dev/null", O_RDONLY);
  ::dup2(nothing, 0);
  ::dup2(output, 1);
  ::dup2(output, 2);
  limit(RLIMIT_CORE, 0);
  limit(RLIMIT_CPU, limits.cpu_seconds);
  if (limits.memory_bytes) limit(RLIMIT_AS, limits.memory_bytes);
  if (limits.file_bytes) limit(RLIMIT_FSIZE, limits.file_bytes);
  const gid_t nobody = 65534;
  const bool changed =
      !limits.as_nobody || (::setgroups(0, nullptr) == 0 && ::setgid(nobody) == 0 && ::setuid(nobody) == 0);
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);  // a change of user takes it back
  if (changed && ::chdir(folder) == 0) ::execvp(arguments[0], arguments);
  const int error = errno;
  [[maybe_unused]] const auto written = ::write(failed, &error, sizeof error);
  ::_exit(127);
}

// A process and all below it; in another process namespace too, as the parent sees them from outside.
unsigned processes_of(pid_t process) {
  unsigned count = 1;
  std::ifstream children(fmt::format("/proc/{0}/task/{0}/children", process));
  for (pid_t child = 0; children >> child;) count += processes_of(child);
  return count;
}

struct Pipe {
  int ends[2] = {-1, -1};
  bool open() { return ::pipe2(ends, O_CLOEXEC) == 0; }
  void close(int end) {
    if (ends[end] >= 0) ::close(ends[end]);
    ends[end] = -1;
  }
  ~Pipe() { close(0), close(1); }
};

}  // namespace

Result<ProcessResult> run_process(const std::vector<std::string>& command,
                                  const std::filesystem::path& folder, const ProcessLimits& limits) {
  const auto cannot = [&](int error) {
    return fail(fmt::format("{} could not be started: {}.", command.front(), std::strerror(error)));
  };
  std::vector<char*> arguments;
  for (const std::string& word : command) arguments.push_back(const_cast<char*>(word.c_str()));
  arguments.push_back(nullptr);
  const std::string where = folder.empty() ? "." : folder.string();
  Pipe output, failed;
  if (!output.open() || !failed.open()) return cannot(errno);
  const pid_t child = ::fork();
  if (child < 0) return cannot(errno);
  if (child == 0) become(arguments.data(), where.c_str(), output.ends[1], failed.ends[1], limits);
  ::setpgid(child, child);
  output.close(1), failed.close(1);
  int error = 0;
  if (::read(failed.ends[0], &error, sizeof error) == sizeof error) {
    ::waitpid(child, nullptr, 0);
    return cannot(error);
  }
  ProcessResult result;
  const auto deadline = std::chrono::steady_clock::now() + limits.wall;
  std::array<char, 65536> buffer;
  // First its output, then its end: it may close the one and live on.
  int awaited = output.ends[0];
  const int its_end = static_cast<int>(::syscall(SYS_pidfd_open, child, 0));
  for (;;) {
    const auto left =
        std::chrono::duration_cast<std::chrono::milliseconds>(deadline - std::chrono::steady_clock::now())
            .count();
    if (limits.cancel && *limits.cancel) {
      result.cancelled = true;
      break;
    }
    // Whoever may cancel, and how many they are, is looked at now and then.
    const auto wait = limits.cancel || limits.processes ? std::min<long>(left, kLookMs) : left;
    pollfd ready{awaited, POLLIN, 0};
    const int polled = left > 0 ? ::poll(&ready, 1, static_cast<int>(wait)) : 0;
    if (polled < 0 && errno == EINTR) continue;
    if (limits.processes && processes_of(child) > limits.processes) {
      result.too_many = true;
      break;
    }
    if (polled == 0 && wait < left) continue;
    if (polled == 0) {
      result.timed_out = true;
      break;
    }
    if (awaited == its_end) break;
    const ssize_t count = ::read(output.ends[0], buffer.data(), buffer.size());
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) {
      if (its_end < 0) break;
      awaited = its_end;
      continue;
    }
    const std::size_t kept =
        std::min<std::size_t>(static_cast<std::size_t>(count), limits.output_bytes - result.output.size());
    result.output.append(buffer.data(), kept);
    if (kept < static_cast<std::size_t>(count)) result.truncated = true;
  }
  if (its_end >= 0) ::close(its_end);
  // Whoever of its group is left, a child that went into the background too. Its leader first: his status is
  // wanted.
  if (result.timed_out || result.cancelled || result.too_many) ::kill(-child, SIGKILL);
  int status = 0;
  rusage used{};
  while (::wait4(child, &status, 0, &used) < 0 && errno == EINTR) {
  }
  const auto seconds = [](const timeval& time) {
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
  };
  result.cpu_seconds = seconds(used.ru_utime) + seconds(used.ru_stime);
  ::kill(-child, SIGKILL);
  if (WIFSIGNALED(status))
    result.signal = WTERMSIG(status);
  else
    result.status = WEXITSTATUS(status);
  return result;
}

std::filesystem::path program_folder() {
  std::error_code error;
  return std::filesystem::read_symlink("/proc/self/exe", error).parent_path();
}

}  // namespace ringside::labs
