// SPDX-License-Identifier: GPL-2.0-or-later
// The terminal as a full screen: raw keys in, control sequences out, and everything as it was when it is
// over, however the program ends.
#pragma once

#include <chrono>
#include <string>
#include <string_view>

#include "sim/base/error.h"

namespace ringside {

struct TerminalSize {
  unsigned columns = 0, rows = 0;
  bool operator==(const TerminalSize&) const = default;
};

// At most one at a time: it owns the process's terminal.
class Terminal {
 public:
  // Standard input and output are both a terminal that knows control sequences.
  static bool available();
  // Raw mode, alternate screen. REQUIRES available().
  static Result<Terminal> open();
  Terminal(Terminal&& other) noexcept;
  Terminal& operator=(Terminal&&) = delete;
  ~Terminal();

  static TerminalSize size();
  // What was typed until now; waits at most so long for the first byte. `gone` is set when nobody can type
  // any more.
  std::string read(std::chrono::milliseconds wait, bool& gone);
  void write(std::string_view text);

 private:
  Terminal() = default;
  bool open_ = false;
};

}  // namespace ringside
