// SPDX-License-Identifier: GPL-2.0-or-later
// gdb's "monitor": Ringside's own words, from gdb's prompt.
#pragma once

#include <string>
#include <string_view>

#include "sim/remote/motion.h"
#include "sim/session/session.h"

namespace ringside {

class Monitor {
 public:
  Monitor(Session& session, Motion& motion) : session_(session), motion_(motion) {}
  // What is to be printed, mistakes included.
  std::string run(std::string_view line);

 private:
  std::string help() const;
  Result<std::string> command(std::string_view word, std::string_view argument);
  Session& session_;
  Motion& motion_;
};

}  // namespace ringside
