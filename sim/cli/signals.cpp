// SPDX-License-Identifier: GPL-2.0-or-later
#include "sim/cli/signals.h"

#include <signal.h>
#include <unistd.h>

namespace ringside {
namespace {

// A signal handler gets nothing but a number: this is the one place for variables of the whole process.
std::atomic<bool> flag{false};
std::atomic<int> number{0};
static_assert(std::atomic<bool>::is_always_lock_free && std::atomic<int>::is_always_lock_free);

void note(int signal) {
  number.store(signal);
  flag.store(true);
}

}  // namespace

void catch_signals() {
  struct sigaction action {};
  action.sa_handler = note;
  sigemptyset(&action.sa_mask);
  for (const int signal : {SIGINT, SIGTERM, SIGHUP, SIGQUIT}) {
    struct sigaction before {};
    // Whoever started us may have chosen that one is ignored (nohup).
    if (sigaction(signal, nullptr, &before) == 0 && before.sa_handler != SIG_IGN)
      sigaction(signal, &action, nullptr);
  }
  ::signal(SIGPIPE, SIG_IGN);
}

const std::atomic<bool>* signal_flag() { return &flag; }
void note_signal(int signal) { note(signal); }
int caught_signal() { return number.load(); }

void die_by(int signal) {
  ::signal(signal, SIG_DFL);
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, signal);
  sigprocmask(SIG_UNBLOCK, &set, nullptr);
  ::raise(signal);
  ::_exit(128 + signal);
}

}  // namespace ringside
