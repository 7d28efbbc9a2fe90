// SPDX-License-Identifier: GPL-2.0-or-later
#include "sim/cli/terminal.h"

#include <fmt/format.h>
#include <poll.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <utility>

#include "sim/cli/signals.h"

namespace ringside {
namespace {

// Alternate screen, clear, no wrapping at the last column (DEC private modes 1049 and 7); and all of it
// undone, with colours and cursor as usual.
constexpr std::string_view kEnter = "\x1b[?1049h\x1b[2J\x1b[?7l";
constexpr std::string_view kLeave = "\x1b[0m\x1b[?25h\x1b[?7h\x1b[?1049l";
constexpr std::array kCrashes{SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGABRT};

// For the handler of a crash, which is given nothing but a number.
termios settings_before;

constexpr std::size_t kRoom = 256;  // what a terminal that takes anything takes without blocking

bool has_room(int wait_ms) {
  pollfd output{STDOUT_FILENO, POLLOUT, 0};
  return ::poll(&output, 1, wait_ms) > 0;
}

void restore() {
  if (has_room(200)) {
    [[maybe_unused]] const ssize_t written = ::write(STDOUT_FILENO, kLeave.data(), kLeave.size());
  }
  ::tcsetattr(STDIN_FILENO, TCSANOW, &settings_before);
}

void crashed(int signal) {
  restore();
  ::raise(signal);  // SA_RESETHAND: this time it ends the program
}

}  // namespace

bool Terminal::available() {
  const char* kind = std::getenv("TERM");
  return ::isatty(STDIN_FILENO) && ::isatty(STDOUT_FILENO) && !(kind && std::strcmp(kind, "dumb") == 0);
}

Result<Terminal> Terminal::open() {
  if (::tcgetattr(STDIN_FILENO, &settings_before) != 0)
    return fail(fmt::format("The terminal does not tell its settings: {}.", std::strerror(errno)));
  termios raw = settings_before;
  ::cfmakeraw(&raw);
  raw.c_cc[VMIN] = 0;
  raw.c_cc[VTIME] = 0;
  struct sigaction action {};
  action.sa_handler = crashed;
  action.sa_flags = SA_RESETHAND | SA_NODEFER;
  sigemptyset(&action.sa_mask);
  for (const int signal : kCrashes) ::sigaction(signal, &action, nullptr);
  if (::tcsetattr(STDIN_FILENO, TCSANOW, &raw) != 0)
    return fail(fmt::format("The terminal cannot be switched to raw keys: {}.", std::strerror(errno)));
  Terminal terminal;
  terminal.open_ = true;
  terminal.write(kEnter);
  return terminal;
}

Terminal::Terminal(Terminal&& other) noexcept : open_(std::exchange(other.open_, false)) {}

Terminal::~Terminal() {
  if (!open_) return;
  restore();
  for (const int signal : kCrashes) ::signal(signal, SIG_DFL);
}

TerminalSize Terminal::size() {
  winsize window{};
  if (::ioctl(STDOUT_FILENO, TIOCGWINSZ, &window) != 0 || window.ws_col == 0 || window.ws_row == 0)
    return {80, 24};  // a serial line does not know
  return {window.ws_col, window.ws_row};
}

std::string Terminal::read(std::chrono::milliseconds wait, bool& gone) {
  pollfd input{STDIN_FILENO, POLLIN, 0};
  if (::poll(&input, 1, static_cast<int>(wait.count())) <= 0) return {};
  std::array<char, 256> bytes;
  const ssize_t got = ::read(STDIN_FILENO, bytes.data(), bytes.size());
  if (got > 0) return {bytes.data(), static_cast<std::size_t>(got)};
  gone = got == 0 || errno != EINTR;
  return {};
}

// In pieces that the terminal has room for: one that takes nothing any more (Ctrl-S) must not keep a signal
// from ending the program.
void Terminal::write(std::string_view text) {
  while (!text.empty() && !caught_signal()) {
    if (!has_room(100)) continue;
    const ssize_t done = ::write(STDOUT_FILENO, text.data(), std::min(text.size(), kRoom));
    if (done < 0 && errno != EINTR && errno != EAGAIN) return;  // it has gone; reading from it says so
    if (done > 0) text.remove_prefix(static_cast<std::size_t>(done));
  }
}

}  // namespace ringside
