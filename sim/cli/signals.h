// SPDX-License-Identifier: GPL-2.0-or-later
// Ctrl-C and its relatives: the run ends in good order, files are complete, the terminal is put right, and
// only then the program ends by the signal, so that whoever started it sees the truth.
#pragma once

#include <atomic>

namespace ringside {

// From here on SIGINT, SIGTERM, SIGHUP and SIGQUIT are noted instead of obeyed, and a closed pipe is an error
// of write().
void catch_signals();
// Set when one came. For RunLimits::pause.
const std::atomic<bool>* signal_flag();
// As if it had come: for a closed pipe, which write() tells of.
void note_signal(int signal);
// The signal that came, 0 if none did.
int caught_signal();
// Ends the program by this signal.
[[noreturn]] void die_by(int signal);

}  // namespace ringside
