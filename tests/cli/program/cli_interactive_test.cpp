// SPDX-License-Identifier: GPL-2.0-or-later
// ringside-cli run --interactive at a terminal of its own.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <pty.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

#include <chrono>
#include <string>
#include <thread>

#include "tests/cli/program/program.h"

namespace ringside::testing {
namespace {

using ::testing::AllOf;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::Not;

// A pseudo terminal with the program at its other end.
class AtATerminal {
 public:
  AtATerminal(const Arguments& arguments, unsigned short columns, unsigned short rows) {
    winsize size{.ws_row = rows, .ws_col = columns, .ws_xpixel = 0, .ws_ypixel = 0};
    // Held open by us too, so that its settings can be looked at after the program's end.
    if (::openpty(&host_, &terminal_, nullptr, nullptr, &size) != 0) ADD_FAILURE() << "no pseudo terminal";
    ::tcgetattr(terminal_, &before_);
    pid_ = ::fork();
    if (pid_ != 0) return;
    ::close(host_);  // or the program would be its own host, and never be left alone
    ::setsid();
    ::ioctl(terminal_, TIOCSCTTY, 0);
    for (int fd = 0; fd < 3; ++fd) ::dup2(terminal_, fd);
    ::close(terminal_);
    become(arguments, {{"TERM", "xterm-256color"}});
  }
  ~AtATerminal() {
    if (pid_ > 0) {
      ::kill(pid_, SIGKILL);
      ::waitpid(pid_, nullptr, 0);
    }
    ::close(host_);
    ::close(terminal_);
  }

  void type(const std::string& text) {
    ASSERT_EQ(::write(host_, text.data(), text.size()), static_cast<ssize_t>(text.size()));
  }
  void resize(unsigned short columns, unsigned short rows) {
    winsize size{.ws_row = rows, .ws_col = columns, .ws_xpixel = 0, .ws_ypixel = 0};
    ::ioctl(host_, TIOCSWINSZ, &size);
  }
  void hold_output() { ::tcflow(terminal_, TCOOFF); }
  void signal(int number) { ::kill(pid_, number); }

  // Hangs up, as a terminal window does when it is closed.
  void close_window() {
    ::close(host_);
    ::close(terminal_);
    host_ = terminal_ = -1;
  }

  // Reads until the text was shown, behind what was waited for before. Fails after a while.
  bool shows(const std::string& text) {
    const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(60);
    while (std::chrono::steady_clock::now() < end) {
      if (const auto at = shown_.find(text, seen_); at != std::string::npos) {
        seen_ = at + text.size();
        return true;
      }
      if (!read(100) && over()) break;
    }
    while (read(50)) {
    }
    if (const auto at = shown_.find(text, seen_); at != std::string::npos) return true;
    ADD_FAILURE() << '"' << text << "\" was not shown. Shown was:\n"
                  << ::testing::PrintToString(shown_.substr(seen_));
    return false;
  }

  // Waits for the end: the exit status, or minus the signal.
  int finish() {
    const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(60);
    while (!over() && std::chrono::steady_clock::now() < end) read(100);
    while (read(50)) {
    }
    if (WIFEXITED(status_)) return WEXITSTATUS(status_);
    return WIFSIGNALED(status_) ? -WTERMSIG(status_) : -1000;
  }

  // The same without reading a byte of what it writes.
  int finish_unread() {
    const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(20);
    while (!over() && std::chrono::steady_clock::now() < end)
      std::this_thread::sleep_for(std::chrono::milliseconds(20));
    return pid_ < 0 && WIFSIGNALED(status_) ? -WTERMSIG(status_) : -1000;
  }

  const std::string& shown() const { return shown_; }
  bool is_raw() const {
    termios now{};
    ::tcgetattr(terminal_, &now);
    return !(now.c_lflag & ICANON) && !(now.c_lflag & ECHO) && !(now.c_lflag & ISIG);
  }
  bool is_as_before() const {
    termios now{};
    ::tcgetattr(terminal_, &now);
    return now.c_lflag == before_.c_lflag && now.c_iflag == before_.c_iflag &&
           now.c_oflag == before_.c_oflag && now.c_cflag == before_.c_cflag;
  }

 private:
  bool read(int wait_ms) {
    pollfd input{host_, POLLIN, 0};
    if (::poll(&input, 1, wait_ms) <= 0) return false;
    char bytes[4096];
    const ssize_t got = ::read(host_, bytes, sizeof bytes);
    if (got <= 0) return false;
    shown_.append(bytes, static_cast<std::size_t>(got));
    return true;
  }
  bool over() {
    if (pid_ > 0 && ::waitpid(pid_, &status_, WNOHANG) == pid_) pid_ = -1;
    return pid_ < 0;
  }

  int host_ = -1, terminal_ = -1, status_ = 0;
  pid_t pid_ = -1;
  termios before_{};
  std::string shown_;
  std::size_t seen_ = 0;
};

const std::string kLeft = "\x1b[?1049l";  // back from the alternate screen

TEST(Interactive, TypesAtThePromptAndLeaves) {
  AtATerminal terminal({"run", kKernel, "--interactive"}, 100, 30);
  ASSERT_TRUE(terminal.shows("ringside> "));
  ASSERT_TRUE(terminal.shows("Ctrl-] leaves"));
  EXPECT_TRUE(terminal.is_raw());
  terminal.type("ticks\r");
  ASSERT_TRUE(terminal.shows("timer ticks, 100 a second"));
  terminal.type("echo A<b>\"C\"\x7F!\r");
  ASSERT_TRUE(terminal.shows("A<b>\"C!"));
  terminal.type("\x1d");
  EXPECT_EQ(terminal.finish(), 0);
  EXPECT_TRUE(terminal.is_as_before());
  EXPECT_TRUE(terminal.shows(kLeft));
  EXPECT_TRUE(terminal.shows("You left the run"));  // behind it, on the screen that stays
}

TEST(Interactive, ShowsColoursOfTheGuest) {
  AtATerminal terminal({"run", kKernel, "--interactive"}, 80, 26);
  ASSERT_TRUE(terminal.shows("\x1b[0;92;40mringside> "));  // light green on black, as the shell sets it
  terminal.type("\x1d");
  EXPECT_EQ(terminal.finish(), 0);
}

TEST(Interactive, CtrlCGoesToTheGuest) {
  AtATerminal terminal({"run", kKernel, "--interactive"}, 100, 30);
  ASSERT_TRUE(terminal.shows("ringside> "));
  terminal.type("abc\x03");
  ASSERT_TRUE(terminal.shows("^C"));
  terminal.type("\x1d");
  EXPECT_EQ(terminal.finish(), 0);
}

TEST(Interactive, GuestsEndStaysUntilAKey) {
  AtATerminal terminal({"run", kKernel, "--interactive"}, 100, 30);
  ASSERT_TRUE(terminal.shows("ringside> "));
  terminal.type("exit 16\r");
  ASSERT_TRUE(terminal.shows("status 33"));
  EXPECT_TRUE(terminal.is_raw());
  terminal.type(" ");
  EXPECT_EQ(terminal.finish(), 33);
  EXPECT_TRUE(terminal.is_as_before());
}

TEST(Interactive, SignalRestoresTheTerminal) {
  for (const int number : {SIGTERM, SIGINT, SIGHUP, SIGABRT}) {
    AtATerminal terminal({"run", kKernel, "--interactive"}, 100, 30);
    ASSERT_TRUE(terminal.shows("ringside> "));
    terminal.signal(number);
    EXPECT_EQ(terminal.finish(), -number);
    EXPECT_TRUE(terminal.is_as_before()) << number;
    EXPECT_TRUE(terminal.shows(kLeft));
  }
}

// What the program draws is not taken, as after Ctrl-S.
TEST(Interactive, SignalEndsItThoughTheTerminalTakesNothing) {
  AtATerminal terminal({"run", kKernel, "--interactive"}, 100, 30);
  ASSERT_TRUE(terminal.shows("ringside> "));
  terminal.hold_output();
  terminal.type("help\r");
  std::this_thread::sleep_for(std::chrono::seconds(2));  // by then it wants to draw
  terminal.signal(SIGTERM);
  EXPECT_EQ(terminal.finish_unread(), -SIGTERM);
  EXPECT_TRUE(terminal.is_as_before());
}

TEST(Interactive, ClosingTheWindowEndsTheRun) {
  AtATerminal terminal({"run", kKernel, "--interactive"}, 100, 30);
  ASSERT_TRUE(terminal.shows("ringside> "));
  terminal.close_window();
  EXPECT_NE(terminal.finish(), -1000);
}

TEST(Interactive, FewRowsShowThoseAroundTheCursor) {
  AtATerminal terminal({"run", kKernel, "--interactive"}, 80, 12);
  ASSERT_TRUE(terminal.shows("ringside> "));
  terminal.type("help\r");
  ASSERT_TRUE(terminal.shows("stops for ever"));
  for (int row = 13; row <= 26; ++row)
    EXPECT_THAT(terminal.shown(), Not(HasSubstr("\x1b[" + std::to_string(row) + ";")));
  terminal.type("\x1d");
  EXPECT_EQ(terminal.finish(), 0);
}

TEST(Interactive, TooSmallATerminalIsASentence) {
  AtATerminal terminal({"run", kKernel, "--interactive"}, 60, 20);
  EXPECT_EQ(terminal.finish(), 2);
  EXPECT_THAT(terminal.shown(), HasSubstr("60 columns and 20 rows"));
  EXPECT_THAT(terminal.shown(), Not(HasSubstr("\x1b[?1049h")));
  EXPECT_TRUE(terminal.is_as_before());
}

TEST(Interactive, ShrinkingIsSaidAndGrowingDrawsAnew) {
  AtATerminal terminal({"run", kKernel, "--interactive"}, 80, 26);
  ASSERT_TRUE(terminal.shows("ringside> "));
  terminal.resize(50, 26);
  ASSERT_TRUE(terminal.shows("Too small"));
  terminal.resize(80, 26);
  ASSERT_TRUE(terminal.shows("ringside> "));
  terminal.type("\x1d");
  EXPECT_EQ(terminal.finish(), 0);
}

TEST(Interactive, ScreenIsLeftBehindWhenAskedFor) {
  AtATerminal terminal({"run", kKernel, "--interactive", "--screen", "--until", "text:ticks, 100 a second"},
                       80, 26);
  ASSERT_TRUE(terminal.shows("ringside> "));
  terminal.type("ticks\r");
  EXPECT_EQ(terminal.finish(), 0);
  ASSERT_TRUE(terminal.shows(kLeft));
  EXPECT_TRUE(terminal.shows("timer ticks"));
}

}  // namespace
}  // namespace ringside::testing
