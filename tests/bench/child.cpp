// SPDX-License-Identifier: GPL-2.0-or-later
#include "child.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>

namespace ringside::bench {
namespace {

constexpr double kPatience = 60;

double seconds(const timespec& t) {
  return static_cast<double>(t.tv_sec) + static_cast<double>(t.tv_nsec) * 1e-9;
}
double seconds(const timeval& t) {
  return static_cast<double>(t.tv_sec) + static_cast<double>(t.tv_usec) * 1e-6;
}

}  // namespace

double wall_clock() {
  timespec t{};
  clock_gettime(CLOCK_MONOTONIC, &t);
  return seconds(t);
}

double median(std::vector<double> values) {
  std::ranges::sort(values);
  const std::size_t half = values.size() / 2;
  return values.size() % 2 ? values[half] : (values[half - 1] + values[half]) / 2;
}

Child::Child(const std::vector<std::string>& command) {
  std::vector<char*> arguments;
  for (const std::string& word : command) arguments.push_back(const_cast<char*>(word.c_str()));
  arguments.push_back(nullptr);
  int ends[2];
  if (pipe(ends) != 0) std::abort();
  started_ = wall_clock();
  pid_ = fork();
  if (pid_ == 0) {
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    const int nothing = open("/dev/null", O_RDWR);
    dup2(nothing, 0);
    dup2(ends[1], 1);
    dup2(nothing, 2);
    close(ends[0]);
    close(ends[1]);
    execvp(arguments[0], arguments.data());
    _exit(127);
  }
  close(ends[1]);
  pipe_ = ends[0];
}

Child::~Child() {
  if (pid_ > 0) kill();
  close(pipe_);
}

bool Child::output_until(const std::string& text) {
  while (output_.find(text) == std::string::npos) {
    pollfd wait{pipe_, POLLIN, 0};
    if (elapsed() > kPatience || poll(&wait, 1, 1000) < 0) return false;
    if (!wait.revents) continue;
    char bytes[4096];
    const ssize_t got = read(pipe_, bytes, sizeof bytes);
    if (got <= 0) return false;
    output_.append(bytes, static_cast<std::size_t>(got));
  }
  return true;
}

double Child::elapsed() const { return wall_clock() - started_; }

Cost Child::now() const {
  clockid_t clock{};
  timespec t{};
  if (clock_getcpuclockid(pid_, &clock) != 0 || clock_gettime(clock, &t) != 0) return {};
  return {.cpu = seconds(t), .wall = elapsed()};
}

Cost Child::finish() {
  int status = 0;
  rusage usage{};
  wait4(pid_, &status, 0, &usage);
  pid_ = -1;
  return {.cpu = seconds(usage.ru_utime) + seconds(usage.ru_stime),
          .wall = elapsed(),
          .peak_mib = static_cast<double>(usage.ru_maxrss) / 1024,
          .status = WIFEXITED(status) ? WEXITSTATUS(status) : -1};
}

Cost Child::kill() {
  ::kill(pid_, SIGKILL);
  return finish();
}

}  // namespace ringside::bench
